using QuantumCore.Instruments;

namespace QuantumCore.Clearing;

/// <summary>
/// Content of an order apart from its client order id. Two equal ones within a short time may be one sent twice.
/// </summary>
/// <param name="Symbol">The book.</param>
/// <param name="Side">Buy or sell.</param>
/// <param name="Type">Its type.</param>
/// <param name="PriceTicks">Its limit price, in ticks; 0 if it has none of its own.</param>
/// <param name="QuantityLots">Its quantity, in lots; 0 for an order by amount.</param>
/// <param name="Amount">Its amount, in ticks times lots; 0 for an order by quantity.</param>
public readonly record struct OrderContent(
    string Symbol, Side Side, OrderType Type, long PriceTicks, long QuantityLots, long Amount);

/// <summary>Orders of a time window, for detecting duplicates. Times come from records.</summary>
/// <param name="windowNanos">Length of the window, nanoseconds, at most <see cref="LongestNanos"/>.</param>
public sealed class RecentOrders(long windowNanos)
{
    /// <summary>Longest window, nanoseconds.</summary>
    public const long LongestNanos = 60_000_000_000;

    /// <summary>
    /// Maximum number of orders in a window. Beyond it a copy could not be detected, so further orders must wait.
    /// </summary>
    public const int Most = 10_000;

    private readonly Queue<(long TimeNanos, OrderContent Order)> _orders = new();
    private readonly Dictionary<OrderContent, long> _last = [];

    /// <summary>Orders in the window, oldest first.</summary>
    public IReadOnlyCollection<(long TimeNanos, OrderContent Order)> Orders => _orders;

    /// <summary>Returns true if an equal order came within the window before now.</summary>
    public bool Contains(in OrderContent order, long nowNanos) =>
        _last.TryGetValue(order, out var timeNanos) && IsRecent(timeNanos, nowNanos);

    /// <summary>Returns true if the window has no room for more orders now.</summary>
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

    /// <summary>Adds an order.</summary>
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

    // A clock that ran ahead dated an order in the future, and an operator corrected it.
    private bool IsRecent(long timeNanos, long nowNanos) =>
        nowNanos - timeNanos > -LongestNanos && nowNanos - timeNanos < windowNanos;
}
