using QuantumCore.Instruments;

namespace QuantumCore.Accounts;

/// <summary>How much of a position is closed in one step of a liquidation, and at what price.</summary>
public static class Liquidation
{
    private const long Million = 1_000_000;

    // A step further from the mark is never more than this.
    private const long DistanceLimitPpm = 50_000;
    private const long DistancePpm = 10_000;

    /// <summary>The worst price of a step: the further the more steps there were; rounded toward the account.</summary>
    /// <param name="instrument">The instrument.</param>
    /// <param name="markTicks">The mark price.</param>
    /// <param name="side">A long position is sold, a short one bought.</param>
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
    /// Lots to close: the fewest after which equity is the target part of the maintenance margin, even if they trade at the worst
    /// price; the whole position where no number of lots does that. At least a tenth of the position, at most a step's.
    /// </summary>
    /// <param name="figures">The account, without open orders.</param>
    /// <param name="position">The position.</param>
    /// <param name="priceTicks">The worst price.</param>
    /// <param name="policy">Gives target and fee.</param>
    public static long Lots(in MarginFigures figures, in MarginPosition position, long priceTicks, MarginPolicy policy)
    {
        var whole = (long)Int128.Min(Int128.Abs(position.Units) / position.Of.LotUnits, Instrument.QuantityLotsLimit);
        var others = (figures.Maintenance - position.Maintenance) * Million;
        var step = new Step(figures.Equity, others, position, priceTicks, policy);
        // Concave in the lots: it rises to a peak, and what is sought lies before it.
        var peak = First(0, whole, k => k == whole || step.Surplus(k + 1) <= step.Surplus(k));
        var lots = step.Surplus(peak) < 0 ? whole : First(0, peak, k => step.Surplus(k) >= 0);
        var least = (long)Rounding.DivUp(whole, 10);
        return Math.Min(Math.Max(lots, least), Math.Min(whole, position.Of.Terms.StepLots));
    }

    /// <summary>Fee of what was liquidated: rounded up, and never more than there is.</summary>
    /// <param name="value">Value that was traded, quote minor units.</param>
    /// <param name="equity">What the account has.</param>
    /// <param name="policy">Gives the rate.</param>
    public static long Fee(Int128 value, Int128 equity, MarginPolicy policy) =>
        (long)Int128.Clamp(Rounding.DivUp(value * policy.FeePpm, Million), 0, Int128.Max(0, equity));

    /// <summary>The price at which nothing is left when all is closed at it and the fee paid, in ticks, against the account.</summary>
    /// <param name="position">The position.</param>
    /// <param name="cash">What the account has, less than zero for a loan, quote minor units.</param>
    /// <param name="policy">Gives the fee.</param>
    public static Int128 BankruptcyTicks(in MarginPosition position, Int128 cash, MarginPolicy policy)
    {
        var lots = Int128.Abs(position.Units) / position.Of.LotUnits;
        return position.Units > 0
            ? Rounding.DivUp(Int128.Max(0, -cash) * Million, lots * position.Of.TickLotValue * (Million - policy.FeePpm))
            : Rounding.DivDown(Int128.Max(0, cash) * Million, lots * position.Of.TickLotValue * (Million + policy.FeePpm));
    }

    private static long First(long from, long through, Func<long, bool> holds)
    {
        while (from < through)
        {
            var middle = from + ((through - from) / 2);
            (from, through) = holds(middle) ? (from, middle) : (middle + 1, through);
        }

        return from;
    }

    /// <summary>What is left of equity above the target after some lots were closed, times 10^12 so that nothing is rounded.</summary>
    private readonly record struct Step(
        Int128 Equity, Int128 Others, MarginPosition Position, long PriceTicks, MarginPolicy Policy)
    {
        public Int128 Surplus(long lots)
        {
            var of = Position.Of;
            var away = Int128.Abs((Int128)Position.MarkTicks - PriceTicks);
            var loss = lots * away * of.TickLotValue * Million;
            var fee = lots * (Int128)PriceTicks * of.TickLotValue * Policy.FeePpm;
            var left = Position.Units - (Int128.Sign(Position.Units) * (Int128)lots * of.LotUnits);
            var kept = (Others + of.MaintenanceWeighted(Position.MarkTicks, left)) * Policy.TargetPpm;
            return (((Equity * Million) - loss - fee) * Million) - kept;
        }
    }
}
