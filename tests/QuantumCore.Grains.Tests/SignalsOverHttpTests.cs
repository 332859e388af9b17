using System.Globalization;
using System.Security.Cryptography;
using System.Text;
using System.Text.Json;
using QuantumCore.Client;
using QuantumCore.Contracts;
using QuantumCore.TestKit;
using Xunit;

namespace QuantumCore.Grains.Tests;

/// <summary>Webhook signals over a real socket: trades, repetitions and permissions.</summary>
public class SignalsOverHttpTests
{
    private const long Carol = 1003;
    private static readonly (string, string) s_officer = ("X-Api-Key", "operator");

    [Fact]
    public async Task Signal_sent_a_hundred_times_at_once_trades_once_with_equal_responses()
    {
        await using var desk = await Desk.OpenAsync();
        await desk.OfferAsync(500);
        var body = Body("k-1", "buy", "10");

        var answers = await Task.WhenAll(Enumerable.Range(0, 100).Select(_ => desk.SendAsync(body)));

        Assert.All(answers, answer => Assert.Equal(200, answer.Status));
        var orders =
            answers.Select(answer => answer.Body.GetProperty("accounts")[0].GetProperty("order").ToString()).Distinct();
        Assert.Contains("\"filled\":\"10\"", Assert.Single(orders), StringComparison.Ordinal);
        Assert.Equal(10, await desk.HoldingAsync());
        Assert.Equal("k-1", answers[0].Body.GetProperty("key").GetString());
        Assert.True((await desk.SendAsync(body)).Body.GetProperty("duplicate").GetBoolean());
        Assert.Equal(10, await desk.HoldingAsync());
    }

    [Fact]
    public async Task Equal_signals_with_different_keys_both_trade()
    {
        await using var desk = await Desk.OpenAsync(policy: "add");
        await desk.OfferAsync(500);
        Assert.False((await desk.SendAsync(Body("k-1", "buy", "10"))).Body.GetProperty("duplicate").GetBoolean());
        Assert.False((await desk.SendAsync(Body("k-2", "buy", "10"))).Body.GetProperty("duplicate").GetBoolean());
        Assert.Equal(20, await desk.HoldingAsync());
    }

    [Fact]
    public async Task Concurrent_signals_of_one_account_do_not_both_see_an_empty_position()
    {
        await using var desk = await Desk.OpenAsync(policy: "skip");
        var other = await desk.SetAsync("second", """{"accounts":[{"account":"ACC-1003"}],"policy":"skip"}""");
        // Both rest: neither has traded when the other one decides.
        var answers = await Task.WhenAll(
            desk.SendAsync(Body("k-1", "buy", "10", "\"price\":\"100.00\"")),
            desk.SendAsync(Body("k-1", "buy", "10", "\"price\":\"100.00\""), "second", other));

        var codes = answers.Select(answer => answer.Body.GetProperty("accounts")[0].GetProperty("code").GetString()!)
            .Order().ToArray();
        Assert.Equal(["None", "SignalSkipped"], codes);
    }

    [Fact]
    public async Task Skipped_signal_stays_skipped_on_a_retry_at_another_position()
    {
        await using var desk = await Desk.OpenAsync();
        await desk.OfferAsync(500);
        var early = Body("k-1", "flatten", null);
        Assert.Equal("SignalSkipped", Code(await desk.SendAsync(early)));
        await desk.SendAsync(Body("k-2", "buy", "10"));

        var late = await desk.SendAsync(early);
        Assert.Equal(("SignalSkipped", true), (Code(late), late.Body.GetProperty("duplicate").GetBoolean()));
        Assert.Equal(10, await desk.HoldingAsync());
        await desk.BidAsync(500);
        Assert.Equal("None", Code(await desk.SendAsync(Body("k-3", "flatten", null))));
        Assert.Equal(0, await desk.HoldingAsync());
    }

