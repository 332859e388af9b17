using QuantumCore.Instruments;

namespace QuantumCore.Clearing;

/// <summary>Fee terms of an order, fixed when it is accepted.</summary>
/// <param name="MakerPpm">Rate of resting fills, millionths of the notional; negative for a rebate.</param>
/// <param name="TakerPpm">Rate of aggressive fills, millionths of the notional.</param>
/// <param name="Minimum">
/// Minimum fee of an order with at least one fill, quote minor units; 0 if there are rebates.
/// </param>
public readonly record struct FeeTerms(int MakerPpm, int TakerPpm, long Minimum = 0)
{
    /// <summary>Returns the default terms of an instrument.</summary>
    public static FeeTerms Of(Instrument instrument) => new(instrument.MakerFeePpm, instrument.TakerFeePpm);

    /// <summary>Highest possible rate of a fill, millionths. Rebates are not counted on.</summary>
    public int DearestPpm => Math.Max(0, Math.Max(MakerPpm, TakerPpm));

    /// <summary>
    /// Rate of auction fills, millionths. Nobody takes: both sides pay the maker rate, without rebates.
    /// </summary>
    public int AuctionPpm => Math.Max(0, MakerPpm);
}

/// <summary>
/// Fees of one order: its terms and the sums so far. They are cumulative over its life, so that splitting a fill never
/// changes the fee. One function rounds fees up and rebates down.
/// </summary>
/// <param name="Side">Buy or sell.</param>
/// <param name="Terms">Its fee terms.</param>
/// <param name="Weighted">Sum over its fills of notional (quote minor units) times rate (millionths).</param>
/// <param name="Value">Sum over its fills of notional, quote minor units.</param>
public readonly record struct OrderFees(Side Side, FeeTerms Terms, Int128 Weighted = default, Int128 Value = default)
{
    /// <summary>
    /// Fee of all its fills, quote minor units; negative for a rebate. The minimum fee of a sell comes out of its
    /// proceeds and never exceeds them, so it needs no cash.
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

    /// <summary>Returns the fees after one more fill.</summary>
    /// <param name="notional">Its notional, quote minor units.</param>
    /// <param name="ratePpm">Its rate, millionths.</param>
    public OrderFees After(Int128 notional, int ratePpm) =>
        this with { Weighted = Weighted + Wide.Product(notional, ratePpm), Value = Value + notional };
}
