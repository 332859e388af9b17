using QuantumCore.Contracts;
using QuantumCore.Instruments;

namespace QuantumCore.Clearing;

/// <summary>
/// Margin state of an account beside its balances and orders, from its own records and its liquidation's trades.
/// </summary>
/// <param name="currency">The account's currency.</param>
internal sealed class MarginAccount(Asset currency)
{
    /// <summary>Mark prices in use, with their origin.</summary>
    public Dictionary<string, MarkPrice> Marks { get; } = new(StringComparer.Ordinal);

    /// <summary>Ended liquidation steps that the insurance fund does not know yet, by the account's sequence.</summary>
    public SortedDictionary<long, (long Fee, long Deficit)> Claims { get; } = [];

    /// <summary>The account's currency.</summary>
    public Asset Currency => currency;

    /// <summary>The only instrument that an isolated account trades; empty for any.</summary>
    public string Symbol { get; set; } = "";

    /// <summary>Its state by its newest record.</summary>
    public MarginState State { get; private set; }

    /// <summary>In liquidation: the number up to which its own orders went.</summary>
    public long Floor { get; private set; }

    /// <summary>Deadline of its margin call, Unix nanoseconds; 0 for no call.</summary>
    public long DeadlineNanos { get; private set; }

    /// <summary>UTC day since 1970 at whose start interest last accrued.</summary>
    public long AccruedDay { get; private set; }

    /// <summary>Days per year of its interest; 0 before the first accrual.</summary>
    public int DayBasis { get; private set; }

    /// <summary>Accrued on borrowed cash, minor units times yearly millionths.</summary>
    public Int128 Loan { get; private set; }

    /// <summary>Accrued on borrowed units, in the same unit.</summary>
    public Int128 Borrow { get; private set; }

    /// <summary>Number of liquidation orders so far.</summary>
    public int Steps { get; private set; }

    /// <summary>Time of the last one's hold, Unix nanoseconds.</summary>
    public long StepNanos { get; private set; }

    /// <summary>Number of the order of the step without a recorded end; 0 for none.</summary>
    public long StepNumber { get; private set; }

    /// <summary>Value that order has traded, quote minor units.</summary>
    public Int128 StepValue { get; private set; }

    /// <summary>Interest and borrow fees not charged yet, rounded up, minor units.</summary>
    public Int128 Owed =>
        DayBasis == 0 ? 0 : new LoanInterest(Loan, DayBasis).Owed + new LoanInterest(Borrow, DayBasis).Owed;

    /// <summary>Returns the charge of everything owed so far; null before the first accrual.</summary>
    public InterestAccrued? Charges(long timeNanos) => DayBasis == 0
        ? null
        : Charged(new InterestAccrued(
            timeNanos, AccruedDay, currency.Name, currency.Decimals, DayBasis, Loan, Borrow, 0, 0));

    /// <summary>Returns an accrual with the charge of everything owed after it.</summary>
    public static InterestAccrued Charged(InterestAccrued accrued)
    {
        var (loan, borrow) = (new LoanInterest(accrued.Loan, accrued.DayBasis),
            new LoanInterest(accrued.Borrow, accrued.DayBasis));
        return accrued with
        {
            Loan = loan.AfterCharge().Accrued,
            Borrow = borrow.AfterCharge().Accrued,
            LoanCharge = loan.Charge,
            BorrowCharge = borrow.Charge,
        };
    }

    /// <summary>Returns true if it may trade an instrument that has margin terms.</summary>
    public bool Trades(Instrument instrument) =>
        instrument.Quote == currency && (Symbol.Length == 0 || instrument.Symbol == Symbol);

    public void Begin(long timeNanos) => AccruedDay = UtcDay.Of(timeNanos);

    public void Apply(MarginReviewed reviewed)
    {
        (State, Floor, DeadlineNanos) = (reviewed.State, reviewed.Floor, reviewed.DeadlineNanos);
        Steps = State == MarginState.Liquidating ? Steps : 0;
        foreach (var mark in reviewed.Marks)
        {
            Marks[mark.Symbol] = mark;
        }
    }

    public void Apply(InterestAccrued accrued) =>
        (AccruedDay, DayBasis, Loan, Borrow) = (accrued.Day, accrued.DayBasis, accrued.Loan, accrued.Borrow);

    public void BeginStep(long number, long timeNanos) =>
        (Steps, StepNanos, StepNumber, StepValue) = (Steps + 1, timeNanos, number, 0);

    /// <summary>Notes a trade; only trades of the step's order count.</summary>
    public void Trade(long number, Int128 value) => StepValue += number == StepNumber ? value : 0;

    public void Apply(LiquidationStepEnded ended, long sequence)
    {
        (StepNumber, StepValue) = (0, 0);
        if (ended.Fee > 0 || ended.Deficit > 0)
        {
            Claims.Add(sequence, (ended.Fee, ended.Deficit));
        }
    }

    /// <summary>Writes the state.</summary>
    /// <param name="to">The writer.</param>
    /// <param name="tellsSymbol">True to write <see cref="Symbol"/> too.</param>
    public void Write(ref RecordWriter to, bool tellsSymbol)
    {
        to.Text(currency.Name);
        to.Count(currency.Decimals);
        to.Byte((byte)State);
        to.Count(Floor);
        to.Fixed64(DeadlineNanos);
        to.Count(AccruedDay);
        to.Count(DayBasis);
        to.Fixed128(Loan);
        to.Fixed128(Borrow);
        to.Count(Steps);
        to.Fixed64(StepNanos);
        to.Count(StepNumber);
        to.Fixed128(StepValue);
        to.Count(Marks.Count);
        foreach (var mark in Marks.Values.OrderBy(mark => mark.Symbol, StringComparer.Ordinal))
        {
            MarginEncoding.Write(ref to, mark);
        }

        to.Count(Claims.Count);
        foreach (var (sequence, (fee, deficit)) in Claims)
        {
            to.Count(sequence);
            to.Count(fee);
            to.Count(deficit);
        }

        if (tellsSymbol)
        {
            to.Text(Symbol);
        }
    }

    /// <summary>Reads what <see cref="Write"/> wrote.</summary>
    /// <param name="from">The reader.</param>
    /// <param name="tellsSymbol">True if <see cref="Symbol"/> was written too.</param>
    public static MarginAccount Read(ref RecordReader from, bool tellsSymbol)
    {
        var account = new MarginAccount(new Asset(from.Text(), from.Count32()))
        {
            State = (MarginState)from.Byte(),
            Floor = from.Count(),
            DeadlineNanos = from.Fixed64(),
            AccruedDay = from.Count(),
            DayBasis = from.Count32(),
            Loan = from.Fixed128(),
            Borrow = from.Fixed128(),
            Steps = from.Count32(),
            StepNanos = from.Fixed64(),
            StepNumber = from.Count(),
            StepValue = from.Fixed128(),
        };
        for (var i = from.ItemCount(); i > 0; i--)
        {
            var mark = MarginEncoding.ReadMark(ref from);
            account.Marks.Add(mark.Symbol, mark);
        }

        for (var i = from.ItemCount(); i > 0; i--)
        {
            account.Claims.Add(from.Count(), (from.Count(), from.Count()));
        }

        account.Symbol = tellsSymbol ? from.Text() : "";
        return account;
    }
}
