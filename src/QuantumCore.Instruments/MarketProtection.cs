namespace QuantumCore.Instruments;

/// <summary>Computes the worst prices at which market orders and stops may trade.</summary>
public static class MarketProtection
{
    /// <summary>
    /// Returns the worst price, in ticks, at which a market order may trade: the reference price plus or minus the
    /// instrument's protection. It is rounded toward the reference and kept within the instrument's prices.
    /// </summary>
    /// <param name="instrument">The instrument.</param>
    /// <param name="side">Buy or sell.</param>
    /// <param name="referenceTicks">The reference price, in ticks, positive.</param>
    public static long PriceTicks(Instrument instrument, Side side, long referenceTicks)
    {
        const long Million = 1_000_000;
        var price = side switch
        {
            Side.Buy => Rounding.DivDown((Int128)referenceTicks * (Million + instrument.ProtectionPpm), Million),
            Side.Sell => Rounding.DivUp((Int128)referenceTicks * (Million - instrument.ProtectionPpm), Million),
        };
        return (long)Int128.Clamp(price, instrument.MinPriceTicks, instrument.MaxPriceTicks);
    }

    /// <summary>
    /// Returns the worst price, in ticks, at which a trailing stop may trade, or which its limit may reach. The first
    /// trigger decides, because a buy's trigger only falls and a sell's only rises.
    /// </summary>
    /// <param name="instrument">The instrument.</param>
    /// <param name="side">Buy or sell.</param>
    /// <param name="referenceTicks">
    /// The price it follows now, in ticks; 0 for none yet, if it has an activation price.
    /// </param>
    /// <param name="terms">
    /// Its trailing distance and, for a trailing stop-limit, the limit's distance from the trigger.
    /// </param>
    public static long TrailingPriceTicks(Instrument instrument, Side side, long referenceTicks, OrderConditions terms)
    {
        var trigger = FirstTrigger(side, FirstFollowed(side, referenceTicks, terms.ActivationTicks), terms);
        if (terms.LimitOffsetTicks is not { } offset)
            return PriceTicks(instrument, side, trigger);

        var limit = side == Side.Buy ? trigger + offset : trigger - offset;
        return Math.Clamp(limit, instrument.MinPriceTicks, instrument.MaxPriceTicks);
    }

    /// <summary>
    /// Returns the trigger of a followed price, in ticks, rounded as in the book: never short of the full distance.
    /// </summary>
    /// <param name="side">Buy or sell.</param>
    /// <param name="followed">The followed price, in ticks.</param>
    /// <param name="terms">Its trailing distance.</param>
    public static long FirstTrigger(Side side, long followed, OrderConditions terms)
    {
        const int Whole = 10_000;
        if (terms.TrailTicks is { } distance)
            return side == Side.Buy ? followed + distance : Math.Max(followed - distance, 0);

        var points = terms.TrailBasisPoints ?? 0;
        return (long)(side == Side.Buy
            ? Rounding.DivUp((Int128)followed * (Whole + points), Whole)
            : Rounding.DivDown((Int128)followed * (Whole - points), Whole));
    }

    /// <summary>
    /// Returns the worst price from which it may begin to follow. With an activation price, it waits for that price.
    /// </summary>
    private static long FirstFollowed(Side side, long reference, long? activation) => activation is not { } from
        ? reference
        : reference == 0 ? from
        : side == Side.Buy ? Math.Min(reference, from)
        : Math.Max(reference, from);
}
