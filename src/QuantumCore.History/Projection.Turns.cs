using System.Globalization;
using QuantumCore.Clearing;
using QuantumCore.Contracts;
using QuantumCore.Instruments;

namespace QuantumCore.History;

/// <summary>Book turns: steps of orders of any kind, in sequence.</summary>
internal sealed partial class Projection
{
    private void Turn(Place place, BookTurn turn)
    {
        _phases[place.Symbol] = turn.Phase;
        var (trades, prevented) = (0, 0);
        foreach (var step in turn.Steps)
        {
            switch (step)
            {
                case TradeMade { Trade: var trade }:
                    Trade(place, InstrumentOf(place), trades++, turn.TimeNanos, in trade);
                    Fill(in trade, trade.Taker, turn.TimeNanos);
                    Fill(in trade, trade.Maker, turn.TimeNanos);
                    break;
                case TradeStep change:
                    Change(place, trades++, turn, change);
                    break;
                case MatchPrevented match:
                    Prevent(place, prevented++, turn.TimeNanos, match);
                    break;
                case OrderStep order:
                    Step(place, turn, order);
                    break;
            }
        }

        if (turn.Command is CancelAllOrders all)
        {
            RaiseFloor(place, all.Account, all.Floor);
        }
        else if (turn.Command is AdjustOrders { Adjustment: { IsSplit: true } split })
        {
            _splits.Add(place.Symbol).Add(place.Sequence).Add(split.NewUnits).Add(split.OldUnits).Add(turn.TimeNanos);
            rows.SetSplit(place.Symbol, place.Sequence);
        }
    }

    /// <summary>
    /// Enters half of a trade change: the reversal, or the restated trade. Its orders stay unchanged.
    /// </summary>
    private void Change(Place place, int index, BookTurn turn, TradeStep step)
    {
        var money = BookTrades.Of(step);
        var trade = ((ChangeTrade)turn.Command).Trade!.Value;
        var cause = string.Create(
            CultureInfo.InvariantCulture,
            $"{(turn.Command is BustTrade ? "bust" : "correction")} {trade.Place.Sequence}-{trade.Place.Index}");
        Post(place, index, TradePostings.Of(InstrumentOf(place), money), cause, turn.TimeNanos);
        AddPosition(money.Buyer.Value, place.Symbol, money.QuantityLots);
        AddPosition(money.Seller.Value, place.Symbol, -money.QuantityLots);
        if (step is not TradeReversed { Trade: var before })
        {
            return;
        }

        // A restated trade follows the reversal; after a bust nothing does.
        var now = turn.Steps.OfType<TradeRestated>().FirstOrDefault()?.Trade ?? default;
        _tradeChanges.Add(place.Symbol).Add(place.Sequence).Add(trade.Place.Sequence).Add(trade.Place.Index)
            .Add(now.PriceTicks)
            .Add(now.Maker.Fee).Add(now.Taker.Fee)
            .Add(now.Maker.Fee - before.Maker.Fee).Add(now.Taker.Fee - before.Taker.Fee)
            .Add(turn.TimeNanos);
    }

    private void Prevent(Place place, int index, long timeNanos, MatchPrevented match)
    {
        _prevented
            .Add(place.Symbol).Add(place.Sequence).Add(index).Add(match.PriceTicks).Add(match.QuantityLots)
            .Add((long)match.Mode).Add(match.Owner);
        foreach (var side in (ReadOnlySpan<PreventedSide>)[match.Taker, match.Maker])
        {
            _prevented.Add(side.Account).Add(side.Number).Add(side.OrderId).Add(side.LostLots);
        }

        _prevented.Add(timeNanos);
    }

