using System.Collections.Immutable;
using Microsoft.Extensions.DependencyInjection;
using QuantumCore.Clearing;
using QuantumCore.Contracts;
using QuantumCore.Instruments;
using QuantumCore.Journal;
using QuantumCore.TestKit;
using Xunit;

namespace QuantumCore.Grains.Tests;

/// <summary>The public view of a symbol, with ordered and overtaking calls.</summary>
public abstract class MarketDataGrainTests(bool overtaking)
{
    private const long Alice = 1001;
    private const long Bob = 1002;
    private static readonly string[] s_symbols = ["AAPL"];
    private static readonly long[] s_accounts = [Alice, Bob];

    [Fact]
    public async Task A_waiting_reader_is_told_of_the_next_change()
    {
        await using var disk = new Disk();
        await using var exchange = await Exchange.OpenAsync(disk, s_symbols, s_accounts, overtaking);
        var market = exchange.Grains.GetGrain<IMarketDataGrain>("AAPL");
        var start = await market.WaitForUpdate(0);
        Assert.NotNull(start);
        Assert.True(start.IsSnapshot);
        Assert.Empty(start.Bids);

        var waiting = market.WaitForUpdate(start.Sequence).AsTask();
        var placed = await exchange.PlaceAsync(Alice, "a", "AAPL", Side.Buy, 15_000, 100);
        var update = await waiting;

        Assert.NotNull(update);
        Assert.False(update.IsSnapshot);
        Assert.Equal((start.Sequence, placed.Sequence), (update.PreviousSequence, update.Sequence));
        Assert.Equal([new DepthLevel(15_000, 100, 1)], update.Bids);
    }

    [Fact]
    public async Task A_batch_that_comes_again_is_no_update()
    {
        await using var disk = new Disk();
        await using var exchange = await Exchange.OpenAsync(disk, s_symbols, s_accounts, overtaking);
        var market = exchange.Grains.GetGrain<IMarketDataGrain>("AAPL");
        var first = await exchange.PlaceAsync(Alice, "a", "AAPL", Side.Buy, 15_000, 100);
        await new Reader().ReadThroughAsync(market, first.Sequence);
        var (sequence, record) = (await exchange.RecordsAsync("AAPL"))[^1];
        Assert.Equal(first.Sequence, sequence);

        var waiting = market.WaitForUpdate(sequence).AsTask();
        await exchange.Cluster.SiloServices(0).GetRequiredKeyedService<IStreamProvider>(EventStreams.Provider)
            .GetStream<BookBatch>(StreamId.Create(EventStreams.Book, "AAPL"))
            .OnNextAsync(new BookBatch("AAPL", sequence, [record]));
        var second = await exchange.PlaceAsync(Bob, "b", "AAPL", Side.Buy, 14_990, 5);
        var update = await waiting;

        Assert.NotNull(update);
        Assert.Equal((sequence, second.Sequence), (update.PreviousSequence, update.Sequence));
        Assert.Equal([new DepthLevel(14_990, 5, 1)], update.Bids);
    }

