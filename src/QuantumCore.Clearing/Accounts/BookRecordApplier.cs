using QuantumCore.Contracts;
using QuantumCore.Instruments;

namespace QuantumCore.Clearing;

/// <summary>
/// Applies book records to an account. It only adds; the book decided fees and holds. After a bust or a correction, the
/// account may no longer have the reversed amounts, or they may be held for orders. An account that may not owe then
/// lacks them, and the machine freezes it until they have come in.
/// </summary>
/// <param name="account">The account.</param>
/// <param name="instrumentOf">Returns the instrument of a symbol.</param>
/// <param name="traded">Its trading.</param>
/// <param name="volumes">Its volumes.</param>
/// <param name="margin">Its margin.</param>
/// <param name="lacking">Its lacking assets.</param>
/// <param name="corporate">Its corporate actions.</param>
/// <param name="cover">The cover of its holds.</param>
internal sealed class BookRecordApplier(
    Account account, Func<string, Instrument> instrumentOf, TradedSymbols traded, AccountVolumes volumes,
    MarginControl margin, LackingAssets lacking, CorporateEntitlements corporate, HoldCover cover)
{
    /// <summary>Applies a record of a book.</summary>
    public void Apply(string symbol, BookRecord record)
    {
        switch (record)
        {
            case OrderAccepted order:
                ApplyTaker(order);
                ApplyMakers(order);
                break;
            case OrderVoided voided:
                account.Release(voided.Number);
                break;
            case OrdersClosed closed:
                foreach (var order in closed.Orders)
                {
                    ReleaseOwn(order);
                }

                break;
            case AllClosed all:
                account.ReleaseUpTo(symbol, all.Floor);
                break;
            case OrderReduced reduced:
                account.Reduced(reduced.Number, reduced.TotalLots, reduced.Hold);
                break;
            case BookTurn turn:
                Apply(symbol, turn);
                break;
            case InstrumentDefined or NothingFound:
                break;
            default:
                throw new InvalidDataException($"{record.GetType().Name} is not a book's record.");
        }
    }

    private void ApplyTaker(OrderAccepted record)
    {
        var number = record.Order.Number;
        if (record.Order.Account != account.Id.Value)
        {
            return;
        }

        account.Entered(number, record.OrderId);
        if (record.Replaced is { } replaced)
        {
            account.Replaced(replaced.Number, number);
            cover.Require(account.Orders[number].Instrument);
        }

        foreach (var fill in record.Fills)
        {
            Trade(
                record.TimeNanos, number, fill.PriceTicks, fill.QuantityLots, fill.TakerFee, record.Order.TakerFeePpm,
                fill.MakerAccount == account.Id.Value);
        }

        if (record.LeavesLots == 0)
        {
            account.Release(number);
        }
        else
        {
            account.ShrinkHold(number, record.Hold);
        }
    }

    private void ApplyMakers(OrderAccepted record)
    {
        foreach (var fill in record.Fills)
        {
            if (fill.MakerAccount == account.Id.Value)
            {
                Trade(
                    record.TimeNanos, fill.MakerNumber, fill.PriceTicks, fill.QuantityLots, fill.MakerFee,
                    account.Orders[fill.MakerNumber].Fees.MakerPpm, record.Order.Account == account.Id.Value);
                account.ShrinkHold(fill.MakerNumber, fill.MakerHold);
            }
        }
    }

    /// <summary>
    /// Applies one side of a trade. In a trade of the account with itself, each side is applied by itself, and neither
    /// counts as volume.
    /// </summary>
    private void Trade(long timeNanos, long number, long priceTicks, long lots, long fee, int ratePpm, bool withItself)
    {
        var order = account.Orders[number];
        var instrument = order.Instrument;
        account.Fill(number, priceTicks, lots, fee, ratePpm, UtcDay.Of(timeNanos));
        margin.MarginAccount?.Trade(number, instrument.Notional(priceTicks, lots));
        traded.DayOf(instrument, timeNanos)
            .Fill(timeNanos, order.Side == Side.Buy ? lots : -lots, (long)instrument.Notional(priceTicks, 1), fee);
        if (!withItself)
        {
            volumes.Count(instrument.Quote, timeNanos, instrument.Notional(priceTicks, lots));
        }
    }

    private void ChangeTrade(string symbol, in TurnStep step, BookTurn turn)
    {
        var tradedNanos = ((ChangeTrade)turn.Command).Trade!.Value.TimeNanos;
        if (step.Account == account.Id.Value)
        {
            ChangeTrade(symbol, in step, step.Side, step.Fee, turn.TimeNanos, tradedNanos);
        }

        if (step.MakerAccount == account.Id.Value)
        {
            ChangeTrade(
                symbol, in step, step.Side == Side.Buy ? Side.Sell : Side.Buy, step.MakerFee, turn.TimeNanos,
                tradedNanos);
        }
    }

    private void ChangeTrade(string symbol, in TurnStep step, Side side, long fee, long timeNanos, long tradedNanos)
    {
        var instrument = instrumentOf(symbol);
        var isTakenBack = step.Kind == StepKind.Reversed;
        var buys = side == Side.Buy != isTakenBack;
        fee = isTakenBack ? -fee : fee;
        account.Exchange(
            instrument, buys ? Side.Buy : Side.Sell, step.PriceTicks, step.QuantityLots, fee, UtcDay.Of(timeNanos));
        traded.DayOf(instrument, timeNanos).Change(
            timeNanos, tradedNanos, buys ? step.QuantityLots : -step.QuantityLots,
            (long)instrument.Notional(step.PriceTicks, 1), fee, isTakenBack);
        if (step.Account != step.MakerAccount)
        {
            var value = instrument.Notional(step.PriceTicks, step.QuantityLots);
            volumes.Count(instrument.Quote, tradedNanos, isTakenBack ? -value : value);
        }
    }

    private void ReleaseOwn(in ClosedOrder order)
    {
        if (order.Account == account.Id.Value)
        {
            account.Release(order.Number);
        }
    }

    private void Apply(string symbol, BookTurn turn)
    {
        var replacing = turn.Command is AdjustOrders ? account.Replacing(symbol) : [];
        foreach (var step in turn.Steps)
        {
            if (step.ChangesTrade)
            {
                ChangeTrade(symbol, in step, turn);
                continue;
            }

            if (step.Account == account.Id.Value)
            {
                Apply(in step, turn);
            }

            if (step.Kind == StepKind.Fill && step.MakerAccount == account.Id.Value)
            {
                Fill(
                    turn.TimeNanos, step.MakerNumber, step.PriceTicks, step.QuantityLots, step.MakerFee,
                    step.MakerLeavesLots,
                    step.MakerHold, step.Account == account.Id.Value, step.IsAuction, isMaker: true);
            }
        }

        if (replacing.Count > 0)
        {
            account.KeepForReplacements(replacing);
        }

        if (turn.Command is AmendOpenOrder { Changes: var changes } amend && amend.Account == account.Id.Value
            && account.Orders.TryGetValue(amend.Number, out var amended))
        {
            account.Amended(
                amended.Number, changes.WorstTicks ?? amended.PriceTicks, changes.Of(amended.Conditions));
        }

        if (turn.Command is CancelAllOrders cancel && cancel.Account == account.Id.Value)
        {
            account.ReleaseUpTo(symbol, cancel.Floor);
        }

        corporate.Follow(symbol, turn);
        if (turn.Command is ChangeTrade)
        {
            var instrument = instrumentOf(symbol);
            lacking.Find(instrument.Base.Name);
            lacking.Find(instrument.Quote.Name);
        }

        cover.Require(instrumentOf(symbol));
    }

    private void Apply(in TurnStep step, BookTurn turn)
    {
        switch (step.Kind)
        {
            case StepKind.Opened:
                account.Opened(
                    step.Number, step.OrderId, new(turn.StageOf(turn.OrderOf(in step)), 0, PriceThere(in step)),
                    step.Hold);
                break;
            case StepKind.Triggered:
                account.SetState(step.Number, new(OrderStage.Working, turn.TimeNanos, PriceThere(in step)));
                break;
            case StepKind.Activated:
                account.SetState(
                    step.Number,
                    new(
                        OrderStages.WithoutParent(account.Orders[step.Number].Type), turn.TimeNanos,
                        PriceThere(in step)));
                break;
            case StepKind.Fill:
                Fill(
                    turn.TimeNanos, step.Number, step.PriceTicks, step.QuantityLots, step.Fee, step.LeavesLots,
                    step.Hold, step.MakerAccount == account.Id.Value,
                    step.IsAuction, isMaker: false);
                break;
            case StepKind.Ended or StepKind.Voided:
                account.Release(step.Number);
                break;
            case StepKind.Changed:
                account.Resize(step.Number, account.Orders[step.Number].QuantityLots - step.QuantityLots);
                account.SetHold(step.Number, step.Hold);
                break;
            case StepKind.Adjusted:
                account.Adjusted(
                    step.Number, step.PriceTicks, step.QuantityLots, step.Hold,
                    ((AdjustOrders)turn.Command).Adjustment);
                break;
            case StepKind.Held:
                account.SetHold(step.Number, step.Hold);
                break;
        }
    }

    // The price of an order in its book; 0 if it is the submitted one.
    private long PriceThere(in TurnStep step) =>
        step.PriceTicks == account.Orders[step.Number].PriceTicks ? 0 : step.PriceTicks;

    private void Fill(
        long timeNanos, long number, long priceTicks, long lots, long fee, long leavesLots, long hold, bool withItself,
        bool inAuction,
        bool isMaker)
    {
        // The total of an order by amount is what it trades.
        var order = account.Orders[number];
        if (order.State.Stage != OrderStage.Working)
        {
            // Records before kind 10 do not contain the trigger.
            order.State = order.State with { Stage = OrderStage.Working, SinceNanos = timeNanos };
        }

        var byAmount = order.Conditions?.Amount is not null;
        if (byAmount)
        {
            account.Resize(number, order.FilledLots + lots);
        }

        var terms = order.Fees;
        Trade(
            timeNanos, number, priceTicks, lots, fee,
            inAuction ? terms.AuctionPpm : isMaker ? terms.MakerPpm : terms.TakerPpm, withItself);
        account.SetHold(number, hold);
        if (leavesLots == 0 && (!byAmount || hold == 0))
        {
            account.Release(number);
        }
    }
}
