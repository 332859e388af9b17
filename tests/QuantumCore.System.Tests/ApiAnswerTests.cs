using System.Net.Http.Headers;
using System.Security.Cryptography;
using System.Text;
using System.Text.Json;
using QuantumCore.TestKit;
using Xunit;

namespace QuantumCore.SystemTests;

/// <summary>
/// Responses of every call of the native API on a running exchange match docs/openapi.json; each call is made at least
/// once. Its examples are recorded here.
/// </summary>
public sealed class ApiAnswerTests : IAsyncLifetime
{
    private const string Alice = "demo-alice";
    private const string Bob = "demo-bob";
    private const string Admin = "demo-admin";
    private const string PasswordText = "correct-horse-battery";

    private readonly ApiSchema _schema = new(File.ReadAllText(Path.Combine(Programs.Docs, "openapi.json")));
    private readonly HashSet<string> _called = [];
    private readonly List<string> _wrong = [];
    private readonly RecordedExamples _examples = new();
    private SiloProcess _silo = null!;
    private HttpClient _http = null!;

    private static CancellationToken Token => TestContext.Current.CancellationToken;

    /// <inheritdoc/>
    public async ValueTask InitializeAsync()
    {
        _silo = await SiloProcess.StartAsync("--storage", "volatile", "--simulate", "none");
        _http = new HttpClient { BaseAddress = new Uri(_silo.Address, "/api/qc/v1/") };
    }

    /// <inheritdoc/>
    public async ValueTask DisposeAsync()
    {
        _http.Dispose();
        await _silo.DisposeAsync();
    }

    [Fact]
    public async Task Every_call_answers_as_the_document_says()
    {
        await OrdersAsync();
        await MoneyAsync();
        await MarginAndFeesAsync();
        await SignalsAsync();
        await PeopleAsync();
        await OperatorAsync();
        await MarketAsync();
        await LedgerAsync();
        Assert.Empty(_wrong);
        Assert.Empty(_schema.Answered.Except(_called));

        var unfit = _schema.Calls.Where(call => _schema.CheckExamples(call).Any()).ToHashSet(StringComparer.Ordinal);
        if (unfit.Count > 0)
        {
            Assert.Fail($"No example fits the document: {string.Join(", ", unfit)}. To take recorded ones over: "
                + $"cp {_examples.Write(_schema.Calls, unfit)} {RecordedExamples.Committed}, then run ApiDocumentTests.");
        }
    }

