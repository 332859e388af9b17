using System.Globalization;
using QuantumCore.Contracts;
using QuantumCore.Gateway.AccountUpdates;
using QuantumCore.Gateway.Http;
using QuantumCore.Gateway.Orders;
using QuantumCore.Instruments;

namespace QuantumCore.Gateway.Fix;

/// <summary>Writes orders and rejections as FIX fields.</summary>
internal static class FixReports
{
    private const int MeanDecimals = 8;
    private const long MeanScale = 100_000_000;

    /// <summary>
    /// Returns the ExecID of an event: the same from every session, every time. A trade's is made of its own place, so
    /// that a later change can refer to it.
    /// </summary>
    public static string ExecId(OrderEvent told) => told.Fill is { } fill
        ? ExecId(told.Book, fill.Place, told.Order.Side)
        : ExecId(told.Book, told.Ordinal);

    /// <summary>Writes the execution report of an event.</summary>
    /// <param name="to">Writer.</param>
    /// <param name="account">Account of the order.</param>
    /// <param name="told">The event.</param>
    /// <param name="execType">ExecType (150).</param>
    /// <param name="name">Client's name for the order, or for the request that changed it.</param>
    /// <param name="before">Previous name of the order; null for none.</param>
    public static void WriteEvent(
        FixWriter to, long account, OrderEvent told, char execType, string name, string? before)
    {
        WriteOrder(to, account, told.Book.Instrument, told.Order, ExecId(told), execType, name, before);
        if (told.Fill is { } fill)
            WriteFill(to, told.Book.Instrument, fill);
        if (execType == 'D')
            to.Add(FixTag.ExecRestatementReason, RestatementReason(told.What));
        if (told.What == OrderHappening.Ended && WireNames.Of(told.Order.End) is { } reason)
            to.Add(FixTag.Text, told.Reject == RejectReason.None ? reason : $"{reason}: {Refusals.Title(told.Reject)}");
        else if (told.Match is not null)
            to.Add(FixTag.Text, "selfTrade");
        else if (told.What == OrderHappening.Advanced)
            to.Add(FixTag.Text, OrderCombinations.IsTriggered(told.Order.Type) && told.Order.Stage == OrderStage.Working
                ? "triggered"
                : "activated");
        if (told.What == OrderHappening.Rejected)
            to.Add(FixTag.OrdRejReason, OrderReason(told.Reject)).Add(FixTag.Text, Refusals.Title(told.Reject));
        to.Add(FixTag.TransactTime, Clock.At(told.Book.TimeNanos));
    }

    /// <summary>
    /// Writes the report of a busted trade with its former terms, or of a corrected trade with its new terms. The order
    /// is reported unchanged: a change of its trades does not affect it.
    /// </summary>
    /// <param name="to">Writer.</param>
    /// <param name="account">Account of the trade's side.</param>
    /// <param name="told">The event.</param>
    /// <param name="order">Current order of the side.</param>
    /// <param name="name">Client's name for the order.</param>
    public static void WriteTradeChanged(
        FixWriter to, long account, TradeChangedEvent told, PastOrder order, string name)
    {
        var (price, fee) = told.Now ?? told.Before;
        WriteOrder(
            to, account, told.Book.Instrument, order, ExecId(told.Book, told.Ordinal), told.Now is null ? 'H' : 'G',
            name, null);
        to.Add(FixTag.ExecRefID, ExecId(told.Book, told.Trade, told.Side));
        WriteFill(to, told.Book.Instrument, new LastFill(told.Trade, price, told.Lots, fee, told.IsMaker));
        to.Add(FixTag.TransactTime, Clock.At(told.Book.TimeNanos));
    }

