using QuantumCore.Contracts;

namespace QuantumCore.Clearing;

/// <summary>Reasons and plans of the book's phases: the core knows phases but has no clock.</summary>
internal sealed class BookPhases
{
    /// <summary>
    /// Length of a planned auction's extension if no rule sets the length of an auction: two minutes.
    /// </summary>
    private const long UsualAuctionNanos = 120_000_000_000;

    // The phase after the last record: consequences of a command may have come before the record was begun.
    private TradingPhase _phase;

    /// <summary>Creates the phases of a book.</summary>
    /// <param name="phase">The current phase.</param>
    public BookPhases(TradingPhase phase = default) => _phase = phase;

    /// <summary>Reason of the current phase.</summary>
    public PhaseReason Reason { get; private set; }

    /// <summary>Start of the phase, Unix nanoseconds; 0 if unknown, because it began before it was recorded.</summary>
    public long SinceNanos { get; private set; }

    /// <summary>
    /// The planned next phase; null for none. It is possible: the phase is still the one for which it was planned.
    /// </summary>
    public PhasePlan? Plan { get; private set; }

    /// <summary>Length of a volatility auction, nanoseconds; 0 if an operator must end it.</summary>
    public long AuctionNanos { get; private set; }

    /// <summary>Sets the length of a volatility auction; a negative value means none.</summary>
    public void SetAuction(long nanos) => AuctionNanos = Math.Max(0, nanos);

    /// <summary>Updates the phase's reason and plan after a record.</summary>
    /// <param name="command">The record's command.</param>
    /// <param name="timeNanos">The record's time, Unix nanoseconds.</param>
    /// <param name="phase">The core's phase.</param>
    public void Note(BookCommand command, long timeNanos, TradingPhase phase)
    {
        var called = command as SetTradingPhase;
        if (called is null && phase == _phase)
        {
            return;
        }

        // A price outside its band, or an auction outside its collar, changes the phase by itself.
        var asTold = phase == called?.Phase;
        var why = called?.Reason ?? PhaseReason.None;
        var plan = asTold ? called?.Plan : null;
        // The circuit breaker does not shorten a halt that lasts longer than its own.
        if (phase == _phase && why == PhaseReason.MarketWideBreaker && plan is { } sooner
            && !(Plan?.AtNanos < sooner.AtNanos))
        {
            return;
        }

        SinceNanos = phase == _phase ? SinceNanos : timeNanos;
        _phase = phase;
        Reason = asTold ? why : PhaseReason.PriceBand;
        Plan = plan;
        if (phase == TradingPhase.Volatility && Plan is null)
        {
            var nanos = AuctionNanos > 0 ? AuctionNanos : !asTold && why == PhaseReason.Planned ? UsualAuctionNanos : 0;
            Plan = nanos == 0 ? null : new PhasePlan(TradingPhase.Continuous, timeNanos + nanos);
        }
    }

    /// <summary>Writes reason and plan for a snapshot.</summary>
    public void Write(ref RecordWriter to)
    {
        to.Byte((byte)Reason);
        to.Count(SinceNanos);
        to.Count(AuctionNanos);
        to.Bool(Plan is not null);
        if (Plan is { } plan)
        {
            to.Byte((byte)plan.Phase);
            to.Count(plan.AtNanos);
            to.Count(plan.LastsNanos);
        }
    }

    /// <summary>Reads what <see cref="Write"/> wrote.</summary>
    public void Read(ref RecordReader from)
    {
        Reason = (PhaseReason)from.Byte();
        SinceNanos = from.Count();
        AuctionNanos = from.Count();
        Plan = from.Bool() ? new PhasePlan((TradingPhase)from.Byte(), from.Count(), from.Count()) : null;
    }
}