    private void Step(Place place, BookTurn turn, OrderStep step)
    {
        var key = new OrderKey(step.Account, step.Number);
        switch (step)
        {
            case OrderOpened opened:
                Open(place, turn, opened, key);
                break;
            case OrderRefused refused:
                Enter(key, place.Symbol, RowBuffer.Null, turn.OrderOf(refused), turn.TimeNanos)
                    .End("rejected", turn.Reason.ToString(), turn.TimeNanos);
                SetHold(key, null);
                break;
            case OrderEnded ended:
                var change = Change(key, turn.TimeNanos);
                change.Cancelled += ended.LeavesLots;
                change.End(ended.Reason, turn.TimeNanos);
                SetHold(key, null);
                if (ended.Refusal != RejectReason.None)
                {
                    AddTerm(key, HistoryWords.Refusal, (long)ended.Refusal);
                }

                break;
            case OrderTriggered { PriceTicks: var limit }:
                var triggered = Change(key, turn.TimeNanos);
                triggered.PriceTicks = limit == 0 ? triggered.PriceTicks : limit;
                AddTerm(key, HistoryWords.TriggeredAt, turn.TimeNanos);
                break;
            case OrderActivated activated:
                Change(key, turn.TimeNanos).PriceTicks = activated.PriceTicks;
                AddTerm(key, HistoryWords.ActivatedAt, turn.TimeNanos);
                break;
            case OrderChanged changed:
                Change(turn, changed, key);
                break;
            case OrderAdjusted adjusted:
                Adjust(place, turn, adjusted, key);
                SetHold(key, rows.Hold(key)! with { Amount = adjusted.Hold });
                break;
            case HoldChanged held:
                SetHold(key, rows.Hold(key)! with { Amount = held.Hold });
                break;
        }
    }

    private void Change(BookTurn turn, OrderChanged step, OrderKey key)
    {
        Change(key, turn.TimeNanos).Resized -= step.ReducedLots;
        SetHold(key, rows.Hold(key)! with { Amount = step.Hold });
        if (turn.Command is AmendOpenOrder amend && key == new OrderKey(amend.Account, amend.Number))
        {
            PutTerms(key, amend.Changes.Of(null));
            if (amend.Changes.WorstTicks is { } worst)
            {
                Change(key, turn.TimeNanos).PriceTicks = worst;
            }
        }
    }

    private void Open(Place place, BookTurn turn, OrderOpened step, OrderKey key)
    {
        var order = turn.OrderOf(step);
        Enter(key, place.Symbol, step.OrderId, order with { PriceTicks = step.PriceTicks }, turn.TimeNanos);
        if (OrderCombinations.IsTriggered(order.Type) && turn.StageOf(order) == OrderStage.Working)
        {
            AddTerm(key, HistoryWords.TriggeredAt, turn.TimeNanos);
        }

        if (turn.Command is EnterOrderList list)
        {
            EnterListed(key, order, list);
        }

        SetHold(key, new(
            place.Symbol, step.Side, HeldAsset(InstrumentOf(place), step.Side), step.Hold, InBook: true,
            turn.TimeNanos));
    }

    private void EnterListed(OrderKey key, SubmitOrder order, EnterOrderList list)
    {
        AddTerm(key, "list", (long)list.Kind);
        AddTerm(key, "listFirst", list.Orders[0].Number);
        if (order.Conditions.Decode()?.ListName is { } name)
        {
            _lists.Add(key.Account).Add(key.Number).Add(name);
        }
    }

    private void AddTerm(OrderKey key, string name, long value) =>
        _terms.Add(key.Account).Add(key.Number).Add(name).Add(value);

    private void Fill(in MatchedTrade trade, in TradeSide side, long timeNanos)
    {
        var (key, leaves) = (BookKeys.Of(in side), side.LeavesLots);
        var change = Change(key, timeNanos);
        change.Fill(trade.PriceTicks, trade.QuantityLots);
        // The total of an order by amount is the quantity it trades.
        if (_orders.TryGetValue(key, out var row) && row.Order?.Conditions.Decode()?.Amount is not null)
        {
            change.Resized += trade.QuantityLots;
            leaves = side.Hold;
        }

        if (leaves == 0)
        {
            change.End(EndReason.None, timeNanos);
            SetHold(key, null);
        }
        else
        {
            SetHold(key, rows.Hold(key)! with { Amount = side.Hold });
        }
    }
}
