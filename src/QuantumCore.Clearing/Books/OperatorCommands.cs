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
        var value = command.Value;
        Func<long, RejectReason>? run = command.Verb switch
        {
            BookVerb.SetPhase
                when value is >= 0 and <= (long)TradingPhase.Closed
                    && command.Changes.AreOfPhase((TradingPhase)value) =>
                time => IsRepeated((TradingPhase)value)
                    ? book.Core.AdvanceTime(time)
                    : book.Core.SetPhase(time, (TradingPhase)value),
            BookVerb.SetMark => time => book.Core.SetMark(time, value),
            BookVerb.SetReference => time => book.Core.SetReference(time, value),
            BookVerb.SetRules when command.Changes.AreOfRules() => time => SetRules(time, command.Changes),
            BookVerb.SetTradeGroups when command.Changes.AreOfTradeGroups() =>
                time => book.Groups.Set(book.Core, time, command.Changes),
            BookVerb.AdvanceTime => time => book.Core.AdvanceTime(time),
            BookVerb.Block => time => book.Core.Block(time, new OrderFilter(command.Account)),
            BookVerb.Unblock => time => book.Core.Unblock(time, new OrderFilter(command.Account)),
            // Records from before ADR 52 name the trade by its place among all trades, and moved no money.
            BookVerb.Bust when command.Changes.IsEmpty => time => book.Core.Bust(time, command.Number),
            BookVerb.Correct when command.Changes.IsEmpty => time => book.Core.Correct(time, command.Number, value),
            BookVerb.Bust when value == 0 && TradeAsItWas.Of(command) is { } trade =>
                time => ChangeTrade(time, in trade, default),
            BookVerb.Correct
                when value > 0 && TradeAsItWas.Of(command) is { } trade
                    && command.Changes.ValueOf(ChangedValue.TakerFeeNow) is { } takerFee
                && command.Changes.ValueOf(ChangedValue.MakerFeeNow) is { } makerFee =>
                time => ChangeTrade(time, in trade, new(value, takerFee, makerFee)),
            BookVerb.AdjustOrders when command is { Number: > 0 } && command.Changes.AsAdjustment() is { } adjustment =>
                time => Adjust(time, command.Number, adjustment),
            BookVerb.EndOrders when value == (long)EndReason.CorporateAction =>
                time => book.Core.CancelMany(time, default, EndReason.CorporateAction),
            _ => null,
        };
        record = null;
        if (command.Verb == BookVerb.AdjustOrders && book.Actions.Contains(command.Number))
        {
            return RejectReason.None;
        }

        var reason = run is null ? RejectReason.BadRequest : recorder.Run(command, now, run, out record);
        if (command.Verb == BookVerb.SetMark && record is { } set)
        {
            MarkNanos = set.TimeNanos;
        }

        return reason;
    }

    /// <summary>Returns true for a repeated halt or close: plan and reason are new, and the phase goes on.</summary>
    private bool IsRepeated(TradingPhase phase) =>
        phase == book.Core.Phase && phase is TradingPhase.Halt or TradingPhase.Closed;

    private RejectReason SetRules(long timeNanos, ImmutableArray<NamedValue> changes)
    {
        var reason = book.Core.SetRules(timeNanos, book.Core.Rules.With(changes));
        if (reason == RejectReason.None && changes.ValueOf(ChangedValue.AuctionNanos) is { } nanos)
        {
            book.Phases.SetAuction(nanos);
        }

        return reason;
    }

    private RejectReason ChangeTrade(long time, in TradeAsItWas trade, TradeInForce now)
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

        var fill = trade.Fill;
        steps.AddChange(StepKind.Reversed, in fill, in before);
        if (now.PriceTicks > 0)
        {
            steps.AddChange(StepKind.Restated, in fill, in now);
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
