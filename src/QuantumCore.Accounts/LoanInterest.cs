using QuantumCore.Instruments;

namespace QuantumCore.Accounts;

/// <summary>
/// What accrues on a debt day by day and is charged in whole minor units; what is smaller than one is carried, so that all charges together
/// are the whole rounded down once.
/// </summary>
/// <param name="Accrued">Sum over days of amount (minor units) times yearly rate (millionths).</param>
/// <param name="DayBasis">Days of a year.</param>
public readonly record struct LoanInterest(Int128 Accrued, int DayBasis)
{
    private Int128 Divisor => (Int128)DayBasis * 1_000_000;

    /// <summary>What is owed so far, rounded up, minor units.</summary>
    public Int128 Owed => Rounding.DivUp(Accrued, Divisor);

    /// <summary>What is charged now, minor units.</summary>
    public long Charge => (long)Rounding.DivDown(Accrued, Divisor);

    /// <summary>The same after a day.</summary>
    /// <param name="debt">Owed that day, minor units, not negative.</param>
    /// <param name="yearPpm">Rate of a year, millionths.</param>
    public LoanInterest AfterDay(Int128 debt, int yearPpm) => this with { Accrued = Accrued + (debt * yearPpm) };

    /// <summary>The same after it was charged.</summary>
    public LoanInterest AfterCharge() => this with { Accrued = Accrued - (Charge * Divisor) };
}