    private async Task OrdersAsync()
    {
        const string Plain =
            """{"symbol":"AAPL","side":"sell","price":"151.00","quantity":"10","clientOrderId":"a-1"}""";
        var first = (await CallAsync("POST orders", "orders", Alice, Plain)).GetProperty("orderId").GetInt64();
        foreach (var order in new[]
        {
            """{"symbol":"AAPL","side":"buy","type":"stopLimit","triggerPrice":"160.00","price":"161.00","quantity":"5","timeInForce":"gtd","goodTill":"2100-01-31T15:30:00Z","selfTrade":"expireTaker"}""",
            """{"symbol":"AAPL","side":"sell","type":"trailingStop","trailingBasisPoints":250,"activationPrice":"155.00","quantity":"5"}""",
            """{"symbol":"AAPL","side":"sell","type":"trailingStopLimit","trailingDistance":"1.50","limitOffset":"0.10","quantity":"5"}""",
            """{"symbol":"AAPL","side":"buy","price":"149.00","quantity":"100","displayQuantity":"10","postOnly":true,"slide":true}""",
            """{"symbol":"AAPL","side":"buy","price":"148.00","quantity":"10","hidden":true}""",
            """{"symbol":"AAPL","side":"buy","price":"147.00","quantity":"10","allOrNone":true}""",
            """{"symbol":"AAPL","side":"buy","type":"pegged","peg":"primary","pegOffset":"0.02","price":"150.00","quantity":"10"}""",
        })
            await CallAsync("POST orders", "orders", Alice, order);
        await CallAsync(
            "POST orders", "orders", Bob,
            """{"symbol":"AAPL","side":"buy","price":"151.00","quantity":"4","minQuantity":"2"}""");
        await CallAsync(
            "POST orders", "orders", Bob,
            """{"symbol":"AAPL","side":"buy","type":"market","quoteAmount":"200.00","protection":"1.00"}""");
        await CallAsync("GET book/{symbol}", "book/AAPL", null);
        await CallAsync("GET book/{symbol}/orders", "book/AAPL/orders", null);
        await CallAsync("GET orders", "orders?open=true", Alice);
        await CallAsync("GET orders/{symbol}/{orderId}", $"orders/AAPL/{first}", Alice);
        await CallAsync("GET orders/{symbol}/{orderId}/position", $"orders/AAPL/{first}/position", Alice);
        await CallAsync("GET orders/by-client-id/{clientOrderId}", "orders/by-client-id/a-1", Alice);
        await CallAsync("PATCH orders/{symbol}/{orderId}", $"orders/AAPL/{first}", Alice, """{"quantity":"9"}""");
        await CallAsync("DELETE orders/{symbol}/{orderId}", $"orders/AAPL/{first}", Alice);
        await CallAsync(
            "POST orders/batch", "orders/batch", Alice,
            """{"orders":[{"symbol":"AAPL","side":"buy","price":"140.00","quantity":"1","clientOrderId":"b-1"},{"symbol":"AAPL","side":"buy","price":"1.001","quantity":"1"},{"symbol":"AAPL","side":"buy","price":"140.00","quantity":"2","clientOrderId":"b-1"}]}""");
        await CallAsync("DELETE orders/by-client-id/{clientOrderId}", "orders/by-client-id/b-1", Alice);
        await CallAsync(
            "POST order-lists", "order-lists", Alice,
            """{"kind":"otoco","orders":[{"symbol":"AAPL","side":"buy","price":"140.00","quantity":"10"},{"symbol":"AAPL","side":"sell","price":"160.00","quantity":"10"},{"symbol":"AAPL","side":"sell","type":"stop","triggerPrice":"130.00","quantity":"10"}]}""");
        await CallAsync(
            "POST strategies", "strategies", Alice,
            """{"net":"-300.00","units":1,"legs":[{"symbol":"AMZN","side":"buy","quantity":"1"},{"symbol":"MSFT","side":"sell","quantity":"1"}]}""");
        await CallAsync("GET orders", "orders?open=true", Alice);
        await CallAsync("DELETE orders", "orders", Alice);
        await CallAsync("GET orders/history", "orders/history?limit=100", Alice);
        await CallAsync("GET fills", "fills", Bob);
        foreach (var mode in new[] { "expireTaker", "decrement" })
        {
            await CallAsync(
                "POST orders", "orders", Bob, """{"symbol":"AAPL","side":"buy","price":"145.00","quantity":"2"}""");
            await CallAsync(
                "POST orders", "orders", Bob,
                $$"""{"symbol":"AAPL","side":"sell","price":"145.00","quantity":"2","selfTrade":"{{mode}}"}""");
        }

        Assert.Equal(
            2,
            (await CallAsync("GET prevented-matches", "prevented-matches?symbol=AAPL", Bob)).GetProperty("matches")
                .GetArrayLength());
        await CallAsync("DELETE orders", "orders", Bob);
        var alert =
            (await CallAsync("POST alerts", "alerts", Bob, """{"symbol":"AAPL","price":"200.00"}""")).GetProperty("id")
            .GetInt64();
        await CallAsync("POST alerts", "alerts", Bob, """{"symbol":"AAPL","price":"200.00","above":false}""");
        Assert.True(
            (await CallAsync("GET alerts", "alerts", Bob)).GetProperty("alerts")[1].TryGetProperty("fired", out _));
        await CallAsync("DELETE alerts/{id}", $"alerts/{alert}", Bob);
        await CallAsync("GET demo/funds", "demo/funds", Bob);
        await CallAsync("POST demo/funds", "demo/funds", Bob, """{"asset":"USD"}""");
        await CallAsync("PUT demo/funds", "demo/funds", Bob);
        await CallAsync("GET account", "account", Bob);
        await CallAsync("GET account/statement", "account/statement", Bob);
        await CallAsync("GET account/positions", "account/positions", Bob);
    }

