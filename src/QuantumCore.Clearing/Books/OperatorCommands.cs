using System.Collections.Immutable;
using QuantumCore.Contracts;
using QuantumCore.Instruments;
using QuantumCore.Matching;

namespace QuantumCore.Clearing;

/// <summary>Carries out commands about a whole book: phases, rules, corporate actions and changes of trades.</summary>
/// <param name="book">The book.</param>
/// <param name="steps">Steps of the record in the making.</param>
/// <param name="recorder">Its records.</param>
internal sealed class OperatorCommands(BookMachineState book, TurnSteps steps, TurnRecorder recorder)
{
    /// <summary>
    /// Time at which the mark price was last set, Unix nanoseconds; 0 if no command since the snapshot did. Not part of
    /// the state.
    /// </summary>
    public long MarkNanos { get; private set; }

    /// <summary>Returns true if the planned phase is due.</summary>
    public bool IsPhaseDue(long now) => book.Phases.Plan is { } plan && plan.AtNanos <= book.At(now);

    /// <summary>Changes to the phase that is due. Returns null if none is.</summary>
    public BookRecord? FollowPlan(long now)
    {
        if (!IsPhaseDue(now))
        {
            return null;
        }

        BookMachineState.Require(Operate(book.Phases.Plan!.Value.Call(), now, out var record));
        return record;
    }

    /// <summary>Carries out an operator's command.</summary>
    public RejectReason Operate(BookCommand command, long now, out BookRecord? record)
    {
        record = null;
        if (command is AdjustOrders { Action: var action } && book.Actions.Contains(action))
        {
            return RejectReason.None;
        }

        var reason = RunOf(command) is { } run
            ? recorder.Run(command, now, run, out record)
            : RejectReason.BadRequest;
        if (command is SetMarkPrice && record is { } set)
        {
            MarkNanos = set.TimeNanos;
        }

        return reason;
    }

    /// <summary>Returns the core's part of a command; null for one that is impossible or not an operator's.</summary>
    private Func<long, RejectReason>? RunOf(BookCommand command) => command switch
    {
        SetTradingPhase { Phase: var phase, IsPossible: true } =>
            time => IsRepeated(phase) ? book.Core.AdvanceTime(time) : book.Core.SetPhase(time, phase),
        SetMarkPrice mark => time => book.Core.SetMark(time, mark.PriceTicks),
        SetReferencePrice reference => time => book.Core.SetReference(time, reference.PriceTicks),
        SetBookRules { Changes: [_, ..] changes } when !changes.Contains(RuleChanges.None) =>
            time => SetRules(time, changes),
        SetTradeGroups { IsPossible: true } groups => time => book.Groups.Set(book.Core, time, groups.Accounts),
        AdvanceTime => book.Core.AdvanceTime,
        BlockAccount block => time => book.Core.Block(time, new OrderFilter(block.Account)),
        UnblockAccount unblock => time => book.Core.Unblock(time, new OrderFilter(unblock.Account)),
        BustTrade { Trade: { } trade } => time => ChangeTrade(time, in trade, default),
        CorrectTrade { Trade: { } trade, PriceTicks: > 0 } correct => time =>
            ChangeTrade(time, in trade, new(correct.PriceTicks, correct.TakerFee, correct.MakerFee)),
        // Records from before ADR 52 name the trade by its place among all trades, and moved no money.
        BustTrade { Trade: null } bust => time => book.Core.Bust(time, bust.CoreNumber),
        CorrectTrade { Trade: null } correct => time =>
            book.Core.Correct(time, correct.CoreNumber, correct.PriceTicks),
        AdjustOrders { Action: > 0, Adjustment: { IsValid: true } adjustment } adjust =>
            time => Adjust(time, adjust.Action, adjustment),
        EndOrders => time => book.Core.CancelMany(time, default, EndReason.CorporateAction),
        _ => null,
    };

    /// <summary>Returns true for a repeated halt or close: plan and reason are new, and the phase goes on.</summary>
    private bool IsRepeated(TradingPhase phase) =>
        phase == book.Core.Phase && phase is TradingPhase.Halt or TradingPhase.Closed;

    private RejectReason SetRules(long timeNanos, ImmutableArray<RuleChanges> changes)
    {
        var reason = book.Core.SetRules(
            timeNanos, changes.Aggregate(book.Core.Rules, static (rules, change) => rules.With(change)));
        foreach (var change in reason == RejectReason.None ? changes : [])
        {
            if (change.AuctionNanos is { } nanos)
            {
                book.Phases.SetAuction(nanos);
            }
        }

        return reason;
    }

    private RejectReason ChangeTrade(long time, in RecordedTrade trade, TradeInForce now)
    {
        var before = book.Trades.InForce(in trade);
        if (!book.Trades.IsChangeable(in trade, in before, book.Sequence))
        {
            return RejectReason.UnknownTrade;
        }

        var reason = book.Core.AdvanceTime(time);
        if (reason != RejectReason.None)
        {
            return reason;
        }

        steps.Add(new TradeReversed(before.Of(trade.Trade)));
        if (now.PriceTicks > 0)
        {
            steps.Add(new TradeRestated(now.Of(trade.Trade)));
        }

        book.Trades.Set(trade.Place, in now);
        return RejectReason.None;
    }

    private RejectReason Adjust(long time, long action, OrderAdjustment adjustment)
    {
        var reason = book.Core.Adjust(time, in adjustment, book.Instrument!.MinPriceTicks);
        if (reason == RejectReason.None)
        {
            recorder.Adjustment = adjustment;
            book.Actions.Add(action);
            // A change of units needs a halted or closed book. In a trading book, an adjustment without split and price
            // fall is a dividend in another currency: orders end, and units stay.
            var areNew = adjustment.IsSplit
                || (adjustment.FallTicks == 0 && book.Core.Phase is TradingPhase.Halt or TradingPhase.Closed);
            if (areNew)
            {
                book.Trades.BeginUnits(book.Sequence + 1);
            }
        }

        return reason;
    }
}
