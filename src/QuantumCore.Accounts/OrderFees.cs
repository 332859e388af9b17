using QuantumCore.Instruments;

namespace QuantumCore.Accounts;

/// <summary>What an order pays, fixed when it is accepted.</summary>
/// <param name="MakerPpm">Rate of resting fills, millionths of the notional; less than zero is a rebate.</param>
/// <param name="TakerPpm">Rate of aggressive fills, millionths of the notional.</param>
/// <param name="Minimum">The least that an order pays once it has filled at all, quote minor units; 0 where there are rebates.</param>
public readonly record struct FeeTerms(int MakerPpm, int TakerPpm, long Minimum = 0)
{
    /// <summary>The terms of an instrument where nothing else is agreed.</summary>
    public static FeeTerms Of(Instrument instrument) => new(instrument.MakerFeePpm, instrument.TakerFeePpm);

    /// <summary>The highest rate that a fill may have: what a rebate would bring is not counted on.</summary>
    public int DearestPpm => Math.Max(0, Math.Max(MakerPpm, TakerPpm));

    /// <summary>The rate of fills in an auction, where no one takes: both sides pay as makers, and nobody is paid for it.</summary>
    public int AuctionPpm => Math.Max(0, MakerPpm);
}

/// <summary>
/// The fees of one order: its terms and what has come to so far. They are cumulative over its life, so that cutting a fill in two
/// never changes what is paid; fees are rounded up, rebates down, by one function.
/// </summary>
/// <param name="Side">Buy or sell.</param>
/// <param name="Terms">What it pays.</param>
/// <param name="Weighted">Sum over its fills of notional (quote minor units) times rate (millionths).</param>
/// <param name="Value">Sum over its fills of notional, quote minor units.</param>
public readonly record struct OrderFees(Side Side, FeeTerms Terms, Int128 Weighted = default, Int128 Value = default)
{
    /// <summary>
    /// Fee of everything it has filled, in quote minor units; less than zero is a rebate. The minimum of a sell comes out of its
    /// proceeds, and is never more than they are: so it needs no cash.
    /// </summary>
    public long Due
    {
        get
        {
            var fee = (long)Rounding.DivUp(Weighted, 1_000_000);
            if (Terms.Minimum == 0 || Value == 0)
                return fee;

            var least = Math.Max(fee, Terms.Minimum);
            return Side == Side.Buy ? least : (long)Int128.Min(least, Value);
        }
    }

    /// <summary>The same after one more fill.</summary>
    /// <param name="notional">Its notional, quote minor units.</param>
    /// <param name="ratePpm">Its rate, millionths.</param>
    public OrderFees After(Int128 notional, int ratePpm) =>
        this with { Weighted = Weighted + Wide.Product(notional, ratePpm), Value = Value + notional };
}