    [Fact]
    public async Task The_same_key_with_other_content_is_a_conflict_and_trades_nothing()
    {
        await using var desk = await Desk.OpenAsync(policy: "add");
        await desk.OfferAsync(500);
        await desk.SendAsync(Body("k-1", "buy", "10"));
        var (status, answer) = await desk.SendAsync(Body("k-1", "buy", "11"));
        Assert.Equal((409, "KeyConflict"), (status, answer.GetProperty("code").GetString()));
        Assert.Equal(10, await desk.HoldingAsync());
    }

    [Fact]
    public async Task Each_account_takes_its_share()
    {
        await using var desk = await Desk.OpenAsync();
        var secret =
            await desk.SetAsync(
                "wide",
                """{"accounts":[{"account":"ACC-1003","percent":150},{"account":"ACC-1004","percent":50}],"policy":"add"}""");
        await desk.FundAsync(1004);
        await desk.OfferAsync(500);
        var (_, answer) = await desk.SendAsync(Body("k-1", "buy", "7"), "wide", secret);
        Assert.Equal(
            ["ACC-1003 10", "ACC-1004 3"],
            answer.GetProperty("accounts").EnumerateArray()
                .Select(a => $"{a.GetProperty("account")} {a.GetProperty("order").GetProperty("filled")}"));
    }

    [Theory]
    [InlineData("wrong", false)]
    [InlineData("", false)]
    [InlineData(null, false)]
    [InlineData(null, true)]
    public async Task Signal_with_wrong_credentials_is_rejected(string? signature, bool passphrase)
    {
        await using var desk = await Desk.OpenAsync();
        await desk.OfferAsync(500);
        var body = Body("k-1", "buy", "10", passphrase ? $"\"passphrase\":\"{desk.Secret}\"" : null);
        Assert.Equal(401, (await desk.PostAsync("momentum", body, signature)).Status);
        Assert.Equal(401, (await desk.SendAsync(body, "nobody", desk.Secret)).Status);
        Assert.Equal(0, await desk.HoldingAsync());
    }

