using System.Globalization;
using System.Net.WebSockets;
using System.Text;
using System.Text.Json;
using QuantumCore.Contracts;
using QuantumCore.Gateway.Http;
using QuantumCore.Gateway.MarketFeeds;
using QuantumCore.Instruments;
using QuantumCore.TestKit;
using Xunit;

namespace QuantumCore.Gateway.Binance.Tests;

/// <summary>The streams of the Binance Spot interface.</summary>
public sealed class BinanceStreamTests
{
    private static CancellationToken Token => TestContext.Current.CancellationToken;

    [Fact]
    public async Task Changes_of_the_book_follow_on_each_other_and_add_up_to_it()
    {
        await using var exchange = await OpenBinance.StartAsync();
        exchange.Floor.Publish(
            "AAPL", new MarketUpdate(true, 0, 5, 50, [Level(100, 1)], [Level(110, 2), Level(120, 3)], []));
        using var reader = await ConnectAsync(exchange, "ws/aapl@depth@100ms");
        await exchange.Floor.WhenCalled("WaitForUpdate 5");
        exchange.Floor.Publish("AAPL", new MarketUpdate(false, 5, 6, 60, [Level(101, 4)], [], []));
        exchange.Floor.Publish("AAPL", new MarketUpdate(false, 6, 9, 90, [Level(100, 0)], [Level(110, 1)], []));

        var book = new Dictionary<string, string>(StringComparer.Ordinal);
        var last = 5L;
        while (last < 9)
        {
            var change = await ReadAsync(reader);
            Assert.Equal(
                ("depthUpdate", "AAPL", last + 1),
                (Text(change, "e"), Text(change, "s"), change.GetProperty("U").GetInt64()));
            last = change.GetProperty("u").GetInt64();
            foreach (var level in change.GetProperty("b").EnumerateArray()
                .Concat(change.GetProperty("a").EnumerateArray()))
                book[level[0].GetString()!] = level[1].GetString()!;
        }

        Assert.Equal(
            [("1.00000000", "0.00000000"), ("1.01000000", "4.00000000"), ("1.10000000", "1.00000000")],
            book.OrderBy(level => level.Key, StringComparer.Ordinal).Select(level => (level.Key, level.Value)));
    }

    [Fact]
    public void A_book_that_is_told_anew_changes_where_it_differs()
    {
        var book = new PriceBook();
        var changes = new List<LevelChange>();
        book.Apply(new MarketUpdate(true, 0, 5, 50, [Level(100, 1), Level(99, 2)], [Level(110, 2)], []));
        book.Apply(
            new MarketUpdate(true, 0, 9, 90, [Level(100, 1), Level(98, 1)], [Level(110, 3)], []), changes);
        Assert.Equal(
            [(Side.Buy, 99L), (Side.Buy, 98L), (Side.Sell, 110L)],
            changes.Where(change => change.ChangesLots).Select(change => (change.Side, change.Level.PriceTicks)));
        Assert.Equal(
            (9L, 0L, 1L, 3L),
            (book.Sequence, book.Lots(Side.Buy, 99), book.Lots(Side.Buy, 98), book.Lots(Side.Sell, 110)));
        Assert.Equal((100L, 110L), (book.Best.Bid.PriceTicks, book.Best.Ask.PriceTicks));
    }

    [Fact]
    public async Task A_book_ticker_ignores_the_number_of_orders()
    {
        await using var exchange = await OpenBinance.StartAsync();
        exchange.Floor.Publish("AAPL", new MarketUpdate(true, 0, 5, 50, [Level(100, 1)], [], []));
        using var socket = await ConnectAsync(exchange, "ws/aapl@bookTicker");
        await exchange.Floor.WhenCalled("WaitForUpdate 5");
        await FollowedAsync(socket);
        exchange.Floor.Publish("AAPL", new MarketUpdate(false, 5, 6, 60, [new DepthLevel(100, 1, 2)], [], []));
        exchange.Floor.Publish("AAPL", new MarketUpdate(false, 6, 7, 70, [Level(100, 4)], [], []));

        JsonElement ticker;
        do
            ticker = await ReadAsync(socket);
        while (ticker.GetProperty("u").GetInt64() == 5);
        Assert.Equal(
            """{"u":7,"s":"AAPL","b":"1.00000000","B":"4.00000000","a":"0.00000000","A":"0.00000000"}""",
            ticker.GetRawText());
    }