    /// <summary>Writes the status of an order, in answer to a request.</summary>
    public static void WriteStatus(FixWriter to, long account, Instrument instrument, PastOrder order, string name)
    {
        WriteOrder(to, account, instrument, order, "0", 'I', name, null);
        if (WireNames.Of(order.End) is { } reason)
            to.Add(
                FixTag.Text,
                order.Refusal == RejectReason.None ? reason : $"{reason}: {Refusals.Title(order.Refusal)}");
        if (order.Status == OrderStatus.Rejected)
            to.Add(FixTag.OrdRejReason, OrderReason(order.Refusal)).Add(FixTag.Text, Refusals.Title(order.Refusal));
        to.Add(FixTag.TransactTime, Clock.At(order.ChangedNanos));
    }

    /// <summary>Writes the rejection of an order, or of a request for an unknown order.</summary>
    public static void WriteRefusal(FixWriter to, long account, FixMessage request, string execId, Refusal refusal)
    {
        to.Add(FixTag.ClOrdID, request[FixTag.ClOrdID] ?? "NONE");
        to.Add(FixTag.Account, new AccountId(account).ToString());
        WriteNoOrder(to, request, execId, request.Type == "H" ? 'I' : '8', refusal.Reason, Sentence(refusal));
        if (request.Type == "D")
            Echo(to, request);
        if (request.Type == "H" && request[FixTag.OrdStatusReqID] is { } id)
            to.Add(FixTag.OrdStatusReqID, id);
    }

    /// <summary>
    /// Repeats the requested values, as far as they can be read: some clients need them in every report.
    /// </summary>
    private static void Echo(FixWriter to, FixMessage request)
    {
        foreach (var tag in (ReadOnlySpan<int>)[FixTag.OrderQty, FixTag.CashOrderQty, FixTag.Price, FixTag.StopPx])
        {
            if (request[tag] is { } text && FixOrderReading.Number(text) is { } number)
                to.Add(tag, number);
        }

        foreach (var tag in (ReadOnlySpan<int>)[FixTag.OrdType, FixTag.TimeInForce])
        {
            if (request[tag] is [var letter] && char.IsAsciiLetterOrDigit(letter))
                to.Add(tag, letter);
        }
    }

    /// <summary>Writes the common fields of a report without an order.</summary>
    public static void WriteNoOrder(
        FixWriter to, FixMessage request, string execId, char execType, RejectReason reason, string text)
    {
        to.Add(FixTag.OrderID, "NONE");
        to.Add(FixTag.ExecID, execId);
        to.Add(FixTag.ExecType, execType);
        to.Add(FixTag.OrdStatus, '8');
        to.Add(FixTag.OrdRejReason, OrderReason(reason));
        to.Add(FixTag.Symbol, request[FixTag.Symbol] ?? "NONE");
        to.Add(FixTag.Side, request[FixTag.Side] ?? "1");
        to.Add(FixTag.LeavesQty, "0");
        to.Add(FixTag.CumQty, "0");
        to.Add(FixTag.AvgPx, "0");
        to.Add(FixTag.Text, text);
    }

    /// <summary>Writes the reject of a cancel or replacement.</summary>
    /// <param name="to">Writer.</param>
    /// <param name="request">Rejected request.</param>
    /// <param name="order">Its order; null if there is none.</param>
    /// <param name="refusal">Reason of the rejection.</param>
    public static void WriteCancelReject(FixWriter to, FixMessage request, PastOrder? order, Refusal refusal)
    {
        to.Add(FixTag.OrderID, order is { OrderId: > 0 }
            ? order.OrderId.ToString(CultureInfo.InvariantCulture)
            : request[FixTag.OrderID] ?? "NONE");
        to.Add(FixTag.ClOrdID, request[FixTag.ClOrdID] ?? "NONE");
        to.Add(FixTag.OrigClOrdID, request[FixTag.OrigClOrdID] ?? order?.ClientOrderId ?? "NONE");
        to.Add(FixTag.OrdStatus, order is null ? '8' : Status(order));
        to.Add(FixTag.CxlRejResponseTo, request.Type == "F" ? '1' : '2');
        to.Add(FixTag.CxlRejReason, CancelReason(refusal.Reason));
        // The cancelled or replaced order has another tag than the request.
        var names = refusal.Reason == RejectReason.UnknownOrder && refusal.Field == "clientOrderId"
            ? refusal with { Field = "OrigClOrdID (41)" }
            : refusal;
        to.Add(FixTag.Text, Sentence(names));
    }

