using System.Collections.Immutable;
using System.Net.WebSockets;
using System.Security.Cryptography;
using System.Text;
using System.Text.Json;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Hosting;
using QuantumCore.Contracts;
using QuantumCore.Gateway.Identity;
using QuantumCore.TestKit;
using Xunit;

namespace QuantumCore.Gateway.Binance.Tests;

/// <summary>WebSocket API of the Binance Spot interface: the same calls, each signed or sent after a logon.</summary>
public sealed class BinanceApiTests
{
    private const string Order =
        """ "symbol":"AAPL","side":"BUY","type":"LIMIT","timeInForce":"GTC","quantity":"10","price":"150.00" """;

    private static CancellationToken Token => TestContext.Current.CancellationToken;

    [Fact]
    public async Task A_call_is_answered_under_its_id_with_what_it_used()
    {
        await using var api = await Api.OpenAsync();
        var pong = await api.AskAsync("""{"id":"a-1","method":"ping"}""");
        Assert.Equal(
            """{"id":"a-1","status":200,"result":{},"rateLimits":[{"rateLimitType":"REQUEST_WEIGHT","interval":"MINUTE","intervalNum":1,"limit":6000,"count":3}]}""",
            pong.GetRawText());
        var bare = await api.AskAsync(
            """{"id":7,"method":"depth","params":{"symbol":"AAPL","limit":5,"returnRateLimits":false}}""");
        Assert.Equal("""{"id":7,"status":200,"result":{"lastUpdateId":0,"bids":[],"asks":[]}}""", bare.GetRawText());
    }

    [Fact]
    public async Task An_order_is_signed_by_its_parameters_in_their_sequence()
    {
        await using var api = await Api.OpenAsync();
        var placed = await api.AskAsync(api.Signed("order.place", Order));
        Assert.Equal(
            (200, "NEW"),
            (placed.GetProperty("status").GetInt32(), placed.GetProperty("result").GetProperty("status").GetString()));
        Assert.Equal(3, placed.GetProperty("rateLimits").GetArrayLength());
        Assert.Single(api.Exchange.Floor.Open(TradingFloor.Alice));

        var forged =
            await api.AskAsync(api.Signed("order.place", Order).Replace("150.00", "151.00", StringComparison.Ordinal));
        Assert.Equal((400, -1022), Told(forged));
        Assert.Single(api.Exchange.Floor.Open(TradingFloor.Alice));
    }

    [Fact]
    public async Task A_session_speaks_for_its_key_until_it_is_logged_out()
    {
        await using var api = await Api.OpenAsync(signing: "ed25519");
        var bare = $$"""{"id":1,"method":"order.place","params":{ {{Order}},"timestamp":{{api.Now}} } }""";
        Assert.Equal((401, -2014), Told(await api.AskAsync(bare)));

        Assert.Equal(200, (await api.AskAsync(api.Signed("session.logon", ""))).GetProperty("status").GetInt32());
        Assert.Equal("NEW", (await api.AskAsync(bare)).GetProperty("result").GetProperty("status").GetString());
        // The timestamp is still checked.
        Assert.Equal(
            (400, -1021),
            Told(await api.AskAsync(bare.Replace($"{api.Now}", $"{api.Now - 6_000}", StringComparison.Ordinal))));

        var status = await api.AskAsync("""{"id":2,"method":"session.logout"}""");
        Assert.Equal(JsonValueKind.Null, status.GetProperty("result").GetProperty("apiKey").ValueKind);
        Assert.Equal((401, -2014), Told(await api.AskAsync(bare)));
        Assert.Single(api.Exchange.Floor.Open(TradingFloor.Alice));
    }