    [Fact]
    public async Task Trades_and_best_prices_are_sent_at_once_and_wrapped_if_the_path_says_so()
    {
        await using var exchange = await OpenBinance.StartAsync();
        exchange.Floor.Publish("AAPL", new MarketUpdate(true, 0, 5, 50, [Level(100, 1)], [], []));
        using var raw = await ConnectAsync(exchange, "ws/aapl@aggTrade");
        using var wrapped = await ConnectAsync(exchange, "stream?streams=aapl@trade/aapl@bookTicker");
        await exchange.Floor.WhenCalled("WaitForUpdate 5");
        await FollowedAsync(raw);
        await FollowedAsync(wrapped);
        PublicTrade[] trades = [
            new(7, 0, 1_000_000, 100, 3, Side.Sell), new(7, 1, 1_000_000, 100, 4, Side.Sell),
            new(7, 2, 1_000_000, 99, 1, Side.Sell)];
        exchange.Floor.Publish(
            "AAPL", new MarketUpdate(false, 5, 7, 70, [Level(100, 0), Level(98, 6)], [], [.. trades]));

        var first = await ReadAsync(raw);
        Assert.Equal(
            ("aggTrade", 7L << 20, "1.00000000", "7.00000000", 7L << 20, (7L << 20) + 1, 1L, true),
            (Text(first, "e"), first.GetProperty("a").GetInt64(), Text(first, "p"), Text(first, "q"),
                first.GetProperty("f").GetInt64(),
                first.GetProperty("l").GetInt64(), first.GetProperty("T").GetInt64(),
                first.GetProperty("m").GetBoolean()));
        Assert.Equal("0.99000000", Text(await ReadAsync(raw), "p"));

        var seen = new List<string>();
        while (seen.Count < 4)
        {
            var message = await ReadAsync(wrapped);
            var data = message.GetProperty("data");
            // The best price at the time of the subscription, if that came before the trades.
            if (data.TryGetProperty("u", out var update) && update.GetInt64() == 5)
                continue;

            seen.Add(
                Text(message, "stream") == "aapl@trade" ? $"{Text(data, "t")} {Text(data, "q")}" : data.GetRawText());
        }

        Assert.Equal(
            [
                $"{7L << 20} 3.00000000", $"{(7L << 20) + 1} 4.00000000", $"{(7L << 20) + 2} 1.00000000",
                """{"u":7,"s":"AAPL","b":"0.98000000","B":"6.00000000","a":"0.00000000","A":"0.00000000"}""",
            ],
            seen);
    }

    [Fact]
    public async Task Candle_open_during_a_subscription_is_sent_final_even_after_a_late_poll()
    {
        var clock = new ToldClock(1_000_500);
        await using var exchange = await OpenBinance.StartAsync(time: clock);
        foreach (var (sequence, millis,
            lots) in new[] { (1, 998_500L, 1), (2, 999_500, 3), (3, 1_000_700, 5), (4, 1_002_200, 7) })
            exchange.Floor.PastTrades.Add(new PublicTrade(sequence, 0, millis * 1_000_000, 100, lots, Side.Buy));
        exchange.Floor.Publish("AAPL", new MarketUpdate(true, 0, 5, 50, [], [], []));
        using var reader = await ConnectAsync(exchange, "ws/aapl@kline_1s");
        await FollowedAsync(reader);

        // The stream checks once a second by the system's clock: first after this, and again after the next step.
        clock.Millis = 1_001_100;
        var candles = await CandlesUntilAsync(reader, 1_001_000);
        clock.Millis = 1_003_100;
        candles.AddRange(await CandlesUntilAsync(reader, 1_003_000));

        Assert.Equal(
            [
                (1_000_000, 5m, true), (1_001_000, 0m, false), (1_001_000, 0m, true), (1_002_000, 7m, true),
                (1_003_000, 0m, false)],
            candles.SkipWhile(candle => candle is (1_000_000, _, false)));
    }