    [Fact]
    public async Task A_reader_of_updates_sees_the_book_that_the_book_itself_shows()
    {
        await using var disk = new Disk();
        await using var exchange = await Exchange.OpenAsync(disk, s_symbols, s_accounts, overtaking);
        var market = exchange.Grains.GetGrain<IMarketDataGrain>("AAPL");
        var reader = new Reader();
        var random = new Random(5);
        for (var i = 0; i < 200; i++)
        {
            var report = await exchange.PlaceAsync(
                random.Next(2) == 0 ? Alice : Bob, $"k{i}", "AAPL", random.Next(2) == 0 ? Side.Buy : Side.Sell,
                15_000 + random.Next(-10, 11), 1 + random.Next(30));
            if (random.Next(4) == 0)
                await exchange.Book("AAPL").Close(report.Account, [report.Number], EndReason.User);
            if (random.Next(9) == 0)
                await exchange.Book("AAPL").CloseAll(report.Account, report.Number);
            if (random.Next(5) == 0)
                await reader.ReadThroughAsync(market, report.Sequence);
        }

        var expected = await exchange.Book("AAPL").Depth();
        await reader.ReadThroughAsync(market, expected.Sequence);

        Assert.Equal(expected.Bids, reader.Bids.Values.Reverse());
        Assert.Equal(expected.Asks, reader.Asks.Values);
        var trades = (await exchange.RecordsAsync("AAPL")).Where(r => r.Record is OrderAccepted)
            .SelectMany(
                r => ((OrderAccepted)r.Record).Fills.Select((f, i) => (r.Sequence, i, f.PriceTicks, f.QuantityLots)))
            .ToArray();
        Assert.NotEmpty(trades);
        Assert.Equal(
            trades.Reverse(),
            (await market.Trades(1_000)).Select(t => (t.Sequence, t.Index, t.PriceTicks, t.QuantityLots)));
        await exchange.Cluster.DeactivateAsync(market);
        Assert.Equal(trades.Length, (await market.Trades(1_000)).Length);
        Assert.Equal(expected.Bids, (await market.Depth(1_000)).Bids);
    }

    [Fact]
    public async Task A_record_that_was_never_published_is_found_in_the_journal()
    {
        await using var disk = new Disk();
        await using var exchange = await Exchange.OpenAsync(disk, s_symbols, s_accounts, overtaking);
        var market = exchange.Grains.GetGrain<IMarketDataGrain>("AAPL");
        var start = await market.WaitForUpdate(0);
        var reader = new Reader();
        await reader.ReadThroughAsync(market, start!.Sequence);

        // Another owner takes over the stream, writes, and crashes before it can publish.
        var order = new SubmitOrder(
            Alice, 1, "lost", Side.Sell, OrderType.Limit, TimeInForce.GoodTillCancel, false, 15_100, 7, 0, 0);
        var stream = await exchange.Service<JournalWriter>()
            .OpenAsync("book/AAPL", TestContext.Current.CancellationToken);
        await stream.WhenDurable(stream.Append(BookRecordEncoding.Encode(
            new OrderAccepted(start.TimeNanos, order, 1, [], 7, EndReason.None, 7, null))));
        await reader.ReadThroughAsync(market, start.Sequence + 1);

        Assert.Equal([new DepthLevel(15_100, 7, 1)], reader.Asks.Values);
    }

    [Fact]
    public async Task A_changed_trade_is_told_to_who_follows_and_shown_among_the_newest()
    {
        await using var disk = new Disk();
        await using var exchange = await Exchange.OpenAsync(disk, s_symbols, s_accounts, overtaking);
        var market = exchange.Grains.GetGrain<IMarketDataGrain>("AAPL");
        await exchange.PlaceAsync(Alice, "a", "AAPL", Side.Sell, 15_000, 4);
        await exchange.PlaceAsync(Alice, "b", "AAPL", Side.Sell, 15_010, 3);
        var taken = await exchange.PlaceAsync(Bob, "c", "AAPL", Side.Buy, 15_010, 7);
        var reader = new Reader();
        await reader.ReadThroughAsync(market, taken.Sequence);
        var made = (await market.Trades(10)).Reverse().ToArray();
        Assert.Equal(
            [(taken.Sequence, 0, 15_000, 4), (taken.Sequence, 1, 15_010, 3)],
            made.Select(t => (t.Sequence, t.Index, t.PriceTicks, t.QuantityLots)));

        var book = exchange.Book("AAPL").Grain;
        var corrected = await book.ChangeTrade("AAPL", new TradePlace(taken.Sequence, 1), 14_990);
        var again = await book.ChangeTrade("AAPL", new TradePlace(taken.Sequence, 1), 14_980);
        var gone = await book.ChangeTrade("AAPL", new TradePlace(taken.Sequence, 0), 0);
        await reader.ReadThroughAsync(market, gone.Sequence);
        Assert.Equal(
            [
                (corrected.Sequence, made[1], 15_010, 14_990), (again.Sequence, made[1], 14_990, 14_980),
                (gone.Sequence, made[0], 15_000, 0)],
            reader.TradeChanges.Select(c => (c.Sequence, c.Trade, c.BeforeTicks, c.PriceTicks)));
        Assert.All(reader.TradeChanges, change => Assert.True(change.TimeNanos >= change.Trade.TimeNanos));

        // Live, rebuilt from the journal, and from the history.
        PublicTrade[] marked = [made[0] with { ChangedTicks = 0 }, made[1] with { ChangedTicks = 14_980 }];
        Assert.Equal(marked.Reverse(), await market.Trades(10));
        await exchange.Cluster.DeactivateAsync(market);
        Assert.Equal(marked.Reverse(), await market.Trades(10));
        Assert.Equal(15_010, await market.LastPrice());
        Assert.Equal(
            marked,
            await exchange.Ledger.PublicTrades(
                new TradeQuery("AAPL", null, null, null, 10), [new SeenSequence("AAPL", gone.Sequence)]));
    }