    [Theory]
    [InlineData("hmac", "HMAC_SHA256 API key is not supported.")]
    [InlineData("rsa", "RSA API key is not supported.")]
    public async Task A_session_is_logged_on_with_an_ed25519_key_alone(string signing, string refusal)
    {
        await using var api = await Api.OpenAsync(signing: signing);
        var answer = await api.AskAsync(api.Signed("session.logon", ""));
        Assert.Equal((400, -4056), Told(answer));
        Assert.Equal(refusal, answer.GetProperty("error").GetProperty("msg").GetString());
        Assert.Equal((401, -2014), Told(await api.AskAsync("""{"id":1,"method":"userDataStream.subscribe"}""")));
        Assert.Equal(200, (await api.AskAsync(api.Signed("account.status", ""))).GetProperty("status").GetInt32());
    }

    [Fact]
    public async Task A_list_of_symbols_may_have_spaces_where_it_is_an_array_of_JSON()
    {
        await using var api = await Api.OpenAsync();
        var prices = await api.AskAsync("""{"id":1,"method":"ticker.price","params":{"symbols":["AAPL", "MSFT"]}}""");
        Assert.Equal(2, prices.GetProperty("result").GetArrayLength());
        Assert.Equal(
            (400, -1100),
            Told(
                await api.AskAsync(
                    """{"id":1,"method":"ticker.price","params":{"symbols":"[\"AAPL\", \"MSFT\"]"}}""")));
    }

    [Fact]
    public async Task Null_names_no_order()
    {
        await using var api = await Api.OpenAsync(signing: "ed25519");
        await api.AskAsync(api.Signed("session.logon", ""));
        var refused = await api.AskAsync(
            $$"""{"id":1,"method":"order.place","params":{ {{Order}},"newClientOrderId":null,"timestamp":{{api.Now}} } }""");
        Assert.Equal((400, -1105), Told(refused));
        Assert.Empty(api.Exchange.Floor.Open(TradingFloor.Alice));
    }

    [Fact]
    public async Task A_session_is_measured_by_the_clock_of_its_key_and_told_it()
    {
        await using var api = await Api.OpenAsync(signing: "ed25519");
        var clock = api.Exchange.Services.GetRequiredService<ClientClock>();
        Assert.Equal(200, (await api.AskAsync(api.Signed("session.logon", ""))).GetProperty("status").GetInt32());
        clock.SetFor(api.Key, TimeSpan.FromMinutes(-1));
        var early = $$"""{"id":1,"method":"order.place","params":{ {{Order}},"timestamp":{{api.Now}} } }""";
        Assert.Equal((400, -1021), Told(await api.AskAsync(early)));
        Assert.Equal(
            "NEW",
            (await api.AskAsync(
                early.Replace($"{api.Now}", $"{api.Now - 60_000}", StringComparison.Ordinal))).GetProperty("result")
                .GetProperty("status").GetString());
        Assert.Equal((-60_000L, -60_000L), (await AheadAsync("session.status"), await AheadAsync("time")));
        Assert.Equal(0, await AheadAsync("session.logout"));
        Assert.Equal(0, await AheadAsync("time"));
        Assert.Equal((400, -1021), Told(await api.AskAsync(api.Signed("session.logon", ""))));

        async Task<long> AheadAsync(string method) =>
            (await api.AskAsync($$"""{"id":2,"method":"{{method}}"}""")).GetProperty("result").GetProperty("serverTime")
                .GetInt64() - api.Now;
    }

    [Fact]
    public async Task Logon_with_a_wrong_signature_fails()
    {
        await using var api = await Api.OpenAsync(signing: "ed25519");
        var forged =
            api.Signed("session.logon", "").Replace("\"signature\":\"", "\"signature\":\"AA", StringComparison.Ordinal);
        Assert.Equal((400, -1022), Told(await api.AskAsync(forged)));
        var status = await api.AskAsync("""{"id":2,"method":"session.status"}""");
        Assert.Equal(JsonValueKind.Null, status.GetProperty("result").GetProperty("authorizedSince").ValueKind);
    }

