using System.Collections.Immutable;
using System.Net.Sockets;
using System.Net.WebSockets;
using System.Text;
using System.Text.Json;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Hosting;
using QuantumCore.Contracts;
using QuantumCore.Instruments;
using QuantumCore.TestKit;
using Xunit;

namespace QuantumCore.Gateway.Tests;

public sealed class StreamTests
{
    private static CancellationToken Token => TestContext.Current.CancellationToken;

    [Fact]
    public async Task Snapshot_comes_first_and_updates_follow_in_a_chain()
    {
        await using var exchange = await OpenGateway.StartAsync();
        exchange.Floor.Publish(
            "AAPL",
            new MarketUpdate(true, 0, 5, 50, [new DepthLevel(15_000, 100, 1)], [new DepthLevel(15_010, 7, 1)], []));
        using var reader = await FollowAsync(exchange, "AAPL");
        Assert.Equal(
            """{"type":"snapshot","symbol":"AAPL","sequence":5,"timeNanos":"50","bids":[["150.00","100"]],"asks":[["150.10","7"]]}""",
            await ReadAsync(reader));

        exchange.Floor.Publish("AAPL", new MarketUpdate(
            false, 5, 7, 70, [], [new DepthLevel(15_010, 0, 0)],
            [new PublicTrade(7, 0, 1_767_225_600_000_000_001, 15_010, 7, Side.Buy)]));
        Assert.Equal(
            """{"type":"update","symbol":"AAPL","previousSequence":5,"sequence":7,"timeNanos":"70","bids":[],"asks":[["150.10","0"]],"trades":[{"tradeId":"7-0","price":"150.10","quantity":"7","takerSide":"buy","time":"2026-01-01T00:00:00.000000001Z","timeNanos":"1767225600000000001"}]}""",
            await ReadAsync(reader));
    }

    [Fact]
    public async Task Changed_trades_are_told_by_the_update_whose_sequence_they_are()
    {
        await using var exchange = await OpenGateway.StartAsync();
        using var reader = await FollowAsync(exchange, "AAPL");
        await ReadAsync(reader);
        PublicTrade trade = new(17, 1, 60, 15_010, 7, Side.Buy);
        exchange.Floor.Publish("AAPL", new MarketUpdate(
            false, 1, 41, 410, [], [], [],
            [new PublicTradeChange(40, 400, trade, 15_010, 15_000), new PublicTradeChange(41, 410, trade, 15_000, 0)]));
        Assert.Equal(
            """{"type":"update","symbol":"AAPL","previousSequence":1,"sequence":41,"timeNanos":"410","bids":[],"asks":[],"trades":[],"tradeChanges":[{"tradeId":"17-1","state":"corrected","tradedPrice":"150.10","priceBefore":"150.10","price":"150.00","quantity":"7","takerSide":"buy","tradedTimeNanos":"60","sequence":40,"timeNanos":"400"},{"tradeId":"17-1","state":"void","tradedPrice":"150.10","priceBefore":"150.00","price":null,"quantity":"7","takerSide":"buy","tradedTimeNanos":"60","sequence":41,"timeNanos":"410"}]}""",
            await ReadAsync(reader));
    }

    [Fact]
    public async Task Reader_that_comes_later_gets_the_book_as_it_stands_and_the_same_updates()
    {
        await using var exchange = await OpenGateway.StartAsync();
        using var early = await FollowAsync(exchange, "AAPL");
        await ReadAsync(early);
        exchange.Floor.Publish(
            "AAPL", new MarketUpdate(false, 1, 2, 2, [new DepthLevel(100, 1, 1), new DepthLevel(101, 2, 1)], [], []));
        await ReadAsync(early);

        using var late = await FollowAsync(exchange, "AAPL");
        Assert.Equal(
            """{"type":"snapshot","symbol":"AAPL","sequence":2,"timeNanos":"2","bids":[["1.01","2"],["1.00","1"]],"asks":[]}""",
            await ReadAsync(late));
        exchange.Floor.Publish("AAPL", new MarketUpdate(false, 2, 3, 3, [new DepthLevel(101, 0, 0)], [], []));
        Assert.Equal(await ReadAsync(early), await ReadAsync(late));
        Assert.Single(exchange.Floor.Calls, call => call == "WaitForUpdate 0");
    }

