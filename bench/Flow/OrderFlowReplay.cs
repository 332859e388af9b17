using QuantumCore.Instruments;
using QuantumCore.Matching;

namespace QuantumCore.Bench.Flow;

/// <summary>Counts of a replay.</summary>
/// <param name="Ioc">Number of immediate-or-cancel orders.</param>
/// <param name="IocExact">Number of those whose fills had the expected makers, quantities, prices and sequence.</param>
/// <param name="Fills">Number of trades.</param>
/// <param name="Q">Number of book checks.</param>
/// <param name="QExact">Number of those that showed every level as expected.</param>
public sealed record FlowCounts(int Ioc, int IocExact, int Fills, int Q, int QExact);

/// <summary>Replays a command file on a bare book and compares the results with the file.</summary>
public sealed class OrderFlowReplay
{
    private const int Account = 1;

    private readonly OrderBook _book = new(maxLevels: int.MaxValue);
    private readonly Dictionary<long, long> _bookIds = [];
    private readonly List<long> _fileIds = [0];
    private readonly List<FlowFill> _fills = [];
    private PriceLevel[] _levels = [];
    private FlowCounts _counts = new(0, 0, 0, 0, 0);

    private OrderFlowReplay()
    {
    }

    /// <summary>Runs all lines.</summary>
    /// <param name="lines">Lines of the file.</param>
    /// <param name="differs">Called with each difference, as a sentence that names the line.</param>
    /// <exception cref="OrderFlowException">A line is not a valid command at this point.</exception>
    public static FlowCounts Run(IEnumerable<FlowLine> lines, Action<string>? differs = null)
    {
        var replay = new OrderFlowReplay();
        foreach (var line in lines)
        {
            var difference = replay.Apply(line);
            if (difference is not null)
                differs?.Invoke($"line {line.Number}: {difference}");
        }

        return replay._counts;
    }

    private string? Apply(FlowLine line) => line switch
    {
        AddLine add => Add(add),
        ReduceLine reduce => Reduce(reduce),
        CancelLine cancel => Cancel(cancel),
        TakeLine take => Take(take),
        BookLine view => View(view),
        _ => throw new OrderFlowException(line.Number, "unknown command"),
    };

    private string? Add(AddLine add)
    {
        var order = new NewOrder(
            Account, add.Side, OrderType.Limit, TimeInForce.GoodTillCancel, PostOnly: false, add.PriceTicks, add.Lots);
        var reject = _book.Submit(add.Number, order, out var orderId);
        if (reject != RejectReason.None)
            throw new OrderFlowException(add.Number, $"the book refuses order {add.Id}: {reject}");

        _bookIds[add.Id] = orderId;
        _fileIds.Add(add.Id);
        var trades = CollectFills();
        return trades == 0 ? null : $"order {add.Id} should rest and traded {trades} times";
    }

    private string? Reduce(ReduceLine reduce)
    {
        var orderId = _bookIds[reduce.Id];
        if (!_book.TryGetOrder(orderId, out var order))
            return $"order {reduce.Id} should be reduced and is closed";

        _ = _book.Reduce(reduce.Number, orderId, Math.Max(order.TotalLots - reduce.Lots, 0));
        return reduce.Lots <= order.LeavesLots
            ? null
            : $"order {reduce.Id} should lose {reduce.Lots} and had {order.LeavesLots} left";
    }

    private string? Cancel(CancelLine cancel)
    {
        if (_book.Cancel(cancel.Number, _bookIds[cancel.Id], EndReason.User) != RejectReason.None)
            return $"order {cancel.Id} should be cancelled and is closed";

        var released = _book.Events[0].QuantityLots;
        return released == cancel.Lots
            ? null
            : $"order {cancel.Id} should have {cancel.Lots} left and had {released}";
    }

    private string? Take(TakeLine take)
    {
        var order = new NewOrder(
            Account, take.Side, OrderType.Limit, TimeInForce.ImmediateOrCancel, PostOnly: false, take.LimitTicks,
            take.Lots);
        var reject = _book.Submit(take.Number, order, out _);
        if (reject != RejectReason.None)
            throw new OrderFlowException(take.Number, $"the book refuses the order: {reject}");

        _fileIds.Add(0);
        _ = CollectFills();
        var exact = _fills.SequenceEqual(take.Fills);
        _counts = _counts with { Ioc = _counts.Ioc + 1, IocExact = _counts.IocExact + (exact ? 1 : 0) };
        return exact ? null : $"expected {Text(take.Fills)}, got {Text(_fills)}";
    }

    private string? View(BookLine view)
    {
        string? difference = null;
        foreach (var side in (ReadOnlySpan<Side>)[Side.Sell, Side.Buy])
        {
            var depth = view.Levels.Length / 2;
            if (_levels.Length < depth)
                _levels = new PriceLevel[depth];
            var shown = _book.CopyLevels(side, _levels.AsSpan(0, depth));
            foreach (var expected in view.Levels)
            {
                if (expected.Side != side)
                    continue;

                var level = expected.Depth < shown ? _levels[expected.Depth] : default;
                if (level.Lots != expected.Lots || (expected.Lots > 0 && level.PriceTicks != expected.PriceTicks))
                {
                    difference ??= $"{side} level {expected.Depth + 1} should be {expected.Lots}@{expected.PriceTicks}, "
                        + $"is {level.Lots}@{level.PriceTicks}";
                }
            }
        }

        _counts = _counts with { Q = _counts.Q + 1, QExact = _counts.QExact + (difference is null ? 1 : 0) };
        return difference;
    }

    private int CollectFills()
    {
        _fills.Clear();
        foreach (ref readonly var happened in _book.Events)
        {
            if (happened.Kind == BookEventKind.Trade)
                _fills.Add(new FlowFill(_fileIds[(int)happened.MakerId], happened.QuantityLots, happened.PriceTicks));
        }

        _counts = _counts with { Fills = _counts.Fills + _fills.Count };
        return _fills.Count;
    }

    private static string Text(IReadOnlyCollection<FlowFill> fills) =>
        fills.Count == 0
            ? "no fills"
            : string.Join('|', fills.Select(fill => $"{fill.MakerId}:{fill.Lots}@{fill.PriceTicks}"));
}
