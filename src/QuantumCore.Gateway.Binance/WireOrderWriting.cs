using System.Collections.Immutable;
using System.Text.Json;
using QuantumCore.Contracts;
using QuantumCore.Gateway.AccountUpdates;
using QuantumCore.Instruments;

namespace QuantumCore.Gateway.Binance;

/// <summary>Writes orders in Binance's format.</summary>
internal static class WireOrderWriting
{
    private static readonly OrderConditions s_none = new();

    /// <summary>Writes the answer to a new order.</summary>
    public static void WriteNew(
        Utf8JsonWriter to, Instrument instrument, ExecutionReport report, WireResponse response, long listId = -1)
    {
        to.WriteStartObject();
        WriteNames(to, report.View(), listId);
        to.WriteMillis("transactTime"u8, report.TimeNanos);
        if (response >= WireResponse.Result)
        {
            WriteState(to, instrument, report.View());
            WriteWorkingTime(to, report.View());
        }

        if (response == WireResponse.Full)
            WriteFills(to, instrument, report.Fills);
        if (response >= WireResponse.Result && report.Prevented is { } prevented)
            WirePreventedWriting.WriteOfOrder(to, instrument, prevented.All);
        to.WriteEndObject();
    }

    /// <summary>Writes the answer to a cancel: the final state.</summary>
    /// <param name="to">Writer.</param>
    /// <param name="instrument">Instrument of the order.</param>
    /// <param name="order">The order.</param>
    /// <param name="cancelName">Client's name for the cancel.</param>
    public static void WriteCancelled(Utf8JsonWriter to, Instrument instrument, PastOrder order, string cancelName)
    {
        to.WriteStartObject();
        to.WriteString("symbol"u8, order.Symbol);
        to.WriteString("origClientOrderId"u8, order.ClientOrderId);
        to.WriteNumber("orderId"u8, order.OrderId);
        to.WriteNumber("orderListId"u8, order.ListId ?? -1);
        to.WriteString("clientOrderId"u8, cancelName);
        to.WriteMillis("transactTime"u8, order.ChangedNanos);
        WriteState(to, instrument, order);
        to.WriteEndObject();
    }

    /// <summary>Writes an order for a query.</summary>
    public static void WriteOrder(Utf8JsonWriter to, Instrument instrument, PastOrder order)
    {
        var terms = order.Conditions.Decode() ?? s_none;
        to.WriteStartObject();
        WriteNames(to, order, order.ListId ?? -1);
        WriteState(to, instrument, order);
        if (terms.TriggerTicks is null && terms.ActivationTicks is null)
            to.WriteString("stopPrice"u8, instrument.PriceText(0));
        if (terms.DisplayLots is null)
            to.WriteString("icebergQty"u8, instrument.LotsText(0));
        to.WriteMillis("time"u8, order.CreatedNanos);
        to.WriteMillis("updateTime"u8, order.ChangedNanos);
        to.WriteBoolean(
            "isWorking"u8,
            order.Status is OrderStatus.New or OrderStatus.PartiallyFilled or OrderStatus.Filled
                && order.Stage == OrderStage.Working);
        WriteWorkingTime(to, order);
        to.WriteEndObject();
    }

    /// <summary>Returns the time since which an order has been in the book, Unix nanoseconds.</summary>
    public static long WorksSince(PastOrder order) => order.StageNanos != 0 ? order.StageNanos : order.CreatedNanos;

    /// <summary>Writes that time in milliseconds; -1 while the order waits for its parent or its trigger.</summary>
    public static void WriteWorkingTime(Utf8JsonWriter to, PastOrder order)
    {
        if (order.Stage == OrderStage.Working)
            to.WriteMillis("workingTime"u8, WorksSince(order));
        else
            to.WriteNumber("workingTime"u8, -1);
    }