    private async Task MoneyAsync()
    {
        await CallAsync(
            "POST admin/accounts/{account}/deposits", "admin/accounts/ACC-1050/deposits", Admin,
            """{"key":"d-1","asset":"USD","amount":"1000.00"}""");
        foreach (var account in new[] { "ACC-1001", "ACC-1050" })
            await CallAsync(
                "POST admin/accounts/{account}/owner", $"admin/accounts/{account}/owner", Admin,
                """{"owner":"alice"}""");
        await CallAsync(
            "POST transfers", "transfers", Alice, """{"key":"t-1","to":"ACC-1050","asset":"USD","amount":"10.00"}""");
        await CallAsync(
            "POST admin/accounts/{account}/transfers", "admin/accounts/ACC-1050/transfers", Admin,
            """{"key":"t-2","to":"ACC-1001","asset":"USD","amount":"5.00"}""");
        await CallAsync("GET transfers", "transfers", Alice);
        await CallAsync(
            "POST withdrawals", "withdrawals", Alice,
            """{"key":"w-1","asset":"USD","amount":"10.00","destination":"DE89 3704"}""");
        await CallAsync(
            "POST admin/accounts/{account}/withdrawals", "admin/accounts/ACC-1050/withdrawals", Admin,
            """{"key":"w-2","asset":"USD","amount":"5.00","destination":"DE89 3704"}""");
        await CallAsync("GET withdrawals", "withdrawals", Alice);
        await CallAsync(
            "POST admin/accounts/{account}/limits", "admin/accounts/ACC-1001/limits", Admin,
            """{"symbol":"AAPL","maxOrderQuantity":"5000","maxOrderValue":"1000000.00","maxOpenOrders":200,"maxPosition":"50000","duplicateWindowMillis":1,"maxOrdersPerSecond":500,"orderBurst":500,"maxDailyVolume":"100000000.00","maxDailyLoss":"1000000.00","maxQuantityMultiple":100000,"killOrders":100000,"killValue":"100000000.00","killWindowSeconds":60,"killDailyLoss":"1000000.00","why":"new customer"}""");
        await CallAsync("GET limits", "limits", Alice);
        await CallAsync("GET admin/accounts/{account}/limits", "admin/accounts/ACC-1001/limits", Admin);
        await CallAsync("POST admin/limits", "admin/limits", Admin, """{"symbol":"AAPL","maxOpenOrders":200}""");
        await CallAsync("GET admin/limits", "admin/limits", Admin);
        await CallAsync(
            "POST admin/owners/limits", "admin/owners/limits", Admin,
            """{"owner":"alice","symbol":"AAPL","maxPosition":"50000","shares":[{"account":"ACC-1001","weight":3},{"account":"ACC-1050","weight":1}]}""");
        await CallAsync("GET admin/owners/limits", "admin/owners/limits", Admin);
        await CallAsync("GET limits", "limits", Alice);
    }

