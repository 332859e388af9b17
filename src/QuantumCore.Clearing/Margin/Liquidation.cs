using QuantumCore.Instruments;

namespace QuantumCore.Clearing;

/// <summary>Computes the quantity and worst price of a liquidation step.</summary>
public static class Liquidation
{
    internal const long Million = 1_000_000;

    // Maximum distance of a step's price from the mark.
    private const long DistanceLimitPpm = 50_000;
    private const long DistancePpm = 10_000;

    /// <summary>
    /// Returns the worst price of a step, in ticks: the later the step, the further from the mark. Rounded in the
    /// account's favour.
    /// </summary>
    /// <param name="instrument">The instrument.</param>
    /// <param name="markTicks">The mark price, in ticks.</param>
    /// <param name="side">Sell for a long position, buy for a short one.</param>
    /// <param name="step">Number of the step, from 1.</param>
    public static long PriceTicks(Instrument instrument, long markTicks, Side side, int step)
    {
        var away = Math.Min(step * DistancePpm, DistanceLimitPpm);
        var price = side == Side.Sell
            ? Rounding.DivUp((Int128)markTicks * (Million - away), Million)
            : Rounding.DivDown((Int128)markTicks * (Million + away), Million);
        return (long)Int128.Clamp(price, instrument.MinPriceTicks, instrument.MaxPriceTicks);
    }

    /// <summary>
    /// Returns the lots to close: the fewest after which equity is the target part of the maintenance margin, even at
    /// the worst price. If no number of lots achieves that, it is the whole position. It is at least a tenth of the
    /// position, and at most a step's maximum.
    /// </summary>
    /// <param name="figures">Margin figures of the account, without open orders.</param>
    /// <param name="position">The position, which belongs to no group.</param>
    /// <param name="priceTicks">The worst price, in ticks.</param>
    /// <param name="policy">Target and fee of the liquidation.</param>
    public static long Lots(in MarginFigures figures, in MarginPosition position, long priceTicks, MarginPolicy policy)
    {
        var step = new Step(
            figures.Equity, (figures.Maintenance - position.Maintenance) * Million, position, priceTicks, policy);
        return OfStep(position, Fewest(0, position.WholeLots, step.Surplus) ?? position.WholeLots);
    }

    /// <summary>Bounds the lots of a step: at least a tenth of the position, at most a step's maximum.</summary>
    internal static long OfStep(in MarginPosition position, long lots)
    {
        var whole = position.WholeLots;
        return Math.Min(Math.Max(lots, (long)Rounding.DivUp(whole, 10)), Math.Min(whole, position.Of.Terms.StepLots));
    }

    /// <summary>
    /// Returns the fewest lots with a surplus of at least 0, or null if there are none. The surplus is concave: it
    /// rises to a peak, and the result is at or before it.
    /// </summary>
    internal static long? Fewest(long from, long through, Func<long, Int128> surplus)
    {
        var peak = First(from, through, k => k == through || surplus(k + 1) <= surplus(k));
        return surplus(peak) < 0 ? null : First(from, peak, k => surplus(k) >= 0);
    }

    /// <summary>
    /// Returns the cost of closing some lots at the worst price: the loss against the mark, plus fees; millionths of a
    /// quote minor unit.
    /// </summary>
    internal static Int128 Cost(in MarginPosition position, long priceTicks, Int128 lots, MarginPolicy policy)
    {
        var away = Int128.Abs((Int128)position.MarkTicks - priceTicks);
        return (lots * away * position.Of.TickLotValue * Million)
            + (lots * (Int128)priceTicks * position.Of.TickLotValue * policy.FeePpm);
    }

    /// <summary>Returns the liquidation fee, rounded up and at most the equity, quote minor units.</summary>
    /// <param name="value">Liquidated value, quote minor units.</param>
    /// <param name="equity">The account's equity, quote minor units.</param>
    /// <param name="policy">Policy with the fee rate.</param>
    public static long Fee(Int128 value, Int128 equity, MarginPolicy policy) =>
        (long)Int128.Clamp(Rounding.DivUp(value * policy.FeePpm, Million), 0, Int128.Max(0, equity));

    /// <summary>
    /// Returns the price at which closing everything and paying the fee leaves nothing, in ticks, rounded against the
    /// account.
    /// </summary>
    /// <param name="position">The position.</param>
    /// <param name="cash">The account's cash, quote minor units; negative for a loan.</param>
    /// <param name="policy">Policy with the fee rate.</param>
    public static Int128 BankruptcyTicks(in MarginPosition position, Int128 cash, MarginPolicy policy)
    {
        var lots = Int128.Abs(position.Units) / position.Of.LotUnits;
        return position.Units > 0
            ? Rounding.DivUp(
                Int128.Max(0, -cash) * Million, lots * position.Of.TickLotValue * (Million - policy.FeePpm))
            : Rounding.DivDown(
                Int128.Max(0, cash) * Million, lots * position.Of.TickLotValue * (Million + policy.FeePpm));
    }

    /// <summary>
    /// Returns the first number for which the condition holds, if it holds for all later ones; the last if it holds for
    /// none.
    /// </summary>
    internal static long First(long from, long through, Func<long, bool> holds)
    {
        while (from < through)
        {
            var middle = from + ((through - from) / 2);
            (from, through) = holds(middle) ? (from, middle) : (middle + 1, through);
        }

        return from;
    }

    /// <summary>
    /// Computes the equity above the target after some lots are closed, times 10^12 so that nothing is rounded.
    /// </summary>
    private readonly record struct Step(
        Int128 Equity, Int128 Others, MarginPosition Position, long PriceTicks, MarginPolicy Policy)
    {
        public Int128 Surplus(long lots)
        {
            var kept = (Others + Position.MaintenanceAfter(lots)) * Policy.TargetPpm;
            return (((Equity * Million) - Cost(Position, PriceTicks, lots, Policy)) * Million) - kept;
        }
    }
}
