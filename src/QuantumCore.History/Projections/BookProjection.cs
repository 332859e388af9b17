using System.Collections.Immutable;
using QuantumCore.Contracts;
using QuantumCore.Instruments;

namespace QuantumCore.History;

/// <summary>
/// Records of books. Plain records and the steps of general ones do the same to orders, holds and trades. Instruments,
/// trading phases and splits are rows of the book itself.
/// </summary>
internal sealed class BookProjection(
    WorkingRows rows,
    RowBuffers buffers,
    OrderProjection orders,
    HoldProjection holds,
    TradeProjection trades,
    PostingProjection postings,
    AccountEventProjection events)
{
    private readonly Dictionary<string, TradingPhase> _phases = [];

    public RowBuffer Instruments { get; } = buffers.Empty(Statements.AddInstrument);

    public RowBuffer Splits { get; } = buffers.Empty(Statements.AddSplit);

    public void Apply(RecordOrigin place, BookRecord record)
    {
        switch (record)
        {
            case InstrumentDefined defined:
                Define(place, defined);
                break;
            case OrderAccepted accepted:
                Accept(place, accepted);
                break;
            case OrderVoided voided:
                Reject(place, new(voided.Account, voided.Number), voided.Order, voided.Reason, voided.TimeNanos);
                break;
            case OrdersClosed closed:
                Close(closed.Orders, closed.TimeNanos);
                break;
            case AllClosed all:
                Close(all.Orders, all.TimeNanos);
                holds.RaiseFloor(place.Symbol, all.Account, all.Floor);
                break;
            case OrderReduced reduced:
                Reduce(new(reduced.Account, reduced.Number), reduced.ReducedLots, reduced.Hold, reduced.TimeNanos);
                break;
            case BookTurn turn:
                Turn(place, turn);
                break;
            case NothingFound:
                break;
            default:
                throw new InvalidDataException($"unknown record {record.GetType().Name}");
        }

        if (record is OrderAccepted { Fills.IsEmpty: true, Replaced: null } resting)
        {
            events.Add(place, resting.Order.Account);
            return;
        }

        foreach (var account in record.TouchedAccounts())
        {
            events.Add(place, account);
        }
    }

    public RowBuffer PhaseRows()
    {
        var to = buffers.Empty(Statements.PutPhase);
        foreach (var (symbol, phase) in _phases)
        {
            to.Add(symbol).Add(phase.Word());
        }

        return to;
    }

    private void Define(RecordOrigin place, InstrumentDefined defined)
    {
        var instrument = defined.Definition.Decode();
        var isFirst = rows.Instrument(place.Symbol) is null;
        rows.Define(instrument);
        postings.Add(instrument.Base);
        postings.Add(instrument.Quote);
        Instruments.Add(place.Symbol).Add(place.Sequence)
            .Add(instrument.Base.Name).Add(instrument.Base.Decimals)
            .Add(instrument.Quote.Name).Add(instrument.Quote.Decimals)
            .Add(instrument.PriceDecimals).Add(instrument.TickSize)
            .Add(instrument.QuantityDecimals).Add(instrument.LotSize)
            .Add(instrument.TickLotValue).Add(instrument.LotUnits).Add(defined.TimeNanos)
            .Add(instrument.SettlementDays);
        if (isFirst)
        {
            holds.NameAsset(instrument);
        }
    }

    private void Accept(RecordOrigin place, OrderAccepted accepted)
    {
        var order = accepted.Order;
        var instrument = InstrumentOf(place);
        var key = new OrderKey(order.Account, order.Number);
        var state = orders.Enter(key, place.Symbol, accepted.OrderId, order, accepted.TimeNanos);
        for (var i = 0; i < accepted.Fills.Length; i++)
        {
            var trade = accepted.TradeOf(in accepted.Fills.ItemRef(i));
            state.Fill(trade.PriceTicks, trade.QuantityLots);
            trades.Add(place, instrument, i, accepted.TimeNanos, in trade);
            Fill(in trade, trade.Maker, accepted.TimeNanos);
        }

        if (accepted.LeavesLots == 0)
        {
            state.Cancelled = order.QuantityLots - state.Filled;
            state.End(state.Cancelled == 0 ? EndReason.None : accepted.End, accepted.TimeNanos);
        }

        if (accepted.Replaced is { } replaced)
        {
            End(BookKeys.Of(replaced), replaced.LeavesLots, replaced.Reason, accepted.TimeNanos);
        }

        if (accepted.LeavesLots == 0)
        {
            holds.Release(key);
        }
        else
        {
            holds.Open(key, place.Symbol, instrument, order.Side, accepted.Hold, accepted.TimeNanos);
        }
    }

    private void Turn(RecordOrigin place, BookTurn turn)
    {
        _phases[place.Symbol] = turn.Phase;
        var (traded, prevented) = (0, 0);
        foreach (var step in turn.Steps)
        {
            switch (step)
            {
                case TradeMade { Trade: var trade }:
                    trades.Add(place, InstrumentOf(place), traded++, turn.TimeNanos, in trade);
                    Fill(in trade, trade.Taker, turn.TimeNanos);
                    Fill(in trade, trade.Maker, turn.TimeNanos);
                    break;
                case TradeStep change:
                    trades.Change(place, InstrumentOf(place), traded++, turn, change);
                    break;
                case MatchPrevented match:
                    trades.Prevent(place, prevented++, turn.TimeNanos, match);
                    break;
                case OrderStep order:
                    Step(place, turn, order);
                    break;
            }
        }

        if (turn.Command is CancelAllOrders all)
        {
            holds.RaiseFloor(place.Symbol, all.Account, all.Floor);
        }
        else if (turn.Command is AdjustOrders { Adjustment: { IsSplit: true } split })
        {
            Splits.Add(place.Symbol).Add(place.Sequence).Add(split.NewUnits).Add(split.OldUnits).Add(turn.TimeNanos);
            rows.SetSplit(place.Symbol, place.Sequence);
        }
    }

    private void Step(RecordOrigin place, BookTurn turn, OrderStep step)
    {
        var key = new OrderKey(step.Account, step.Number);
        switch (step)
        {
            case OrderOpened opened:
                Open(place, turn, opened, key);
                break;
            case OrderRefused refused:
                Reject(place, key, turn.OrderOf(refused), turn.Reason, turn.TimeNanos);
                break;
            case OrderEnded ended:
                End(key, ended.LeavesLots, ended.Reason, turn.TimeNanos);
                if (ended.Refusal != RejectReason.None)
                {
                    orders.AddTerm(key, HistoryWords.Refusal, (long)ended.Refusal);
                }

                break;
            case OrderTriggered { PriceTicks: var limit }:
                var triggered = orders.Change(key, turn.TimeNanos);
                triggered.PriceTicks = limit == 0 ? triggered.PriceTicks : limit;
                orders.AddTerm(key, HistoryWords.TriggeredAt, turn.TimeNanos);
                break;
            case OrderActivated activated:
                orders.Change(key, turn.TimeNanos).PriceTicks = activated.PriceTicks;
                orders.AddTerm(key, HistoryWords.ActivatedAt, turn.TimeNanos);
                break;
            case OrderChanged changed:
                Reduce(key, changed.ReducedLots, changed.Hold, turn.TimeNanos);
                Amend(turn, key);
                break;
            case OrderAdjusted adjusted:
                orders.Adjust(place, turn, adjusted, key);
                holds.Resize(key, adjusted.Hold);
                break;
            case HoldChanged held:
                holds.Resize(key, held.Hold);
                break;
        }
    }

    private void Open(RecordOrigin place, BookTurn turn, OrderOpened step, OrderKey key)
    {
        var order = turn.OrderOf(step);
        orders.Enter(key, place.Symbol, step.OrderId, order with { PriceTicks = step.PriceTicks }, turn.TimeNanos);
        if (OrderCombinations.IsTriggered(order.Type) && turn.StageOf(order) == OrderStage.Working)
        {
            orders.AddTerm(key, HistoryWords.TriggeredAt, turn.TimeNanos);
        }

        if (turn.Command is EnterOrderList list)
        {
            orders.EnterListed(key, order, list);
        }

        holds.Open(key, place.Symbol, InstrumentOf(place), step.Side, step.Hold, turn.TimeNanos);
    }

    /// <summary>Replaces the terms of the order that the command amends.</summary>
    private void Amend(BookTurn turn, OrderKey key)
    {
        if (turn.Command is AmendOpenOrder amend && key == new OrderKey(amend.Account, amend.Number))
        {
            orders.PutTerms(key, amend.Changes.Of(null));
            if (amend.Changes.WorstTicks is { } worst)
            {
                orders.Change(key, turn.TimeNanos).PriceTicks = worst;
            }
        }
    }

    private void Reject(RecordOrigin place, OrderKey key, SubmitOrder? order, RejectReason reason, long timeNanos)
    {
        orders.Enter(key, place.Symbol, RowBuffer.Null, order, timeNanos).End("rejected", reason.ToString(), timeNanos);
        holds.Release(key);
    }

    private void Fill(in MatchedTrade trade, in TradeSide side, long timeNanos)
    {
        var key = BookKeys.Of(in side);
        if (orders.Fill(key, in trade, in side, timeNanos))
        {
            holds.Resize(key, side.Hold);
        }
        else
        {
            holds.Release(key);
        }
    }

    private void Reduce(OrderKey key, long reducedLots, long hold, long timeNanos)
    {
        orders.Change(key, timeNanos).Resized -= reducedLots;
        holds.Resize(key, hold);
    }

    private void Close(ImmutableArray<ClosedOrder> closed, long timeNanos)
    {
        foreach (var order in closed)
        {
            End(BookKeys.Of(order), order.LeavesLots, order.Reason, timeNanos);
        }
    }

    private void End(OrderKey key, long leavesLots, EndReason reason, long timeNanos)
    {
        var change = orders.Change(key, timeNanos);
        change.Cancelled += leavesLots;
        change.End(reason, timeNanos);
        holds.Release(key);
    }

    private Instrument InstrumentOf(RecordOrigin place) => rows.Instrument(place.Symbol)
        ?? throw new InvalidDataException("an order before the instrument's definition");
}