    private static async Task<List<(long Start, decimal Volume, bool IsClosed)>> CandlesUntilAsync(
        ClientWebSocket reader, long start)
    {
        var candles = new List<(long Start, decimal Volume, bool IsClosed)>();
        do
        {
            var candle = (await ReadAsync(reader)).GetProperty("k");
            candles.Add((candle.GetProperty("t").GetInt64(),
                decimal.Parse(Text(candle, "v")!, CultureInfo.InvariantCulture), candle.GetProperty("x").GetBoolean()));
        }
        while (candles[^1].Start < start);

        return candles;
    }

    [Theory]
    [InlineData("""{"method":"SUBSCRIBE","params":["aapl@trade"],"id":1}""", """{"result":null,"id":1}""")]
    [InlineData("""{"method":"SUBSCRIBE","params":["aapl@trade"],"id":"one"}""", """{"result":null,"id":"one"}""")]
    [InlineData("""{"method":"LIST_SUBSCRIPTIONS","id":null}""", """{"result":[],"id":null}""")]
    [InlineData("""{"method":"GET_PROPERTY","params":["combined"],"id":3}""", """{"result":false,"id":3}""")]
    [InlineData("""{"method":"SET_PROPERTY","params":["combined",true],"id":4}""", """{"result":null,"id":4}""")]
    [InlineData(
        """{"method":"SUBSCRIBE","params":["goog@trade"],"id":5}""",
        """{"error":{"code":2,"msg":"Invalid request: invalid stream"},"id":5}""")]
    [InlineData(
        """{"method":"SUBSCRIBE","params":["AAPL@trade"],"id":5}""",
        """{"error":{"code":2,"msg":"Invalid request: invalid stream 'AAPL@trade': a stream's symbol is in lower case, 'aapl@trade'"},"id":5}""")]
    [InlineData(
        """{"method":"SUBSCRIBE","params":["aapl@Trade"],"id":5}""",
        """{"error":{"code":2,"msg":"Invalid request: invalid stream"},"id":5}""")]
    [InlineData(
        """{"method":"subscribe","params":["aapl@trade"],"id":5}""",
        """{"error":{"code":2,"msg":"Invalid request: unknown variant, expected one of `SUBSCRIBE`, `UNSUBSCRIBE`, `LIST_SUBSCRIPTIONS`, `SET_PROPERTY`, `GET_PROPERTY`"},"id":5}""")]
    [InlineData(
        """{"method":"SUBSCRIBE","params":["aapl@kline_2s"],"id":5}""",
        """{"error":{"code":2,"msg":"Invalid request: invalid stream"},"id":5}""")]
    [InlineData(
        """{"method":"SUBSCRIBE","params":"aapl@trade","id":5}""",
        """{"error":{"code":2,"msg":"Invalid request: params must be an array of streams"},"id":5}""")]
    [InlineData(
        """{"method":"UNSUBSCRIBE","id":5}""",
        """{"error":{"code":2,"msg":"Invalid request: params must be an array of streams"},"id":5}""")]
    [InlineData(
        """{"method":"GET_PROPERTY","params":["wrapped"],"id":3}""",
        """{"error":{"code":0,"msg":"Unknown property"},"id":3}""")]
    [InlineData(
        """{"method":"SET_PROPERTY","params":["combined","true"],"id":4}""",
        """{"error":{"code":1,"msg":"Invalid value type: expected Boolean"},"id":4}""")]
    [InlineData(
        """{"method":"SET_PROPERTY","params":["combined",1],"id":4}""",
        """{"error":{"code":1,"msg":"Invalid value type: expected Boolean"},"id":4}""")]
    [InlineData(
        """{"method":7,"id":6}""",
        """{"error":{"code":3,"msg":"Invalid JSON: expected an object with method, params and id"},"id":6}""")]
    [InlineData(
        """[1]""",
        """{"error":{"code":3,"msg":"Invalid JSON: expected an object with method, params and id"},"id":null}""")]
    [InlineData(
        """hello""",
        """{"error":{"code":3,"msg":"Invalid JSON: expected an object with method, params and id"},"id":null}""")]
    public async Task Commands_are_answered_with_their_id_as_it_was_sent(string command, string answer)
    {
        await using var exchange = await OpenBinance.StartAsync();
        using var reader = await ConnectAsync(exchange, "ws/0");
        await SendAsync(reader, command);
        Assert.Equal(answer, (await ReadAsync(reader)).GetRawText());
    }

