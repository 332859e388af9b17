namespace QuantumCore.Instruments;

/// <summary>How far a market order may go.</summary>
public static class MarketProtection
{
    /// <summary>
    /// The worst price, in ticks, at which a market order may trade: the reference and the instrument's protection,
    /// rounded toward the reference and kept within the instrument's prices.
    /// </summary>
    /// <param name="instrument">The instrument.</param>
    /// <param name="side">Buy or sell.</param>
    /// <param name="referenceTicks">The reference price in ticks, positive.</param>
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
    /// The worst price, in ticks, at which a trailing stop may trade, or to which its limit may go. A buy's trigger only
    /// falls and a sell's only rises, so that the first trigger decides.
    /// </summary>
    /// <param name="instrument">The instrument.</param>
    /// <param name="side">Buy or sell.</param>
    /// <param name="referenceTicks">What it follows now, in ticks; 0 for nothing yet, where it has an activation price.</param>
    /// <param name="terms">Its distance and, of a trailing stop-limit, the limit's distance from the trigger.</param>
    public static long TrailingPriceTicks(Instrument instrument, Side side, long referenceTicks, OrderConditions terms)
    {
        var trigger = FirstTrigger(side, FirstFollowed(side, referenceTicks, terms.ActivationTicks), terms);
        if (terms.LimitOffsetTicks is not { } offset)
            return PriceTicks(instrument, side, trigger);

        var limit = side == Side.Buy ? trigger + offset : trigger - offset;
        return Math.Clamp(limit, instrument.MinPriceTicks, instrument.MaxPriceTicks);
    }

    /// <summary>The trigger, in ticks, of a followed price, as the book rounds it: never before the full distance.</summary>
    /// <param name="side">Buy or sell.</param>
    /// <param name="followed">What is followed, in ticks.</param>
    /// <param name="terms">Its distance.</param>
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

    /// <summary>The worst price it may begin to follow: with an activation price it waits for that one.</summary>
    private static long FirstFollowed(Side side, long reference, long? activation) => activation is not { } from
        ? reference
        : reference == 0 ? from
        : side == Side.Buy ? Math.Min(reference, from)
        : Math.Max(reference, from);
}
