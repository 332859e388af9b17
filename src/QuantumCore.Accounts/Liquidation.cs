using QuantumCore.Instruments;

namespace QuantumCore.Accounts;

/// <summary>How much of a position is closed in one step of a liquidation, and at what price.</summary>
public static class Liquidation
{
    internal const long Million = 1_000_000;

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
    /// <param name="position">The position, which is of no group.</param>
    /// <param name="priceTicks">The worst price.</param>
    /// <param name="policy">Gives target and fee.</param>
    public static long Lots(in MarginFigures figures, in MarginPosition position, long priceTicks, MarginPolicy policy)
    {
        var step = new Step(figures.Equity, (figures.Maintenance - position.Maintenance) * Million, position, priceTicks, policy);
        return OfStep(position, Fewest(0, position.WholeLots, step.Surplus) ?? position.WholeLots);
    }

    /// <summary>A step closes a tenth of the position at least, and at most a step's.</summary>
    internal static long OfStep(in MarginPosition position, long lots)
    {
        var whole = position.WholeLots;
        return Math.Min(Math.Max(lots, (long)Rounding.DivUp(whole, 10)), Math.Min(whole, position.Of.Terms.StepLots));
    }

    /// <summary>
    /// The fewest lots with a surplus that is not less than zero; null where none has. The surplus is concave: it rises to a peak, and what is
    /// sought lies before it.
    /// </summary>
    internal static long? Fewest(long from, long through, Func<long, Int128> surplus)
    {
        var peak = First(from, through, k => k == through || surplus(k + 1) <= surplus(k));
        return surplus(peak) < 0 ? null : First(from, peak, k => surplus(k) >= 0);
    }

    /// <summary>What closing some lots costs if they trade at the worst price: against the mark, and in fees; millionths of a quote minor unit.</summary>
    internal static Int128 Cost(in MarginPosition position, long priceTicks, Int128 lots, MarginPolicy policy)
    {
        var away = Int128.Abs((Int128)position.MarkTicks - priceTicks);
        return (lots * away * position.Of.TickLotValue * Million) + (lots * (Int128)priceTicks * position.Of.TickLotValue * policy.FeePpm);
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

    /// <summary>The first number that holds, where all after it do; the last where none does.</summary>
    internal static long First(long from, long through, Func<long, bool> holds)
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
            var kept = (Others + Position.MaintenanceAfter(lots)) * Policy.TargetPpm;
            return (((Equity * Million) - Cost(Position, PriceTicks, lots, Policy)) * Million) - kept;
        }
    }
}
