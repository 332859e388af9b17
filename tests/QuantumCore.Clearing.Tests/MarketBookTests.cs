using System.Diagnostics;
using QuantumCore.Instruments;
using Xunit;

namespace QuantumCore.Clearing.Tests;

public sealed class MarketBookTests
{
    [Fact]
    public void Orders_at_one_price_add_up_to_one_level()
    {
        var book = new MarketBook();
        book.Advance(1, 10);
        book.Add(Side.Buy, 100, 5);
        book.Advance(2, 20);
        book.Add(Side.Buy, 100, 7);
        book.Advance(3, 30);
        book.Add(Side.Buy, 101, 1);

        var view = book.Snapshot();

        Assert.Equal([new BookLevel(101, 1, 1), new BookLevel(100, 12, 2)], view.Bids);
        Assert.Empty(view.Asks);
        Assert.Equal((3L, 30L), (view.Sequence, view.TimeNanos));
        Assert.Equal([new BookLevel(101, 1, 1)], book.Snapshot(1).Bids);
    }

    [Fact]
    public void A_trade_shrinks_the_level_and_the_last_one_takes_it_away()
    {
        var book = new MarketBook();
        book.Advance(1, 10);
        book.Add(Side.Sell, 200, 5);
        book.Advance(2, 20);
        book.Trade(Side.Buy, 200, 3, 2);
        Assert.Equal([new BookLevel(200, 2, 1)], book.Snapshot().Asks);

        book.Advance(3, 30);
        book.Trade(Side.Buy, 200, 2, 0);

        Assert.Empty(book.Snapshot().Asks);
        Assert.Equal(
            [new BookTrade(3, 0, 30, 200, 2, Side.Buy), new BookTrade(2, 0, 20, 200, 3, Side.Buy)],
            book.NewestTrades(10));
    }

    [Fact]
    public void An_update_tells_new_sizes_once_and_gone_levels_as_zero()
    {
        var book = new MarketBook();
        book.Advance(1, 10);
        book.Add(Side.Buy, 100, 5);
        book.Advance(2, 20);
        book.Add(Side.Buy, 99, 5);
        book.Reduce(Side.Buy, 99, 1);
        book.Remove(Side.Buy, 100, 5);

        var changes = book.ChangesAfter(1);

        Assert.NotNull(changes);
        Assert.Equal([new BookLevel(100, 0, 0), new BookLevel(99, 4, 1)], changes.Bids);
        Assert.Equal((1L, 2L), (changes.PreviousSequence, changes.Sequence));
        Assert.Empty(book.ChangesAfter(2)!.Bids);
        Assert.Null(book.ChangesAfter(3));
    }

    [Fact]
    public void A_reader_too_far_behind_gets_no_update()
    {
        var book = new MarketBook();
        for (var sequence = 1; sequence <= MarketBook.SequencesKept + 1; sequence++)
            book.Advance(sequence, sequence);

        Assert.Null(book.ChangesAfter(0));
        Assert.NotNull(book.ChangesAfter(1));
    }

    [Fact]
    public void An_update_is_refused_when_a_trade_in_it_is_forgotten()
    {
        var book = new MarketBook();
        for (var sequence = 1; sequence <= MarketBook.TradesKept + 1; sequence++)
        {
            book.Advance(sequence, sequence);
            book.Add(Side.Sell, 10, 1);
            book.Trade(Side.Buy, 10, 1, 0);
        }

        Assert.Null(book.ChangesAfter(0));
        Assert.Equal(MarketBook.TradesKept, book.ChangesAfter(1)!.Trades.Count);
    }