    [Fact]
    public async Task A_tool_that_can_not_sign_sends_the_passphrase_where_its_strategy_takes_that()
    {
        await using var desk = await Desk.OpenAsync();
        var secret = await desk.SetAsync("chart", """{"accounts":[{"account":"ACC-1003"}],"passphrase":true}""");
        await desk.OfferAsync(500);
        Assert.Equal(
            401, (await desk.PostAsync("chart", Body("k-1", "buy", "10", "\"passphrase\":\"guess\""), null)).Status);
        Assert.Equal(
            200,
            (await desk.PostAsync("chart", Body("k-1", "buy", "10", $"\"passphrase\":\"{secret}\""), null)).Status);
        Assert.Equal(10, await desk.HoldingAsync());
        Assert.DoesNotContain(
            secret, (await desk.Browser.AskAsync("GET", "signals/strategies", null, s_officer)).Body.ToString(),
            StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("""{"symbol":"AAPL","action":"buy","quantity":"1"}""", 400, "key")]
    [InlineData("""{"key":"a b","symbol":"AAPL","action":"buy","quantity":"1"}""", 400, "key")]
    [InlineData("""{"key":"k","symbol":"AAPL","action":"hold","quantity":"1"}""", 400, "action")]
    [InlineData("""{"key":"k","symbol":"NONE","action":"buy","quantity":"1"}""", 404, "symbol")]
    [InlineData("""{"key":"k","symbol":"AAPL","action":"buy"}""", 400, "action,quantity")]
    [InlineData("""{"key":"k","symbol":"AAPL","action":"flatten","quantity":"1"}""", 400, "action,quantity")]
    [InlineData("""{"key":"k","symbol":"AAPL","action":"buy","quantity":"-1"}""", 400, "quantity")]
    [InlineData("""{"key":"k","symbol":"AAPL","action":"buy","quantity":"1","price":"1e9"}""", 400, "price")]
    [InlineData("""{"key":"k","symbol":"AAPL","action":"buy","quantity":"1","time":"yesterday"}""", 400, "time")]
    [InlineData("""{"key":"k","symbol":"AAPL","action":"buy","quantity":1}""", 400, "quantity")]
    [InlineData("""{"key":"k","symbol":"AAPL","action":"buy","quantity":"1","leverage":"9"}""", 400, null)]
    [InlineData("""[]""", 400, null)]
    [InlineData("", 400, null)]
    public async Task A_signal_that_can_not_be_read_names_what_is_wrong(string body, int status, string? field)
    {
        await using var desk = await Desk.OpenAsync();
        var (told, answer) = await desk.SendAsync(body);
        Assert.Equal(status, told);
        if (field is not null)
            Assert.Equal(field, answer.GetProperty("field").GetString());
        Assert.Equal(0, await desk.HoldingAsync());
    }

    [Fact]
    public async Task More_signals_than_the_window_holds_are_turned_away_until_it_has_slid_on()
    {
        await using var desk = await Desk.OpenAsync(more: ""","mostInWindow":2,"windowSeconds":3600""");
        Assert.Equal("SignalSkipped", Code(await desk.SendAsync(Body("k-1", "flatten", null))));
        Assert.Equal("SignalSkipped", Code(await desk.SendAsync(Body("k-2", "flatten", null))));

        using var response = await desk.RawAsync("momentum", Body("k-3", "flatten", null));
        Assert.Equal(429, (int)response.StatusCode);
        Assert.InRange(response.Headers.RetryAfter!.Delta!.Value.TotalSeconds, 3_000, 3_600);
        Assert.Equal("SignalSkipped", Code(await desk.SendAsync(Body("k-2", "flatten", null))));
    }

    [Fact]
    public async Task Failures_in_a_row_pause_a_strategy_and_stand_on_the_list_until_they_are_dropped()
    {
        await using var desk = await Desk.OpenAsync(more: ""","mostFailures":2,"pauseSeconds":600""");
        Assert.Equal(422, (await desk.SendAsync(Body("k-1", "buy", "1000000", "\"price\":\"1000000.00\""))).Status);
        // The same failure again does not count as a new one.
        Assert.Equal(422, (await desk.SendAsync(Body("k-1", "buy", "1000000", "\"price\":\"1000000.00\""))).Status);
        Assert.Equal(
            404,
            (await desk.SendAsync(Body("k-2", "buy", "1").Replace("AAPL", "NONE", StringComparison.Ordinal))).Status);

        using var paused = await desk.RawAsync("momentum", Body("k-3", "flatten", null));
        Assert.Equal(503, (int)paused.StatusCode);
        Assert.InRange(paused.Headers.RetryAfter!.Delta!.Value.TotalSeconds, 500, 600);
        var dead = (await desk.Browser.AskAsync("GET", "signals/dead", null, s_officer)).Body.GetProperty("signals")
            .EnumerateArray().ToArray();
        Assert.Equal(
            ["k-2 UnknownSymbol", "k-1 InsufficientFunds"],
            dead.Select(signal => $"{signal.GetProperty("key")} {signal.GetProperty("code")}"));

        Assert.Equal(
            200, (await desk.Browser.AskAsync("DELETE", "signals/strategies/momentum/pause", null, s_officer)).Status);
        Assert.Equal("SignalSkipped", Code(await desk.SendAsync(Body("k-3", "flatten", null))));
        var id = dead[0].GetProperty("id");
        Assert.Equal(200, (await desk.Browser.AskAsync("DELETE", $"signals/dead/{id}", null, s_officer)).Status);
        Assert.Equal(404, (await desk.Browser.AskAsync("DELETE", $"signals/dead/{id}", null, s_officer)).Status);
        Assert.Equal(
            1,
            (await desk.Browser.AskAsync("GET", "signals/dead", null, s_officer)).Body.GetProperty("signals")
                .GetArrayLength());
    }

    [Fact]
    public async Task Malformed_signal_is_listed_and_counts_as_a_failure()
    {
        await using var desk = await Desk.OpenAsync(more: ""","mostFailures":3""");
        var unquoted = Body("k-1", "buy", "10", $"\"passphrase\":\"{desk.Secret}\"")
            .Replace("\"10\"", "10", StringComparison.Ordinal);
        Assert.Equal(400, (await desk.SendAsync(unquoted)).Status);
        Assert.Equal(400, (await desk.SendAsync(unquoted)).Status);
        Assert.Equal(400, (await desk.SendAsync(Body("a key", "buy", "10"))).Status);
        Assert.Equal(401, (await desk.PostAsync("momentum", "what?", "00")).Status);
        var dead = (await desk.Browser.AskAsync("GET", "signals/dead", null, s_officer)).Body.GetProperty("signals")
            .EnumerateArray().ToArray();
        Assert.Equal(2, dead.Length);
        Assert.All(dead, signal => Assert.Equal("BadRequest", signal.GetProperty("code").GetString()));
        Assert.StartsWith("key: ", dead[0].GetProperty("detail").GetString(), StringComparison.Ordinal);
        Assert.StartsWith("quantity: ", dead[1].GetProperty("detail").GetString(), StringComparison.Ordinal);
        Assert.Contains("\"quantity\":10", dead[1].GetProperty("body").GetString(), StringComparison.Ordinal);
        Assert.DoesNotContain(desk.Secret, dead[1].GetProperty("body").GetString(), StringComparison.Ordinal);

        Assert.Equal(400, (await desk.SendAsync("what?")).Status);
        Assert.Equal(503, (await desk.SendAsync(Body("k-2", "buy", "10"))).Status);
        Assert.Equal(0, await desk.HoldingAsync());
    }

    [Fact]
    public async Task Late_signal_is_ignored_unless_it_repeats_a_timely_one()
    {
        var clock = new ManualTime(new DateTimeOffset(2026, 1, 5, 12, 0, 0, TimeSpan.Zero));
        await using var desk = await Desk.OpenAsync(time: clock);
        await desk.OfferAsync(500);
        var sent = clock.GetUtcNow().ToUnixTimeMilliseconds().ToString(CultureInfo.InvariantCulture);
        var first = Body("k-1", "buy", "10", $"\"time\":\"{sent}\"");
        Assert.Equal("None", Code(await desk.SendAsync(first)));

        clock.Advance(TimeSpan.FromSeconds(61));
        Assert.Equal("None", Code(await desk.SendAsync(first)));
        var (status, answer) = await desk.SendAsync(Body("k-2", "buy", "10", "\"time\":\"2026-01-05T12:00:00Z\""));
        Assert.Equal(
            (422, "SignalTooOld", "time"),
            (status, answer.GetProperty("code").GetString(), answer.GetProperty("field").GetString()));
        Assert.Equal(10, await desk.HoldingAsync());
    }

    [Fact]
    public async Task A_customer_makes_strategies_for_the_own_account_alone_and_sees_no_one_elses()
    {
        await using var desk = await Desk.OpenAsync();
        var alice = ("X-Api-Key", "alice");
        Assert.Equal(
            403,
            (await desk.Browser.AskAsync(
                "PUT", "signals/strategies/mine", """{"accounts":[{"account":"ACC-1003"}]}""", alice)).Status);
        Assert.Equal(
            200,
            (await desk.Browser.AskAsync(
                "PUT", "signals/strategies/mine", """{"accounts":[{"account":"ACC-1001"}]}""", alice)).Status);
        Assert.Equal(
            409,
            (await desk.Browser.AskAsync(
                "PUT", "signals/strategies/momentum", """{"accounts":[{"account":"ACC-1001"}]}""", alice)).Status);
        var listed =
            (await desk.Browser.AskAsync("GET", "signals/strategies", null, alice)).Body.GetProperty("strategies")
            .EnumerateArray();
        Assert.Equal("mine", Assert.Single(listed).GetProperty("name").GetString());
        Assert.Equal(
            403, (await desk.Browser.AskAsync("DELETE", "signals/strategies/momentum/pause", null, alice)).Status);
        Assert.Equal(401, (await desk.Browser.AskAsync("GET", "signals/strategies")).Status);
    }

    [Theory]
    [InlineData("UPPER", """{"accounts":[{"account":"ACC-1003"}]}""", "name")]
    [InlineData("ok", """{}""", "accounts")]
    [InlineData("ok", """{"accounts":[{"account":"1003"}]}""", "accounts")]
    [InlineData("ok", """{"accounts":[{"account":"ACC-1003"},{"account":"ACC-1003"}]}""", "accounts")]
    [InlineData("ok", """{"accounts":[{"account":"ACC-1003","percent":0}]}""", "accounts")]
    [InlineData("ok", """{"accounts":[{"account":"ACC-1003"}],"policy":"hope"}""", "policy")]
    [InlineData("ok", """{"accounts":[{"account":"ACC-1003"}],"symbols":["NONE"]}""", "symbols")]
    [InlineData("ok", """{"accounts":[{"account":"ACC-1003"}],"mostInWindow":0}""", "mostInWindow")]
    [InlineData("ok", """{"accounts":[{"account":"ACC-1003"}],"windowSeconds":3601}""", "windowSeconds")]
    [InlineData("ok", """{"accounts":[{"account":"ACC-1003"}],"pauseSeconds":-1}""", "pauseSeconds")]
    public async Task Invalid_strategy_is_rejected_with_its_field(string name, string body, string field)
    {
        await using var desk = await Desk.OpenAsync();
        var (status, answer) = await desk.Browser.AskAsync("PUT", $"signals/strategies/{name}", body, s_officer);
        Assert.InRange(status, 400, 404);
        Assert.Equal(field, answer.GetProperty("field").GetString());
    }

    [Fact]
    public async Task The_SDK_sends_signals_and_sees_what_became_of_them()
    {
        await using var desk = await Desk.OpenAsync();
        await desk.OfferAsync(500);
        var signal = new Signal("k-1", "AAPL", SignalAction.Buy, 10, Time: TimeProvider.System.GetUtcNow());
        var first =
            await desk.Admin.Signals.SendAsync("momentum", desk.Secret, signal, TestContext.Current.CancellationToken);
        var again =
            await desk.Admin.Signals.SendAsync("momentum", desk.Secret, signal, TestContext.Current.CancellationToken);
        Assert.Equal((false, true), (first.Duplicate, again.Duplicate));
        Assert.Equal(first.Accounts[0].Order!.OrderId, again.Accounts[0].Order!.OrderId);
        Assert.Equal(10, first.Accounts[0].Order!.Filled);

        var refusal = await Assert.ThrowsAsync<QuantumCoreException>(() => desk.Admin.Signals.SendAsync(
            "momentum", "no secret", signal, TestContext.Current.CancellationToken));
        Assert.Equal("Unauthorized", refusal.Code);
        await Assert.ThrowsAsync<QuantumCoreException>(() => desk.Admin.Signals.SendAsync(
            "momentum", desk.Secret, signal with { Key = "k-2", Symbol = "NONE" },
            TestContext.Current.CancellationToken));
        var dead = Assert.Single(await desk.Admin.Signals.GetDeadAsync(TestContext.Current.CancellationToken));
        await desk.Admin.Signals.DropDeadAsync(dead.Id, TestContext.Current.CancellationToken);
        Assert.Empty(await desk.Admin.Signals.GetDeadAsync(TestContext.Current.CancellationToken));
        Assert.Null(
            (await desk.Admin.Signals.ResumeAsync("momentum", TestContext.Current.CancellationToken)).PausedUntil);
        var changed = await desk.Admin.Signals.SetStrategyAsync(
            "momentum", new SignalStrategyTerms([new("ACC-1003")]) { Closed = true },
            TestContext.Current.CancellationToken);
        Assert.Equal((true, null), (changed.Closed, changed.Secret));
        Assert.Equal(401, (await desk.SendAsync(Body("k-3", "flatten", null))).Status);
    }

    [Fact]
    public async Task Webhooks_are_counted_by_outcome_and_their_latency_is_measured()
    {
        await using var desk = await Desk.OpenAsync();
        await desk.OfferAsync(500);
        await desk.MetricsAsync();
        for (var i = 0; i < 3; i++)
            await desk.SendAsync(Body("k-1", "buy", "10"));
        await desk.SendAsync(Body("k-2", "buy", "10"), secret: "another");
        await desk.SendAsync("no JSON");

        var page = await desk.MetricsAsync();
        double Count(string outcome) => page.Samples[$"quantumcore_webhooks_total{{outcome=\"{outcome}\"}}"];
        Assert.Equal((1, 2, 1, 1), (Count("Accepted"), Count("Duplicate"), Count("Unauthorized"), Count("BadRequest")));
        Assert.Equal(5, page.Samples["quantumcore_webhook_seconds_count"]);
        Assert.True(page.Samples["quantumcore_webhook_seconds_sum"] > 0);
    }

    private static string Body(string key, string action, string? quantity, string? more = null) =>
        $$"""{"key":"{{key}}","symbol":"AAPL","action":"{{action}}"{{(quantity is null ? "" : $",\"quantity\":\"{quantity}\"")}}{{(more is null ? "" : "," + more)}}}""";

    private static string Code((int Status, JsonElement Body) answer) =>
        answer.Status == 200
            ? answer.Body.GetProperty("accounts")[0].GetProperty("code").GetString()!
            : answer.Body.ToString();

    /// <summary>An exchange with a strategy for an account that has only cash.</summary>
    private sealed class Desk : IAsyncDisposable
    {
        private readonly ServedExchange _exchange;

        private Desk(ServedExchange exchange)
        {
            _exchange = exchange;
            Browser = new Browser(exchange.Address) { Site = null };
        }

        public Browser Browser { get; }

        public string Secret { get; private set; } = "";

        public QuantumCoreClient Admin => _exchange.Admin;

        public static async Task<Desk> OpenAsync(string policy = "reverse", string more = "", TimeProvider? time = null)
        {
            var desk = new Desk(await ServedExchange.OpenAsync(time: time));
            await desk.FundAsync(Carol);
            desk.Secret = await desk.SetAsync(
                "momentum", $$"""{"accounts":[{"account":"ACC-1003"}],"policy":"{{policy}}"{{more}}}""");
            return desk;
        }

        public async Task FundAsync(long account) =>
            await _exchange.Grains.Account(account).Deposit(new DepositRequest("cash", "USD", 100_000_000));

        public async Task<string> SetAsync(string name, string body)
        {
            var (status, answer) = await Browser.AskAsync("PUT", $"signals/strategies/{name}", body, s_officer);
            Assert.True(status == 200, answer.ToString());
            return answer.GetProperty("secret").GetString()!;
        }

        public Task<Order> OfferAsync(decimal quantity) => _exchange.AliceAsync(ServedExchange.Sell(quantity, 150m));

        public Task<Order> BidAsync(decimal quantity) => _exchange.AliceAsync(ServedExchange.Buy(quantity, 149m));

        public async Task<long> HoldingAsync()
        {
            await _exchange.Grains.Account(Carol).CatchUp();
            var view = await _exchange.Grains.Account(Carol).View([]);
            return view.Balances.Where(balance => balance.Asset == "AAPL").Sum(balance => balance.Total);
        }

        public Task<(int Status, JsonElement Body)> SendAsync(
            string body, string strategy = "momentum", string? secret = null) =>
            PostAsync(strategy, body, Sign(body, secret ?? Secret));

        public Task<(int Status, JsonElement Body)> PostAsync(string strategy, string body, string? signature) =>
            Browser.AskAsync(
                "POST", $"signals/{strategy}", body, signature is null ? [] : [("X-QC-Signature", signature)]);

        public Task<HttpResponseMessage> RawAsync(string strategy, string body) =>
            Browser.RawAsync("POST", $"signals/{strategy}", body, ("X-QC-Signature", Sign(body, Secret)));

        public async Task<PrometheusPage> MetricsAsync()
        {
            using var http = new HttpClient { BaseAddress = _exchange.Address };
            return new PrometheusPage(
                await http.GetStringAsync(
                    new Uri("/metrics", UriKind.Relative), TestContext.Current.CancellationToken));
        }

        private static string Sign(string body, string secret) =>
            Convert.ToHexStringLower(HMACSHA256.HashData(Encoding.UTF8.GetBytes(secret), Encoding.UTF8.GetBytes(body)));

        public async ValueTask DisposeAsync()
        {
            Browser.Dispose();
            await _exchange.DisposeAsync();
        }
    }
}
