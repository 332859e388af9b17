using QuantumCore.Instruments;

namespace QuantumCore.Clearing;

/// <summary>Computes cash dividends. A rate is cash for one whole unit, in 10^-8 minor units.</summary>
public static class DividendShare
{
    private const int RateDecimals = 8;

    /// <summary>Returns the divisor that turns rate times minor units into minor units of cash.</summary>
    /// <param name="unitDecimals">Decimal places of the units' minor unit.</param>
    internal static Int128 Scale(int unitDecimals) =>
        (Int128)DecimalText.PowerOfTen(unitDecimals) * DecimalText.PowerOfTen(RateDecimals);

    /// <summary>
    /// Returns the dividend of a holder of units, rounded down. For an account that owes units it is negative: what it
    /// owes, rounded up.
    /// </summary>
    /// <param name="units">Minor units held; negative if owed.</param>
    /// <param name="unitDecimals">Decimal places of that minor unit.</param>
    /// <param name="rate">10^-8 minor units of cash for one whole unit, not negative.</param>
    /// <exception cref="OverflowException">The amount exceeds the range of a balance.</exception>
    public static long Of(Int128 units, int unitDecimals, long rate) =>
        checked((long)Rounding.DivDown(units * rate, Scale(unitDecimals)));

    /// <summary>
    /// Returns the remainder of what an issuer pays for all units together, after each account's part was rounded. It
    /// is not negative, and less than the number of accounts.
    /// </summary>
    /// <param name="units">All units: those held less those owed, minor units.</param>
    /// <param name="unitDecimals">Decimal places of their minor unit.</param>
    /// <param name="rate">10^-8 minor units of cash for one whole unit.</param>
    /// <param name="parts">Sum of the accounts' parts, minor units of cash.</param>
    public static long Rest(Int128 units, int unitDecimals, long rate, Int128 parts) =>
        checked((long)(Of(units, unitDecimals, rate) - parts));
}