    [Fact]
    public void A_changed_trade_is_told_once_and_marked_among_the_newest()
    {
        var book = new MarketBook();
        BookTrade first = new(1, 0, 10, 200, 3, Side.Buy);
        BookTrade second = new(1, 1, 10, 201, 4, Side.Buy);
        book.Advance(1, 10);
        book.Print(Side.Buy, 200, 3);
        book.Print(Side.Buy, 201, 4);
        book.Advance(2, 20);
        book.ChangeTrade(second, 201, 205);
        book.Advance(3, 30);
        book.ChangeTrade(second, 205, 0);
        book.ChangeTrade(first, 200, 199);
        BookTradeChange[] changes =
            [new(2, 20, second, 201, 205), new(3, 30, second, 205, 0), new(3, 30, first, 200, 199)];

        // A reader that receives a trade and its change together gets the original trade, then the change.
        Assert.Equal([first, second], book.ChangesAfter(0)!.Trades);
        Assert.Equal(changes, Told(0));
        Assert.Empty(book.ChangesAfter(1)!.Trades);
        Assert.Equal(changes, Told(1));
        Assert.Equal(changes[1..], Told(2));
        Assert.Empty(Told(3));
        Assert.Equal([second with { ChangedTicks = 0 }, first with { ChangedTicks = 199 }], book.NewestTrades(10));

        // A change back to the original price is no longer a change.
        book.Advance(4, 40);
        book.ChangeTrade(first, 199, 200);
        Assert.Equal(first, book.NewestTrades(10)[1]);
        Assert.Equal([new BookTradeChange(4, 40, first, 199, 200)], Told(3));

        IReadOnlyList<BookTradeChange> Told(long sequence) => book.ChangesAfter(sequence)!.TradeChanges;
    }

    [Fact]
    public void A_change_of_a_trade_that_is_not_remembered_is_told_all_the_same()
    {
        var book = new MarketBook();
        book.Reset(new(7, 70, [], []), [new BookTrade(6, 0, 60, 200, 3, Side.Buy)]);
        book.Advance(8, 80);
        BookTrade old = new(2, 0, 20, 150, 1, Side.Sell);
        book.ChangeTrade(old, 150, 0);

        Assert.Equal([new BookTradeChange(8, 80, old, 150, 0)], book.ChangesAfter(7)!.TradeChanges);
        Assert.Equal([new BookTrade(6, 0, 60, 200, 3, Side.Buy)], book.NewestTrades(10));
    }

    [Fact]
    public void An_update_is_refused_when_a_change_of_a_trade_in_it_is_forgotten()
    {
        const int Remembered = 1_000;
        var book = new MarketBook();
        for (var sequence = 1; sequence <= Remembered + 1; sequence++)
        {
            book.Advance(sequence, sequence);
            book.ChangeTrade(new(0, 0, 0, 10, 1, Side.Buy), 10, 11);
        }

        Assert.Null(book.ChangesAfter(0));
        Assert.Equal(Remembered, book.ChangesAfter(1)!.TradeChanges.Count);
    }

    [Fact]
    public void A_sequence_out_of_turn_and_a_level_below_zero_are_faults()
    {
        var book = new MarketBook();
        Assert.Throws<InvalidOperationException>(() => book.Advance(2, 0));
        book.Advance(1, 0);
        Assert.Throws<InvalidOperationException>(() => book.Remove(Side.Buy, 5, 1));
    }

    [Fact]
    public void Snapshot_and_updates_give_the_same_book_as_a_later_snapshot()
    {
        for (var seed = 0; seed < 200; seed++)
        {
            var random = new Random(seed);
            var flow = new RandomFlow(random);
            var book = new MarketBook();
            var reader = new FollowingReader();
            var trades = new List<BookTrade>();
            for (var i = 0; i < 400; i++)
            {
                flow.Next(book, trades);
                if (random.Next(12) == 0)
                    reader.CatchUp(book);
                if (random.Next(150) == 0)
                    book.Reset(book.Snapshot(), book.NewestTrades(int.MaxValue).Reverse());
            }

            reader.CatchUp(book);
            var expected = book.Snapshot();
            Assert.Equal(expected.Bids, reader.Bids.Values.Reverse());
            Assert.Equal(expected.Asks, reader.Asks.Values);
            Assert.Equal(trades.AsEnumerable().Reverse().Take(50), book.NewestTrades(50));
            Assert.Equal(trades.Select(AsMade).Where(t => reader.Trades.Contains(t)), reader.Trades);
            Assert.Equal(flow.Changes.Where(c => reader.TradeChanges.Contains(c)), reader.TradeChanges);
        }
    }

