using QuantumCore.Instruments;

namespace QuantumCore.Accounts;

/// <summary>Which position a step of a liquidation closes, and how much of it, where positions secure each other.</summary>
/// <param name="positions">All positions.</param>
/// <param name="step">Number of the step, from 1.</param>
/// <param name="policy">Gives target and fee.</param>
/// <remarks>
/// Of a group the side that needs more is closed first: down to the other side all of what it needs is saved. From there on only both sides together
/// save much, each alone what the credit leaves: so the same part of both is closed, one after the other.
/// </remarks>
public readonly ref struct GroupLiquidation(ReadOnlySpan<MarginPosition> positions, int step, MarginPolicy policy)
{
    private const long Million = Liquidation.Million;
    private readonly ReadOnlySpan<MarginPosition> _positions = positions;

    /// <summary>
    /// Where the position is that is closed next: what needs the most, of the smaller side of a group as much as the credit leaves, and only
    /// where that is more than closing it costs; less than 0 where nothing can be closed.
    /// </summary>
    /// <param name="isTrading">Whether an order could trade in a symbol now.</param>
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

    /// <summary>Lots to close of a position; a tenth of it at least, at most a step's.</summary>
    /// <param name="figures">The account, without open orders.</param>
    /// <param name="position">One of the positions.</param>
    /// <param name="priceTicks">The worst price.</param>
    public long Lots(in MarginFigures figures, in MarginPosition position, long priceTicks)
    {
        if (position.Of.Group is not { CreditPpm: > 0 } group)
        {
            return Liquidation.Lots(figures, position, priceTicks, policy);
        }

        var (own, other) = SidesOf(position, group);
        var outside = figures.Maintenance - group.Required(own, other);
        var closing = new Closing(figures.Equity, outside, own - position.Maintenance, other, position, priceTicks, group, policy);
        var whole = position.WholeLots;
        var level = own < other ? whole : Liquidation.First(0, whole, closing.IsLevel);
        var lots = Liquidation.Fewest(0, level, closing.Surplus) ?? (level == whole ? whole : level + PartOfBoth(closing, level));
        return Liquidation.OfStep(position, lots);
    }

    /// <summary>
    /// Lots beyond the level of both sides: the part of what is left of the group after whose closing, on both sides, equity would be the target part of the
    /// maintenance margin. The other side follows in steps of its own.
    /// </summary>
    private long PartOfBoth(Closing closing, long level)
    {
        var (position, group) = (closing.Position, closing.Group);
        var rest = position.WholeLots - level;
        var left = Rounding.DivUp(position.MaintenanceAfter(level), Million);
        var needed = group.Required(closing.Own + left, closing.Other);
        var equity = closing.Equity - Rounding.DivUp(Liquidation.Cost(position, closing.PriceTicks, level, policy), Million);
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
        if (position.Of.Group is not { CreditPpm: > 0 } group || SidesOf(position, group) is var (own, other) && own >= other)
        {
            return kept * Million;
        }

        var saved = group.Required(own, other) - group.Required(own - kept, other);
        return saved * Million >= Liquidation.Cost(position, PriceTicks(position), position.WholeLots, policy) ? kept * group.RestPpm : null;
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

    /// <summary>A position of a group as it is closed.</summary>
    /// <param name="Equity">Of the account.</param>
    /// <param name="Outside">What everything outside the group needs.</param>
    /// <param name="Own">What the rest of its side needs.</param>
    /// <param name="Other">What the other side needs.</param>
    /// <param name="Position">The position.</param>
    /// <param name="PriceTicks">The worst price.</param>
    /// <param name="Group">The group.</param>
    /// <param name="Policy">Gives target and fee.</param>
    private sealed record Closing(
        Int128 Equity, Int128 Outside, Int128 Own, Int128 Other, MarginPosition Position, long PriceTicks, MarginGroup Group, MarginPolicy Policy)
    {
        /// <summary>Whether its side needs no more than the other when some lots were closed.</summary>
        public bool IsLevel(long lots) => Weighted(lots) <= Other * Million;

        /// <summary>What is left of equity above the target after some lots were closed, times 10^18 so that nothing is rounded.</summary>
        public Int128 Surplus(long lots)
        {
            var (own, other) = (Weighted(lots), Other * Million);
            var needed = Int128.Max((own * Million) + (other * Group.RestPpm), (own * Group.RestPpm) + (other * Million));
            var kept = ((Outside * Million * Million) + needed) * Policy.TargetPpm;
            return (((Equity * Million) - Liquidation.Cost(Position, PriceTicks, lots, Policy)) * Million * Million) - kept;
        }

        private Int128 Weighted(long lots) => (Own * Million) + Position.MaintenanceAfter(lots);
    }
}
