using System.Text.Json;
using QuantumCore.Contracts;
using QuantumCore.Gateway.AccountUpdates;
using QuantumCore.Gateway.Http;
using QuantumCore.Instruments;

namespace QuantumCore.Gateway.Binance;

/// <summary>Writes account events as Binance user data messages.</summary>
internal static class WireAccountWriting
{
    /// <summary>Makes a listener of an account that offers a message for each event.</summary>
    public static Action<AccountNews> Listener(Action<ReadOnlyMemory<byte>> offer) => news =>
    {
        var nowMillis = news.At.ToUnixTimeMilliseconds();
        // Binance has no event for a changed trade: the balance update reports the money it moved.
        foreach (var told in news.Events.Where(told => told is not TradeChangedEvent))
            offer(MessageSocket.Bytes(to => Write(to, told, nowMillis)));
    };

    private static void Write(Utf8JsonWriter to, AccountEvent told, long nowMillis)
    {
        switch (told)
        {
            case OrderEvent order:
                WriteReport(to, order, nowMillis);
                break;
            case ListEvent list:
                WriteList(to, list, nowMillis);
                break;
            case TransferEvent transfer:
                WriteUpdate(to, transfer, nowMillis);
                break;
            case BalancesEvent balances:
                WritePosition(to, balances.Changed, nowMillis);
                break;
        }
    }

    private static string Execution(OrderEvent told) => told.What switch
    {
        // It is in the book now, and is reported like a new order.
        OrderHappening.Opened or OrderHappening.Advanced => "NEW",
        OrderHappening.Rejected => "REJECTED",
        OrderHappening.Traded => "TRADE",
        OrderHappening.Changed or OrderHappening.Adjusted => "REPLACED",
        OrderHappening.Prevented => "TRADE_PREVENTION",
        OrderHappening.Ended => told.Match is not null ? "TRADE_PREVENTION"
            : WireWords.Status(told.Order) == "CANCELED" ? "CANCELED" : "EXPIRED",
    };

    private static void WriteReport(Utf8JsonWriter to, OrderEvent told, long nowMillis)
    {
        var (book, _, order, _, fill, reject, match) = told;
        var instrument = book.Instrument;
        var execution = Execution(told);
        var terms = order.Conditions.Decode() ?? new OrderConditions();
        to.WriteStartObject();
        to.WriteString("e"u8, "executionReport"u8);
        to.WriteNumber("E"u8, nowMillis);
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
        to.WriteString("r"u8, WireWords.Of(reject));
        to.WriteNumber("i"u8, order.OrderId);
        to.WriteLots("l"u8, instrument, fill?.Lots ?? 0);
        to.WriteLots("z"u8, instrument, order.FilledLots);
        to.WritePriceText("L"u8, instrument, fill?.PriceTicks ?? 0);
        to.WriteString("n"u8, WireWriting.Text(fill?.Fee ?? 0, instrument.Quote.Decimals));
        to.WriteString("N"u8, fill is null ? null : instrument.Quote.Name);
        to.WriteMillis("T"u8, book.TimeNanos);
        to.WriteNumber("t"u8, fill is null ? -1 : WireWriting.TradeId(fill.Place.Sequence, fill.Place.Index));
        to.WriteNumber("I"u8, book.Sequence);
        to.WriteBoolean(
            "w"u8, order.Status is OrderStatus.New or OrderStatus.PartiallyFilled && order.Stage == OrderStage.Working);
        to.WriteBoolean("m"u8, fill is { IsMaker: true });
        to.WriteBoolean("M"u8, false);
        to.WriteMillis("O"u8, order.CreatedNanos);
        to.WriteString("Z"u8, instrument.Amount(order.FilledValue));
        to.WriteString("Y"u8, instrument.Amount(fill is null ? 0 : (Int128)fill.PriceTicks * fill.Lots));
        to.WriteString("Q"u8, instrument.Amount(terms.Amount ?? 0));
        if (order.Stage == OrderStage.Working && execution != "REJECTED")
            to.WriteMillis("W"u8, WireOrderWriting.WorksSince(order));
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

    private static void WriteList(Utf8JsonWriter to, ListEvent told, long nowMillis)
    {
        var symbol = told.Book.Instrument.Symbol;
        var (status, orderStatus) = told.What switch
        {
            ListHappening.Started => ("EXEC_STARTED", "EXECUTING"),
            ListHappening.Updated => ("UPDATED", "EXECUTING"),
            ListHappening.Done => ("ALL_DONE", "ALL_DONE"),
        };
        to.WriteStartObject();
        to.WriteString("e"u8, "listStatus"u8);
        to.WriteNumber("E"u8, nowMillis);
        to.WriteString("s"u8, symbol);
        to.WriteNumber("g"u8, told.Id);
        to.WriteString("c"u8, WireWords.Of(told.List.Kind));
        to.WriteString("l"u8, status);
        to.WriteString("L"u8, orderStatus);
        to.WriteString("r"u8, "NONE"u8);
        to.WriteString("C"u8, told.List.Name);
        to.WriteMillis("T"u8, told.Book.TimeNanos);
        to.WriteStartArray("O"u8);
        foreach (var (orderId, clientOrderId) in told.List.Members)
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

    private static void WriteUpdate(Utf8JsonWriter to, TransferEvent told, long nowMillis)
    {
        to.WriteStartObject();
        to.WriteString("e"u8, "balanceUpdate"u8);
        to.WriteNumber("E"u8, nowMillis);
        to.WriteString("a"u8, told.Balance.Asset);
        to.WriteString("d"u8, WireWriting.Text(told.Delta, told.Balance.Decimals));
        to.WriteNumber("T"u8, nowMillis);
        to.WriteEndObject();
    }

    private static void WritePosition(Utf8JsonWriter to, IReadOnlyList<AssetBalance> changed, long nowMillis)
    {
        to.WriteStartObject();
        to.WriteString("e"u8, "outboundAccountPosition"u8);
        to.WriteNumber("E"u8, nowMillis);
        to.WriteNumber("u"u8, nowMillis);
        to.WriteStartArray("B"u8);
        foreach (var balance in changed)
        {
            to.WriteStartObject();
            to.WriteString("a"u8, balance.Asset);
            to.WriteString("f"u8, WireWriting.Free(balance));
            to.WriteString("l"u8, WireWriting.Text(balance.Held, balance.Decimals));
            to.WriteEndObject();
        }

        to.WriteEndArray();
        to.WriteEndObject();
    }
}