    private async Task MarginAndFeesAsync()
    {
        await CallAsync(
            "POST admin/fees", "admin/fees", Admin,
            """{"asset":"USD","tiers":[{"makerFeePpm":200,"takerFeePpm":1000},{"fromVolume":"1000000.00","makerFeePpm":0,"takerFeePpm":800}]}""");
        await CallAsync("GET admin/fees", "admin/fees", Admin);
        await CallAsync("GET fees", "fees", Alice);
        await CallAsync("GET admin/accounts/{account}/fees", "admin/accounts/ACC-1001/fees", Admin);
        await CallAsync(
            "POST admin/margin/instruments/{symbol}", "admin/margin/instruments/AAPL", Admin,
            """{"long":{"tiers":[{"upTo":"100000.00","initialPpm":500000,"maintenancePpm":250000},{"initialPpm":600000,"maintenancePpm":300000}]},"short":{"tiers":[{"initialPpm":500000,"maintenancePpm":300000}]},"cheapBelow":"5.00","cheapShort":{"tiers":[{"initialPpm":1000000,"maintenancePpm":1000000}]},"lendable":"10000","borrowPpm":30000,"group":"TECH"}""");
        await CallAsync(
            "POST admin/margin/groups/{group}", "admin/margin/groups/TECH", Admin,
            """{"creditPpm":750000,"why":"prices that move together"}""");
        await CallAsync(
            "POST admin/margin/currencies/{asset}", "admin/margin/currencies/USD", Admin, """{"loanPpm":50000}""");
        await CallAsync(
            "POST admin/accounts/{account}/margin", "admin/accounts/ACC-1060/margin", Admin, """{"currency":"USD"}""");
        await CallAsync(
            "POST admin/accounts/{account}/locates", "admin/accounts/ACC-1060/locates", Admin,
            """{"symbol":"AAPL","quantity":"100"}""");
        await CallAsync("GET admin/accounts/{account}/margin", "admin/accounts/ACC-1060/margin", Admin);
        await CallAsync("GET admin/margin", "admin/margin", Admin);
        await CallAsync("GET margin", "margin", Alice);
        await CallAsync(
            "POST admin/instruments", "admin/instruments", Admin,
            """{"symbol":"NVDA","baseAsset":"NVDA","baseDecimals":0,"quoteAsset":"USD","quoteDecimals":2,"tickSize":"0.01","lotSize":"1","referencePrice":"130.00","group":"CHIPS","settlementDays":1}""");
        await CallAsync(
            "POST admin/settlement/{venue}/holidays", "admin/settlement/MAIN/holidays", Admin,
            """{"holidays":["2099-12-25"],"why":"Christmas"}""");
        await CallAsync("GET admin/settlement", "admin/settlement", Admin);
        await CallAsync(
            "POST admin/settlement/{venue}/buy-in-days", "admin/settlement/MAIN/buy-in-days", Admin,
            """{"days":3,"why":"new rule of the venue"}""");

        // Nothing fails on the first day. The response is an order's report, as of POST orders.
        var (refused, _) = await SendAsync(
            "POST", "admin/settlement/MAIN/buy-ins", Admin, """{"id":"b-1","account":"ACC-1002","symbol":"NVDA"}""",
            null);
        Assert.Equal(400, refused);
        _called.Add("POST admin/settlement/{venue}/buy-ins");
        await CallAsync(
            "POST admin/corporate-actions", "admin/corporate-actions", Admin,
            """{"id":"nvda-q4","type":"dividend","symbol":"NVDA","amount":"0.25","exDate":"2099-12-01","payDate":"2099-12-15","why":"fourth quarter"}""");
        await CallAsync("GET admin/corporate-actions", "admin/corporate-actions", Admin);
        await CallAsync("GET admin/corporate-actions/{id}", "admin/corporate-actions/nvda-q4", Admin);
    }

    private async Task SignalsAsync()
    {
        var made = await CallAsync(
            "PUT signals/strategies/{strategy}", "signals/strategies/momentum", Admin,
            """{"accounts":[{"account":"ACC-1002","percent":100}],"symbols":["AAPL"],"policy":"add"}""");
        var secret = made.GetProperty("secret").GetString()!;
        await CallAsync(
            "POST orders", "orders", Alice, """{"symbol":"AAPL","side":"sell","price":"151.00","quantity":"10"}""");
        await SignalAsync(secret, """{"key":"s-1","symbol":"AAPL","action":"flatten"}""");
        await SignalAsync(secret, """{"key":"s-2","symbol":"AAPL","action":"sell","quantity":"3"}""");

        // A signal that the account rejects is a problem to its sender, and is on the list.
        await SendAsync(
            "POST", "signals/momentum", null,
            """{"key":"s-3","symbol":"AAPL","action":"buy","quantity":"900000","price":"150.00"}""", secret);
        await CallAsync("GET signals/strategies", "signals/strategies", Admin);
        await CallAsync("DELETE signals/strategies/{strategy}/pause", "signals/strategies/momentum/pause", Admin);
        var dead =
            (await CallAsync("GET signals/dead", "signals/dead", Admin)).GetProperty("signals")[0].GetProperty("id")
            .GetInt64();
        await CallAsync("DELETE signals/dead/{id}", $"signals/dead/{dead}", Admin);
    }

    private Task<JsonElement> SignalAsync(string secret, string body) =>
        CallAsync("POST signals/{strategy}", "signals/momentum", null, body, secret);

