using QuantumCore.Instruments;

namespace QuantumCore.Accounts;

/// <summary>What becomes of units in a split: so many new ones for so many old ones, the fraction that is left in cash.</summary>
/// <param name="Numerator">So many new units, 1 or more.</param>
/// <param name="Denominator">For so many old ones, 1 or more.</param>
/// <param name="UnitDecimals">Digits of their minor unit after the point.</param>
/// <param name="Rate">What one whole new unit is worth, 10^-8 minor units of cash.</param>
public readonly record struct SplitShare(long Numerator, long Denominator, int UnitDecimals, long Rate)
{
    /// <summary>The new units, rounded down.</summary>
    /// <param name="units">Minor units, not negative.</param>
    /// <exception cref="OverflowException">They are more than a balance can be.</exception>
    public long UnitsOf(long units) => checked((long)Rounding.DivDown((Int128)units * Numerator, Denominator));

    /// <summary>Cash for the fraction of a new minor unit that is left, rounded down.</summary>
    /// <param name="units">Minor units, not negative.</param>
    public long CashOf(long units) => checked((long)Rounding.DivDown(FractionOf(units) * Rate, Denominator * DividendShare.Scale(UnitDecimals)));

    /// <summary>The fraction that is left, in parts of a new minor unit: so many of <see cref="Denominator"/>.</summary>
    /// <param name="units">Minor units, not negative.</param>
    public Int128 FractionOf(long units) => (Int128)units * Numerator % Denominator;
}
