using System.Collections.Immutable;
using System.Text.Json;
using QuantumCore.Contracts;
using QuantumCore.Gateway.Streams;
using QuantumCore.Instruments;

namespace QuantumCore.Gateway.Binance;

/// <summary>An account's orders and balances as its listeners know them; what a change of the account means for them.</summary>
/// <param name="orders">Its open orders.</param>
/// <param name="lists">Its lists that are not done, whole.</param>
/// <param name="balances">Its balances.</param>
internal sealed class WireAccountEvents(
    IEnumerable<PastOrder> orders, IEnumerable<IEnumerable<PastOrder>> lists, ImmutableArray<AssetBalance> balances)
{
    private readonly Dictionary<long, PastOrder> _orders = orders.ToDictionary(order => order.Number);
    private readonly Dictionary<long, OrderList> _lists = lists.ToDictionary(list => list.First().ListId!.Value, list => OrderList.Of([.. list]));
    private readonly Dictionary<string, Int128> _traded = new(StringComparer.Ordinal);
    private readonly Dictionary<long, PreventedMatch> _prevented = [];
    private readonly List<ReadOnlyMemory<byte>> _messages = [];
    private Dictionary<string, AssetBalance> _balances = balances.ToDictionary(balance => balance.Asset, StringComparer.Ordinal);
    private long _account;
    private long _nowMillis;

    /// <summary>The events of a change, in sequence: what happened to orders, then what came in from outside, then the balances.</summary>
    public IReadOnlyList<ReadOnlyMemory<byte>> Of(
        long account, AccountChange change, IReadOnlyDictionary<string, Instrument> listed, long nowMillis)
    {
        (_account, _nowMillis) = (account, nowMillis);
        _messages.Clear();
        _traded.Clear();
        foreach (var book in change.Records)
        {
            if (!listed.TryGetValue(book.Symbol, out var instrument))
                continue;
            foreach (var record in book.Records)
                Take(instrument, record.Sequence, record.Record);
        }

        TakeBalances(change.View.Balances);
        return [.. _messages];
    }

    private void Take(Instrument instrument, long sequence, BookRecord record)
    {
        var book = new Place(instrument, sequence, record.TimeNanos);
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
                Change(book, reduced.Number, order => order with { QuantityLots = reduced.TotalLots });
                break;
            case BookTurn turn:
                Turn(book, turn);
                break;
        }
    }

    private void Accept(Place book, OrderAccepted accepted)
    {
        var taker = accepted.Order;
        if (accepted.Replaced is { } replaced)
            Close(book, [replaced]);
        if (taker.Account == _account)
            Open(book, taker, accepted.OrderId);
        for (var i = 0; i < accepted.Fills.Length; i++)
        {
            var fill = accepted.Fills[i];
            if (taker.Account == _account)
                Fill(book, i, taker.Number, fill.PriceTicks, fill.QuantityLots, fill.TakerFee, isMaker: false, leaves: null);
            if (fill.MakerAccount == _account)
                Fill(book, i, fill.MakerNumber, fill.PriceTicks, fill.QuantityLots, fill.MakerFee, isMaker: true, fill.MakerLeavesLots);
        }

        if (accepted.LeavesLots == 0 && taker.Account == _account)
            End(book, taker.Number, accepted.End);
    }

    private void Turn(Place book, BookTurn turn)
    {
        var (trades, prevented) = (0, 0);
        _prevented.Clear();
        for (var at = 0; at < turn.Steps.Length; at++)
        {
            var step = turn.Steps[at];
            if (step.Kind == StepKind.Fill)
            {
                if (step.Account == _account)
                    Fill(book, trades, step.Number, step.PriceTicks, step.QuantityLots, step.Fee, isMaker: false, Left(turn, at, step.Number, step.LeavesLots, step.Hold));
                if (step.MakerAccount == _account)
                    Fill(book, trades, step.MakerNumber, step.PriceTicks, step.QuantityLots, step.MakerFee, isMaker: true, Left(turn, at, step.MakerNumber, step.MakerLeavesLots, step.MakerHold));
                trades++;
            }
            else if (step.Kind == StepKind.Prevented)
            {
                Prevent(book, PreventedMatch.Of(book.Instrument.Symbol, new TradePlace(book.Sequence, prevented++), turn.TimeNanos, in step, _account));
            }
            else if (step.Account == _account)
            {
                Step(book, turn, step);
            }
        }
    }

    /// <summary>What own orders lose by it is told with what that does to them: they become smaller, or end.</summary>
    private void Prevent(Place book, PreventedMatch match)
    {
        foreach (var own in (ReadOnlySpan<PreventedOrder>)[match.Taker, match.Maker])
        {
            if (own is not { IsOwn: true, Lots: { } lots } || !_orders.TryGetValue(own.Number, out var order))
                continue;
            _orders[own.Number] = order with { Prevented = PreventedQuantity.After(order.Prevented, match, lots), ChangedNanos = book.TimeNanos };
            _prevented[own.Number] = match;
        }
    }

    private void Step(Place book, BookTurn turn, TurnStep step)
    {
        switch (step.Kind)
        {
            case StepKind.Opened when turn.Command.Orders.FirstOrDefault(order => order.Account == _account && order.Number == step.Number) is { } opened:
                Open(book, opened, step.OrderId, turn.Command);
                break;
            case StepKind.Voided when turn.Command.Orders.FirstOrDefault(order => order.Account == _account && order.Number == step.Number) is { } voided:
                Reject(book, voided, turn.Reason);
                break;
            case StepKind.Ended:
                End(book, step.Number, step.Reason);
                break;
            case StepKind.Changed:
                Change(book, step.Number, order => order with { QuantityLots = order.QuantityLots - step.QuantityLots }, step.LeavesLots == 0);
                break;
            case StepKind.Adjusted:
                var adjustment = turn.Command.Changes.AsAdjustment()!.Value;
                Change(book, step.Number, order => order with
                {
                    PriceTicks = step.PriceTicks,
                    QuantityLots = order.QuantityLots + step.QuantityLots,
                    Conditions = EncodedConditions.From(adjustment.Of(order.Side, order.Conditions.Decode(), order.QuantityLots + step.QuantityLots)),
                });
                break;
            case StepKind.Opened or StepKind.Voided or StepKind.Held or StepKind.Fill or StepKind.Prevented:
                break;
        }
    }

    /// <summary>What a fill leaves. Of an order by amount that is what is held for it; nothing where that pays for no lot more.</summary>
    private long Left(BookTurn turn, int at, long number, long leaves, long hold)
    {
        if (_orders.GetValueOrDefault(number)?.Conditions.Decode()?.Amount is null)
            return leaves;

        var next = turn.Steps.Skip(at + 1).FirstOrDefault(
            step => step.Account == _account && step.Number == number && step.Kind is StepKind.Fill or StepKind.Ended);
        return next is { Kind: StepKind.Ended, Reason: EndReason.Amount } ? 0 : hold;
    }

    private void Open(Place book, SubmitOrder order, long orderId, BookCommand? command = null)
    {
        var list = command is { Verb: BookVerb.EnterList } ? command : null;
        var opened = WireOrderWriting.View(book.Instrument.Symbol, order, orderId, book.TimeNanos) with { ListId = list?.Orders[0].Number };
        _orders[order.Number] = opened;
        Report(book, opened, "NEW");
        if (list is not null)
            OpenListed(book, opened, list);
    }

    /// <summary>A list is told of when its last order is.</summary>
    private void OpenListed(Place book, PastOrder opened, BookCommand command)
    {
        var id = opened.ListId!.Value;
        if (!_lists.TryGetValue(id, out var list))
            _lists.Add(id, list = new OrderList((OrderListKind)command.Value, ListNameOf(command.Orders[0]), []));
        list.Members.Add((opened.OrderId, opened.ClientOrderId));
        if (list.Members.Count == command.Orders.Length)
            _messages.Add(MessageSocket.Bytes(to => WriteList(to, book, id, list, "EXEC_STARTED", "EXECUTING")));
    }

    /// <summary>An order that ended may be the last of its list, or the first, after which the others work.</summary>
    private void LeaveList(Place book, PastOrder ended)
    {
        if (ended.ListId is not { } id || !_lists.TryGetValue(id, out var list))
            return;

        var isDone = !_orders.Values.Any(order => order.ListId == id);
        if (isDone)
            _lists.Remove(id);
        if (isDone)
            _messages.Add(MessageSocket.Bytes(to => WriteList(to, book, id, list, "ALL_DONE", "ALL_DONE")));
        else if (ended is { Status: OrderStatus.Filled } && ended.Number == id && list.Kind != OrderListKind.OneCancelsOther)
            _messages.Add(MessageSocket.Bytes(to => WriteList(to, book, id, list, "UPDATED", "EXECUTING")));
    }

    private static string ListNameOf(SubmitOrder first) => first.Conditions.Decode()?.ListName ?? first.ClientOrderId;

    private void WriteList(Utf8JsonWriter to, Place book, long id, OrderList list, string status, string orderStatus)
    {
        var symbol = book.Instrument.Symbol;
        to.WriteStartObject();
        to.WriteString("e"u8, "listStatus"u8);
        to.WriteNumber("E"u8, _nowMillis);
        to.WriteString("s"u8, symbol);
        to.WriteNumber("g"u8, id);
        to.WriteString("c"u8, WireWords.Of(list.Kind));
        to.WriteString("l"u8, status);
        to.WriteString("L"u8, orderStatus);
        to.WriteString("r"u8, "NONE"u8);
        to.WriteString("C"u8, list.Name);
        to.WriteMillis("T"u8, book.TimeNanos);
        to.WriteStartArray("O"u8);
        foreach (var (orderId, clientOrderId) in list.Members)
        {
            to.WriteStartObject();
            to.WriteString("s"u8, symbol);
            to.WriteNumber("i"u8, orderId);
            to.WriteString("c"u8, clientOrderId);
            to.WriteEndObject();
        }

        to.WriteEndArray();
        to.WriteEndObject();
    }

    private void Reject(Place book, SubmitOrder order, RejectReason reason) => Report(
        book,
        WireOrderWriting.View(book.Instrument.Symbol, order, 0, book.TimeNanos) with { Status = OrderStatus.Rejected },
        "REJECTED",
        reject: WireError.Of(new Refusal(reason)).Message);

    private void Fill(Place book, int index, long number, long priceTicks, long lots, long fee, bool isMaker, long? leaves)
    {
        if (!_orders.TryGetValue(number, out var order))
            return;

        var filled = order.FilledLots + lots;
        order = order with
        {
            FilledLots = filled,
            FilledValue = (long)Int128.Min(order.FilledValue + ((Int128)priceTicks * lots), long.MaxValue),
            Status = (leaves ?? order.QuantityLots - filled) == 0 ? OrderStatus.Filled : OrderStatus.PartiallyFilled,
            ChangedNanos = book.TimeNanos,
        };
        _orders[number] = order;
        AddTraded(book.Instrument, order.Side, priceTicks, lots, fee);
        Report(book, order, "TRADE", new LastFill(WireWriting.TradeId(book.Sequence, index), priceTicks, lots, fee, isMaker));
        if (order.Status == OrderStatus.Filled)
        {
            _orders.Remove(number);
            LeaveList(book, order);
        }
    }

    private void AddTraded(Instrument instrument, Side side, long priceTicks, long lots, long fee)
    {
        var (sign, notional) = (side == Side.Buy ? 1 : -1, instrument.Notional(priceTicks, lots));
        _traded[instrument.Base.Name] = _traded.GetValueOrDefault(instrument.Base.Name) + (sign * (Int128)lots * instrument.LotUnits);
        _traded[instrument.Quote.Name] = _traded.GetValueOrDefault(instrument.Quote.Name) - (sign * notional) - fee;
    }

    private void Close(Place book, ImmutableArray<ClosedOrder> closed)
    {
        foreach (var order in closed)
        {
            if (order.Account == _account)
                End(book, order.Number, order.Reason);
        }
    }

    private void End(Place book, long number, EndReason reason)
    {
        // One that was filled is done already.
        if (!_orders.Remove(number, out var order))
            return;

        var ended = order with { Status = reason.Status(), End = reason, ChangedNanos = book.TimeNanos };
        _prevented.Remove(number, out var match);
        Report(book, ended, match is not null ? "TRADE_PREVENTION" : reason.Status() == OrderStatus.Cancelled ? "CANCELED" : "EXPIRED", match: match);
        LeaveList(book, ended);
    }

    private void Change(Place book, long number, Func<PastOrder, PastOrder> change, bool endsNext = false)
    {
        if (!_orders.TryGetValue(number, out var order))
            return;

        order = change(order) with { ChangedNanos = book.TimeNanos };
        _orders[number] = order;
        // One that a prevented match leaves nothing of is told once, with its end.
        if (!_prevented.TryGetValue(number, out var match))
            Report(book, order, "REPLACED");
        else if (!endsNext && _prevented.Remove(number))
            Report(book, order, "TRADE_PREVENTION", match: match);
    }

    private void Report(
        Place book, PastOrder order, string execution, LastFill? fill = null, string reject = "NONE", PreventedMatch? match = null) =>
        _messages.Add(MessageSocket.Bytes(to => WriteReport(to, book, order, execution, fill, reject, match)));

    private void WriteReport(
        Utf8JsonWriter to, Place book, PastOrder order, string execution, LastFill? fill, string reject, PreventedMatch? match)
    {
        var instrument = book.Instrument;
        var terms = order.Conditions.Decode() ?? new OrderConditions();
        to.WriteStartObject();
        to.WriteString("e"u8, "executionReport"u8);
        to.WriteNumber("E"u8, _nowMillis);
        to.WriteString("s"u8, order.Symbol);
        to.WriteString("c"u8, order.ClientOrderId);
        to.WriteString("S"u8, WireWords.Of(order.Side));
        to.WriteString("o"u8, WireWords.Of(order.Type, order.PostOnly, terms));
        to.WriteString("f"u8, WireWords.Of(order.TimeInForce, order.Type));
        to.WriteLots("q"u8, instrument, terms.Amount is null ? order.OriginalLots() : order.FilledLots);
        to.WritePriceText("p"u8, instrument, OrderCombinations.IsMarket(order.Type) ? 0 : order.PriceTicks);
        to.WritePriceText("P"u8, instrument, terms.TriggerTicks ?? terms.ActivationTicks ?? 0);
        if (terms.TrailBasisPoints is { } trail)
            to.WriteNumber("d"u8, trail);
        to.WriteLots("F"u8, instrument, terms.DisplayLots ?? 0);
        to.WriteNumber("g"u8, order.ListId ?? -1);
        to.WriteString("C"u8, execution is "CANCELED" ? order.ClientOrderId : "");
        to.WriteString("x"u8, execution);
        to.WriteString("X"u8, WireWords.Status(order));
        to.WriteString("r"u8, reject);
        to.WriteNumber("i"u8, order.OrderId);
        to.WriteLots("l"u8, instrument, fill?.Lots ?? 0);
        to.WriteLots("z"u8, instrument, order.FilledLots);
        to.WritePriceText("L"u8, instrument, fill?.PriceTicks ?? 0);
        to.WriteString("n"u8, DecimalText.Format(fill?.Fee ?? 0, instrument.Quote.Decimals));
        to.WriteString("N"u8, fill is null ? null : instrument.Quote.Name);
        to.WriteMillis("T"u8, book.TimeNanos);
        to.WriteNumber("t"u8, fill?.TradeId ?? -1);
        to.WriteNumber("I"u8, book.Sequence);
        to.WriteBoolean("w"u8, order.Status is OrderStatus.New or OrderStatus.PartiallyFilled);
        to.WriteBoolean("m"u8, fill is { IsMaker: true });
        to.WriteBoolean("M"u8, false);
        to.WriteMillis("O"u8, order.CreatedNanos);
        to.WriteString("Z"u8, instrument.Amount(order.FilledValue));
        to.WriteString("Y"u8, instrument.Amount(fill is null ? 0 : (Int128)fill.PriceTicks * fill.Lots));
        to.WriteString("Q"u8, instrument.Amount(terms.Amount ?? 0));
        to.WriteMillis("W"u8, order.CreatedNanos);
        to.WriteString("V"u8, WireWords.Of(order.SelfTrade));
        if (order.Prevented is { } prevented)
        {
            to.WriteNumber("v"u8, WireWriting.TradeId(prevented.Last.Sequence, prevented.Last.Index));
            to.WriteLots("A"u8, instrument, prevented.Lots);
        }

        if (match?.Own(order.Number) is { } own)
            WirePreventedWriting.WriteReported(to, instrument, match, own);
        to.WriteEndObject();
    }

    private void TakeBalances(ImmutableArray<AssetBalance> now)
    {
        var changed = now.Where(balance => _balances.GetValueOrDefault(balance.Asset) != balance).ToArray();
        foreach (var balance in changed)
        {
            // What trades do not explain came in from outside.
            var delta = (Int128)balance.Total - _balances.GetValueOrDefault(balance.Asset).Total - _traded.GetValueOrDefault(balance.Asset);
            if (delta != 0)
                _messages.Add(MessageSocket.Bytes(to => WriteUpdate(to, balance, delta)));
        }

        _balances = now.ToDictionary(balance => balance.Asset, StringComparer.Ordinal);
        if (changed.Length > 0)
            _messages.Add(MessageSocket.Bytes(to => WritePosition(to, changed)));
    }

    private void WriteUpdate(Utf8JsonWriter to, AssetBalance balance, Int128 delta)
    {
        to.WriteStartObject();
        to.WriteString("e"u8, "balanceUpdate"u8);
        to.WriteNumber("E"u8, _nowMillis);
        to.WriteString("a"u8, balance.Asset);
        to.WriteString("d"u8, DecimalText.Format(delta, balance.Decimals));
        to.WriteNumber("T"u8, _nowMillis);
        to.WriteEndObject();
    }

    private void WritePosition(Utf8JsonWriter to, AssetBalance[] changed)
    {
        to.WriteStartObject();
        to.WriteString("e"u8, "outboundAccountPosition"u8);
        to.WriteNumber("E"u8, _nowMillis);
        to.WriteNumber("u"u8, _nowMillis);
        to.WriteStartArray("B"u8);
        foreach (var balance in changed)
        {
            to.WriteStartObject();
            to.WriteString("a"u8, balance.Asset);
            to.WriteString("f"u8, DecimalText.Format(balance.Available, balance.Decimals));
            to.WriteString("l"u8, DecimalText.Format(balance.Held, balance.Decimals));
            to.WriteEndObject();
        }

        to.WriteEndArray();
        to.WriteEndObject();
    }

    /// <summary>Where a record stands.</summary>
    private sealed record Place(Instrument Instrument, long Sequence, long TimeNanos);

    /// <summary>A list that is not done.</summary>
    private sealed record OrderList(OrderListKind Kind, string Name, List<(long OrderId, string ClientOrderId)> Members)
    {
        public static OrderList Of(ImmutableArray<PastOrder> orders) => new(
            orders[0].List!.Value,
            orders[0].ListName ?? orders[0].ClientOrderId,
            [.. orders.Select(order => (order.OrderId, order.ClientOrderId))]);
    }

    /// <summary>The fill that a report is of.</summary>
    private sealed record LastFill(long TradeId, long PriceTicks, long Lots, long Fee, bool IsMaker);
}