    private sealed class Reader
    {
        private long _sequence;

        public SortedDictionary<long, DepthLevel> Bids { get; } = [];

        public SortedDictionary<long, DepthLevel> Asks { get; } = [];

        public List<PublicTradeChange> TradeChanges { get; } = [];

        public async Task ReadThroughAsync(IMarketDataGrain market, long sequence)
        {
            using var patience = new CancellationTokenSource(Wait.Limit);
            while (_sequence < sequence)
            {
                Assert.False(patience.IsCancellationRequested, $"Market data never came to sequence {sequence}.");
                if (await market.WaitForUpdate(_sequence) is { } update)
                    Take(update);
            }
        }

        private void Take(MarketUpdate update)
        {
            if (update.IsSnapshot)
            {
                Bids.Clear();
                Asks.Clear();
            }
            else
            {
                Assert.Equal(_sequence, update.PreviousSequence);
            }

            Apply(Bids, update.Bids);
            Apply(Asks, update.Asks);
            TradeChanges.AddRange(update.TradeChanges);
            _sequence = update.Sequence;
        }

        private static void Apply(SortedDictionary<long, DepthLevel> side, ImmutableArray<DepthLevel> levels)
        {
            foreach (var level in levels)
            {
                if (level.QuantityLots == 0)
                    side.Remove(level.PriceTicks);
                else
                    side[level.PriceTicks] = level;
            }
        }
    }
}

public sealed class MarketDataWithCallsInOrder() : MarketDataGrainTests(overtaking: false);

/// <summary>Start of a market data grain from its book's state.</summary>
public sealed class MarketDataBeginningTests
{
    private const long Alice = 1001;
    private const long Bob = 1002;

    [Fact]
    public async Task The_last_price_outlives_the_records_that_are_read_anew()
    {
        await using var disk = new Disk();
        await using var exchange = await Exchange.OpenAsync(disk, ["AAPL"], [Alice, Bob]);
        await exchange.PlaceAsync(Alice, "a", "AAPL", Side.Sell, 15_020, 1);
        await exchange.PlaceAsync(Bob, "b", "AAPL", Side.Buy, 15_020, 1);
        var book = exchange.Book("AAPL").Grain;
        foreach (var marks in Enumerable.Range(15_000, MarketBook.SequencesKept + 1).Chunk(256))
        {
            await Task.WhenAll(
                marks.Select(ticks => book.Operate("AAPL", new SetMarkPrice(ticks)).AsTask()));
        }

        var market = exchange.Grains.GetGrain<IMarketDataGrain>("AAPL");

        // It may have been active before the trade, and then follows the book.
        await Wait.UntilAsync(async () => await market.LastPrice() == 15_020);
        await exchange.Cluster.DeactivateAsync(market);
        Assert.Equal(15_020, await market.LastPrice());
        Assert.Empty(await market.Trades(1));
    }
}

public sealed class MarketDataWithOvertakingCalls() : MarketDataGrainTests(overtaking: true);
