using QuantumCore.Instruments;

namespace QuantumCore.Accounts;

/// <summary>What a cash dividend comes to. A rate is cash for one whole unit, in 10^-8 minor units.</summary>
public static class DividendShare
{
    private const int RateDecimals = 8;

    /// <summary>What a rate times minor units is divided by, for minor units of cash.</summary>
    /// <param name="unitDecimals">Digits of the units' minor unit after the point.</param>
    internal static Int128 Scale(int unitDecimals) => (Int128)DecimalText.PowerOfTen(unitDecimals) * DecimalText.PowerOfTen(RateDecimals);

    /// <summary>
    /// What a holder of units gets, rounded down; who owes units owes it, rounded up: less than zero.
    /// </summary>
    /// <param name="units">Minor units of what is held.</param>
    /// <param name="unitDecimals">Digits of that minor unit after the point.</param>
    /// <param name="rate">10^-8 minor units of cash for one whole unit, not negative.</param>
    /// <exception cref="OverflowException">It is more than a balance can be.</exception>
    public static long Of(Int128 units, int unitDecimals, long rate) =>
        checked((long)Rounding.DivDown(units * rate, Scale(unitDecimals)));

    /// <summary>
    /// What is left of what an issuer pays for all units together, once each account's part was rounded: not negative, and less than the number of
    /// accounts.
    /// </summary>
    /// <param name="units">All units: those held, less those owed.</param>
    /// <param name="unitDecimals">Digits of their minor unit after the point.</param>
    /// <param name="rate">10^-8 minor units of cash for one whole unit.</param>
    /// <param name="parts">The accounts' parts together, minor units of cash.</param>
    public static long Rest(Int128 units, int unitDecimals, long rate, Int128 parts) => checked((long)(Of(units, unitDecimals, rate) - parts));
}