    [Theory]
    [InlineData("ws/AAPL@trade/aapl@trade")]
    [InlineData("stream?streams=AAPL@trade/aapl@trade")]
    public async Task Stream_name_in_capitals_is_unknown(string address)
    {
        await using var exchange = await OpenBinance.StartAsync();
        using var reader = await ConnectAsync(exchange, address);
        await SendAsync(reader, """{"method":"LIST_SUBSCRIPTIONS","id":2}""");
        Assert.Equal("""{"result":["aapl@trade"],"id":2}""", (await ReadAsync(reader)).GetRawText());
    }

    [Theory]
    [InlineData("WS/aapl@trade")]
    [InlineData("Stream?streams=aapl@trade")]
    [InlineData("WS-API/v3")]
    public async Task Path_in_capitals_is_unknown(string address)
    {
        await using var exchange = await OpenBinance.StartAsync();
        var refused = await Assert.ThrowsAsync<WebSocketException>(() => ConnectAsync(exchange, address));
        Assert.Contains("404", refused.Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Streams_that_are_asked_for_together_are_followed_all_or_none()
    {
        await using var exchange = await OpenBinance.StartAsync();
        using var reader = await ConnectAsync(exchange, "ws/aapl@trade");
        await SendAsync(reader, """{"method":"SUBSCRIBE","params":["aapl@trade","msft@trade","goog@trade"],"id":1}""");
        Assert.Equal(2, (await ReadAsync(reader)).GetProperty("error").GetProperty("code").GetInt32());
        await SendAsync(reader, """{"method":"LIST_SUBSCRIPTIONS","id":2}""");
        Assert.Equal("""{"result":["aapl@trade"],"id":2}""", (await ReadAsync(reader)).GetRawText());
    }

    [Fact]
    public async Task Client_over_the_message_rate_limit_is_disconnected()
    {
        await using var exchange = await OpenBinance.StartAsync();
        using var reader = await ConnectAsync(exchange, "ws");
        for (var i = 0; i <= MessageSocket.MessagesPerTenSeconds; i++)
            await SendAsync(reader, """{"method":"LIST_SUBSCRIPTIONS","id":1}""");
        Assert.Equal(WebSocketCloseStatus.PolicyViolation, await EndAsync(reader));
    }

    [Fact]
    public async Task Slow_reader_is_disconnected()
    {
        await using var exchange =
            await OpenBinance.StartAsync(new GatewayOptions { StreamBacklogBytes = 50, StreamBurstBytes = 0 });
        using var reader = await ConnectAsync(exchange, "ws/aapl@trade");
        await exchange.Floor.WhenCalled("WaitForUpdate 1");
        exchange.Floor.Publish(
            "AAPL", new MarketUpdate(false, 1, 7, 70, [], [], [new PublicTrade(7, 0, 1_000_000, 100, 3, Side.Sell)]));
        await Assert.ThrowsAsync<WebSocketException>(() => EndAsync(reader));
    }

    [Fact]
    public async Task Best_prices_of_every_symbol_come_in_one_stream()
    {
        await using var exchange = await OpenBinance.StartAsync();
        using var reader = await ConnectAsync(exchange, "stream?streams=!bookTicker");
        using var patience = new CancellationTokenSource(Wait.Limit);
        while (exchange.Floor.Calls.Count(call => call == "WaitForUpdate 1") < 2)
            await Task.Delay(5, patience.Token);

        exchange.Floor.Publish("AAPL", new MarketUpdate(false, 1, 2, 60, [Level(100, 3)], [], []));
        exchange.Floor.Publish("MSFT", new MarketUpdate(false, 1, 2, 60, [Level(200, 4)], [], []));

        var told = new[] { await ReadAsync(reader), await ReadAsync(reader) };
        Assert.All(told, message => Assert.Equal("!bookTicker", Text(message, "stream")));
        Assert.Equal(
            [("AAPL", "1.00000000"), ("MSFT", "2.00000000")],
            told.Select(message => message.GetProperty("data")).Select(best => (Text(best, "s"), Text(best, "b")))
                .Order());
    }

    [Theory]
    [InlineData("!miniTicker@arr", true)]
    [InlineData("!miniTicker@arr@1000ms", true)]
    [InlineData("!miniTicker@arr@3000ms", true)]
    [InlineData("!miniTicker@arr@100ms", false)]
    [InlineData("!ticker@arr", true)]
    [InlineData("!trade@arr", false)]
    [InlineData("aapl@depth", true)]
    [InlineData("aapl@depth20@1000ms", true)]
    [InlineData("aapl@depth7", false)]
    [InlineData("aapl@depth@50ms", false)]
    [InlineData("aapl@trade@100ms", false)]
    [InlineData("aapl@kline_1M", true)]
    [InlineData("aapl@kline_7m", false)]
    [InlineData("aapl", false)]
    [InlineData("AAPL@trade", false)]
    [InlineData("Aapl@depth5@100ms", false)]
    [InlineData("aapl@DEPTH", false)]
    [InlineData("aapl@aggtrade", false)]
    [InlineData("aapl@depth@100MS", false)]
    [InlineData("aapl@kline_1D", false)]
    [InlineData(" aapl@trade", false)]
    [InlineData("m\u017fft@trade", false)]
    [InlineData("!miniticker@arr", false)]
    [InlineData("@trade", false)]
    [InlineData("a@b@c@d", false)]
    public void Names_of_streams_are_read_exactly(string name, bool isStream) =>
        Assert.Equal(isStream, WireStreamName.Parse(name) is not null);

    private static DepthLevel Level(long ticks, long lots) => new(ticks, lots, 1);

    private static string? Text(JsonElement json, string name) => json.GetProperty(name).ToString();

    private static async Task<ClientWebSocket> ConnectAsync(OpenGateway exchange, string path)
    {
        var socket = new ClientWebSocket();
        await socket.ConnectAsync(new Uri($"ws://{exchange.Address.Authority}/{path}"), Token);
        return socket;
    }

    /// <summary>Waits until the subscriptions of the address are active: commands are answered after that.</summary>
    private static async Task FollowedAsync(ClientWebSocket socket)
    {
        await SendAsync(socket, """{"method":"LIST_SUBSCRIPTIONS","id":1}""");
        while (!(await ReadAsync(socket)).TryGetProperty("id", out _))
        {
            // Skips a message that arrived meanwhile.
        }
    }

    private static Task SendAsync(ClientWebSocket socket, string text) =>
        socket.SendAsync(Encoding.UTF8.GetBytes(text), WebSocketMessageType.Text, true, Token);

    private static async Task<JsonElement> ReadAsync(ClientWebSocket socket)
    {
        var buffer = new byte[64 * 1024];
        var received = await socket.ReceiveAsync(buffer, Token).WaitAsync(Wait.Limit, Token);
        Assert.Equal(WebSocketMessageType.Text, received.MessageType);
        return JsonDocument.Parse(buffer.AsMemory(0, received.Count)).RootElement;
    }

    /// <summary>Reads until the exchange closes the connection; throws if it aborts it.</summary>
    private static async Task<WebSocketCloseStatus?> EndAsync(ClientWebSocket socket)
    {
        var buffer = new byte[64 * 1024];
        while (true)
        {
            var received = await socket.ReceiveAsync(buffer, Token).WaitAsync(Wait.Limit, Token);
            if (received.MessageType == WebSocketMessageType.Close)
                return received.CloseStatus;
        }
    }

    /// <summary>Clock that shows a time set by the test; timers run by the system's clock.</summary>
    private sealed class ToldClock(long millis) : TimeProvider
    {
        private long _millis = millis;

        public long Millis
        {
            get => Interlocked.Read(ref _millis);
            set => Interlocked.Exchange(ref _millis, value);
        }

        public override DateTimeOffset GetUtcNow() => DateTimeOffset.FromUnixTimeMilliseconds(Millis);
    }
}
