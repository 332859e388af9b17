using QuantumCore.Clearing;
using QuantumCore.Contracts;
using QuantumCore.Instruments;
using QuantumCore.Journal;
using QuantumCore.TestKit;
using Xunit;

namespace QuantumCore.Grains.Tests;

/// <summary>Market-by-order messages of a grain, with ordered and overtaking calls.</summary>
public abstract class OrderByOrderTests(bool overtaking)
{
    private const long Alice = 1001;
    private const long Bob = 1002;
    private static readonly string[] s_symbols = ["AAPL"];
    private static readonly long[] s_accounts = [Alice, Bob];

    [Fact]
    public async Task Reader_has_every_order_and_trade_also_after_a_new_activation()
    {
        await using var disk = new Disk();
        await using var exchange = await Exchange.OpenAsync(disk, s_symbols, s_accounts, overtaking);
        var market = exchange.Grains.GetGrain<IMarketDataGrain>("AAPL");
        var (reader, random) = (new OrderByOrderReader(), new Random(11));
        await exchange.PlaceAsync(Alice, "there before", "AAPL", Side.Buy, 14_995, 7);
        for (var i = 0; i < 200; i++)
        {
            var (side, price, lots) = (random.Next(2) == 0 ? Side.Buy : Side.Sell, 15_000 + random.Next(-10, 11),
                1 + random.Next(30));
            var conditions = random.Next(4) switch
            {
                0 => new OrderConditions { DisplayLots = 1 + random.Next(lots) },
                1 => new OrderConditions { Hidden = true },
                _ => null,
            };
            var held = (await exchange.Account(random.Next(2) == 0 ? Alice : Bob).Hold(
            [
                new HoldRequest(
                    $"k{i}", "AAPL", side, OrderType.Limit, TimeInForce.GoodTillCancel, PostOnly: false, price, lots,
                    Conditions: EncodedConditions.From(conditions)),
            ]))[0];
            var report = await exchange.SubmitAsync("AAPL", held.Order!);
            if (random.Next(4) == 0)
                await exchange.Book("AAPL").Close(report.Account, [report.Number], EndReason.User);
            if (random.Next(9) == 0)
                await exchange.Book("AAPL").CloseAll(report.Account, report.Number);
            if (random.Next(5) == 0)
                await reader.ReadThroughAsync(market, report.Sequence);
            if (i == 100)
            {
                await reader.ReadThroughAsync(market, report.Sequence);
                await exchange.Cluster.DeactivateAsync(market);
            }
        }

        var records = await exchange.RecordsAsync("AAPL");
        await reader.ReadThroughAsync(market, records[^1].Sequence);
        var again = new BookMachine("AAPL");
        foreach (var (sequence, record) in records)
            again.Replay(sequence, BookRecordEncoding.Encode(record));
        Assert.Equal(OrderByOrderReader.Of(again.Core, Side.Buy), reader.Bids);
        Assert.Equal(OrderByOrderReader.Of(again.Core, Side.Sell), reader.Asks);
        var trades = new List<BookTrade>();
        foreach (var (sequence, record) in records)
            BookRecordFold.AddTrades(trades, sequence, record);
        Assert.NotEmpty(trades);
        Assert.Empty(
            reader.Trades.Except(
                trades.Select(trade => (trade.Sequence, trade.Index, trade.PriceTicks, trade.QuantityLots))));

        var first = await market.DisplayedOrders(2);
        Assert.Equal(reader.Bids.Take(2), first.Bids);
        Assert.Equal(reader.Asks.Take(2), first.Asks);
    }

    [Fact]
    public async Task Book_that_trades_while_its_records_are_run_again_is_told_from_where_it_is_then()
    {
        var held = new HeldReading();
        await using var disk = new Disk { Around = held.Around };
        await using var exchange = await Exchange.OpenAsync(disk, s_symbols, s_accounts, overtaking);
        var market = exchange.Grains.GetGrain<IMarketDataGrain>("AAPL");
        var first = await exchange.PlaceAsync(Alice, "before", "AAPL", Side.Buy, 14_995, 7);
        await Wait.UntilAsync(
            async () => (await market.Depth(10)).Sequence >= first.Sequence, "market data to have the first order");

        // Otherwise the ledger may be the next reader.
        await exchange.Ledger.CatchUp();
        held.Then = async () =>
        {
            var placed = await exchange.PlaceAsync(Bob, "meanwhile", "AAPL", Side.Buy, 14_990, 1);
            await Wait.UntilAsync(
                async () => (await market.Depth(10)).Sequence >= placed.Sequence, "market data to have the order");
        };
        var reader = new OrderByOrderReader();
        reader.Take((await market.WaitForOrders(0))!);
        Assert.Null(held.Then);
        Assert.Equal([7, 1], reader.Bids.Select(order => order.QuantityLots));
    }

