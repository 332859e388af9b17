using QuantumCore.Accounts;
using QuantumCore.Contracts;
using QuantumCore.Instruments;

namespace QuantumCore.Grains.Accounts;

/// <summary>What a margin account knows beside its balances and orders: the fold of its own records, and of what its liquidation traded.</summary>
/// <param name="currency">What it is paid in and owes.</param>
internal sealed class MarginStanding(Asset currency)
{
    /// <summary>Mark prices that it goes by, with how they were made.</summary>
    public Dictionary<string, MarkPrice> Marks { get; } = new(StringComparer.Ordinal);

    /// <summary>Ended steps of liquidations that the insurance fund does not know of yet, by the account's sequence.</summary>
    public SortedDictionary<long, (long Fee, long Deficit)> Claims { get; } = [];

    /// <summary>What it is paid in and owes.</summary>
    public Asset Currency => currency;

    /// <summary>The one instrument that an isolated account trades; empty for any.</summary>
    public string Symbol { get; set; } = "";

    /// <summary>How it stands by its newest record.</summary>
    public MarginState State { get; private set; }

    /// <summary>Of an account in liquidation: orders of its own went up to this number.</summary>
    public long Floor { get; private set; }

    /// <summary>When its call ends, Unix nanoseconds; 0 for no call.</summary>
    public long DeadlineNanos { get; private set; }

    /// <summary>Number of the UTC day at whose beginning interest accrued last.</summary>
    public long AccruedDay { get; private set; }

    /// <summary>Days of a year of its interest; 0 before the first.</summary>
    public int DayBasis { get; private set; }

    /// <summary>Accrued on borrowed cash, minor units times yearly millionths.</summary>
    public Int128 Loan { get; private set; }

    /// <summary>The same on borrowed units.</summary>
    public Int128 Borrow { get; private set; }

    /// <summary>Orders of the liquidation so far.</summary>
    public int Steps { get; private set; }

    /// <summary>When the last of them was held, Unix nanoseconds.</summary>
    public long StepNanos { get; private set; }

    /// <summary>The order of the step that has not ended on record; 0 for none.</summary>
    public long StepNumber { get; private set; }

    /// <summary>What that order has traded, quote minor units.</summary>
    public Int128 StepValue { get; private set; }

    /// <summary>Interest and borrow fees that are not charged yet, rounded up, minor units.</summary>
    public Int128 Owed => DayBasis == 0 ? 0 : new LoanInterest(Loan, DayBasis).Owed + new LoanInterest(Borrow, DayBasis).Owed;

    /// <summary>Whether it may trade an instrument that has margin terms.</summary>
    public bool Trades(Instrument instrument) => instrument.Quote == currency && (Symbol.Length == 0 || instrument.Symbol == Symbol);

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

    /// <summary>An order has traded; only that of the step counts.</summary>
    public void Trade(long number, Int128 value) => StepValue += number == StepNumber ? value : 0;

    public void Apply(LiquidationStepEnded ended, long sequence)
    {
        (StepNumber, StepValue) = (0, 0);
        if (ended.Fee > 0 || ended.Deficit > 0)
        {
            Claims.Add(sequence, (ended.Fee, ended.Deficit));
        }
    }

    /// <summary>Writes it.</summary>
    /// <param name="to">Where to.</param>
    /// <param name="tellsSymbol">Whether with the instrument that it trades alone, if any.</param>
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
    /// <param name="from">Where from.</param>
    /// <param name="tellsSymbol">Whether the instrument is there that it trades alone, if any.</param>
    public static MarginStanding Read(ref RecordReader from, bool tellsSymbol)
    {
        var standing = new MarginStanding(new Asset(from.Text(), from.Count32()))
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
            standing.Marks.Add(mark.Symbol, mark);
        }

        for (var i = from.ItemCount(); i > 0; i--)
        {
            standing.Claims.Add(from.Count(), (from.Count(), from.Count()));
        }

        standing.Symbol = tellsSymbol ? from.Text() : "";
        return standing;
    }
}
