using QuantumCore.Contracts;
using QuantumCore.Instruments;
using QuantumCore.Matching;
using Xunit;

namespace QuantumCore.Clearing.Tests;

/// <summary>A reader that knows a book only by its market-by-order messages.</summary>
internal sealed class OrderByOrderReader
{
    private readonly SortedDictionary<long, List<DisplayedOrder>> _bids =
        new(Comparer<long>.Create((left, right) => right.CompareTo(left)));
    private readonly SortedDictionary<long, List<DisplayedOrder>> _asks = [];

    public long Sequence { get; private set; }

    public int Snapshots { get; private set; }

    /// <summary>Reported trades: sequence, index, price, lots.</summary>
    public List<(long Sequence, int Index, long PriceTicks, long Lots)> Trades { get; } = [];

    public IEnumerable<DisplayedOrder> Bids => _bids.Values.SelectMany(line => line);

    public IEnumerable<DisplayedOrder> Asks => _asks.Values.SelectMany(line => line);

    /// <summary>Returns the displayed orders of a book in trading sequence.</summary>
    public static IEnumerable<DisplayedOrder> Of(OrderBook book, Side side)
    {
        var shown = new List<DisplayedOrder>();
        foreach (var order in book.Orders(side))
        {
            if (order.IsDisplayed)
                shown.Add(new(order.OrderId, order.PriceTicks, order.ShownLots));
        }

        return shown;
    }

    public void Take(OrderByOrderUpdate update)
    {
        if (update.IsSnapshot)
        {
            Snapshots++;
            _bids.Clear();
            _asks.Clear();
            Assert.Empty(update.Changes);
            foreach (var order in update.Bids)
                Line(Side.Buy, order.PriceTicks).Add(order);
            foreach (var order in update.Asks)
                Line(Side.Sell, order.PriceTicks).Add(order);
        }
        else
        {
            Assert.Equal(Sequence, update.PreviousSequence);
            Assert.Empty(update.Bids);
            Assert.Empty(update.Asks);
        }

        foreach (var change in update.Changes)
        {
            Assert.InRange(change.Sequence, Sequence + 1, update.Sequence);
            Take(change);
        }

        Sequence = update.Sequence;
    }

    private void Take(DisplayedOrderChange change)
    {
        if (change.Kind is OrderChangeKind.Executed or OrderChangeKind.Printed)
            Trades.Add((change.Sequence, change.TradeIndex, change.PriceTicks, change.QuantityLots));
        if (change.Kind == OrderChangeKind.Printed)
            return;

        var line = Line(change.Side, change.PriceTicks);
        var at = line.FindIndex(order => order.OrderId == change.OrderId);
        if (change.Kind == OrderChangeKind.Added)
        {
            Assert.Equal(-1, at);
            var place = change.BeforeId == 0 ? line.Count : line.FindIndex(order => order.OrderId == change.BeforeId);
            line.Insert(place, new(change.OrderId, change.PriceTicks, change.QuantityLots));
            return;
        }

        var left = change.Kind switch
        {
            OrderChangeKind.Resized => change.QuantityLots,
            OrderChangeKind.Executed => line[at].QuantityLots - change.QuantityLots,
            _ => 0,
        };
        if (left > 0)
            line[at] = line[at] with { QuantityLots = left };
        else
            line.RemoveAt(at);
        if (line.Count == 0)
            (change.Side == Side.Buy ? _bids : _asks).Remove(change.PriceTicks);
    }

    private List<DisplayedOrder> Line(Side side, long priceTicks)
    {
        var lines = side == Side.Buy ? _bids : _asks;
        if (!lines.TryGetValue(priceTicks, out var line))
            lines[priceTicks] = line = [];
        return line;
    }
}
