using System.Collections.Immutable;
using QuantumCore.Contracts;
using QuantumCore.Instruments;

namespace QuantumCore.Gateway.AccountUpdates;

/// <summary>
/// Orders and balances of an account as its listeners know them. Translates changes of the account into events.
/// </summary>
/// <param name="orders">Open orders.</param>
/// <param name="lists">Lists that are not done, with all their orders.</param>
/// <param name="balances">Balances.</param>
internal sealed class AccountEvents(
    IEnumerable<PastOrder> orders, IEnumerable<IEnumerable<PastOrder>> lists, ImmutableArray<AssetBalance> balances)
{
    private readonly Dictionary<long, PastOrder> _orders = orders.ToDictionary(order => order.Number);
    private readonly Dictionary<long, FollowedList> _lists =
        lists.ToDictionary(list => list.First().ListId!.Value, list => FollowedList.Of([.. list]));
    private readonly Dictionary<string, Int128> _traded = new(StringComparer.Ordinal);
    private readonly Dictionary<long, PreventedMatch> _prevented = [];
    private readonly List<AccountEvent> _events = [];
    private Dictionary<string, AssetBalance> _balances =
        balances.ToDictionary(balance => balance.Asset, StringComparer.Ordinal);
    private PastOrder? _replaced;
    private long _account;
    private int _reports;

    /// <summary>Returns the events of a change, in sequence: orders, then transfers, then balances.</summary>
    public IReadOnlyList<AccountEvent> Of(
        long account, AccountChange change, IReadOnlyDictionary<string, Instrument> listed)
    {
        _account = account;
        _events.Clear();
        _traded.Clear();
        foreach (var book in change.Records)
        {
            if (!listed.TryGetValue(book.Symbol, out var instrument))
                continue;
            foreach (var record in book.Records)
                Take(instrument, record.Sequence, record.Record);
        }

        TakeBalances(change.View.Balances);
        return [.. _events];
    }

    private void Take(Instrument instrument, long sequence, BookRecord record)
    {
        var book = new RecordPlace(instrument, sequence, record.TimeNanos);
        _reports = 0;
        switch (record)
        {
            case OrderAccepted accepted:
                Accept(book, accepted);
                break;
            case OrderVoided { Order: { } order } voided when voided.Account == _account:
                Reject(book, order, voided.Reason);
                break;
            case OrdersClosed closed:
                Close(book, closed.Orders);
                break;
            case AllClosed all:
                Close(book, all.Orders);
                break;
            case OrderReduced reduced when reduced.Account == _account:
                Change(
                    book, reduced.Number, order => order with { QuantityLots = reduced.TotalLots },
                    OrderHappening.Changed);
                break;
            case BookTurn turn:
                Turn(book, turn);
                break;
        }
    }

    private void Accept(RecordPlace book, OrderAccepted accepted)
    {
        var taker = accepted.Order;
        if (accepted.Replaced is { } replaced)
            Close(book, [replaced]);
        if (taker.Account == _account)
            Open(book, taker, accepted.OrderId);
        for (var i = 0; i < accepted.Fills.Length; i++)
        {
            var trade = accepted.TradeOf(accepted.Fills[i]);
            if (trade.Taker.Account == _account)
                Fill(book, i, in trade, trade.Taker, isMaker: false, leaves: null);
            if (trade.Maker.Account == _account)
                Fill(book, i, in trade, trade.Maker, isMaker: true, trade.Maker.LeavesLots);
        }

        if (accepted.LeavesLots == 0 && taker.Account == _account)
            End(book, taker.Number, accepted.End);
    }

    private void Turn(RecordPlace book, BookTurn turn)
    {
        var (trades, prevented) = (0, 0);
        _prevented.Clear();
        for (var at = 0; at < turn.Steps.Length; at++)
        {
            switch (turn.Steps[at])
            {
                case TradeMade { Trade: var trade }:
                    if (trade.Taker.Account == _account)
                        Fill(book, trades, in trade, trade.Taker, isMaker: false, Left(turn, at, trade.Taker));
                    if (trade.Maker.Account == _account)
                        Fill(book, trades, in trade, trade.Maker, isMaker: true, Left(turn, at, trade.Maker));
                    trades++;
                    break;
                case MatchPrevented match:
                    Prevent(
                        book,
                        PreventedMatch.Of(
                            book.Instrument.Symbol, new TradePlace(book.Sequence, prevented++), turn.TimeNanos, match,
                            _account));
                    break;
                case TradeReversed:
                    ChangeTrade(book, turn);
                    break;
                case OrderStep own when own.Account == _account:
                    Step(book, turn, own);
                    break;
            }
        }
    }

    /// <summary>
    /// Reports a changed trade. Its orders stay unchanged. No trade of these records explains the money, so the
    /// balances report it.
    /// </summary>
    private void ChangeTrade(RecordPlace book, BookTurn turn) => _events.AddRange(
        TradeChangedEvent.Of(_account, book, turn)
            .Select(own => own with { Ordinal = _reports++, Order = _orders.GetValueOrDefault(own.Number) }));

    /// <summary>
    /// Records a prevented match. The order's next event reports it: the order becomes smaller, or ends.
    /// </summary>
    private void Prevent(RecordPlace book, PreventedMatch match)
    {
        foreach (var own in (ReadOnlySpan<PreventedOrder>)[match.Taker, match.Maker])
        {
            if (own is not { IsOwn: true, Lots: { } lots } || !_orders.TryGetValue(own.Number, out var order))
                continue;
            _orders[own.Number] = order with
            {
                Prevented = PreventedQuantity.After(order.Prevented, match, lots),
                ChangedNanos = book.TimeNanos,
            };
            _prevented[own.Number] = match;
        }
    }

    private void Step(RecordPlace book, BookTurn turn, OrderStep step)
    {
        switch (step)
        {
            case OrderOpened opened when turn.OrderOf(_account, step.Number) is { } order:
                Open(
                    book, order with { PriceTicks = opened.PriceTicks }, opened.OrderId,
                    turn.Command as EnterOrderList, turn.StageOf(order));
                break;
            case OrderRefused when turn.OrderOf(_account, step.Number) is { } refused:
                Reject(book, refused, turn.Reason);
                break;
            case OrderEnded ended:
                End(book, step.Number, ended.Reason, ended.Refusal);
                break;
            case OrderTriggered triggered:
                Advance(book, step.Number, _ => OrderStage.Working, triggered.PriceTicks);
                break;
            case OrderActivated activated:
                UpdateList(book, step.Number);
                Advance(book, step.Number, OrderStages.WithoutParent, activated.PriceTicks);
                break;
            case OrderChanged changed:
                Change(book, turn, changed);
                break;
            case OrderAdjusted adjusted:
                var adjustment = ((AdjustOrders)turn.Command).Adjustment;
                Change(book, step.Number, order => order with
                {
                    PriceTicks = adjustment.PriceOf(order.Side, order.PriceTicks),
                    QuantityLots = order.QuantityLots + adjusted.AddedLots,
                    Conditions = EncodedConditions.From(
                        adjustment.Of(
                            order.Side, order.Conditions.Decode(), order.QuantityLots + adjusted.AddedLots)),
                }, OrderHappening.Adjusted);
                break;
        }
    }

    private void Change(RecordPlace book, BookTurn turn, OrderChanged step)
    {
        var amended = turn.Command is AmendOpenOrder amend && step.IsOf(amend.Account, amend.Number)
            ? amend.Changes
            : null;
        Change(
            book,
            step.Number,
            order => order with
            {
                QuantityLots = order.QuantityLots - step.ReducedLots,
                PriceTicks = amended?.WorstTicks ?? order.PriceTicks,
                Conditions = amended is null
                    ? order.Conditions
                    : EncodedConditions.From(amended.Of(order.Conditions.Decode())),
            },
            OrderHappening.Changed,
            step.LeavesLots == 0);
    }

    /// <summary>
    /// Returns the quantity left after a fill. For an order by amount, it is the amount held; 0 if that does not pay
    /// for another lot.
    /// </summary>
    private long Left(BookTurn turn, int at, in TradeSide side)
    {
        if (_orders.GetValueOrDefault(side.Number)?.Conditions.Decode()?.Amount is null)
            return side.LeavesLots;

        // Only its next trade as the taker, or its end, can follow.
        var number = side.Number;
        var next = turn.Steps.Skip(at + 1).FirstOrDefault(step => step switch
        {
            OrderEnded ended => ended.IsOf(_account, number),
            TradeMade made => made.Trade.Taker.IsOf(_account, number),
            _ => false,
        });
        return next is OrderEnded { Reason: EndReason.Amount } ? 0 : side.Hold;
    }

    private void Open(
        RecordPlace book, SubmitOrder order, long orderId, EnterOrderList? list = null,
        OrderStage stage = OrderStage.Working)
    {
        var opened = OrderViews.Of(book.Instrument.Symbol, order, orderId, book.TimeNanos) with
        {
            ListId = list?.Orders[0].Number,
            Stage = stage,
            Chain = _replaced is { } replaced && replaced.Number == order.ReplacesNumber
                ? ChainTotals.After(replaced)
                : null,
        };
        _orders[order.Number] = opened;
        Report(book, opened, OrderHappening.Opened);
        if (list is not null)
            OpenListed(book, opened, list);
    }

    /// <summary>Adds an order to its list; reports the list with its last order.</summary>
    private void OpenListed(RecordPlace book, PastOrder opened, EnterOrderList entered)
    {
        var id = opened.ListId!.Value;
        if (!_lists.TryGetValue(id, out var list))
            _lists.Add(id, list = new FollowedList(entered.Kind, ListNameOf(entered.Orders[0]), []));
        list.Members.Add((opened.OrderId, opened.ClientOrderId));
        if (list.Members.Count == entered.Orders.Length)
            _events.Add(new ListEvent(book, id, list, ListHappening.Started));
    }

    /// <summary>Reports a list's progress when the first of its children enters.</summary>
    private void UpdateList(RecordPlace book, long number)
    {
        if (_orders.GetValueOrDefault(number)?.ListId is { } id && _lists.TryGetValue(id, out var list)
            && _orders.Values.All(order => order.ListId != id || order.Stage == OrderStage.Pending))
        {
            _events.Add(new ListEvent(book, id, list, ListHappening.Updated));
        }
    }

    /// <summary>Removes an ended order from its list; the list is done with its last order.</summary>
    private void LeaveList(RecordPlace book, PastOrder ended)
    {
        if (ended.ListId is not { } id || !_lists.TryGetValue(id, out var list))
            return;

        if (_orders.Values.Any(order => order.ListId == id))
            return;

        _lists.Remove(id);
        _events.Add(new ListEvent(book, id, list, ListHappening.Done));
    }

    private static string ListNameOf(SubmitOrder first) => first.Conditions.Decode()?.ListName ?? first.ClientOrderId;

    private void Reject(RecordPlace book, SubmitOrder order, RejectReason reason) => Report(
        book,
        OrderViews.Of(book.Instrument.Symbol, order, 0, book.TimeNanos) with { Status = OrderStatus.Rejected },
        OrderHappening.Rejected,
        reject: reason);

    private void Fill(
        RecordPlace book, int index, in MatchedTrade trade, in TradeSide side, bool isMaker, long? leaves)
    {
        if (!_orders.TryGetValue(side.Number, out var order))
            return;

        var (priceTicks, lots) = (trade.PriceTicks, trade.QuantityLots);
        var filled = order.FilledLots + lots;
        order = order with
        {
            FilledLots = filled,
            FilledValue = (long)Int128.Min(order.FilledValue + ((Int128)priceTicks * lots), long.MaxValue),
            Status = (leaves ?? order.QuantityLots - filled) == 0 ? OrderStatus.Filled : OrderStatus.PartiallyFilled,
            ChangedNanos = book.TimeNanos,
            Stage = OrderStage.Working,
        };
        _orders[side.Number] = order;
        AddTraded(book.Instrument, order.Side, priceTicks, lots, side.Fee);
        Report(
            book, order, OrderHappening.Traded,
            new LastFill(new TradePlace(book.Sequence, index), priceTicks, lots, side.Fee, isMaker));
        if (order.Status == OrderStatus.Filled)
        {
            _orders.Remove(side.Number);
            LeaveList(book, order);
        }
    }

    private void AddTraded(Instrument instrument, Side side, long priceTicks, long lots, long fee)
    {
        var (sign, notional) = (side == Side.Buy ? 1 : -1, instrument.Notional(priceTicks, lots));
        _traded[instrument.Base.Name] = _traded.GetValueOrDefault(instrument.Base.Name)
            + (sign * (Int128)lots * instrument.LotUnits);
        _traded[instrument.Quote.Name] = _traded.GetValueOrDefault(instrument.Quote.Name) - (sign * notional) - fee;
    }

    private void Close(RecordPlace book, ImmutableArray<ClosedOrder> closed)
    {
        foreach (var order in closed)
        {
            if (order.Account == _account)
                End(book, order.Number, order.Reason);
        }
    }

    private void End(RecordPlace book, long number, EndReason reason, RejectReason refusal = RejectReason.None)
    {
        // A filled order is done already.
        if (!_orders.Remove(number, out var order))
            return;

        var ended = order with
        {
            Status = reason.Status(),
            End = reason,
            ChangedNanos = book.TimeNanos,
            Refusal = refusal,
        };
        _prevented.Remove(number, out var match);

        // The replacing order, which the same record opens next, continues with what this one has done.
        _replaced = reason == EndReason.Replaced ? ended : _replaced;
        Report(book, ended, OrderHappening.Ended, reject: refusal, match: match);
        LeaveList(book, ended);
    }

    private void Advance(RecordPlace book, long number, Func<OrderType, OrderStage> to, long limitTicks)
    {
        if (!_orders.TryGetValue(number, out var order))
            return;

        order = order with
        {
            Stage = to(order.Type),
            StageNanos = book.TimeNanos,
            PriceTicks = limitTicks == 0 ? order.PriceTicks : limitTicks,
            ChangedNanos = book.TimeNanos,
        };
        _orders[number] = order;
        Report(book, order, OrderHappening.Advanced);
    }

    private void Change(
        RecordPlace book, long number, Func<PastOrder, PastOrder> change, OrderHappening what, bool endsNext = false)
    {
        if (!_orders.TryGetValue(number, out var order))
            return;

        order = change(order) with { ChangedNanos = book.TimeNanos };
        _orders[number] = order;
        // If a prevented match leaves nothing of an order, it is reported once, with the order's end.
        if (!_prevented.TryGetValue(number, out var match))
            Report(book, order, what);
        else if (!endsNext && _prevented.Remove(number))
            Report(book, order, OrderHappening.Prevented, match: match);
    }

    private void Report(
        RecordPlace book,
        PastOrder order,
        OrderHappening what,
        LastFill? fill = null,
        RejectReason reject = RejectReason.None,
        PreventedMatch? match = null) =>
        _events.Add(new OrderEvent(book, _reports++, order, what, fill, reject, match));

    private void TakeBalances(ImmutableArray<AssetBalance> now)
    {
        var changed = now.Where(balance => _balances.GetValueOrDefault(balance.Asset) != balance).ToArray();
        foreach (var balance in changed)
        {
            // Changes that trades do not explain are transfers, or come from a changed trade.
            var delta = (Int128)balance.Total - _balances.GetValueOrDefault(balance.Asset).Total
                - _traded.GetValueOrDefault(balance.Asset);
            if (delta != 0)
                _events.Add(new TransferEvent(balance, delta));
        }

        _balances = now.ToDictionary(balance => balance.Asset, StringComparer.Ordinal);
        if (changed.Length > 0)
            _events.Add(new BalancesEvent(changed));
    }
}
