using QuantumCore.Contracts;

namespace QuantumCore.Simulation;

/// <summary>The witness's own book of risk limits, kept from durable records alone.</summary>
internal sealed class WitnessedLimits(World world)
{
    private readonly Dictionary<(long Account, string Symbol), LimitsSet> _set = [];
    private readonly Dictionary<(long Account, string Symbol), long> _setAt = [];

    /// <summary>Whether these are the limits, unless a late copy of an older request set others after a time.</summary>
    public bool Are(long account, LimitsRequest request, long now) =>
        _setAt.GetValueOrDefault((account, request.Symbol), -1) >= now || (_set.TryGetValue((account, request.Symbol), out var set)
            ? set.Limits.SequenceEqual(request.Limits)
            : request.Limits.IsEmpty);

    public void See(long account, long sequence, AccountRecord record)
    {
        if (record is LimitsSet set)
            (_set[(account, set.Symbol)], _setAt[(account, set.Symbol)]) = (set, world.Now);
        foreach (var hold in record switch { HoldPlaced one => [one], ListHeld list => list.Holds(), _ => [] })
        {
            var most = MostOf(account, hold.Symbol, LimitKind.OrderQuantity);
            if (hold.Order.QuantityLots > most)
                world.Find($"account {account}: {sequence} holds {hold.Order.QuantityLots} lots of {hold.Symbol}; {most} are allowed");
        }
    }

    private long MostOf(long account, string symbol, LimitKind kind) =>
        _set.TryGetValue((account, symbol), out var set) && set.Limits.FirstOrDefault(limit => limit.Kind == kind) is { Kind: not 0, Most: var most }
            ? most
            : long.MaxValue;
}
