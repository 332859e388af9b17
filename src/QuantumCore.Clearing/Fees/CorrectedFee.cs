using QuantumCore.Instruments;

namespace QuantumCore.Clearing;

/// <summary>
/// Computes one side's fee after a price correction of a trade. Fees are cumulative over an order's fills. The other
/// fills' fees stay; only the trade's own part changes.
/// </summary>
public static class CorrectedFee
{
    /// <summary>Returns the fee at the new price, quote minor units; negative for a rebate.</summary>
    /// <param name="side">The side.</param>
    /// <param name="terms">Fee terms of its order.</param>
    /// <param name="ratePpm">Rate of the trade by those terms, millionths.</param>
    /// <param name="made">Fee paid when the trade was made, quote minor units.</param>
    /// <param name="madeValue">Notional of the trade then, quote minor units.</param>
    /// <param name="value">Notional of the trade now, quote minor units.</param>
    public static Int128 Of(Side side, FeeTerms terms, int ratePpm, long made, Int128 madeValue, Int128 value)
    {
        var (partThen, part) = (PartOf(madeValue, ratePpm), PartOf(value, ratePpm));
        if (terms.Minimum == 0 || made <= partThen)
        {
            var fee = made + part - partThen;
            return ratePpm < 0 ? fee : Int128.Max(0, fee);
        }

        // The fee includes the order's minimum: all of it, all proceeds of a sell, or the part that was still
        // missing.
        var isWhole = made == terms.Minimum || (side == Side.Sell && made == madeValue);
        var least = Int128.Max(isWhole ? terms.Minimum : made, part);
        return side == Side.Buy ? least : Int128.Min(least, value);
    }

    private static Int128 PartOf(Int128 value, int ratePpm) => Rounding.DivUp(Wide.Product(value, ratePpm), 1_000_000);
}
