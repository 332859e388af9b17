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

    private void ChangeTrade(string symbol, TradeStep step, BookTurn turn)
    {
        var trade = step.Trade;
        if (trade.Taker.Account == account.Id.Value)
        {
            ChangeTrade(symbol, step, trade.TakerSide, trade.Taker.Fee, turn);
        }

        if (trade.Maker.Account == account.Id.Value)
        {
            ChangeTrade(symbol, step, trade.MakerSide, trade.Maker.Fee, turn);
        }
    }

    private void ChangeTrade(string symbol, TradeStep step, Side side, long fee, BookTurn turn)
    {
        var (timeNanos, trade) = (turn.TimeNanos, step.Trade);
        var tradedNanos = ((ChangeTrade)turn.Command).Trade!.Value.TimeNanos;
        var instrument = instrumentOf(symbol);
        var isTakenBack = step is TradeReversed;
        var buys = side == Side.Buy != isTakenBack;
        fee = isTakenBack ? -fee : fee;
        account.Exchange(
            instrument, buys ? Side.Buy : Side.Sell, trade.PriceTicks, trade.QuantityLots, fee, UtcDay.Of(timeNanos));
        traded.DayOf(instrument, timeNanos).Change(
            timeNanos, tradedNanos, buys ? trade.QuantityLots : -trade.QuantityLots,
            (long)instrument.Notional(trade.PriceTicks, 1), fee, isTakenBack);
        if (trade.Taker.Account != trade.Maker.Account)
        {
            var value = instrument.Notional(trade.PriceTicks, trade.QuantityLots);
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
            switch (step)
            {
                case TradeMade made:
                    Fill(turn.TimeNanos, made.Trade);
                    break;
                case TradeStep change:
                    ChangeTrade(symbol, change, turn);
                    break;
                case OrderStep own when own.Account == account.Id.Value:
                    Apply(own, turn);
                    break;
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

    private void Apply(OrderStep step, BookTurn turn)
    {
        var number = step.Number;
        switch (step)
        {
            case OrderOpened opened:
                account.Opened(
                    number, opened.OrderId,
                    new(turn.StageOf(turn.OrderOf(opened)), 0, PriceThere(number, opened.PriceTicks)), opened.Hold);
                break;
            case OrderTriggered triggered:
                account.SetState(
                    number, new(OrderStage.Working, turn.TimeNanos, PriceThere(number, triggered.PriceTicks)));
                break;
            case OrderActivated activated:
                account.SetState(
                    number,
                    new(
                        OrderStages.WithoutParent(account.Orders[number].Type), turn.TimeNanos,
                        PriceThere(number, activated.PriceTicks)));
                break;
            case OrderEnded or OrderRefused:
                account.Release(number);
                break;
            case OrderChanged changed:
                account.Resize(number, account.Orders[number].QuantityLots - changed.ReducedLots);
                account.SetHold(number, changed.Hold);
                break;
            case OrderAdjusted adjusted:
                account.Adjusted(
                    number, adjusted.PriceTicks, adjusted.AddedLots, adjusted.Hold,
                    ((AdjustOrders)turn.Command).Adjustment);
                break;
            case HoldChanged held:
                account.SetHold(number, held.Hold);
                break;
        }
    }

    // The price of an order in its book; 0 if it is the submitted one.
    private long PriceThere(long number, long priceTicks) =>
        priceTicks == account.Orders[number].PriceTicks ? 0 : priceTicks;

    private void Fill(long timeNanos, in MatchedTrade trade)
    {
        if (trade.Taker.Account == account.Id.Value)
        {
            Fill(timeNanos, in trade, trade.Taker, isMaker: false);
        }

        if (trade.Maker.Account == account.Id.Value)
        {
            Fill(timeNanos, in trade, trade.Maker, isMaker: true);
        }
    }

    private void Fill(long timeNanos, in MatchedTrade trade, in TradeSide side, bool isMaker)
    {
        var (number, order) = (side.Number, account.Orders[side.Number]);
        if (order.State.Stage != OrderStage.Working)
        {
            // Records before kind 10 do not contain the trigger.
            order.State = order.State with { Stage = OrderStage.Working, SinceNanos = timeNanos };
        }

        // The total of an order by amount is what it trades.
        var byAmount = order.Conditions?.Amount is not null;
        if (byAmount)
        {
            account.Resize(number, order.FilledLots + trade.QuantityLots);
        }

        var terms = order.Fees;
        Trade(
            timeNanos, number, trade.PriceTicks, trade.QuantityLots, side.Fee,
            trade.IsAuction ? terms.AuctionPpm : isMaker ? terms.MakerPpm : terms.TakerPpm,
            trade.Taker.Account == trade.Maker.Account);
        account.SetHold(number, side.Hold);
        if (side.LeavesLots == 0 && (!byAmount || side.Hold == 0))
        {
            account.Release(number);
        }
    }
}