    [Fact]
    public async Task Reader_that_stops_following_gets_nothing_more()
    {
        await using var exchange = await OpenGateway.StartAsync();
        using var reader = await FollowAsync(exchange, "AAPL");
        await ReadAsync(reader);
        await SendAsync(reader, """{"op":"unsubscribe","symbol":"AAPL"}""");
        await SendAsync(reader, """{"op":"?","symbol":"AAPL"}""");
        Assert.Contains("\"field\":\"op\"", await ReadAsync(reader), StringComparison.Ordinal);
        exchange.Floor.Publish("AAPL", new MarketUpdate(false, 1, 2, 2, [new DepthLevel(100, 1, 1)], [], []));
        await SendAsync(reader, """{"op":"?","symbol":"AAPL"}""");
        Assert.Contains("\"type\":\"error\"", await ReadAsync(reader), StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("""{"op":"subscribe","symbol":"GOOG"}""", "UnknownSymbol", "symbol")]
    [InlineData("""{"op":"subscribe"}""", "BadRequest", "symbol")]
    [InlineData("""{"op":"trade","symbol":"AAPL"}""", "BadRequest", "op")]
    [InlineData("""{"op":"subscribe","symbol":"AAPL","op":"subscribe"}""", "BadRequest", null)]
    [InlineData("""{"op":"subscribe","symbol":"AAPL","depth":5}""", "BadRequest", null)]
    [InlineData("""hello""", "BadRequest", null)]
    [InlineData("", "BadRequest", null)]
    public async Task Message_that_is_none_is_answered_with_an_error_and_the_reader_stays(
        string message, string code, string? field)
    {
        await using var exchange = await OpenGateway.StartAsync();
        using var reader = await ConnectAsync(exchange);
        await SendAsync(reader, message);
        var error = JsonDocument.Parse(await ReadAsync(reader)).RootElement;
        Assert.Equal(("error", code), (error.GetProperty("type").GetString(), error.GetProperty("code").GetString()));
        if (field is not null)
            Assert.Equal(field, error.GetProperty("field").GetString());

        await SendAsync(reader, """{"op":"subscribe","symbol":"AAPL"}""");
        Assert.Contains("snapshot", await ReadAsync(reader), StringComparison.Ordinal);
    }

    [Fact]
    public async Task Message_over_4_KiB_ends_the_connection()
    {
        await using var exchange = await OpenGateway.StartAsync();
        using var reader = await ConnectAsync(exchange);
        await SendAsync(reader, new string(' ', 5_000));
        var received = await reader.ReceiveAsync(new byte[100], Token).WaitAsync(Wait.Limit, Token);
        Assert.Equal(WebSocketMessageType.Close, received.MessageType);
        Assert.Equal(WebSocketCloseStatus.MessageTooBig, reader.CloseStatus);
    }

    [Fact]
    public async Task Reader_that_closes_is_answered()
    {
        await using var exchange = await OpenGateway.StartAsync();
        using var reader = await FollowAsync(exchange, "AAPL");
        await ReadAsync(reader);
        await reader.CloseAsync(WebSocketCloseStatus.NormalClosure, null, Token).WaitAsync(Wait.Limit, Token);
        Assert.Equal((WebSocketState.Closed, WebSocketCloseStatus.NormalClosure), (reader.State, reader.CloseStatus));
    }

    [Fact]
    public async Task Exchange_that_stops_says_so_to_its_readers()
    {
        await using var exchange = await OpenGateway.StartAsync();
        using var reader = await FollowAsync(exchange, "AAPL");
        await ReadAsync(reader);
        exchange.Services.GetRequiredService<IHostApplicationLifetime>().StopApplication();
        var received = await reader.ReceiveAsync(new byte[100], Token).WaitAsync(Wait.Limit, Token);
        Assert.Equal(WebSocketMessageType.Close, received.MessageType);
        Assert.Equal(WebSocketCloseStatus.EndpointUnavailable, reader.CloseStatus);
    }

    [Fact]
    public async Task Connection_follows_only_so_many_symbols()
    {
        await using var exchange = await OpenGateway.StartAsync(new GatewayOptions { StreamSubscriptions = 1 });
        using var reader = await FollowAsync(exchange, "AAPL");
        await ReadAsync(reader);
        await SendAsync(reader, """{"op":"subscribe","symbol":"MSFT"}""");
        Assert.Contains("\"limit\":\"1\"", await ReadAsync(reader), StringComparison.Ordinal);
    }

    [Fact]
    public async Task Market_data_that_fails_comes_back_with_a_snapshot()
    {
        await using var exchange = await OpenGateway.StartAsync();
        exchange.Floor.Fail("WaitForUpdate", new InvalidOperationException("moved"));
        using var reader = await FollowAsync(exchange, "AAPL");
        Assert.Contains("snapshot", await ReadAsync(reader), StringComparison.Ordinal);
    }

    [Fact]
    public async Task Slow_reader_gets_a_new_snapshot_instead_of_its_backlog()
    {
        const int Updates = 600;
        await using var exchange = await OpenGateway.StartAsync(new GatewayOptions { StreamBacklogBytes = 256 * 1024 });
        using var slow = await FollowAsync(exchange, "AAPL");
        for (var i = 1; i <= Updates; i++)
            PublishWide(exchange, i);
        await exchange.Floor.WhenCalled($"WaitForUpdate {Updates + 1}").WaitAsync(Wait.Limit, Token);

        var (sequence, snapshots) = (0L, 0);
        while (sequence < Updates + 1)
        {
            var message = JsonDocument.Parse(await ReadAsync(slow)).RootElement;
            if (message.GetProperty("type").GetString() == "snapshot")
                snapshots++;
            else
                Assert.Equal(sequence, message.GetProperty("previousSequence").GetInt64());
            sequence = message.GetProperty("sequence").GetInt64();
        }

        Assert.InRange(snapshots, 2, Updates / 2);
    }

    [Fact]
    public async Task Reader_that_reads_nothing_is_cut_and_others_are_not_held_up()
    {
        const int Updates = 600;
        await using var exchange = await OpenGateway.StartAsync(new GatewayOptions
        {
            StreamBacklogBytes = 256 * 1024,
            StreamSendTimeout = TimeSpan.FromSeconds(5),
        });
        using var stuck = await FollowAsync(exchange, "AAPL");
        using var quick = await FollowAsync(exchange, "AAPL");

        // One at a time: however slow the machine is, the quick reader is never far behind.
        var sequence = 0L;
        for (var i = 1; i <= Updates; i++)
        {
            PublishWide(exchange, i);
            while (sequence < i + 1)
                sequence = JsonDocument.Parse(await ReadAsync(quick)).RootElement.GetProperty("sequence").GetInt64();
        }

        // The client that never reads notices by sending: within a few sends after the cut, one fails.
        using var end = CancellationTokenSource.CreateLinkedTokenSource(Token);
        end.CancelAfter(Wait.Limit);
        var gone = await Assert.ThrowsAnyAsync<Exception>(async () =>
        {
            while (true)
            {
                await stuck.SendAsync(Encoding.UTF8.GetBytes("{}"), WebSocketMessageType.Text, true, end.Token);
                await Task.Delay(20, end.Token);
            }
        });
        Assert.IsNotType<OperationCanceledException>(gone);
    }

    /// <summary>Publishes an update of about 40 kB; hundreds are more than a socket holds.</summary>
    private static void PublishWide(OpenGateway exchange, int number)
    {
        var levels =
            Enumerable.Range(1, 2_000).Select(price => new DepthLevel(price * 10L, number, 1)).ToImmutableArray();
        exchange.Floor.Publish("AAPL", new MarketUpdate(false, number, number + 1, number, levels, [], []));
    }

    private static async Task<ClientWebSocket> FollowAsync(OpenGateway exchange, string symbol)
    {
        var reader = await ConnectAsync(exchange);
        await SendAsync(reader, $$"""{"op":"subscribe","symbol":"{{symbol}}"}""");
        await exchange.Floor.WhenCalled("WaitForUpdate 0").WaitAsync(Wait.Limit, Token);
        return reader;
    }

    /// <summary>
    /// Connects a WebSocket with a small receive buffer, so that a client that does not read has an effect soon.
    /// </summary>
    private static async Task<ClientWebSocket> ConnectAsync(OpenGateway exchange)
    {
        var handler = new SocketsHttpHandler
        {
            ConnectCallback = async (context, cancellationToken) =>
            {
                var socket = new Socket(SocketType.Stream, ProtocolType.Tcp)
                {
                    NoDelay = true,
                    ReceiveBufferSize = 4096,
                };
                await socket.ConnectAsync(context.DnsEndPoint, cancellationToken);
                return new NetworkStream(socket, ownsSocket: true);
            },
        };
        var reader = new ClientWebSocket();
        var invoker = new HttpMessageInvoker(handler);
        var address = new UriBuilder(exchange.Address) { Scheme = "ws", Path = "/api/qc/v1/stream" }.Uri;
        await reader.ConnectAsync(address, invoker, Token);
        return reader;
    }

    private static Task SendAsync(ClientWebSocket reader, string message) =>
        reader.SendAsync(Encoding.UTF8.GetBytes(message), WebSocketMessageType.Text, true, Token);

    private static async Task<string> ReadAsync(ClientWebSocket reader)
    {
        using var message = new MemoryStream();
        var buffer = new byte[64 * 1024];
        WebSocketReceiveResult received;
        do
        {
            received = await reader.ReceiveAsync(buffer, Token).WaitAsync(Wait.Limit, Token);
            await message.WriteAsync(buffer.AsMemory(0, received.Count), Token);
        }
        while (!received.EndOfMessage);

        return Encoding.UTF8.GetString(message.ToArray());
    }
}