    [Fact]
    public async Task Waiting_reader_is_told_of_the_next_change_and_of_nothing_when_there_is_none()
    {
        await using var disk = new Disk();
        await using var exchange = await Exchange.OpenAsync(disk, s_symbols, s_accounts, overtaking);
        var market = exchange.Grains.GetGrain<IMarketDataGrain>("AAPL");
        var start = await market.WaitForOrders(0);
        Assert.True(start!.IsSnapshot);
        Assert.Empty(start.Bids);
        var waiting = market.WaitForOrders(start.Sequence).AsTask();
        var placed = await exchange.PlaceAsync(Alice, "a", "AAPL", Side.Buy, 15_000, 100);
        var update = await waiting;
        Assert.Equal(
            (false, start.Sequence, placed.Sequence), (update!.IsSnapshot, update.PreviousSequence, update.Sequence));
        var change = Assert.Single(update.Changes);
        Assert.Equal(
            new(placed.Sequence, change.TimeNanos, OrderChangeKind.Added, Side.Buy, placed.OrderId, 15_000, 100, 0, 0),
            change);
        Assert.Equal(placed.TimeNanos, change.TimeNanos);
        Assert.Null(await market.WaitForOrders(placed.Sequence));
    }

    [Fact]
    public async Task As_many_as_may_wait_order_by_order_take_no_room_of_readers_by_price()
    {
        await using var disk = new Disk();
        await using var exchange = await Exchange.OpenAsync(disk, s_symbols, s_accounts, overtaking);
        var market = exchange.Grains.GetGrain<IMarketDataGrain>("AAPL");
        var start = await market.WaitForOrders(0);
        Task<OrderByOrderUpdate?>[] waiting =
            [.. Enumerable.Range(0, ChangeWatch.Limit).Select(_ => market.WaitForOrders(start!.Sequence).AsTask())];

        // The grain handles calls in sequence: this one comes when all of those wait.
        var byPrice = market.WaitForUpdate(start!.Sequence).AsTask();
        var placed = await exchange.PlaceAsync(Alice, "a", "AAPL", Side.Buy, 15_000, 100);
        Assert.Equal(placed.Sequence, (await byPrice)!.Sequence);
        Assert.All(await Task.WhenAll(waiting), update => Assert.Equal(placed.Sequence, update!.Sequence));
    }

    [Fact]
    public async Task Records_that_run_again_are_not_what_they_were_are_told_by_price_alone()
    {
        await using var disk = new Disk();
        await using var exchange = await Exchange.OpenAsync(disk, s_symbols, s_accounts, overtaking);
        var market = exchange.Grains.GetGrain<IMarketDataGrain>("AAPL");
        var start = await market.WaitForOrders(0);

        // A waiter during that time is not told that no order changed.
        var waiting = Task.Run(
            async () =>
            {
                while (await market.WaitForOrders(start!.Sequence) is null)
                {
                }
            },
            TestContext.Current.CancellationToken);

        // Another owner takes over the stream and writes what no book does: an order that skips an id.
        var order = new SubmitOrder(
            Alice, 1, "wrong", Side.Sell, OrderType.Limit, TimeInForce.GoodTillCancel, false, 15_100, 7, 0, 0);
        var stream =
            await exchange.Service<JournalWriter>().OpenAsync("book/AAPL", TestContext.Current.CancellationToken);
        await stream.WhenDurable(stream.Append(BookRecordEncoding.Encode(
            new OrderAccepted(start!.TimeNanos, order, 9, [], 7, EndReason.None, 7, null))));
        await Wait.UntilAsync(
            async () => (await market.Depth(10)).Sequence > start.Sequence, "market data to have read on");
        Assert.Equal([new DepthLevel(15_100, 7, 1)], (await market.Depth(10)).Asks);
        await Assert.ThrowsAnyAsync<Exception>(() => waiting);
        await Assert.ThrowsAnyAsync<Exception>(async () => await market.WaitForOrders(start.Sequence));
        await Assert.ThrowsAnyAsync<Exception>(async () => await market.DisplayedOrders(1));
        Assert.Equal([new DepthLevel(15_100, 7, 1)], (await market.WaitForUpdate(start.Sequence))!.Asks);
    }
}

public sealed class OrderByOrderWithCallsInOrder() : OrderByOrderTests(overtaking: false);

public sealed class OrderByOrderWithOvertakingCalls() : OrderByOrderTests(overtaking: true);

/// <summary>A journal that, once, waits for an event after reading to its end, before its reader continues.</summary>
internal sealed class HeldReading
{
    public Func<Task>? Then { get; set; }

    public IJournalStore Around(IJournalStore store) => WatchedJournal.Around(store, HoldAsync);

    private async IAsyncEnumerable<JournalRecord> HoldAsync(IAsyncEnumerable<JournalRecord> records)
    {
        var mayHold = Then is not null;
        await foreach (var record in records)
            yield return record;
        if (mayHold && Then is { } then)
        {
            Then = null;
            await then();
        }
    }
}

/// <summary>Reads a grain's market-by-order messages.</summary>
internal static class OrderByOrderReading
{
    public static async Task ReadThroughAsync(this OrderByOrderReader reader, IMarketDataGrain market, long sequence)
    {
        using var patience = new CancellationTokenSource(Wait.Limit);
        while (reader.Sequence < sequence)
        {
            Assert.False(patience.IsCancellationRequested, $"It was never told of sequence {sequence}.");
            if (await market.WaitForOrders(reader.Sequence) is { } update)
                reader.Take(update);
        }
    }
}
