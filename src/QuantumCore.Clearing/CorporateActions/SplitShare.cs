using QuantumCore.Instruments;

namespace QuantumCore.Clearing;

/// <summary>Result of a split for an account: new units for old ones, and cash for the remaining fraction.</summary>
/// <param name="Numerator">Number of new units, 1 or more.</param>
/// <param name="Denominator">Number of old units they replace, 1 or more.</param>
/// <param name="UnitDecimals">Digits of their minor unit after the point.</param>
/// <param name="Rate">Value of one whole new unit, 10^-8 minor units of cash.</param>
public readonly record struct SplitShare(long Numerator, long Denominator, int UnitDecimals, long Rate)
{
    /// <summary>Returns the new units, rounded down, minor units.</summary>
    /// <param name="units">Minor units, not negative.</param>
    /// <exception cref="OverflowException">The result exceeds the range of a balance.</exception>
    public long UnitsOf(long units) => checked((long)Rounding.DivDown((Int128)units * Numerator, Denominator));

    /// <summary>Returns the cash for the remaining fraction of a new minor unit, rounded down, minor units.</summary>
    /// <param name="units">Minor units, not negative.</param>
    public long CashOf(long units) =>
        checked((long)Rounding.DivDown(FractionOf(units) * Rate, Denominator * DividendShare.Scale(UnitDecimals)));

    /// <summary>
    /// Returns the remaining fraction of a new minor unit, in parts of 1 / <see cref="Denominator"/>.
    /// </summary>
    /// <param name="units">Minor units, not negative.</param>
    public Int128 FractionOf(long units) => (Int128)units * Numerator % Denominator;
}
