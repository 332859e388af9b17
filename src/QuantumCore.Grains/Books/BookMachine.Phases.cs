using System.Collections.Immutable;
using QuantumCore.Contracts;
using QuantumCore.Instruments;
using QuantumCore.Matching;

namespace QuantumCore.Grains.Books;

/// <summary>Why the book is in its phase, and which one follows when: the core knows phases, and no clock.</summary>
internal sealed partial class BookMachine
{
    /// <summary>How long a planned auction is extended where no rule says how long an auction lasts: two minutes.</summary>
    private const long UsualAuctionNanos = 120_000_000_000;

    // The phase after the last turn: what follows a command may have come about before the turn was begun.
    private TradingPhase _phase;

    /// <summary>Why the phase began.</summary>
    public PhaseReason PhaseReason { get; private set; }

    /// <summary>When the phase began, Unix nanoseconds; 0 where that is not known: it began before it was kept.</summary>
    public long PhaseNanos { get; private set; }

    /// <summary>What follows, if that is planned. It can: the phase is still the one it was planned for.</summary>
    public PhasePlan? Plan { get; private set; }

    /// <summary>How long a volatility auction lasts, nanoseconds; 0: until somebody ends it.</summary>
    public long AuctionNanos { get; private set; }

    /// <summary>Whether the phase that follows is due.</summary>
    public bool IsPhaseDue(long now) => Plan is { } plan && plan.AtNanos <= At(now);

    /// <summary>Goes to the phase that is due. Null: none is.</summary>
    public BookRecord? FollowPlan(long now)
    {
        if (!IsPhaseDue(now))
        {
            return null;
        }

        Require(Operate(Plan!.Value.Call(), now, out var record));
        return record;
    }

    /// <summary>A symbol that stands still may be told so again: its plan and its reason are new then, its phase goes on.</summary>
    private bool IsRepeated(TradingPhase phase) => phase == Core.Phase && phase is TradingPhase.Halt or TradingPhase.Closed;

    /// <summary>The rules that stand, as they may be set.</summary>
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
            return [.. all.Where(rule => rule.Value is not null).Select(rule => new NamedValue(rule.Name, rule.Value ?? 0))];
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

    /// <summary>A turn is done: what it means for the phase.</summary>
    private void NotePhase(BookTurn turn)
    {
        var command = turn.Command;
        var called = command.Verb == BookVerb.SetPhase;
        if (!called && Core.Phase == _phase)
        {
            return;
        }

        // A price outside its band, or an auction outside its collar, has its own way.
        var asTold = called && Core.Phase == (TradingPhase)command.Value;
        var why = (PhaseReason)(command.Changes.ValueOf(ChangedValue.Why) ?? 0);
        var plan = asTold ? PhasePlan.Of(command.Changes) : null;
        // The breaker stops a symbol; one that stands still for longer than it asks stays as it is.
        if (Core.Phase == _phase && why == PhaseReason.MarketWideBreaker && plan is { } sooner && !(Plan?.AtNanos < sooner.AtNanos))
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