    [Fact]
    public async Task User_data_subscription_reports_account_events_until_it_ends()
    {
        await using var api = await Api.OpenAsync(signing: "ed25519");
        Assert.Equal((401, -2014), Told(await api.AskAsync("""{"id":1,"method":"userDataStream.subscribe"}""")));
        Assert.Equal(
            """{"subscriptionId":0}""",
            Result(await api.AskAsync(api.Signed("userDataStream.subscribe.signature", ""))));
        await api.AskAsync(api.Signed("session.logon", ""));
        Assert.Equal(
            """{"subscriptionId":1}""", Result(await api.AskAsync("""{"id":1,"method":"userDataStream.subscribe"}""")));

        api.Paid(100_500);
        var heard = new List<JsonElement>();
        while (heard.Count < 4)
            heard.Add(await api.ReadAsync());
        foreach (var number in new[] { 0, 1 })
        {
            var own = heard.Where(told => told.GetProperty("subscriptionId").GetInt32() == number).ToArray();
            Assert.Equal(["balanceUpdate", "outboundAccountPosition"], own.Select(told => Event(told, "e")));
            Assert.Equal("5.00000000", Event(own[0], "d"));
        }

        Assert.Equal(
            "{}",
            Result(
                await api.AskAsync(
                    """{"id":1,"method":"userDataStream.unsubscribe","params":{"subscriptionId":0}}""")));
        api.Paid(100_600);
        Assert.Equal(
            (1, "1.00000000"),
            ((await api.ReadAsync()) is var more ? more.GetProperty("subscriptionId").GetInt32() : -1,
                Event(more, "d")));
    }

    [Fact]
    public async Task Session_lists_its_subscriptions_and_logout_ends_those_it_opened()
    {
        await using var api = await Api.OpenAsync(signing: "ed25519");
        const string List = """{"id":1,"method":"session.subscriptions"}""";
        Assert.Equal("[]", Result(await api.AskAsync(List)));
        await api.AskAsync(api.Signed("userDataStream.subscribe.signature", ""));
        await api.AskAsync(api.Signed("session.logon", ""));

        // A session that is logged on replaces the signature; the timestamp is still required.
        var bySession =
            $$"""{"id":1,"method":"userDataStream.subscribe.signature","params":{"timestamp":{{api.Now}} } }""";
        Assert.Equal("""{"subscriptionId":1}""", Result(await api.AskAsync(bySession)));
        Assert.Equal(
            (400, -1102), Told(await api.AskAsync("""{"id":1,"method":"userDataStream.subscribe.signature"}""")));
        await api.AskAsync("""{"id":1,"method":"userDataStream.subscribe"}""");
        Assert.Equal(
            """[{"subscriptionId":0},{"subscriptionId":1},{"subscriptionId":2}]""", Result(await api.AskAsync(List)));

        var status = (await api.AskAsync("""{"id":1,"method":"session.logout"}""")).GetProperty("result");
        Assert.True(status.GetProperty("userDataStream").GetBoolean());
        Assert.Equal("""[{"subscriptionId":0},{"subscriptionId":1}]""", Result(await api.AskAsync(List)));
    }

    [Fact]
    public async Task Connection_without_rate_limit_reports_can_request_one()
    {
        await using var api = await Api.OpenAsync();
        using var socket = await api.ConnectAsync("ws-api/v3?returnRateLimits=false");
        await Api.SendAsync(socket, """{"id":1,"method":"ping"}""");
        Assert.Equal("""{"id":1,"status":200,"result":{}}""", (await Api.ReadAsync(socket)).GetRawText());
        await Api.SendAsync(socket, """{"id":1,"method":"ping","params":{"returnRateLimits":true}}""");
        Assert.True((await Api.ReadAsync(socket)).TryGetProperty("rateLimits", out _));
    }