    private async Task PeopleAsync()
    {
        await CallAsync("POST sessions/demo", "sessions/demo", null, """{"bearer":true}""");
        var signUp = $$"""{"name":"dana","password":"{{PasswordText}}","bearer":true}""";
        var dana = "Bearer " + (await CallAsync("POST users", "users", null, signUp)).GetProperty("token").GetString();
        await CallAsync("POST sessions", "sessions", null, signUp);
        await CallAsync("GET sessions/current", "sessions/current", dana);
        var sessions = (await CallAsync("GET sessions", "sessions", dana)).GetProperty("sessions").EnumerateArray();
        var other =
            sessions.First(session => !session.GetProperty("current").GetBoolean()).GetProperty("id").GetString();
        await CallAsync("DELETE sessions/{id}", $"sessions/{other}", dana);
        await CallAsync(
            "PATCH user/preferences", "user/preferences", dana,
            """{"preferences":[{"name":"theme","value":"dark"}]}""");
        await CallAsync("GET user/preferences", "user/preferences", dana);
        await CallAsync("POST keys", "keys", dana, """{"signing":"hmac","readOnly":true,"addresses":["127.0.0.1"]}""");
        var key = (await CallAsync("GET keys", "keys", dana)).GetProperty("keys")[0].GetProperty("id").GetString();
        await CallAsync("DELETE keys/{id}", $"keys/{key}", dana);
        await CallAsync(
            "POST user/password", "user/password", dana,
            $$"""{"password":"{{PasswordText}}","newPassword":"{{PasswordText}}-2"}""");
        await AuthenticatorAsync(dana, PasswordText + "-2");
        await CallAsync("DELETE sessions/current", "sessions/current", dana);
        var again = "Bearer "
            + (await CallAsync(
                "POST sessions", "sessions", null,
                $$"""{"name":"dana","password":"{{PasswordText}}-2","bearer":true}""")).GetProperty("token")
                .GetString();
        await CallAsync("DELETE sessions", "sessions", again);
        await CallAsync(
            "POST admin/users", "admin/users", Admin,
            $$"""{"name":"erin","password":"{{PasswordText}}","role":"risk","account":"ACC-1070"}""");
        await CallAsync("PATCH admin/users/{name}", "admin/users/erin", Admin, """{"state":"closed"}""");
        await CallAsync("DELETE admin/users/{name}/sessions", "admin/users/erin/sessions", Admin);
        await CallAsync("GET admin/users", "admin/users", Admin);
        var made = await CallAsync(
            "POST admin/accounts/{account}/keys", "admin/accounts/ACC-1070/keys", Admin,
            """{"addresses":["192.0.2.7"]}""");
        await CallAsync("GET admin/keys", "admin/keys", Admin);
        await CallAsync("DELETE admin/keys/{id}", $"admin/keys/{made.GetProperty("id").GetString()}", Admin);
        await CallAsync("GET admin/audit", "admin/audit?limit=100", Admin);
    }

    /// <summary>
    /// Adds and removes an authenticator. Each code is accepted once: a code of this half minute adds it; one of the
    /// next, which may be early, removes it.
    /// </summary>
    private async Task AuthenticatorAsync(string who, string password)
    {
        var made =
            await CallAsync("POST user/authenticator", "user/authenticator", who, $$"""{"password":"{{password}}"}""");
        var secret = made.GetProperty("secret").GetString()!;
        var step = TimeProvider.System.GetUtcNow().ToUnixTimeSeconds() / 30;
        var confirmed =
            $$"""{"password":"{{password}}","secret":"{{secret}}","code":"{{AuthenticatorApp.Code(secret, step)}}"}""";
        await CallAsync("POST user/authenticator", "user/authenticator", who, confirmed);
        await CallAsync(
            "DELETE user/authenticator", "user/authenticator", who,
            $$"""{"password":"{{password}}","code":"{{AuthenticatorApp.Code(secret, step + 1)}}"}""");
    }

