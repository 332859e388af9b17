using QuantumCore.Instruments;
using QuantumCore.Matching.Tests.Reference;
using Xunit;
using static QuantumCore.Instruments.Side;
using static QuantumCore.Matching.Tests.BookScript;

namespace QuantumCore.Matching.Tests;

/// <summary>Consumers that see only the changes.</summary>
public class DisplayedBookTests
{
    public static TheoryData<int> Seeds => [.. Enumerable.Range(500, FullFlowOnBook.Profiles * 2)];

    [Theory]
    [MemberData(nameof(Seeds))]
    public void Each_view_rebuilt_from_its_changes_is_the_books_own(int seed)
    {
        var flow = new FullFlowOnBook(seed);
        var book = new OrderBook(flow.MaxLevels);
        var displayed = new DisplayedBook(book);
        var views = new Views(book);
        for (var step = 0; step < 8_000; step++)
        {
            var command = flow.Next();
            _ = command.Apply(book, out _);
            displayed.Follow();
            if (views.Apply(displayed) is { } wrong)
                Assert.Fail(
                    $"seed {seed}, step {step}: {command}\n  {FullCommand.Text(book.Events)}\n  {string.Join(' ', displayed.Orders.ToArray())}\n  {wrong}");
            // A consumer that joins now sees the same from here on.
            if (step % 1_000 == 999)
                (displayed, views) = (new DisplayedBook(book), new Views(book));
        }
    }

    [Fact]
    public void An_iceberg_shows_its_tip_and_a_hidden_maker_no_id()
    {
        var book = BookOf(
            Limit(Sell, 10, 100) with { Conditions = new() { DisplayLots = 3 } }, Limit(Sell, 4, 100),
            Limit(Sell, 5, 100) with { Conditions = new() { Hidden = true } });
        var displayed = new DisplayedBook(book);
        Assert.Equal(RejectReason.None, book.Submit(0, ImmediateOrCancel(Buy, 15, 100), out _));
        displayed.Follow();
        Assert.Equal(
            [
                new(OrderChangeKind.Executed, Sell, 1, 100, 3), new(OrderChangeKind.Added, Sell, 1, 100, 3),
                new(OrderChangeKind.Executed, Sell, 2, 100, 4),
                new(OrderChangeKind.Executed, Sell, 1, 100, 3), new(OrderChangeKind.Added, Sell, 1, 100, 3),
                new(OrderChangeKind.Executed, Sell, 1, 100, 3), new(OrderChangeKind.Added, Sell, 1, 100, 1),
                new(OrderChangeKind.Executed, Sell, 1, 100, 1), new(OrderChangeKind.Printed, Buy, 0, 100, 1),
            ],
            displayed.Orders.ToArray());
        Assert.Equal([new LevelChange(Sell, 100, 0, 0)], displayed.Levels.ToArray());
        Assert.True(displayed.HasNewTop);
        Assert.Equal(default, displayed.Top);
    }

    [Fact]
    public void An_order_for_the_close_takes_the_place_it_had_in_line()
    {
        var book = new OrderBook();
        Assert.Equal(RejectReason.None, book.Submit(0, Limit(Buy, 2, 100, TimeInForce.AtTheClose), out _));
        Assert.Equal(RejectReason.None, book.Submit(0, Limit(Buy, 3, 100), out _));
        var displayed = new DisplayedBook(book);
        Assert.Equal(RejectReason.None, book.SetPhase(0, TradingPhase.Closing));
        displayed.Follow();
        Assert.Equal([new OrderChange(OrderChangeKind.Added, Buy, 1, 100, 2, BeforeId: 2)], displayed.Orders.ToArray());
        Assert.Equal([new LevelChange(Buy, 100, 5, 2)], displayed.Levels.ToArray());
    }

    [Fact]
    public void Following_allocates_nothing_once_it_has_its_size()
    {
        var iceberg = Limit(Sell, 20, 104) with { Conditions = new() { DisplayLots = 3 } };
        var book = new OrderBook();
        var displayed = new DisplayedBook(book);
        Round(500);
        var before = GC.GetAllocatedBytesForCurrentThread();
        Round(500);
        Assert.Equal(0, GC.GetAllocatedBytesForCurrentThread() - before);

        void Round(int times)
        {
            for (var i = 0; i < times; i++)
            {
                _ = book.Submit(0, iceberg, out _);
                displayed.Follow();
                _ = book.Submit(0, Limit(Sell, 4, 104 + (i % 7)), out _);
                displayed.Follow();
                _ = book.Submit(0, ImmediateOrCancel(Buy, 17, 104), out _);
                displayed.Follow();
                _ = book.CancelMany(0, default, EndReason.MassCancel);
                displayed.Follow();
            }
        }
    }

