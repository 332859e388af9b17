using System.Collections.Immutable;
using QuantumCore.Contracts;

namespace QuantumCore.Clearing;

/// <summary>The account's limits of one scope, with their counters over time.</summary>
internal sealed class LimitsInForce
{
    private const long MillisecondNanos = 1_000_000;

    // Indexed by kind, because each order checks all of them.
    private readonly long[] _most;
    private readonly OrderBucket? _bucket;
    private readonly RecentOrders? _recent;
    private readonly OrderWindow? _window;

    // By symbol; null without a limit on multiples of the usual quantity.
    private readonly SortedDictionary<string, UsualQuantity>? _usual;

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
        _window = NewOrderWindow();
        _usual = NewUsual();
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
                        from.Text(), (Instruments.Side)from.Byte(), (OrderType)from.Byte(), from.Count(),
                        from.Count(), from.Count()),
                    timeNanos);
            }
        }

        _window = NewOrderWindow();
        for (var i = _window is null ? 0 : from.ItemCount(); i > 0; i--)
        {
            _window!.Add(new WindowStep(from.Count(), from.Count(), from.Fixed128()));
        }

        _usual = NewUsual();
        for (var i = _usual is null ? 0 : from.ItemCount(); i > 0; i--)
        {
            var usual = _usual![from.Text()] = new UsualQuantity();
            for (var j = from.ItemCount(); j > 0; j--)
            {
                usual.Add(from.Count());
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

    /// <summary>Returns the number and the value of the orders in the window of the kill switch.</summary>
    public (long Orders, Int128 Value) InKillWindow(long now) => _window?.At(now) ?? default;

    /// <summary>
    /// Returns the account's usual quantity in a symbol, in lots; 0 while it has entered too few orders.
    /// </summary>
    public long UsualLots(string symbol) => _usual?.GetValueOrDefault(symbol)?.Median ?? 0;

    /// <summary>Counts a held order.</summary>
    public void Count(in OrderContent order, long timeNanos)
    {
        _bucket?.Take(1, timeNanos);
        _recent?.Add(order, timeNanos);
    }

    /// <summary>Counts a held order for the kill switch.</summary>
    /// <param name="symbol">The book.</param>
    /// <param name="lots">Its quantity, in lots.</param>
    /// <param name="value">Its value at its worst price, quote minor units.</param>
    /// <param name="timeNanos">Its time, Unix nanoseconds.</param>
    public void CountForKill(string symbol, long lots, Int128 value, long timeNanos)
    {
        _window?.Add(value, timeNanos);
        if (_usual is null)
        {
            return;
        }

        if (!_usual.TryGetValue(symbol, out var usual))
        {
            _usual.Add(symbol, usual = new UsualQuantity());
        }

        usual.Add(lots);
    }

    /// <summary>Resets the window of the kill switch after an operator has unfrozen the account.</summary>
    public void RestartKillWindow() => _window?.Clear();

    /// <summary>Discards the usual quantity in some symbols after a split, because it is in old lots.</summary>
    public void ForgetUsual(Func<string, bool> isOf)
    {
        foreach (var symbol in _usual?.Keys.Where(isOf).ToArray() ?? [])
        {
            _usual!.Remove(symbol);
        }
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

        WriteKill(ref to);
    }

    private void WriteKill(ref RecordWriter to)
    {
        if (_window is not null)
        {
            to.Count(_window.Steps.Count);
            foreach (var step in _window.Steps)
            {
                to.Count(step.Number);
                to.Count(step.Orders);
                to.Fixed128(step.Value);
            }
        }

        if (_usual is not null)
        {
            to.Count(_usual.Count);
            foreach (var (symbol, usual) in _usual)
            {
                to.Text(symbol);
                to.Count(usual.Lots.Count);
                foreach (var lots in usual.Lots)
                {
                    to.Count(lots);
                }
            }
        }
    }

    /// <summary>Reads limits with their counters.</summary>
    public static LimitsInForce Read(ImmutableArray<AccountLimit> limits, ref RecordReader from) =>
        new(limits, ref from);

    private long Burst => Most(LimitKind.OrderBurst) is >= 0 and var burst ? burst : Most(LimitKind.OrdersPerSecond);

    private static long[] MostOf(ImmutableArray<AccountLimit> limits) =>
        [-1, .. Enum.GetValues<LimitKind>().Order().Select(kind => MostIn(limits, kind))];

    private OrderWindow? NewOrderWindow() =>
        Most(LimitKind.KillWindow) is > 0 and var seconds ? new OrderWindow(seconds * 1_000 * MillisecondNanos) : null;

    private SortedDictionary<string, UsualQuantity>? NewUsual() =>
        Most(LimitKind.QuantityMultiple) >= 0 ? new(StringComparer.Ordinal) : null;

    private RecentOrders? NewWindow() =>
        Most(LimitKind.DuplicateWindow) is >= 0 and var milliseconds
            ? new RecentOrders(milliseconds * MillisecondNanos)
            : null;
}
