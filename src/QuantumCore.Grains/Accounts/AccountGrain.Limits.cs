using System.Collections.Immutable;
using QuantumCore.Contracts;
using QuantumCore.Instruments;

namespace QuantumCore.Grains.Accounts;

/// <summary>Risk limits: set by an administrator's record, asked before anything is held.</summary>
public sealed partial class AccountGrain
{
    /// <inheritdoc/>
    public async ValueTask SetLimits(LimitsRequest request)
    {
        RequireRoom("be limited");
        if (request.Limits.Any(limit => limit.Most < 0 || !Enum.IsDefined(limit.Kind))
            || request.Limits.DistinctBy(limit => limit.Kind).Count() != request.Limits.Length)
        {
            throw new ArgumentException("Each kind of limit once, from 0.", nameof(request));
        }

        Mutate(() =>
        {
            if (_machine.SetLimits(request, Now) is { } record)
            {
                Record(record, urgent: true);
            }

            return true;
        });
        await SettleAsync();
    }

    /// <inheritdoc/>
    public async ValueTask<ImmutableArray<SymbolLimits>> Limits()
    {
        ImmutableArray<SymbolLimits> limits = [.. _machine.Limits];
        await SettleAsync();
        return limits;
    }

    /// <summary>The account's limit that an order, or orders of several symbols together, would break; its name is used up.</summary>
    private BrokenLimit? RefuseByLimits(ImmutableArray<HoldRequest> requests, ulong hash)
    {
        if (!_machine.HasLimits)
        {
            return null;
        }

        foreach (var group in requests.GroupBy(request => request.Symbol, StringComparer.Ordinal))
        {
            if (catalog.TryGet(group.Key, out var instrument)
                && _machine.CheckLimits(instrument!, [.. group.Select(order => (order.Side, order.PriceTicks, LotsOf(order)))]) is { } broken)
            {
                Record(_machine.Refuse(requests[0].ClientOrderId, hash, broken.Reason, Now), urgent: false);
                return broken;
            }
        }

        return null;
    }

    /// <summary>Lots of an order; of one by amount those that the amount gives at its worst price.</summary>
    private static long LotsOf(HoldRequest request) => request.Conditions.Decode()?.Amount is { } amount
        ? Math.Max(amount / Math.Max(request.PriceTicks, 1), 1)
        : request.QuantityLots;
}
