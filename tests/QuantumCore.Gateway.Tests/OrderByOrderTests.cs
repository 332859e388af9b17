using System.Buffers.Binary;
using System.Net;
using System.Net.Sockets;
using System.Text;
using System.Text.Json;
using Microsoft.Extensions.DependencyInjection;
using QuantumCore.Contracts;
using QuantumCore.Gateway.Native.Streams;
using QuantumCore.Instruments;
using QuantumCore.TestKit;
using Xunit;
using static QuantumCore.Gateway.Tests.MergedStreamTests;

namespace QuantumCore.Gateway.Tests;

/// <summary>Market-by-order book: as a stream, and as a snapshot over HTTP.</summary>
public sealed class OrderByOrderTests
{
    private const string Subscribe = """{"op":"subscribe","channel":"level3","symbol":"AAPL"}""";

    private static readonly OrderByOrderUpdate s_all = new(
        true, 0, 5, 50, [new(3, 15_000, 10), new(1, 15_000, 7), new(2, 14_990, 1)], [new(4, 15_010, 2)], []);

    private static CancellationToken Token => TestContext.Current.CancellationToken;

    [Fact]
    public async Task All_orders_come_first_and_everything_that_happens_to_one_after_them()
    {
        await using var exchange = await OpenGateway.StartAsync();
        exchange.Floor.Orders.Publish(s_all);
        using var reader = await ConnectAsync(exchange, null);
        await SendAsync(reader, Subscribe);
        Assert.Equal(
            """{"type":"level3","snapshot":true,"symbol":"AAPL","sequence":5,"timeNanos":"50","bids":[{"orderId":3,"price":"150.00","quantity":"10"},{"orderId":1,"price":"150.00","quantity":"7"},{"orderId":2,"price":"149.90","quantity":"1"}],"asks":[{"orderId":4,"price":"150.10","quantity":"2"}]}""",
            await ReceiveAsync(reader));

        exchange.Floor.Orders.Publish(new OrderByOrderUpdate(
            false, 5, 8, 80, [], [],
            [
                new(6, 60, OrderChangeKind.Executed, Side.Buy, 3, 15_000, 4, 0, 0),
                new(6, 60, OrderChangeKind.Printed, Side.Sell, 0, 14_995, 9, 0, 1),
                new(7, 70, OrderChangeKind.Resized, Side.Buy, 1, 15_000, 5, 0, 0),
                new(8, 80, OrderChangeKind.Removed, Side.Sell, 4, 15_010, 0, 0, 0),
                new(8, 80, OrderChangeKind.Added, Side.Buy, 9, 15_000, 8, 1, 0),
            ]));
        Assert.Equal(
            """{"type":"level3","snapshot":false,"symbol":"AAPL","previousSequence":5,"sequence":8,"timeNanos":"80","changes":["""
            + """{"kind":"executed","side":"buy","orderId":3,"price":"150.00","quantity":"4","tradeId":"6-0","sequence":6,"timeNanos":"60"},"""
            + """{"kind":"printed","side":"sell","price":"149.95","quantity":"9","tradeId":"6-1","sequence":6,"timeNanos":"60"},"""
            + """{"kind":"resized","side":"buy","orderId":1,"price":"150.00","quantity":"5","sequence":7,"timeNanos":"70"},"""
            + """{"kind":"removed","side":"sell","orderId":4,"price":"150.10","sequence":8,"timeNanos":"80"},"""
            + """{"kind":"added","side":"buy","orderId":9,"price":"150.00","quantity":"8","before":1,"sequence":8,"timeNanos":"80"}]}""",
            await ReceiveAsync(reader));
    }

    [Fact]
    public async Task Orders_are_told_in_ticks_and_lots_beside_the_book_by_price_and_each_ends_alone()
    {
        await using var exchange = await OpenGateway.StartAsync();
        exchange.Floor.Orders.Publish(new OrderByOrderUpdate(true, 0, 5, 50, [new(3, 15_000, 1L << 60)], [], []));
        using var reader = await ConnectAsync(exchange, null);
        await SendAsync(
            reader, """{"op":"subscribe","channel":"level3","symbol":"AAPL","units":"ticks","conflate":0}""");
        Assert.Equal(
            """{"type":"level3","snapshot":true,"symbol":"AAPL","sequence":5,"timeNanos":"50","bids":[{"orderId":3,"price":15000,"quantity":"1152921504606846976"}],"asks":[]}""",
            await ReceiveAsync(reader));
        await SendAsync(reader, """{"op":"subscribe","symbol":"AAPL"}""");
        Assert.StartsWith(
            """{"type":"snapshot","symbol":"AAPL",""", await ReceiveAsync(reader), StringComparison.Ordinal);
        await SendAsync(reader, """{"op":"unsubscribe","channel":"level3","symbol":"AAPL"}""");
        await SendAsync(reader, """{"op":"?"}""");
        Assert.Contains("\"field\":\"op\"", await ReceiveAsync(reader), StringComparison.Ordinal);
        exchange.Floor.Orders.Publish(new OrderByOrderUpdate(false, 5, 6, 60, [], [], []));
        exchange.Floor.Publish("AAPL", new MarketUpdate(false, 1, 2, 2, [new DepthLevel(100, 1, 1)], [], []));
        Assert.StartsWith(
            """{"type":"update","symbol":"AAPL","previousSequence":1""", await ReceiveAsync(reader),
            StringComparison.Ordinal);
    }

