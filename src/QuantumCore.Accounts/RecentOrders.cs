using QuantumCore.Instruments;

namespace QuantumCore.Accounts;

/// <summary>What an order asks for, whatever its name: two of the same within a short time may be one that was sent twice.</summary>
/// <param name="Symbol">The book.</param>
/// <param name="Side">Buy or sell.</param>
/// <param name="Type">Its type.</param>
/// <param name="PriceTicks">Its limit in ticks; 0 for one without a limit of its own.</param>
/// <param name="QuantityLots">Its quantity in lots; 0 for one by amount.</param>
/// <param name="Amount">Its amount in ticks times lots; 0 for one by quantity.</param>
public readonly record struct OrderContent(
    string Symbol, Side Side, OrderType Type, long PriceTicks, long QuantityLots, long Amount);

/// <summary>The orders of a window of time, to tell one that comes twice. Time comes with each call, from records.</summary>
/// <param name="windowNanos">How long an order is remembered, at most <see cref="LongestNanos"/>.</param>
public sealed class RecentOrders(long windowNanos)
{
    /// <summary>Longest window, nanoseconds.</summary>
    public const long LongestNanos = 60_000_000_000;

    /// <summary>Most orders of a window; who enters more can't be told from a copy and has to wait.</summary>
    public const int Most = 10_000;

    private readonly Queue<(long TimeNanos, OrderContent Order)> _orders = new();
    private readonly Dictionary<OrderContent, long> _last = [];

    /// <summary>The orders it remembers, oldest first.</summary>
    public IReadOnlyCollection<(long TimeNanos, OrderContent Order)> Orders => _orders;

    /// <summary>Whether the same order came within the window before now.</summary>
    public bool Contains(in OrderContent order, long nowNanos) =>
        _last.TryGetValue(order, out var timeNanos) && IsRecent(timeNanos, nowNanos);

    /// <summary>Whether it can't remember so many more now.</summary>
    public bool IsFull(int more, long nowNanos)
    {
        var recent = _orders.Count;
        foreach (var (timeNanos, _) in _orders)
        {
            if (recent + more <= Most || IsRecent(timeNanos, nowNanos))
            {
                break;
            }

            recent--;
        }

        return recent + more > Most;
    }

    /// <summary>An order came.</summary>
    public void Add(in OrderContent order, long nowNanos)
    {
        while (_orders.TryPeek(out var oldest) && !IsRecent(oldest.TimeNanos, nowNanos))
        {
            _orders.Dequeue();
            if (_last.GetValueOrDefault(oldest.Order) == oldest.TimeNanos)
            {
                _last.Remove(oldest.Order);
            }
        }

        _orders.Enqueue((nowNanos, order));
        _last[order] = nowNanos;
    }

    // An order of the future was dated by a clock that ran ahead, and an operator corrected that.
    private bool IsRecent(long timeNanos, long nowNanos) => nowNanos - timeNanos > -LongestNanos && nowNanos - timeNanos < windowNanos;
}
