using System.Collections.Immutable;
using QuantumCore.Accounts;
using QuantumCore.Contracts;

namespace QuantumCore.Grains.Accounts;

/// <summary>The account's limits of one scope, with their counters over time.</summary>
internal sealed class LimitsInForce
{
    private const long MillisecondNanos = 1_000_000;

    // Indexed by kind, because each order checks all of them.
    private readonly long[] _most;
    private readonly OrderBucket? _bucket;
    private readonly RecentOrders? _recent;

    /// <summary>Creates limits with nothing counted yet.</summary>
    public LimitsInForce(ImmutableArray<AccountLimit> limits, long timeNanos)
    {
        Limits = limits;
        _most = MostOf(limits);
        if (Most(LimitKind.OrdersPerSecond) is >= 0 and var perSecond)
        {
            _bucket = new OrderBucket(perSecond, Burst, timeNanos);
        }

        _recent = NewWindow();
    }

    private LimitsInForce(ImmutableArray<AccountLimit> limits, ref RecordReader from)
    {
        Limits = limits;
        _most = MostOf(limits);
        if (Most(LimitKind.OrdersPerSecond) is >= 0 and var perSecond)
        {
            _bucket = new OrderBucket(perSecond, Burst, from.Fixed64(), from.Count());
        }

        if (NewWindow() is { } recent)
        {
            _recent = recent;
            for (var i = from.ItemCount(); i > 0; i--)
            {
                var timeNanos = from.Fixed64();
                recent.Add(
                    new OrderContent(
                        from.Text(), (Instruments.Side)from.Byte(), (Instruments.OrderType)from.Byte(), from.Count(), from.Count(), from.Count()),
                    timeNanos);
            }
        }
    }

    /// <summary>The limits as set.</summary>
    public ImmutableArray<AccountLimit> Limits { get; }

    /// <summary>Returns the limit of a kind, in its unit; -1 for none.</summary>
    public long Most(LimitKind kind) => _most[(int)kind];

    /// <summary>Returns the limit of a kind among some; -1 for none.</summary>
    public static long MostIn(ImmutableArray<AccountLimit> limits, LimitKind kind)
    {
        foreach (var limit in limits)
        {
            if (limit.Kind == kind)
            {
                return limit.Most;
            }
        }

        return -1;
    }

    /// <summary>Returns true if the rate limit allows the orders now.</summary>
    public bool HasRate(int orders, long now) =>
        _bucket?.Has(orders, now) is not false && _recent?.IsFull(orders, now) is not true;

    /// <summary>Returns true if an equal order came a moment ago.</summary>
    public bool IsDuplicate(in OrderContent order, long now) => _recent?.Contains(order, now) is true;

    /// <summary>Counts a held order.</summary>
    public void Count(in OrderContent order, long timeNanos)
    {
        _bucket?.Take(1, timeNanos);
        _recent?.Add(order, timeNanos);
    }

    /// <summary>Writes the counters.</summary>
    public void Write(ref RecordWriter to)
    {
        if (_bucket is not null)
        {
            to.Fixed64(_bucket.TimeNanos);
            to.Count(_bucket.Level);
        }

        if (_recent is not null)
        {
            to.Count(_recent.Orders.Count);
            foreach (var (timeNanos, order) in _recent.Orders)
            {
                to.Fixed64(timeNanos);
                to.Text(order.Symbol);
                to.Byte((byte)order.Side);
                to.Byte((byte)order.Type);
                to.Count(order.PriceTicks);
                to.Count(order.QuantityLots);
                to.Count(order.Amount);
            }
        }
    }

    /// <summary>Reads limits with their counters.</summary>
    public static LimitsInForce Read(ImmutableArray<AccountLimit> limits, ref RecordReader from) => new(limits, ref from);

    private long Burst => Most(LimitKind.OrderBurst) is >= 0 and var burst ? burst : Most(LimitKind.OrdersPerSecond);

    private static long[] MostOf(ImmutableArray<AccountLimit> limits) =>
        [-1, .. Enum.GetValues<LimitKind>().Order().Select(kind => MostIn(limits, kind))];

    private RecentOrders? NewWindow() =>
        Most(LimitKind.DuplicateWindow) is >= 0 and var milliseconds ? new RecentOrders(milliseconds * MillisecondNanos) : null;
}
