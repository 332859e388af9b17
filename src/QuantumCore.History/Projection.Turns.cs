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
            if (step.Kind == StepKind.Fill)
            {
                Trade(place, InstrumentOf(place), trades++, turn.TimeNanos, in step);
                Fill(
                    new(step.Account, step.Number), step.PriceTicks, step.QuantityLots, step.LeavesLots, step.Hold,
                    turn.TimeNanos);
                Fill(
                    new(step.MakerAccount, step.MakerNumber), step.PriceTicks, step.QuantityLots, step.MakerLeavesLots,
                    step.MakerHold,
                    turn.TimeNanos);
            }
            else if (step.ChangesTrade)
            {
                Change(place, trades++, turn, in step);
            }
            else if (step.Kind == StepKind.Prevented)
            {
                Prevent(place, prevented++, turn.TimeNanos, in step);
            }
            else
            {
                Step(place, turn, in step);
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
    private void Change(Place place, int index, BookTurn turn, in TurnStep step)
    {
        var money = BookTrades.Of(in step);
        var trade = ((ChangeTrade)turn.Command).Trade!.Value;
        var cause = string.Create(
            CultureInfo.InvariantCulture,
            $"{(turn.Command is BustTrade ? "bust" : "correction")} {trade.Place.Sequence}-{trade.Place.Index}");
        Post(place, index, TradePostings.Of(InstrumentOf(place), money), cause, turn.TimeNanos);
        AddPosition(money.Buyer.Value, place.Symbol, step.QuantityLots);
        AddPosition(money.Seller.Value, place.Symbol, -step.QuantityLots);
        if (step.Kind != StepKind.Reversed)
        {
            return;
        }

        // A restated trade follows the reversal; after a bust nothing does.
        var now = turn.Steps.FirstOrDefault(static restated => restated.Kind == StepKind.Restated);
        _tradeChanges.Add(place.Symbol).Add(place.Sequence).Add(trade.Place.Sequence).Add(trade.Place.Index)
            .Add(now.PriceTicks)
            .Add(now.MakerFee).Add(now.Fee).Add(now.MakerFee - step.MakerFee).Add(now.Fee - step.Fee)
            .Add(turn.TimeNanos);
    }

    private void Prevent(Place place, int index, long timeNanos, in TurnStep step) => _prevented
        .Add(place.Symbol).Add(place.Sequence).Add(index).Add(step.PriceTicks).Add(step.QuantityLots)
        .Add((long)step.SelfTrade)
        .Add(step.Owner).Add(step.Account).Add(step.Number).Add(step.OrderId).Add(step.LeavesLots)
        .Add(step.MakerAccount).Add(step.MakerNumber).Add(step.MakerOrderId).Add(step.MakerLeavesLots).Add(timeNanos);

    private void Step(Place place, BookTurn turn, in TurnStep step)
    {
        var key = new OrderKey(step.Account, step.Number);
        switch (step.Kind)
        {
            case StepKind.Opened:
                Open(place, turn, in step, key);
                break;
            case StepKind.Voided:
                Enter(key, place.Symbol, RowBuffer.Null, turn.OrderOf(in step), turn.TimeNanos)
                    .End("rejected", turn.Reason.ToString(), turn.TimeNanos);
                SetHold(key, null);
                break;
            case StepKind.Ended:
                var change = Change(key, turn.TimeNanos);
                change.Cancelled += step.LeavesLots;
                change.End(step.Reason, turn.TimeNanos);
                SetHold(key, null);
                if (step.Refusal != RejectReason.None)
                {
                    AddTerm(key, HistoryWords.Refusal, (long)step.Refusal);
                }

                break;
            case StepKind.Triggered:
                var triggered = Change(key, turn.TimeNanos);
                triggered.PriceTicks = step.PriceTicks == 0 ? triggered.PriceTicks : step.PriceTicks;
                AddTerm(key, HistoryWords.TriggeredAt, turn.TimeNanos);
                break;
            case StepKind.Activated:
                Change(key, turn.TimeNanos).PriceTicks = step.PriceTicks;
                AddTerm(key, HistoryWords.ActivatedAt, turn.TimeNanos);
                break;
            case StepKind.Changed:
                Change(key, turn.TimeNanos).Resized -= step.QuantityLots;
                SetHold(key, rows.Hold(key)! with { Amount = step.Hold });
                if (turn.Command is AmendOpenOrder amend && key == new OrderKey(amend.Account, amend.Number))
                {
                    PutTerms(key, amend.Changes.Of(null));
                    if (amend.Changes.WorstTicks is { } worst)
                    {
                        Change(key, turn.TimeNanos).PriceTicks = worst;
                    }
                }

                break;
            case StepKind.Adjusted:
                Adjust(place, turn, in step, key);
                SetHold(key, rows.Hold(key)! with { Amount = step.Hold });
                break;
            case StepKind.Held:
                SetHold(key, rows.Hold(key)! with { Amount = step.Hold });
                break;
        }
    }

    private void Open(Place place, BookTurn turn, in TurnStep step, OrderKey key)
    {
        var order = turn.OrderOf(in step);
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

    private void Fill(OrderKey key, long priceTicks, long lots, long leaves, long hold, long timeNanos)
    {
        var change = Change(key, timeNanos);
        change.Fill(priceTicks, lots);
        // The total of an order by amount is the quantity it trades.
        if (_orders.TryGetValue(key, out var row) && row.Order?.Conditions.Decode()?.Amount is not null)
        {
            change.Resized += lots;
            leaves = hold;
        }

        if (leaves == 0)
        {
            change.End(EndReason.None, timeNanos);
            SetHold(key, null);
        }
        else
        {
            SetHold(key, rows.Hold(key)! with { Amount = hold });
        }
    }
}