    [Fact]
    public async Task Request_over_the_rate_limit_gets_the_time_to_retry()
    {
        await using var api =
            await Api.OpenAsync(new BinanceOptions { OrdersPerTenSeconds = 1, WeightPerMinute = 20 });
        const string Placed =
            """ "symbol":"AAPL","side":"BUY","type":"LIMIT","timeInForce":"GTC","quantity":"1","price":"1" """;
        await api.AskAsync(api.Signed("order.place", Placed));
        var refused = await api.AskAsync(api.Signed("order.place", Placed));
        Assert.Equal((429, -1015), Told(refused));
        Assert.Equal((api.Now, 10), When(refused));
        Assert.False(
            (await api.AskAsync("""{"id":1,"method":"nothing"}""")).GetProperty("error").TryGetProperty("data", out _));
        do
            refused = await api.AskAsync("""{"id":1,"method":"depth","params":{"symbol":"AAPL","limit":5}}""");
        while (refused.GetProperty("status").GetInt32() == 200);
        Assert.Equal((429, -1003), Told(refused));
        Assert.Equal((api.Now, 60 - api.Time.GetUtcNow().Second), When(refused));

        static (long Now, long Seconds) When(JsonElement refused)
        {
            var data = refused.GetProperty("error").GetProperty("data");
            var now = data.GetProperty("serverTime").GetInt64();
            return (now, (data.GetProperty("retryAfter").GetInt64() - now) / 1_000);
        }
    }

    [Fact]
    public async Task A_listen_key_names_a_stream_of_what_happens_to_its_account()
    {
        await using var api = await Api.OpenAsync();
        var listenKey = await api.ListenKeyAsync();
        using var raw = await api.ConnectAsync($"ws/{listenKey}");
        using var wrapped = await api.ConnectAsync("stream");
        await Api.SendAsync(wrapped, $$"""{"id":7,"method":"SUBSCRIBE","params":["{{listenKey}}"]}""");
        Assert.Equal("""{"result":null,"id":7}""", (await Api.ReadAsync(wrapped)).GetRawText());

        api.Paid(100_500);
        Assert.Equal("balanceUpdate", (await Api.ReadAsync(raw)).GetProperty("e").GetString());
        var told = await Api.ReadAsync(wrapped);
        Assert.Equal(
            (listenKey, "5.00000000"),
            (told.GetProperty("stream").GetString(), told.GetProperty("data").GetProperty("d").GetString()));
        Assert.Equal(
            "outboundAccountPosition", (await Api.ReadAsync(wrapped)).GetProperty("data").GetProperty("e").GetString());

        await Api.SendAsync(wrapped, $$"""{"id":8,"method":"UNSUBSCRIBE","params":["{{listenKey}}"]}""");
        Assert.Equal(8, (await Api.ReadAsync(wrapped)).GetProperty("id").GetInt32());
        api.Paid(100_600);
        Assert.Equal("outboundAccountPosition", (await Api.ReadAsync(raw)).GetProperty("e").GetString());
        Assert.Equal("1.00000000", (await Api.ReadAsync(raw)).GetProperty("d").GetString());
        await Api.SendAsync(wrapped, """{"id":9,"method":"LIST_SUBSCRIPTIONS"}""");
        Assert.Equal("""{"result":[],"id":9}""", (await Api.ReadAsync(wrapped)).GetRawText());
    }

    [Fact]
    public async Task Listen_key_connection_opens_after_its_account_is_subscribed()
    {
        const string Ping = """{"id":1,"method":"ping"}""";
        await using var api = await Api.OpenAsync();
        var listenKey = await api.ListenKeyAsync();

        // The account is asked again after a pause of one second.
        api.Exchange.Floor.Fail("WaitForChange", new TimeoutException());
        var connecting = api.ConnectAsync($"ws/{listenKey}");
        for (var asked = 0; asked < 5; asked++)
            await api.AskAsync(Ping);
        Assert.False(connecting.IsCompleted);

        while (!connecting.IsCompleted)
        {
            api.Time.Advance(TimeSpan.FromSeconds(1));
            await api.AskAsync(Ping);
        }

        using var raw = await connecting;
        api.Paid(100_500);
        Assert.Equal("balanceUpdate", (await Api.ReadAsync(raw)).GetProperty("e").GetString());
    }