    /// <summary>Formats a refusal as a sentence that names the field and the limit.</summary>
    public static string Sentence(Refusal refusal)
    {
        var title = Refusals.Title(refusal.Reason);
        var text = refusal.Detail is not { } detail
            ? title
            : refusal.Reason == RejectReason.BadRequest ? detail : $"{title} {detail}";
        // A detail need not end as a sentence, but here another one follows.
        if (text[^1] is not ('.' or '?'))
            text += ".";
        if (refusal.Field is { } field)
            text += $" Field: {string.Join(", ", field.Split(',').Select(FieldName))}.";
        return refusal.Limit is { } limit ? $"{text} Limit: {limit}." : text;
    }

    /// <summary>Returns OrdStatus (39) of an order.</summary>
    public static char Status(PastOrder order) => order.Status switch
    {
        OrderStatus.New => order.ChainFilledLots() > 0 ? '1' : '0',
        OrderStatus.PartiallyFilled => '1',
        OrderStatus.Filled => '2',
        OrderStatus.Cancelled => '4',
        OrderStatus.Rejected => '8',
        // An order by amount is filled when the rest of the amount does not pay for another lot.
        OrderStatus.Expired => order is { End: EndReason.Amount, FilledLots: > 0 } ? '2' : 'C',
    };

    private static string ExecId(RecordPlace book, int ordinal) =>
        string.Create(CultureInfo.InvariantCulture, $"{book.Instrument.Symbol}-{book.Sequence}-{ordinal}");

    // An account may have both sides. The letter separates it from other ids of a record, whatever characters a symbol
    // has.
    private static string ExecId(RecordPlace book, TradePlace trade, Side side) =>
        string.Create(
            CultureInfo.InvariantCulture,
            $"{book.Instrument.Symbol}-{trade.Sequence}-{trade.Index}-{(side == Side.Buy ? 'B' : 'S')}");

    private static void WriteOrder(
        FixWriter to, long account, Instrument instrument, PastOrder order, string execId, char execType, string name,
        string? before)
    {
        var isOpen = order.Status is OrderStatus.New or OrderStatus.PartiallyFilled;
        to.Add(FixTag.OrderID, order.OrderId == 0 ? "NONE" : order.OrderId.ToString(CultureInfo.InvariantCulture));
        to.Add(FixTag.ClOrdID, name);
        if (before is not null)
            to.Add(FixTag.OrigClOrdID, before);
        to.Add(FixTag.ExecID, execId);
        to.Add(FixTag.ExecType, execType);
        to.Add(FixTag.OrdStatus, Status(order));
        if (isOpen && (order.Stage != OrderStage.Working || OrderCombinations.IsTriggered(order.Type)))
            to.Add(FixTag.WorkingIndicator, order.Stage == OrderStage.Working ? 'Y' : 'N');
        to.Add(FixTag.Account, new AccountId(account).ToString());
        foreach (var (tag, text) in TermsOf(instrument, order))
            to.Add(tag, text);
        var isByAmount = order.Conditions.Decode()?.Amount is not null;
        to.Add(
            FixTag.LeavesQty,
            instrument.FormatQuantity(isOpen && !isByAmount ? order.QuantityLots - order.FilledLots : 0));
        to.Add(FixTag.CumQty, instrument.FormatQuantity(order.ChainFilledLots()));
        to.Add(FixTag.AvgPx, MeanPrice(instrument, order));
    }