    /// <summary>Three consumers: one of orders, one of levels, one of the best prices.</summary>
    private sealed class Views
    {
        private readonly OrderBook _book;
        private readonly Dictionary<(Side, long), List<(long Id, long Lots)>> _orders = [];
        private readonly Dictionary<(Side, long), (long Lots, int Orders)> _levels = [];
        private TopOfBook _top;

        public Views(OrderBook book)
        {
            _book = book;
            foreach (var (side, price, lots, id) in Displayed())
                LineAt(side, price).Add((id, lots));
            foreach (var (key, line) in _orders)
                _levels[key] = (line.Sum(order => order.Lots), line.Count);
            _top = Best();
        }

        /// <summary>Applies the changes and returns an error; null for none.</summary>
        public string? Apply(DisplayedBook displayed)
        {
            foreach (var change in displayed.Orders)
            {
                if (!Apply(in change))
                    return $"{change} makes no sense";
            }

            var seen = new HashSet<(Side, long)>();
            foreach (var level in displayed.Levels)
            {
                if (!seen.Add((level.Side, level.PriceTicks)))
                    return $"{level} is there twice";
                _ = level.Orders == 0
                    ? _levels.Remove((level.Side, level.PriceTicks))
                    : (_levels[(level.Side, level.PriceTicks)] = (level.Lots, level.Orders)).Orders > 0;
            }

            if (displayed.HasNewTop == (displayed.Top == _top))
                return $"{displayed.Top} was {_top}";
            _top = displayed.Top;
            return Compare();
        }

        private bool Apply(in OrderChange change)
        {
            if (change.Kind == OrderChangeKind.Printed)
                return change is { OrderId: 0, Lots: > 0 };

            var line = LineAt(change.Side, change.PriceTicks);
            var id = change.OrderId;
            var at = line.FindIndex(order => order.Id == id);
            switch (change.Kind)
            {
                case OrderChangeKind.Added:
                    var before = change.BeforeId;
                    var place = before == 0 ? line.Count : line.FindIndex(order => order.Id == before);
                    if (at >= 0 || place < 0)
                        return false;
                    line.Insert(place, (id, change.Lots));
                    return change.Lots > 0;
                case OrderChangeKind.Resized when at >= 0:
                    line[at] = (id, change.Lots);
                    return change.Lots > 0;
                case OrderChangeKind.Executed when at >= 0 && line[at].Lots > change.Lots:
                    line[at] = (id, line[at].Lots - change.Lots);
                    return true;
                case OrderChangeKind.Removed when at >= 0:
                case OrderChangeKind.Executed when at >= 0 && line[at].Lots == change.Lots:
                    line.RemoveAt(at);
                    if (line.Count == 0)
                        _ = _orders.Remove((change.Side, change.PriceTicks));
                    return true;
                default:
                    return false;
            }
        }

        private string? Compare()
        {
            var expected = Displayed();
            var orders = _orders
                .OrderBy(level => level.Key.Item1)
                .ThenBy(level => level.Key.Item1 == Buy ? -level.Key.Item2 : level.Key.Item2)
                .SelectMany(
                    level => level.Value.Select(order => (level.Key.Item1, level.Key.Item2, order.Lots, order.Id)))
                .ToList();
            if (!expected.SequenceEqual(orders))
                return $"orders: expected {string.Join(' ', expected)}, got {string.Join(' ', orders)}";
            foreach (var side in (ReadOnlySpan<Side>)[Buy, Sell])
            {
                var levels = _levels.Where(level => level.Key.Item1 == side)
                    .OrderBy(level => side == Buy ? -level.Key.Item2 : level.Key.Item2)
                    .Select(level => (level.Key.Item2, level.Value.Lots, level.Value.Orders));
                if (!LevelsOf(_book, side).SequenceEqual(levels))
                    return $"{side} levels: expected {string.Join(' ', LevelsOf(_book, side))}, got {string.Join(' ', levels)}";
            }

            return _top == Best() ? null : $"top: expected {Best()}, got {_top}";
        }

        private TopOfBook Best()
        {
            _ = _book.TryGetBest(Buy, out var bid, out var bidLots);
            _ = _book.TryGetBest(Sell, out var ask, out var askLots);
            return new TopOfBook(bid, bidLots, ask, askLots);
        }

        private List<(long Id, long Lots)> LineAt(Side side, long price)
        {
            if (!_orders.TryGetValue((side, price), out var line))
                _orders[(side, price)] = line = [];
            return line;
        }

        private List<(Side, long, long, long)> Displayed()
        {
            var found = new List<(Side, long, long, long)>();
            foreach (var side in (ReadOnlySpan<Side>)[Buy, Sell])
            {
                foreach (var order in _book.Orders(side))
                {
                    if (order.IsDisplayed)
                        found.Add((side, order.PriceTicks, order.ShownLots, order.OrderId));
                }
            }

            return found;
        }
    }
}