    [Fact]
    public async Task Slow_reader_is_sent_one_update_at_a_time_and_at_most_one_per_interval()
    {
        var time = new ManualTime();
        await using var exchange = await OpenGateway.StartAsync(time: time);
        exchange.Floor.Orders.Publish(s_all);
        using var reader = await ConnectAsync(exchange, null);
        await SendAsync(reader, """{"op":"subscribe","channel":"level3","symbol":"AAPL","conflate":500}""");
        Assert.Contains("\"snapshot\":true", await ReadAsync(reader, time, "level3"), StringComparison.Ordinal);

        exchange.Floor.Orders.Publish(new OrderByOrderUpdate(false, 5, 6, 60, [], [], []));
        exchange.Floor.Orders.Publish(new OrderByOrderUpdate(false, 6, 7, 70, [], [], []));
        await exchange.Floor.WhenCalled("WaitForOrders 5").WaitAsync(Wait.Limit, Token);

        // The clock stands still: the first update waits to be sent, and the second is not requested before that.
        await SendAsync(reader, """{"op":"?"}""");
        Assert.Contains("\"field\":\"op\"", await ReceiveAsync(reader), StringComparison.Ordinal);
        Assert.DoesNotContain("WaitForOrders 6", exchange.Floor.Calls);
        Assert.Contains("\"sequence\":6,", await ReadAsync(reader, time, "level3"), StringComparison.Ordinal);
        Assert.Contains("\"sequence\":7,", await ReadAsync(reader, time, "level3"), StringComparison.Ordinal);
    }

    [Fact]
    public async Task Book_stream_restarts_a_second_after_a_failure()
    {
        var time = new ManualTime();
        await using var exchange = await OpenGateway.StartAsync(time: time);
        exchange.Floor.Orders.Fails = true;
        exchange.Floor.Orders.Publish(s_all);
        using var reader = await ConnectAsync(exchange, null);
        await SendAsync(reader, Subscribe);
        Assert.Contains("\"sequence\":5,", await ReadAsync(reader, time, "level3"), StringComparison.Ordinal);
        Assert.Equal(2, exchange.Floor.Calls.Count(call => call == "WaitForOrders 0"));
    }

    [Fact]
    public async Task Quiet_book_sends_heartbeats_until_an_update()
    {
        var time = new ManualTime();
        await using var exchange = await OpenGateway.StartAsync(time: time);
        exchange.Floor.Orders.Publish(s_all);
        exchange.Floor.Orders.IsQuiet = true;
        using var reader = await ConnectAsync(exchange, null);
        await SendAsync(reader, Subscribe);
        await ReadAsync(reader, time, "level3");
        Assert.StartsWith(
            """{"type":"level3Heartbeat","symbol":"AAPL","sequence":5,"timeNanos":""",
            await ReadAsync(reader, time, "level3Heartbeat"), StringComparison.Ordinal);

        exchange.Floor.Orders.IsQuiet = false;
        exchange.Floor.Orders.Publish(new OrderByOrderUpdate(false, 5, 6, 60, [], [], []));
        Assert.Contains("\"sequence\":6,", await ReadAsync(reader, time, "level3"), StringComparison.Ordinal);
    }

    [Fact]
    public async Task Readers_at_one_sequence_share_one_market_data_call_and_its_bytes()
    {
        await using var exchange = await OpenGateway.StartAsync();
        exchange.Floor.Orders.Publish(s_all);
        var feed = exchange.Services.GetRequiredService<OrderByOrderFeeds>()
            .Of(exchange.Floor.Instruments.Single(of => of.Symbol == "AAPL"));
        var all = await feed.NextAsync(0);
        var allOfOneWhoCameLater = await feed.NextAsync(0);
        Assert.Equal(all!.Bytes(inTicks: false), allOfOneWhoCameLater!.Bytes(inTicks: false));
        Assert.Equal(all.Bytes(inTicks: true), allOfOneWhoCameLater.Bytes(inTicks: true));

        Task<OrdersMessage?>[] waiting = [.. Enumerable.Range(0, 300).Select(_ => feed.NextAsync(5))];
        exchange.Floor.Orders.Publish(new OrderByOrderUpdate(false, 5, 6, 60, [], [], []));
        var told = await Task.WhenAll(waiting);
        Assert.All(told, message => Assert.Equal(told[0]!.Bytes(inTicks: false), message!.Bytes(inTicks: false)));
        Assert.Single(exchange.Floor.Calls, "WaitForOrders 5");

        // Orders at another sequence are encoded anew.
        exchange.Floor.Orders.Publish(s_all with { Sequence = 6 });
        Assert.NotEqual(all.Bytes(inTicks: false), (await feed.NextAsync(0))!.Bytes(inTicks: false));
        GC.KeepAlive(all);
    }