    [Fact, Trait("Suite", "Slow")]
    public void Folding_keeps_up_with_a_busy_market()
    {
        var flow = new RandomFlow(new Random(1));
        var book = new MarketBook();
        var trades = new List<BookTrade>();
        var started = Stopwatch.GetTimestamp();
        for (var i = 0; i < 1_000_000; i++)
            flow.Next(book, trades);
        var seconds = Stopwatch.GetElapsedTime(started).TotalSeconds;
        TestContext.Current.SendDiagnosticMessage("{0:N0} records/s, generator included", 1_000_000 / seconds);
        Assert.Equal(1_000_000, book.Sequence);
    }

    private static BookTrade AsMade(BookTrade trade) => trade with { ChangedTicks = null };

    private sealed class FollowingReader
    {
        private long _sequence = -1;

        public SortedDictionary<long, BookLevel> Bids { get; } = [];

        public SortedDictionary<long, BookLevel> Asks { get; } = [];

        public List<BookTrade> Trades { get; } = [];

        public List<BookTradeChange> TradeChanges { get; } = [];

        public void CatchUp(MarketBook book)
        {
            if (book.ChangesAfter(_sequence) is { } changes)
            {
                Assert.Equal(_sequence, changes.PreviousSequence);
                Apply(Bids, changes.Bids);
                Apply(Asks, changes.Asks);
                Trades.AddRange(changes.Trades);
                TradeChanges.AddRange(changes.TradeChanges);
            }
            else
            {
                Bids.Clear();
                Asks.Clear();
                Apply(Bids, book.Snapshot().Bids);
                Apply(Asks, book.Snapshot().Asks);
            }

            _sequence = book.Sequence;
        }

        private static void Apply(SortedDictionary<long, BookLevel> side, IEnumerable<BookLevel> levels)
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

    // Resting orders that may cross: the view aggregates, it does not judge.
    private sealed class RandomFlow(Random random)
    {
        private readonly List<(Side Side, long Price, long Lots)> _resting = [];

        public List<BookTradeChange> Changes { get; } = [];

        public void Next(MarketBook book, List<BookTrade> trades)
        {
            book.Advance(book.Sequence + 1, book.TimeNanos + random.Next(3));
            if (_resting.Count < 5 || random.Next(3) == 0)
            {
                var side = random.Next(2) == 0 ? Side.Buy : Side.Sell;
                var order = (side, 1000L + random.Next(40), 1L + random.Next(20));
                _resting.Add(order);
                book.Add(order.side, order.Item2, order.Item3);
                return;
            }

            var count = random.Next(1, 4);
            for (var i = 0; i < count; i++)
                Touch(random.Next(_resting.Count), book, trades);
            if (random.Next(30) == 0 && trades.Count > 0)
                ChangeTrade(random.Next(Math.Max(0, trades.Count - 60), trades.Count), book, trades);
        }

        private void ChangeTrade(int at, MarketBook book, List<BookTrade> trades)
        {
            var (made, before, now) = (AsMade(trades[at]), trades[at].ChangedTicks ?? trades[at].PriceTicks,
                random.Next(3) * 500);
            book.ChangeTrade(made, before, now);
            trades[at] = trades[at].At(now);
            Changes.Add(new(book.Sequence, book.TimeNanos, made, before, now));
        }

        private void Touch(int at, MarketBook book, List<BookTrade> trades)
        {
            var (side, price, lots) = _resting[at];
            var part = random.NextInt64(1, lots + 1);
            var leaves = lots - part;
            switch (random.Next(3))
            {
                case 0 when leaves > 0:
                    book.Reduce(side, price, part);
                    break;
                case 1:
                    book.Remove(side, price, lots);
                    leaves = 0;
                    break;
                default:
                    var taker = side == Side.Buy ? Side.Sell : Side.Buy;
                    var index = trades.Count > 0 && trades[^1].Sequence == book.Sequence ? trades[^1].Index + 1 : 0;
                    book.Trade(taker, price, part, leaves);
                    trades.Add(new(book.Sequence, index, book.TimeNanos, price, part, taker));
                    break;
            }

            if (leaves > 0)
            {
                _resting[at] = (side, price, leaves);
                return;
            }

            _resting[at] = _resting[^1];
            _resting.RemoveAt(_resting.Count - 1);
            if (_resting.Count == 0)
            {
                book.Add(Side.Buy, 1, 1);
                _resting.Add((Side.Buy, 1, 1));
            }
        }
    }
}
