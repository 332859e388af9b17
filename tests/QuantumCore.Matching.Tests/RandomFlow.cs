using QuantumCore.Instruments;

namespace QuantumCore.Matching.Tests;

internal enum FlowVerb
{
    Submit,
    Cancel,
    Reduce,
    Replace,
}

internal readonly record struct FlowCommand(FlowVerb Verb, long Time, long OrderId, long Total, NewOrder Order)
{
    public RejectReason Apply(OrderBook book, out long id)
    {
        id = 0;
        return Verb switch
        {
            FlowVerb.Submit => book.Submit(Time, Order, out id),
            FlowVerb.Cancel => book.Cancel(Time, OrderId, EndReason.User),
            FlowVerb.Reduce => book.Reduce(Time, OrderId, Total),
            FlowVerb.Replace => book.Replace(Time, OrderId, Order, out id),
        };
    }
}

/// <summary>
/// Seeded commands about plain orders, for large books: mostly valid, some stale, far off or invalid.
/// </summary>
internal sealed class RandomFlow(int seed, int targetOrders, long centre, int spread)
{
    private readonly Random _random = new(seed);
    private readonly List<long> _notCancelled = [];
    private long _seenId;
    private long _time;

    /// <summary>Returns the next command, for a book with this number of open orders and this last id.</summary>
    public FlowCommand Next(int open, long lastId)
    {
        _time += _random.Next(3);
        var time = _random.Next(200) == 0 ? _time - 5 : _time;
        var draw = _random.Next(100);
        // More entries than exits below the target, fewer above.
        var entries = open < targetOrders ? 65 : 25;
        for (; _seenId < lastId; _seenId++)
            _notCancelled.Add(_seenId + 1);
        var verb = draw < entries ? FlowVerb.Submit
            : draw < entries + ((100 - entries) * 2 / 3) ? FlowVerb.Cancel
            : draw % 2 == 0 ? FlowVerb.Reduce
            : FlowVerb.Replace;
        return new FlowCommand(verb, time, Pick(verb, lastId), Lots() - (_random.Next(20) == 0 ? 200 : 0), Order());
    }

    private long Pick(FlowVerb verb, long lastId)
    {
        switch (_random.Next(50))
        {
            case 0:
                return lastId + _random.Next(3) - 1;
            case 1:
                return -_random.Next(3);
            case < 6:
                return 1 + _random.NextInt64(lastId + 1);
        }

        if (_notCancelled.Count == 0)
            return 1;
        var at = _random.Next(_notCancelled.Count);
        var id = _notCancelled[at];
        if (verb is FlowVerb.Cancel or FlowVerb.Replace)
        {
            _notCancelled[at] = _notCancelled[^1];
            _notCancelled.RemoveAt(_notCancelled.Count - 1);
        }

        return id;
    }

    private NewOrder Order()
    {
        var side = _random.Next(300) == 0 ? (Side)_random.Next(5) : (Side)_random.Next(1, 3);
        var kind = _random.Next(100);
        var type = kind < 8 ? OrderType.Market : kind == 99 && _random.Next(4) == 0 ? (OrderType)11 : OrderType.Limit;
        var tif = _random.Next(20) switch
        {
            < 14 => TimeInForce.GoodTillCancel,
            < 17 => TimeInForce.ImmediateOrCancel,
            < 19 => TimeInForce.FillOrKill,
            _ => _random.Next(10) == 0 ? (TimeInForce)5 : TimeInForce.GoodTillCancel,
        };
        var price = type == OrderType.Market && _random.Next(2) == 0 ? 0 : Price(side);
        var lots = _random.Next(250) == 0 ? _random.Next(2) * ((1L << 53) + _random.Next(2)) : Lots();
        return new NewOrder(_random.Next(-3, 50), side, type, tif, _random.Next(8) == 0, price, lots);
    }

    private long Lots() => 1 + _random.Next(_random.Next(10) == 0 ? 500 : 30);

    private long Price(Side side)
    {
        switch (_random.Next(200))
        {
            case 0:
                return _random.Next(2) == 0 ? 1L << 47 : 1;
            case 1:
                return _random.Next(3) * (1L << 47);
            case 2 or 3:
                return 1 + _random.NextInt64(1L << 47);
            default:
                // Most rest slightly behind the centre, some beyond it.
                var away = _random.Next(spread) - (spread / 4);
                return Math.Clamp(side == Side.Buy ? centre - away : centre + away, 1, 1L << 47);
        }
    }
}