    /// <summary>
    /// Returns an order's terms as its reports have them, tag by tag: as entered, with later changes.
    /// </summary>
    public static IEnumerable<(int Tag, string Text)> TermsOf(Instrument instrument, PastOrder order)
    {
        var terms = order.Conditions.Decode() ?? new OrderConditions();
        yield return (FixTag.Symbol, order.Symbol);
        yield return (FixTag.Side, order.Side == Side.Buy ? "1" : "2");
        if (terms.Amount is { } amount)
            yield return (FixTag.CashOrderQty,
                DecimalText.Format((Int128)amount * instrument.TickLotValue, instrument.Quote.Decimals));
        // An order by amount has no lots of its own: its quantity is what it has traded.
        yield return (FixTag.OrderQty,
            instrument.FormatQuantity(terms.Amount is null ? order.ChainLots() : order.FilledLots));
        yield return (FixTag.OrdType, TypeOf(order.Type).ToString());
        if (order.Type is OrderType.Limit or OrderType.StopLimit or OrderType.TakeProfitLimit or OrderType.Pegged
            or OrderType.TrailingStopLimit && order.PriceTicks > 0)
            yield return (FixTag.Price, instrument.FormatPrice(order.PriceTicks));
        if (terms.TriggerTicks is { } trigger)
            yield return (FixTag.StopPx, instrument.FormatPrice(trigger));
        yield return (FixTag.TimeInForce, TimeOf(order.TimeInForce).ToString());
        if (terms.ExpiryNanos is { } expiry)
            yield return (FixTag.ExpireTime, FixTime.Text(Clock.At(expiry)));
        if (Instructions(order, terms) is { Length: > 0 } instructions)
            yield return (FixTag.ExecInst, instructions);
        foreach (var offset in OffsetOf(instrument, order.Side == Side.Buy, terms))
            yield return offset;
        if (terms.MinimumLots is { } least)
            yield return (FixTag.MinQty, instrument.FormatQuantity(least));
        if (terms.DisplayLots is { } shown)
            yield return (FixTag.MaxFloor, instrument.FormatQuantity(shown));
        else if (terms.Hidden)
            yield return (FixTag.MaxFloor, "0");
    }

    /// <summary>
    /// Returns the offset tags, in FIX's sign. Away from the market is negative for a pegged buy, and positive for a
    /// trailing one.
    /// </summary>
    private static IEnumerable<(int Tag, string Text)> OffsetOf(
        Instrument instrument, bool isBuy, OrderConditions terms)
    {
        if (terms.PegOffsetTicks != 0)
        {
            yield return (FixTag.PegOffsetValue, (isBuy ? "-" : "") + instrument.FormatPrice(terms.PegOffsetTicks));
        }
        else if (terms.TrailTicks is { } distance)
        {
            yield return (FixTag.PegOffsetValue, (isBuy ? "" : "-") + instrument.FormatPrice(distance));
        }
        else if (terms.TrailBasisPoints is { } points)
        {
            yield return (FixTag.PegOffsetValue,
                string.Create(CultureInfo.InvariantCulture, $"{(isBuy ? "" : "-")}{points}"));
            yield return (FixTag.PegOffsetType, "1");
        }
    }

    private static string Instructions(PastOrder order, OrderConditions terms) => string.Join(' ', new[]
    {
        order.Type is OrderType.TrailingStop or OrderType.TrailingStopLimit ? "a" : null,
        terms.Peg switch { PegReference.Primary =>
            "R", PegReference.Midpoint => "M", PegReference.Market => "P", _ => null },
        order.PostOnly ? "6" : null,
    }.Concat(terms.Flags.Words().Select(word => word.Fix)).OfType<string>());

    private static void WriteFill(FixWriter to, Instrument instrument, LastFill fill)
    {
        to.Add(FixTag.LastQty, instrument.FormatQuantity(fill.Lots));
        to.Add(FixTag.LastPx, instrument.FormatPrice(fill.PriceTicks));
        to.Add(FixTag.Commission, DecimalText.Format(fill.Fee, instrument.Quote.Decimals));
        to.Add(FixTag.CommType, '3');
        to.Add(FixTag.CommCurrency, instrument.Quote.Name);
        to.Add(FixTag.LastLiquidityInd, fill.IsMaker ? '1' : '2');
        to.Add(
            FixTag.SecondaryExecID,
            string.Create(CultureInfo.InvariantCulture, $"{fill.Place.Sequence}-{fill.Place.Index}"));
    }

