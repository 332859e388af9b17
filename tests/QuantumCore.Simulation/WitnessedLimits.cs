using QuantumCore.Contracts;

namespace QuantumCore.Simulation;

/// <summary>The witness's own state of risk limits, derived from durable records alone.</summary>
internal sealed class WitnessedLimits(World world)
{
    private readonly Dictionary<(long Account, string Symbol), LimitsSet> _set = [];
    private readonly Dictionary<(long Account, string Symbol), long> _setAt = [];
    private readonly Dictionary<(long Account, string Symbol), List<(long TimeNanos, SubmitOrder Order)>> _since = [];

    /// <summary>
    /// Returns true if these are the limits, unless a late copy of an older request set others after a time.
    /// </summary>
    public bool Are(long account, LimitsRequest request, long now) =>
        _setAt.GetValueOrDefault((account, request.Symbol), -1) >= now
            || (_set.TryGetValue((account, request.Symbol), out var set)
            ? set.Limits.SequenceEqual(request.Limits)
            : request.Limits.IsEmpty);

    public void See(long account, long sequence, AccountRecord record)
    {
        if (record is LimitsSet set)
        {
            (_set[(account, set.Symbol)], _setAt[(account, set.Symbol)]) = (set, world.Now);
            _since[(account, set.Symbol)] = [];
        }

        foreach (var hold in record switch { HoldPlaced one => [one], ListHeld list => list.Holds(), _ => [] })
        {
            // Nobody is prevented from closing, least of all by limits of its own.
            if (WitnessedMargin.IsLiquidation(hold.Order.ClientOrderId))
                continue;
            var most = MostOf(account, hold.Symbol, LimitKind.OrderQuantity) ?? long.MaxValue;
            if (hold.Order.QuantityLots > most)
                world.Find(
                    $"account {account}: {sequence} holds {hold.Order.QuantityLots} lots of {hold.Symbol}; {most} are allowed");
            Judge(account, sequence, hold);
        }
    }

    // All orders since the limits were set are kept, and each is compared with all before it.
    private void Judge(long account, long sequence, HoldPlaced hold)
    {
        var before = _since.GetValueOrDefault((account, hold.Symbol), []);
        if (MostOf(account, hold.Symbol, LimitKind.DuplicateWindow) is { } window && hold.Order.ReplacesNumber == 0
            && before.Exists(
                other => hold.TimeNanos - other.TimeNanos < window * 1_000_000 && IsAlike(other.Order, hold.Order)))
        {
            world.Find($"account {account}: {sequence} is a copy of an order less than {window} ms before it");
        }

        before.Add((hold.TimeNanos, hold.Order));
        if (MostOf(account, hold.Symbol, LimitKind.OrdersPerSecond) is not { } rate)
            return;

        var burst = MostOf(account, hold.Symbol, LimitKind.OrderBurst) ?? rate;
        for (var i = 0; i < before.Count; i++)
        {
            var nanos = (Int128)(hold.TimeNanos - before[i].TimeNanos);
            if ((before.Count - i) * (Int128)1_000_000_000 > (burst * (Int128)1_000_000_000) + (nanos * rate))
                world.Find(
                    $"account {account}: {sequence} is order {before.Count - i} in {nanos} ns at {rate} a second, {burst} at once");
        }
    }

    private static bool IsAlike(SubmitOrder one, SubmitOrder other) =>
        (one.Side, one.Type, one.PriceTicks,
            one.QuantityLots) == (other.Side, other.Type, other.PriceTicks, other.QuantityLots)
        && one.Conditions.Decode()?.Amount == other.Conditions.Decode()?.Amount;

    private long? MostOf(long account, string symbol, LimitKind kind) =>
        _set.TryGetValue((account, symbol), out var set)
            && set.Limits.FirstOrDefault(limit => limit.Kind == kind) is { Kind: not 0, Most: var most }
            ? most
            : null;
}