    /// <summary>Writes the terms and the state of an order.</summary>
    public static void WriteState(Utf8JsonWriter to, Instrument instrument, PastOrder order)
    {
        var terms = order.Conditions.Decode() ?? s_none;
        var total = terms.Amount is null ? order.OriginalLots() : order.FilledLots;
        to.WritePriceText("price"u8, instrument, OrderCombinations.IsMarket(order.Type) ? 0 : order.PriceTicks);
        to.WriteLots("origQty"u8, instrument, total);
        to.WriteLots("executedQty"u8, instrument, order.FilledLots);
        to.WriteString("origQuoteOrderQty"u8, instrument.Amount(terms.Amount ?? 0));
        to.WriteString("cummulativeQuoteQty"u8, instrument.Amount(order.FilledValue));
        to.WriteString("status"u8, WireWords.Status(order));
        to.WriteString("timeInForce"u8, WireWords.Of(order.TimeInForce, order.Type));
        to.WriteString("type"u8, WireWords.Of(order.Type, order.PostOnly, terms));
        to.WriteString("side"u8, WireWords.Of(order.Side));
        if ((terms.TriggerTicks ?? terms.ActivationTicks) is { } stop)
            to.WritePriceText("stopPrice"u8, instrument, stop);
        if (terms.TrailBasisPoints is { } trail)
            to.WriteNumber("trailingDelta"u8, trail);
        if (terms.DisplayLots is { } display)
            to.WriteLots("icebergQty"u8, instrument, display);
        to.WriteString("selfTradePreventionMode"u8, WireWords.Of(order.SelfTrade));
        if (order.Prevented is { } prevented)
        {
            to.WriteNumber("preventedMatchId"u8, WireWriting.TradeId(prevented.Last.Sequence, prevented.Last.Index));
            to.WriteLots("preventedQuantity"u8, instrument, prevented.Lots);
        }
    }

    /// <summary>Writes the terms and the state of an amended order, whose members have other names.</summary>
    public static void WriteAmended(Utf8JsonWriter to, Instrument instrument, PastOrder order)
    {
        to.WritePriceText("price"u8, instrument, OrderCombinations.IsMarket(order.Type) ? 0 : order.PriceTicks);
        to.WriteLots("qty"u8, instrument, order.OriginalLots());
        to.WriteLots("executedQty"u8, instrument, order.FilledLots);
        to.WriteLots("preventedQty"u8, instrument, order.Prevented?.Lots ?? 0);
        to.WriteString("quoteOrderQty"u8, instrument.Amount(0));
        to.WriteString("cumulativeQuoteQty"u8, instrument.Amount(order.FilledValue));
        to.WriteString("status"u8, WireWords.Status(order));
        to.WriteString("timeInForce"u8, WireWords.Of(order.TimeInForce, order.Type));
        to.WriteString("type"u8, WireWords.Of(order.Type, order.PostOnly, order.Conditions.Decode() ?? s_none));
        to.WriteString("side"u8, WireWords.Of(order.Side));
        to.WriteString("selfTradePreventionMode"u8, WireWords.Of(order.SelfTrade));
    }

    private static void WriteNames(Utf8JsonWriter to, PastOrder order, long listId)
    {
        to.WriteString("symbol"u8, order.Symbol);
        to.WriteNumber("orderId"u8, order.OrderId);
        to.WriteNumber("orderListId"u8, listId);
        to.WriteString("clientOrderId"u8, order.ClientOrderId);
    }

    private static void WriteFills(Utf8JsonWriter to, Instrument instrument, ImmutableArray<OrderFill> fills)
    {
        to.WriteStartArray("fills"u8);
        foreach (var fill in fills)
        {
            to.WriteStartObject();
            to.WritePriceText("price"u8, instrument, fill.PriceTicks);
            to.WriteLots("qty"u8, instrument, fill.QuantityLots);
            to.WriteString("commission"u8, WireWriting.Text(fill.Fee, instrument.Quote.Decimals));
            to.WriteString("commissionAsset"u8, instrument.Quote.Name);
            to.WriteNumber("tradeId"u8, WireWriting.TradeId(fill.Sequence, fill.Index));
            to.WriteEndObject();
        }

        to.WriteEndArray();
    }
}
