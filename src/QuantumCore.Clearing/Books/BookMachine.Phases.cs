using System.Collections.Immutable;
using QuantumCore.Contracts;
using QuantumCore.Instruments;
using QuantumCore.Matching;

namespace QuantumCore.Clearing;

/// <summary>Reasons and plans of the book's phases: the core knows phases but has no clock.</summary>
internal sealed partial class BookMachine
{
    /// <summary>
    /// Length of a planned auction's extension if no rule sets the length of an auction: two minutes.
    /// </summary>
    private const long UsualAuctionNanos = 120_000_000_000;

    // The phase after the last record: consequences of a command may have come before the record was begun.
    private TradingPhase _phase;

    /// <summary>Reason of the current phase.</summary>
    public PhaseReason PhaseReason { get; private set; }

    /// <summary>Start of the phase, Unix nanoseconds; 0 if unknown, because it began before it was recorded.</summary>
    public long PhaseNanos { get; private set; }

    /// <summary>
    /// The planned next phase; null for none. It is possible: the phase is still the one for which it was planned.
    /// </summary>
    public PhasePlan? Plan { get; private set; }

    /// <summary>Length of a volatility auction, nanoseconds; 0 if an operator must end it.</summary>
    public long AuctionNanos { get; private set; }

    /// <summary>Returns true if the planned phase is due.</summary>
    public bool IsPhaseDue(long now) => Plan is { } plan && plan.AtNanos <= At(now);

    /// <summary>Changes to the phase that is due. Returns null if none is.</summary>
    public BookRecord? FollowPlan(long now)
    {
        if (!IsPhaseDue(now))
        {
            return null;
        }

        Require(Operate(Plan!.Value.Call(), now, out var record));
        return record;
    }

    /// <summary>Returns true for a repeated halt or close: plan and reason are new, and the phase goes on.</summary>
    private bool IsRepeated(TradingPhase phase) =>
        phase == Core.Phase && phase is TradingPhase.Halt or TradingPhase.Closed;

    /// <summary>The rules in force, in the form in which they are set.</summary>
    public ImmutableArray<NamedValue> Rules
    {
        get
        {
            var rules = Core.Rules;
            (ChangedValue Name, long? Value)[] all =
            [
                (ChangedValue.ProtectionTicks, rules.ProtectionTicks),
                (ChangedValue.StaticBand, rules.StaticBandBasisPoints),
                (ChangedValue.DynamicBand, rules.DynamicBandBasisPoints),
                (ChangedValue.DynamicBandAuction, rules.DynamicBandMode == BandMode.Auction ? 1 : 0),
                (ChangedValue.AuctionCollar, rules.AuctionCollarBasisPoints),
                (ChangedValue.MaxExtensions, rules.MaxExtensions),
            ];
            return [.. all.Where(rule => rule.Value is not null)
                .Select(rule => new NamedValue(rule.Name, rule.Value ?? 0))];
        }
    }

    private RejectReason SetRules(long timeNanos, ImmutableArray<NamedValue> changes)
    {
        var reason = Core.SetRules(timeNanos, RulesOf(changes));
        if (reason == RejectReason.None && changes.ValueOf(ChangedValue.AuctionNanos) is { } nanos)
        {
            AuctionNanos = Math.Max(0, nanos);
        }

        return reason;
    }

    /// <summary>Updates the phase's reason and plan after a record.</summary>
    private void NotePhase(BookTurn turn)
    {
        var command = turn.Command;
        var called = command.Verb == BookVerb.SetPhase;
        if (!called && Core.Phase == _phase)
        {
            return;
        }

        // A price outside its band, or an auction outside its collar, changes the phase by itself.
        var asTold = called && Core.Phase == (TradingPhase)command.Value;
        var why = (PhaseReason)(command.Changes.ValueOf(ChangedValue.Why) ?? 0);
        var plan = asTold ? PhasePlan.Of(command.Changes) : null;
        // The circuit breaker does not shorten a halt that lasts longer than its own.
        if (Core.Phase == _phase && why == PhaseReason.MarketWideBreaker && plan is { } sooner
            && !(Plan?.AtNanos < sooner.AtNanos))
        {
            return;
        }

        PhaseNanos = Core.Phase == _phase ? PhaseNanos : turn.TimeNanos;
        _phase = Core.Phase;
        PhaseReason = asTold ? why : PhaseReason.PriceBand;
        Plan = plan;
        if (Core.Phase == TradingPhase.Volatility && Plan is null)
        {
            var nanos = AuctionNanos > 0 ? AuctionNanos : !asTold && why == PhaseReason.Planned ? UsualAuctionNanos : 0;
            Plan = nanos == 0 ? null : new PhasePlan(TradingPhase.Continuous, turn.TimeNanos + nanos);
        }
    }
}
