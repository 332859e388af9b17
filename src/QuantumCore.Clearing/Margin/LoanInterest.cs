using QuantumCore.Instruments;

namespace QuantumCore.Clearing;

/// <summary>
/// Interest accrued on a debt day by day and charged in whole minor units. Fractions are carried, so that the sum of
/// all charges is the whole rounded down once.
/// </summary>
/// <param name="Accrued">Sum over days of amount (minor units) times yearly rate (millionths).</param>
/// <param name="DayBasis">Days per year.</param>
public readonly record struct LoanInterest(Int128 Accrued, int DayBasis)
{
    private Int128 Divisor => (Int128)DayBasis * 1_000_000;

    /// <summary>Accrued interest, rounded up, minor units.</summary>
    public Int128 Owed => Rounding.DivUp(Accrued, Divisor);

    /// <summary>Amount that can be charged now, rounded down, minor units.</summary>
    public long Charge => (long)Rounding.DivDown(Accrued, Divisor);

    /// <summary>Returns the interest after a day.</summary>
    /// <param name="debt">Debt on that day, minor units, not negative.</param>
    /// <param name="yearPpm">Yearly rate, millionths.</param>
    public LoanInterest AfterDay(Int128 debt, int yearPpm) => this with { Accrued = Accrued + (debt * yearPpm) };

    /// <summary>Returns the interest after a charge.</summary>
    public LoanInterest AfterCharge() => this with { Accrued = Accrued - (Charge * Divisor) };
}