    [Fact]
    public async Task Large_message_is_sent_to_a_slow_reader_one_part_at_a_time()
    {
        await using var exchange = await OpenGateway.StartAsync();
        exchange.Floor.Orders.Publish(new OrderByOrderUpdate(
            true, 0, 5, 50, [.. Enumerable.Range(1, 5_000).Select(id => new DisplayedOrder(id, 15_000, 1))], [], []));
        using var client = new TcpClient();
        await client.ConnectAsync(exchange.Address.Host, exchange.Address.Port, Token);
        var stream = client.GetStream();
        await stream.WriteAsync(Encoding.ASCII.GetBytes(
            $"GET /api/qc/v1/stream HTTP/1.1\r\nHost: {exchange.Address.Authority}\r\nConnection: Upgrade\r\nUpgrade: websocket\r\n"
            + "Sec-WebSocket-Version: 13\r\nSec-WebSocket-Key: AAAAAAAAAAAAAAAAAAAAAA==\r\n\r\n"), Token);
        for (var last = 0; last != 0x0D0A0D0A;)
            last = (last << 8) | (await ReadAsync(stream, 1))[0];

        byte[] subscribe = [0x81, (byte)(0x80 | Subscribe.Length), 0, 0, 0, 0, .. Encoding.ASCII.GetBytes(Subscribe)];
        await stream.WriteAsync(subscribe, Token);
        var (message, isWhole) = (new StringBuilder(), false);
        while (!isWhole)
        {
            var head = await ReadAsync(stream, 2);
            var length = head[1] switch
            {
                126 => BinaryPrimitives.ReadUInt16BigEndian(await ReadAsync(stream, 2)),
                127 => (int)BinaryPrimitives.ReadUInt64BigEndian(await ReadAsync(stream, 8)),
                var few => few,
            };
            Assert.InRange(length, 1, 64 * 1024);
            message.Append(Encoding.ASCII.GetString(await ReadAsync(stream, length)));
            isWhole = (head[0] & 0x80) != 0;
        }

        Assert.Equal(5_000, JsonDocument.Parse(message.ToString()).RootElement.GetProperty("bids").GetArrayLength());

        static async Task<byte[]> ReadAsync(NetworkStream from, int count)
        {
            var bytes = new byte[count];
            await from.ReadExactlyAsync(bytes, Token);
            return bytes;
        }
    }

    [Theory]
    [InlineData("""{"op":"subscribe","channel":"level3"}""", "BadRequest", "symbol")]
    [InlineData("""{"op":"subscribe","channel":"level3","symbol":"GOOG"}""", "UnknownSymbol", "symbol")]
    [InlineData("""{"op":"subscribe","channel":"level3","symbol":"AAPL","units":"grams"}""", "BadRequest", "units")]
    [InlineData("""{"op":"subscribe","channel":"level3","symbol":"AAPL","conflate":1001}""", "BadRequest", "conflate")]
    [InlineData("""{"op":"subscribe","channel":"level4","symbol":"AAPL"}""", "BadRequest", "channel")]
    public async Task Invalid_subscription_gets_an_error(
        string message, string code, string field)
    {
        await using var exchange = await OpenGateway.StartAsync();
        using var reader = await ConnectAsync(exchange, null);
        await SendAsync(reader, message);
        var answer = await ReceiveAsync(reader);
        Assert.StartsWith(
            $$"""{"type":"error","code":"{{code}}","field":"{{field}}",""", answer, StringComparison.Ordinal);
    }

    [Fact]
    public async Task One_call_returns_the_first_orders_in_the_queue()
    {
        await using var exchange = await OpenGateway.StartAsync();
        exchange.Floor.Orders.Publish(s_all with { TimeNanos = 1_767_225_600_000_000_001 });
        using var answer = await exchange.Http.GetAsync("/api/qc/v1/book/AAPL/orders?limit=2", Token);
        Assert.Equal(
            """{"symbol":"AAPL","sequence":5,"time":"2026-01-01T00:00:00.000000001Z","timeNanos":"1767225600000000001","bids":[{"orderId":3,"price":"150.00","quantity":"10"},{"orderId":1,"price":"150.00","quantity":"7"}],"asks":[{"orderId":4,"price":"150.10","quantity":"2"}]}""",
            await answer.Content.ReadAsStringAsync(Token));
        using var tooMany = await exchange.Http.GetAsync("/api/qc/v1/book/AAPL/orders?limit=1001", Token);
        Assert.Equal(HttpStatusCode.BadRequest, tooMany.StatusCode);
        using var unknown = await exchange.Http.GetAsync("/api/qc/v1/book/GOOG/orders", Token);
        Assert.Equal(HttpStatusCode.NotFound, unknown.StatusCode);
    }
}