    /// <summary>Returns the mean price of the fills, rounded down, with eight decimals more than prices have.</summary>
    private static string MeanPrice(Instrument instrument, PastOrder order)
    {
        var (lots, value) = (order.ChainFilledLots(), (order.Chain?.FilledValue ?? 0) + order.FilledValue);
        return lots == 0 ? "0" : FixOrderReading.Number(DecimalText.Format(
            Rounding.DivDown(value * instrument.TickSize * MeanScale, lots), instrument.PriceDecimals + MeanDecimals))!;
    }

    public static char TypeOf(OrderType type) => type switch
    {
        OrderType.Market => '1',
        OrderType.Limit or OrderType.Leg => '2',
        OrderType.Stop => '3',
        OrderType.StopLimit or OrderType.TrailingStopLimit => '4',
        OrderType.TakeProfit or OrderType.TakeProfitLimit => 'J',
        OrderType.Pegged or OrderType.TrailingStop => 'P',
    };

    public static char TimeOf(TimeInForce time) => time switch
    {
        TimeInForce.Day => '0',
        TimeInForce.GoodTillCancel => '1',
        TimeInForce.AtTheOpening => '2',
        TimeInForce.ImmediateOrCancel => '3',
        TimeInForce.FillOrKill => '4',
        TimeInForce.GoodTillDate => '6',
        TimeInForce.AtTheClose => '7',
    };

    private static long RestatementReason(OrderHappening what) => what switch
    {
        OrderHappening.Adjusted => 0, // corporate action
        OrderHappening.Prevented => 5, // partial decline of OrderQty
        OrderHappening.Advanced => 8, // market event
        _ => 99,
    };

    private static long OrderReason(RejectReason reason) => reason switch
    {
        RejectReason.UnknownSymbol => 1,
        RejectReason.SymbolHalted or RejectReason.SymbolClosed or RejectReason.NotInThisPhase => 2,
        RejectReason.InsufficientFunds or RejectReason.ShortNotAllowed or RejectReason.InsufficientMargin
            or RejectReason.MaxQuantity
            or RejectReason.MaxNotional or RejectReason.PositionLimit or RejectReason.OpenOrderLimit
            or RejectReason.TooManyOrders or RejectReason.BookOrderLimit => 3,
        RejectReason.UnknownOrder => 5,
        RejectReason.KeyConflict or RejectReason.DuplicateOrder => 6,
        RejectReason.InvalidCombination => 11,
        RejectReason.InvalidQuantity => 13,
        _ => 99,
    };

    private static long CancelReason(RejectReason reason) => reason switch
    {
        RejectReason.OrderClosed => 0,
        RejectReason.UnknownOrder or RejectReason.NotOwner or RejectReason.UnknownSymbol => 1,
        RejectReason.KeyConflict => 6,
        _ => 99,
    };

    /// <summary>Returns the FIX name of an API member.</summary>
    private static string FieldName(string field) => field switch
    {
        "symbol" => "Symbol (55)",
        "clientOrderId" => "ClOrdID (11)",
        "side" => "Side (54)",
        "type" => "OrdType (40)",
        "timeInForce" => "TimeInForce (59)",
        "price" => "Price (44)",
        "quantity" => "OrderQty (38)",
        "quoteAmount" => "CashOrderQty (152)",
        "triggerPrice" => "StopPx (99)",
        "minQuantity" => "MinQty (110)",
        "displayQuantity" or "hidden" => "MaxFloor (111)",
        "peg" or "postOnly" => $"ExecInst (18, {field})",
        "pegOffset" or "trailingDistance" or "trailingBasisPoints" => "PegOffsetValue (211)",
        "goodTill" => "ExpireTime (126)",
        "selfTrade" => "SelfTradePreventionMode (25001)",
        _ => OrderFlagWords.All.Any(word => word.Json == field && word.Fix is not null)
            ? $"ExecInst (18, {field})"
            : field,
    };
}
