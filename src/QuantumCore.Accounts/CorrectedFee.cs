using QuantumCore.Instruments;

namespace QuantumCore.Accounts;

/// <summary>
/// What one side of a trade pays once the trade has another price. Fees are cumulative over an order's fills; here the others stay what they were, and what the
/// trade's own worth makes of its fee changes.
/// </summary>
public static class CorrectedFee
{
    /// <summary>The fee at the new price, quote minor units; less than zero is a rebate.</summary>
    /// <param name="side">The side.</param>
    /// <param name="terms">Its order's terms.</param>
    /// <param name="ratePpm">The rate of the trade by those terms, millionths.</param>
    /// <param name="made">What it paid when the trade was made.</param>
    /// <param name="madeValue">The trade's notional then, quote minor units.</param>
    /// <param name="value">Its notional now.</param>
    public static Int128 Of(Side side, FeeTerms terms, int ratePpm, long made, Int128 madeValue, Int128 value)
    {
        var (partThen, part) = (PartOf(madeValue, ratePpm), PartOf(value, ratePpm));
        if (terms.Minimum == 0 || made <= partThen)
        {
            var fee = made + part - partThen;
            return ratePpm < 0 ? fee : Int128.Max(0, fee);
        }

        // The order's minimum is in it: all of it, all that a sale brought, or what was still missing of it.
        var isWhole = made == terms.Minimum || (side == Side.Sell && made == madeValue);
        var least = Int128.Max(isWhole ? terms.Minimum : made, part);
        return side == Side.Buy ? least : Int128.Min(least, value);
    }

    private static Int128 PartOf(Int128 value, int ratePpm) => Rounding.DivUp(Wide.Product(value, ratePpm), 1_000_000);
}