    [Fact]
    public async Task Connection_without_its_account_stream_is_rejected_at_shutdown()
    {
        await using var api = await Api.OpenAsync();
        var listenKey = await api.ListenKeyAsync();
        api.Exchange.Floor.Fail("WaitForChange", new TimeoutException());
        var connecting = api.ConnectAsync($"ws/{listenKey}");
        await api.AskAsync("""{"id":1,"method":"ping"}""");
        Assert.False(connecting.IsCompleted);

        api.Exchange.Services.GetRequiredService<IHostApplicationLifetime>().StopApplication();
        var refused = await Assert.ThrowsAsync<WebSocketException>(() => connecting.WaitAsync(Wait.Limit, Token));
        Assert.Contains("503", refused.Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_listen_key_says_when_its_day_is_over_and_nothing_more_of_its_account()
    {
        await using var api = await Api.OpenAsync();
        var listenKey = await api.ListenKeyAsync();

        // The connection is younger than the listen key, so that its own day is not over when the key's is.
        api.Time.Advance(TimeSpan.FromHours(1));
        using var raw = await api.ConnectAsync($"ws/{listenKey}");
        await Api.SendAsync(raw, """{"id":1,"method":"LIST_SUBSCRIPTIONS"}""");
        Assert.Equal($$"""{"result":["{{listenKey}}"],"id":1}""", (await Api.ReadAsync(raw)).GetRawText());
        api.Time.Advance(TimeSpan.FromHours(23) - TimeSpan.FromSeconds(1));
        api.Paid(100_500);
        Assert.Equal("balanceUpdate", (await Api.ReadAsync(raw)).GetProperty("e").GetString());
        Assert.Equal("outboundAccountPosition", (await Api.ReadAsync(raw)).GetProperty("e").GetString());

        api.Time.Advance(TimeSpan.FromSeconds(1));
        var told = await Api.ReadAsync(raw);
        Assert.Equal(
            ("listenKeyExpired", listenKey, api.Time.GetUtcNow().ToUnixTimeMilliseconds()),
            (told.GetProperty("e").GetString(), told.GetProperty("listenKey").GetString(),
                told.GetProperty("E").GetInt64()));
        api.Paid(100_600);
        await Api.SendAsync(raw, """{"id":2,"method":"LIST_SUBSCRIPTIONS"}""");
        Assert.Equal("""{"result":[],"id":2}""", (await Api.ReadAsync(raw)).GetRawText());
    }

    [Fact]
    public async Task Next_read_includes_events_already_sent_to_the_listener()
    {
        await using var api = await Api.OpenAsync();
        using var raw = await api.ConnectAsync($"ws/{await api.ListenKeyAsync()}");
        await Api.SendAsync(raw, """{"id":1,"method":"LIST_SUBSCRIPTIONS"}""");
        await Api.ReadAsync(raw);
        SeenSequence filled = new("AAPL", 41);
        api.Paid(100_500, filled);
        Assert.Equal("balanceUpdate", (await Api.ReadAsync(raw)).GetProperty("e").GetString());

        await api.Exchange.SendAsync("GET", "fills", cancellationToken: Token);
        Assert.Equal([filled], api.Exchange.Floor.Seen);
    }

    [Fact]
    public async Task A_listen_key_opens_nothing_that_its_api_key_does_not_open()
    {
        await using var api = await Api.OpenAsync();
        var listenKey = await api.ListenKeyAsync();
        Assert.Equal("{}", await api.ListenAsync("PUT", listenKey));
        Assert.Equal("{}", await api.ListenAsync("DELETE", listenKey));
        Assert.Contains(
            "-1125", await api.ListenAsync("PUT", (listenKey[0] == 'A' ? 'B' : 'A') + listenKey[1..]),
            StringComparison.Ordinal);
        Assert.Contains("-1125", await api.ListenAsync("PUT", listenKey, "bob"), StringComparison.Ordinal);
        Assert.Contains("-2014", await api.ListenAsync("POST", null, ""), StringComparison.Ordinal);
        Assert.Contains("-2015", await api.ListenAsync("POST", null, "nobody"), StringComparison.Ordinal);

        using var reader = await api.ConnectAsync("ws");
        var asks = $$"""{"id":1,"method":"SUBSCRIBE","params":["{{listenKey}}"]}""";
        await Api.SendAsync(reader, asks);
        Assert.Equal("""{"result":null,"id":1}""", (await Api.ReadAsync(reader)).GetRawText());

        api.Revoke();
        using var late = await api.ConnectAsync("ws");
        await Api.SendAsync(late, asks);
        Assert.Equal(2, (await Api.ReadAsync(late)).GetProperty("error").GetProperty("code").GetInt32());
    }

    [Fact]
    public async Task A_listen_key_ends_after_a_day()
    {
        await using var api = await Api.OpenAsync();
        var listenKey = await api.ListenKeyAsync();
        api.Time.Advance(TimeSpan.FromDays(1));
        Assert.Contains("-1125", await api.ListenAsync("PUT", listenKey), StringComparison.Ordinal);
        using var late = await api.ConnectAsync("ws");
        await Api.SendAsync(late, $$"""{"id":1,"method":"SUBSCRIBE","params":["{{listenKey}}"]}""");
        Assert.Equal(2, (await Api.ReadAsync(late)).GetProperty("error").GetProperty("code").GetInt32());
    }

    [Theory]
    [InlineData("""{"id":1,"method":"order.fly"}""", -1000)]
    [InlineData("""{"id":1}""", -1135)]
    [InlineData("""{"id":1,"method":"depth","params":[]}""", -1135)]
    [InlineData("""{"id":1,"method":"depth","params":{"symbol":"AAPL","symbol":"MSFT"}}""", -1135)]
    [InlineData("""{"id":1,"method":"depth","params":{"symbol":"AAPL","depth":1}}""", -1104)]
    [InlineData("""{"id":1,"method":"depth"}""", -1102)]
    [InlineData("hello", -1135)]
    public async Task Malformed_message_is_rejected_and_the_connection_stays_open(string message, int code)
    {
        await using var api = await Api.OpenAsync();
        Assert.Equal((400, code), Told(await api.AskAsync(message)));
        Assert.Equal(200, (await api.AskAsync("""{"id":1,"method":"time"}""")).GetProperty("status").GetInt32());
    }

    private static string Result(JsonElement answer) => answer.GetProperty("result").GetRawText();

    private static string? Event(JsonElement message, string name) =>
        message.GetProperty("event").GetProperty(name).GetString();

    private static (int Status, int Code) Told(JsonElement answer) =>
        (answer.GetProperty("status").GetInt32(), answer.GetProperty("error").GetProperty("code").GetInt32());

    /// <summary>An exchange, a signing key of Alice's, and a connection.</summary>
    private sealed class Api(OpenGateway exchange, ManualTime time, string key, Func<byte[], string> sign)
        : IAsyncDisposable
    {
        private readonly ClientWebSocket _socket = new();

        public ManualTime Time => time;

        public OpenGateway Exchange => exchange;

        public string Key => key;

        public long Now => time.GetUtcNow().ToUnixTimeMilliseconds();

        public static async Task<Api> OpenAsync(BinanceOptions? limits = null, string signing = "hmac")
        {
            var time = new ManualTime();
            var exchange = await OpenBinance.StartAsync(time: time, limits: limits);
            var rsa = signing == "rsa" ? RSA.Create(2048) : null;
            var edwards = new Ed25519Signer(new byte[32]);
            var publicKey = rsa?.ExportSubjectPublicKeyInfoPem().ReplaceLineEndings("\\n")
                ?? (signing == "ed25519" ? edwards.PublicKey : null);
            var made = publicKey is null
                ? """{"signing":"hmac"}"""
                : $$"""{"signing":"{{signing}}","publicKey":"{{publicKey}}"}""";
            var grant = await exchange.SendAsync("POST", "admin/accounts/ACC-1001/keys", made, "admin", Token);
            var secret = Encoding.UTF8.GetBytes(publicKey is null ? grant["secret"]! : "");
            var api = new Api(exchange, time, grant["apiKey"]!, payload => signing switch
            {
                "rsa" =>
                    Convert.ToBase64String(rsa!.SignData(payload, HashAlgorithmName.SHA256, RSASignaturePadding.Pkcs1)),
                "ed25519" => Convert.ToBase64String(edwards.Sign(payload)),
                _ => Convert.ToHexStringLower(HMACSHA256.HashData(secret, payload)),
            });
            await api._socket.ConnectAsync(new Uri($"ws://{exchange.Address.Authority}/ws-api/v3"), Token);
            return api;
        }

        /// <summary>Returns a message with signed parameters.</summary>
        public string Signed(string method, string parameters)
        {
            var own =
                $$"""{"apiKey":"{{key}}","timestamp":{{Now}}{{(parameters.Length > 0 ? "," : "")}}{{parameters}} }""";
            var values = JsonDocument.Parse(own).RootElement.EnumerateObject()
                .OrderBy(value => value.Name, StringComparer.Ordinal)
                .Select(value => $"{value.Name}={value.Value}");
            var signature = sign(Encoding.UTF8.GetBytes(string.Join('&', values)));
            return $$"""{"id":1,"method":"{{method}}","params":{{own[..^1]}},"signature":"{{signature}}"} }""";
        }

        public async Task<JsonElement> AskAsync(string message)
        {
            await SendAsync(_socket, message);
            return await ReadAsync();
        }

        public async Task<ClientWebSocket> ConnectAsync(string path)
        {
            var socket = new ClientWebSocket();
            await socket.ConnectAsync(new Uri($"ws://{exchange.Address.Authority}/{path}"), Token);
            return socket;
        }

        public async Task<string> ListenKeyAsync() =>
            JsonDocument.Parse(await ListenAsync("POST", null)).RootElement.GetProperty("listenKey").GetString()!;

        public async Task<string> ListenAsync(string method, string? listenKey, string? shown = null)
        {
            var query = listenKey is null ? "" : $"?listenKey={listenKey}";
            using var request = new HttpRequestMessage(new HttpMethod(method), $"/api/v3/userDataStream{query}");
            request.Headers.Add("X-MBX-APIKEY", shown ?? key);
            using var response = await exchange.Http.SendAsync(request, Token);
            return await response.Content.ReadAsStringAsync(Token);
        }

        /// <summary>Revokes the key, and waits for the time in which other processes may not know that yet.</summary>
        public void Revoke()
        {
            var at = exchange.Floor.Keys.FindIndex(held => held.Hash == KeyRing.Hash(key));
            exchange.Floor.Keys[at] = exchange.Floor.Keys[at].Revoked();
            time.Advance(TimeSpan.FromMinutes(1));
        }

        public static Task SendAsync(ClientWebSocket socket, string message) =>
            socket.SendAsync(Encoding.UTF8.GetBytes(message), WebSocketMessageType.Text, true, Token);

        /// <summary>
        /// Reports that Alice has this many cents now, and that her account has processed these books.
        /// </summary>
        public void Paid(long cents, params ImmutableArray<SeenSequence> books) =>
            Assert.True(exchange.Floor.Changes.Writer.TryWrite(new AccountChange(
            cents, new AccountView(TradingFloor.Alice, cents, [new AssetBalance("USD", 2, cents, 0)], [], books, []),
            [])));

        public Task<JsonElement> ReadAsync() => ReadAsync(_socket);

        public static async Task<JsonElement> ReadAsync(ClientWebSocket socket)
        {
            var buffer = new byte[64 * 1024];
            var received = await socket.ReceiveAsync(buffer, Token).WaitAsync(Wait.Limit, Token);
            Assert.Equal(WebSocketMessageType.Text, received.MessageType);
            return JsonDocument.Parse(buffer.AsMemory(0, received.Count)).RootElement;
        }

        public async ValueTask DisposeAsync()
        {
            _socket.Dispose();
            await exchange.DisposeAsync();
        }
    }
}
