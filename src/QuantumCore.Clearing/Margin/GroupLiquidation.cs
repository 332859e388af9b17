using QuantumCore.Instruments;

namespace QuantumCore.Clearing;

/// <summary>
/// Chooses the position that a liquidation step closes, and how much of it, if positions offset each other.
/// </summary>
/// <param name="positions">All positions.</param>
/// <param name="step">Number of the step, from 1.</param>
/// <param name="policy">Target and fee of the liquidation.</param>
/// <remarks>
/// In a group, the side with the larger requirement is closed first: down to the other side, all of its requirement is
/// saved. Below that, closing one side alone saves only the part without credit, while closing both saves much more. So
/// the same part of both sides is closed, one after the other.
/// </remarks>
public readonly ref struct GroupLiquidation(ReadOnlySpan<MarginPosition> positions, int step, MarginPolicy policy)
{
    private const long Million = Liquidation.Million;
    private readonly ReadOnlySpan<MarginPosition> _positions = positions;

    /// <summary>
    /// Returns the index of the position to close next: the one with the largest requirement. The smaller side of a
    /// group counts only with what the credit leaves, and only if that exceeds the cost of closing. Returns a negative
    /// number if nothing can be closed.
    /// </summary>
    /// <param name="isTrading">Returns true if an order could trade in a symbol now.</param>
    public int Next(Func<string, bool> isTrading)
    {
        var (next, most) = (-1, (Int128)0);
        for (var i = 0; i < _positions.Length; i++)
        {
            ref readonly var position = ref _positions[i];
            if (position.WholeLots > 0 && isTrading(position.Of.Instrument.Symbol) && CountsFor(position) is { } counts
                && (next < 0 || counts > most || (counts == most && IsBefore(position, _positions[next]))))
            {
                (next, most) = (i, counts);
            }
        }

        return next;
    }

    /// <summary>Returns the lots to close of a position: at least a tenth of it, at most a step's maximum.</summary>
    /// <param name="figures">Margin figures of the account, without open orders.</param>
    /// <param name="position">The position, from this liquidation.</param>
    /// <param name="priceTicks">The worst price, in ticks.</param>
    public long Lots(in MarginFigures figures, in MarginPosition position, long priceTicks)
    {
        if (position.Of.Group is not { CreditPpm: > 0 } group)
        {
            return Liquidation.Lots(figures, position, priceTicks, policy);
        }

        var (own, other) = SidesOf(position, group);
        var outside = figures.Maintenance - group.Required(own, other);
        var closing = new Closing(
            figures.Equity, outside, own - position.Maintenance, other, position, priceTicks, group, policy);
        var whole = position.WholeLots;
        var level = own < other ? whole : Liquidation.First(0, whole, closing.IsLevel);
        var lots = Liquidation.Fewest(0, level, closing.Surplus)
            ?? (level == whole ? whole : level + PartOfBoth(closing, level));
        return Liquidation.OfStep(position, lots);
    }

    /// <summary>
    /// Returns the lots to close beyond the level of both sides. It is the part of the remaining group whose closing,
    /// on both sides, brings equity to the target part of the maintenance margin. The other side follows in its own
    /// steps.
    /// </summary>
    private long PartOfBoth(Closing closing, long level)
    {
        var (position, group) = (closing.Position, closing.Group);
        var rest = position.WholeLots - level;
        var left = Rounding.DivUp(position.MaintenanceAfter(level), Million);
        var needed = group.Required(closing.Own + left, closing.Other);
        var equity =
            closing.Equity - Rounding.DivUp(Liquidation.Cost(position, closing.PriceTicks, level, policy), Million);
        var missing = Rounding.DivUp((closing.Outside + needed) * policy.TargetPpm, Million) - equity;
        var cost = Liquidation.Cost(position, closing.PriceTicks, rest, policy);
        foreach (ref readonly var follower in _positions)
        {
            if (follower.Of.Group == group && follower.Of != position.Of)
            {
                cost += Liquidation.Cost(follower, PriceTicks(follower), follower.WholeLots, policy);
            }
        }

        var saved = Rounding.DivDown((needed * policy.TargetPpm) - cost, Million);
        return saved <= 0 || missing >= saved ? rest : (long)Rounding.DivUp(rest * Int128.Max(0, missing), saved);
    }

    private Int128? CountsFor(in MarginPosition position)
    {
        var kept = position.Maintenance;
        if (position.Of.Group is not { CreditPpm: > 0 } group
            || SidesOf(position, group) is var (own, other) && own >= other)
        {
            return kept * Million;
        }

        var saved = group.Required(own, other) - group.Required(own - kept, other);
        return saved * Million >= Liquidation.Cost(position, PriceTicks(position), position.WholeLots, policy)
            ? kept * group.RestPpm
            : null;
    }

    private (Int128 Own, Int128 Other) SidesOf(in MarginPosition position, MarginGroup group)
    {
        var (longs, shorts) = GroupSides.Of(group, _positions);
        return position.Units > 0 ? (longs, shorts) : (shorts, longs);
    }

    private long PriceTicks(in MarginPosition position) => Liquidation.PriceTicks(
        position.Of.Instrument, position.MarkTicks, position.Units > 0 ? Side.Sell : Side.Buy, step);

    private static bool IsBefore(in MarginPosition one, in MarginPosition other) =>
        string.CompareOrdinal(one.Of.Instrument.Symbol, other.Of.Instrument.Symbol) < 0;

    /// <summary>A position of a group while it is being closed.</summary>
    /// <param name="Equity">The account's equity.</param>
    /// <param name="Outside">Requirement of everything outside the group.</param>
    /// <param name="Own">Requirement of the rest of its side.</param>
    /// <param name="Other">Requirement of the other side.</param>
    /// <param name="Position">The position.</param>
    /// <param name="PriceTicks">The worst price, in ticks.</param>
    /// <param name="Group">The group.</param>
    /// <param name="Policy">Target and fee of the liquidation.</param>
    private sealed record Closing(
        Int128 Equity, Int128 Outside, Int128 Own, Int128 Other, MarginPosition Position, long PriceTicks,
        MarginGroup Group, MarginPolicy Policy)
    {
        /// <summary>Returns true if its side needs no more than the other side after some lots are closed.</summary>
        public bool IsLevel(long lots) => Weighted(lots) <= Other * Million;

        /// <summary>
        /// Returns the equity above the target after some lots are closed, times 10^18 so that nothing is rounded.
        /// </summary>
        public Int128 Surplus(long lots)
        {
            var (own, other) = (Weighted(lots), Other * Million);
            var needed =
                Int128.Max((own * Million) + (other * Group.RestPpm), (own * Group.RestPpm) + (other * Million));
            var kept = ((Outside * Million * Million) + needed) * Policy.TargetPpm;
            return (((Equity * Million) - Liquidation.Cost(Position, PriceTicks, lots, Policy)) * Million * Million)
                - kept;
        }

        private Int128 Weighted(long lots) => (Own * Million) + Position.MaintenanceAfter(lots);
    }
}