    private async Task OperatorAsync()
    {
        var trades =
            (await CallAsync("GET trades/{symbol}", "trades/AAPL", null)).GetProperty("trades").EnumerateArray();
        var (corrected, voided) = (trades.First().GetProperty("tradeId").GetString(),
            trades.Last().GetProperty("tradeId").GetString());
        foreach (var (call, body) in new[]
        {
            ("mark", """{"price":"150.00"}"""), ("reference", """{"price":"150.00"}"""),
            ("rules", """{"staticBand":5000,"dynamicBand":"none"}"""),
            ("correct", $$"""{"trade":"{{corrected}}","price":"150.50"}"""), ("bust", $$"""{"trade":"{{voided}}"}"""),
            ("phase", """{"phase":"halt"}"""), ("phase", """{"phase":"volatility"}"""),
        })
            await CallAsync($"POST admin/symbols/{{symbol}}/{call}", $"admin/symbols/AAPL/{call}", Admin, body);
        await CallAsync("GET fills", "fills", Bob);
        await CallAsync("GET symbols/{symbol}/state", "symbols/AAPL/state", null);
        await CallAsync(
            "POST admin/symbols/{symbol}/phase", "admin/symbols/AAPL/phase", Admin, """{"phase":"continuous"}""");
        foreach (var call in new[] { "freeze", "unfreeze", "block", "unblock" })
            await CallAsync(
                $"POST admin/accounts/{{account}}/{call}", $"admin/accounts/ACC-1001/{call}", Admin,
                """{"why":"asked for by its owner"}""");
        foreach (var call in new[] { "block", "unblock" })
            await CallAsync(
                $"POST admin/owners/{{owner}}/{call}", $"admin/owners/alice/{call}", Admin,
                """{"why":"its algorithm runs away"}""");
        await CallAsync("GET trades/{symbol}", "trades/AAPL", null);
        await CallAsync("GET admin/actions", "admin/actions?limit=100", Admin);
        await CallAsync("POST admin/breaker", "admin/breaker", Admin, """{"index":499000,"previousClose":500000}""");
        await CallAsync(
            "POST admin/symbols/{symbol}/pin", "admin/symbols/AAPL/pin", Admin,
            """{"silo":"all","why":"a machine of its own"}""");
        var pin = Assert.Single(
            (await CallAsync("GET admin/pins", "admin/pins", Admin)).GetProperty("pins").EnumerateArray());
        Assert.True(pin.GetProperty("held").GetBoolean());
        var system = await CallAsync("GET admin/system", "admin/system", Admin);
        var silo = Assert.Single(system.GetProperty("silos").EnumerateArray());
        Assert.Equal("active", silo.GetProperty("state").GetString());
        Assert.Contains(
            silo.GetProperty("grains").EnumerateArray(),
            grains => grains.GetProperty("type").GetString() == "OrderBook");
    }

    private async Task MarketAsync()
    {
        await CallAsync("GET instruments", "instruments", null);
        await CallAsync("GET trades/{symbol}", "trades/AAPL", null);
        await CallAsync("GET candles/{symbol}", "candles/AAPL", null);
        await CallAsync("GET tickers", "tickers", null);
    }

    private async Task LedgerAsync()
    {
        await CallAsync("GET admin/accounts/{account}/statement", "admin/accounts/ACC-1002/statement", Admin);
        await CallAsync("GET admin/accounts/{account}/positions", "admin/accounts/ACC-1002/positions", Admin);
        await CallAsync("GET admin/ledger/trial-balance", "admin/ledger/trial-balance", Admin);
        await CallAsync("GET admin/ledger/fees", "admin/ledger/fees", Admin);
        await CallAsync("GET admin/ledger/reconciliation", "admin/ledger/reconciliation", Admin);
    }

    /// <summary>Makes a call that must succeed, and checks its response against the document.</summary>
    private async Task<JsonElement> CallAsync(
        string call, string path, string? who, string? body = null, string? signingSecret = null)
    {
        var (status, answer) =
            await SendAsync(call[..call.IndexOf(' ', StringComparison.Ordinal)], path, who, body, signingSecret);
        Assert.True(status == 200, $"{call}: {status} {answer}");
        _called.Add(call);
        _wrong.AddRange(_schema.Check(call, answer));
        _examples.Add(call, body, answer);
        return answer;
    }

    private async Task<(int Status, JsonElement Answer)> SendAsync(
        string method, string path, string? who, string? body, string? signingSecret)
    {
        using var request = new HttpRequestMessage(new HttpMethod(method), path);
        if (who?.StartsWith("Bearer ", StringComparison.Ordinal) == true)
            request.Headers.Authorization = AuthenticationHeaderValue.Parse(who);
        else if (who is not null)
            request.Headers.Add("X-Api-Key", who);
        if (signingSecret is not null)
            request.Headers.Add(
                "X-QC-Signature",
                Convert.ToHexStringLower(
                    HMACSHA256.HashData(Encoding.UTF8.GetBytes(signingSecret), Encoding.UTF8.GetBytes(body!))));
        if (body is not null)
            request.Content = new StringContent(body, Encoding.UTF8, "application/json");
        using var response = await _http.SendAsync(request, Token);
        using var document = JsonDocument.Parse(await response.Content.ReadAsStringAsync(Token));
        return ((int)response.StatusCode, document.RootElement.Clone());
    }
}
