using System.Collections.Immutable;
using System.Globalization;
using System.Text.Json;
using QuantumCore.Contracts;
using QuantumCore.Instruments;

namespace QuantumCore.Gateway.Wire;

/// <summary>Answers as JSON: decimals as strings with all their digits, times with their nanoseconds.</summary>
internal static class WireWriter
{
    private const long Billion = 1_000_000_000;

    /// <summary>By decimals: the format that pads with zeros up to one digit before the point.</summary>
    private static readonly ImmutableArray<string> s_padded =
        [.. Enumerable.Range(1, DecimalText.MaxDecimals + 1).Select(digits => $"D{digits}")];

    public static void WriteOrder(this Utf8JsonWriter to, ExecutionReport report, Instrument instrument)
    {
        to.WriteStartObject();
        to.WriteNumber("orderId"u8, report.OrderId);
        to.WriteString("clientOrderId"u8, report.ClientOrderId);
        to.WriteString("symbol"u8, report.Symbol);
        to.WriteString("account"u8, new AccountId(report.Account).ToString());
        to.WriteTerms(report.Side, report.Type, report.TimeInForce);
        to.WritePrice("price"u8, instrument, report.PriceTicks);
        to.WriteQuantity("quantity"u8, instrument, report.QuantityLots);
        to.WriteQuantity("filled"u8, instrument, report.FilledLots);
        to.WriteQuantity("remaining"u8, instrument, report.LeavesLots);
        to.WriteString("status"u8, WireNames.Of(report.Status));
        to.WriteString("endReason"u8, WireNames.Of(report.End));
        to.WriteNumber("sequence"u8, report.Sequence);
        to.WriteTime(report.TimeNanos);
        to.WriteStartArray("fills"u8);
        foreach (var fill in report.Fills)
        {
            to.WriteStartObject();
            to.WriteTradeId(fill.Sequence, fill.Index);
            to.WritePrice("price"u8, instrument, fill.PriceTicks);
            to.WriteQuantity("quantity"u8, instrument, fill.QuantityLots);
            to.WriteAmount("fee"u8, fill.Fee, instrument.Quote.Decimals);
            to.WriteString("liquidity"u8, fill.IsMaker ? "maker"u8 : "taker"u8);
            to.WriteEndObject();
        }

        to.WriteEndArray();
        to.WriteEndObject();
    }

    public static void WriteOpenOrder(
        this Utf8JsonWriter to, OpenOrder order, long account, long sequence, Instrument instrument)
    {
        var status = order.FilledLots == 0 ? OrderStatus.New : OrderStatus.PartiallyFilled;
        to.WriteOrder(
            new ExecutionReport(
                RejectReason.None,
                null,
                null,
                account,
                order.Number,
                order.ClientOrderId,
                order.Symbol,
                order.OrderId,
                status,
                EndReason.None,
                order.Side,
                order.Type,
                order.TimeInForce,
                order.PriceTicks,
                order.QuantityLots,
                order.FilledLots,
                order.QuantityLots - order.FilledLots,
                sequence,
                order.TimeNanos,
                []),
            instrument);
    }

    public static void WriteFill(this Utf8JsonWriter to, AccountFill fill, Instrument instrument)
    {
        to.WriteStartObject();
        to.WriteTradeId(fill.Fill.Sequence, fill.Fill.Index);
        to.WriteString("symbol"u8, fill.Symbol);
        to.WriteNumber("orderId"u8, fill.OrderId);
        to.WriteString("clientOrderId"u8, fill.ClientOrderId);
        to.WriteString("side"u8, WireNames.Of(fill.Side));
        to.WritePrice("price"u8, instrument, fill.Fill.PriceTicks);
        to.WriteQuantity("quantity"u8, instrument, fill.Fill.QuantityLots);
        to.WriteAmount("fee"u8, fill.Fill.Fee, instrument.Quote.Decimals);
        to.WriteString("liquidity"u8, fill.Fill.IsMaker ? "maker"u8 : "taker"u8);
        to.WriteTime(fill.TimeNanos);
        to.WriteEndObject();
    }

    public static void WriteTrade(this Utf8JsonWriter to, PublicTrade trade, Instrument instrument)
    {
        to.WriteStartObject();
        to.WriteTradeId(trade.Sequence, trade.Index);
        to.WritePrice("price"u8, instrument, trade.PriceTicks);
        to.WriteQuantity("quantity"u8, instrument, trade.QuantityLots);
        to.WriteString("takerSide"u8, WireNames.Of(trade.TakerSide));
        to.WriteTime(trade.TimeNanos);
        to.WriteEndObject();
    }

    public static void WriteLevels(
        this Utf8JsonWriter to, ReadOnlySpan<byte> name, IEnumerable<DepthLevel> levels, Instrument instrument)
    {
        to.WriteStartArray(name);
        foreach (var level in levels)
        {
            to.WriteStartArray();
            to.WriteDecimal((Int128)level.PriceTicks * instrument.TickSize, instrument.PriceDecimals);
            to.WriteDecimal((Int128)level.QuantityLots * instrument.LotSize, instrument.QuantityDecimals);
            to.WriteEndArray();
        }

        to.WriteEndArray();
    }

    public static void WriteInstrument(this Utf8JsonWriter to, Instrument instrument)
    {
        to.WriteStartObject();
        to.WriteString("symbol"u8, instrument.Symbol);
        to.WriteString("baseAsset"u8, instrument.Base.Name);
        to.WriteNumber("baseDecimals"u8, instrument.Base.Decimals);
        to.WriteString("quoteAsset"u8, instrument.Quote.Name);
        to.WriteNumber("quoteDecimals"u8, instrument.Quote.Decimals);
        to.WritePrice("tickSize"u8, instrument, 1);
        to.WriteQuantity("lotSize"u8, instrument, 1);
        to.WritePrice("minPrice"u8, instrument, instrument.MinPriceTicks);
        to.WritePrice("maxPrice"u8, instrument, instrument.MaxPriceTicks);
        to.WriteQuantity("minQuantity"u8, instrument, instrument.MinQuantityLots);
        to.WriteQuantity("maxQuantity"u8, instrument, instrument.MaxQuantityLots);
        to.WriteAmount("minNotional"u8, instrument.MinNotional, instrument.Quote.Decimals);
        to.WriteAmount("maxNotional"u8, instrument.MaxNotional, instrument.Quote.Decimals);
        to.WriteNumber("makerFeePpm"u8, instrument.MakerFeePpm);
        to.WriteNumber("takerFeePpm"u8, instrument.TakerFeePpm);
        to.WritePrice("referencePrice"u8, instrument, instrument.ReferencePriceTicks);
        to.WriteNumber("protectionPpm"u8, instrument.ProtectionPpm);
        to.WriteNumber("maxLevels"u8, instrument.MaxLevels);
        to.WriteEndObject();
    }

    public static void WritePrice(
        this Utf8JsonWriter to, ReadOnlySpan<byte> name, Instrument instrument, long ticks)
    {
        to.WritePropertyName(name);
        to.WriteDecimal((Int128)ticks * instrument.TickSize, instrument.PriceDecimals);
    }

    public static void WriteQuantity(
        this Utf8JsonWriter to, ReadOnlySpan<byte> name, Instrument instrument, long lots)
    {
        to.WritePropertyName(name);
        to.WriteDecimal((Int128)lots * instrument.LotSize, instrument.QuantityDecimals);
    }

    public static void WriteAmount(this Utf8JsonWriter to, ReadOnlySpan<byte> name, long minorUnits, int decimals)
    {
        to.WritePropertyName(name);
        to.WriteDecimal(minorUnits, decimals);
    }

    /// <summary>Time as <c>2026-01-01T00:00:00.000000001Z</c> and, beside it, as Unix nanoseconds.</summary>
    public static void WriteTime(this Utf8JsonWriter to, long nanos)
    {
        Span<char> text = stackalloc char[32];
        var seconds = DateTimeOffset.FromUnixTimeSeconds(nanos / Billion);
        _ = text.TryWrite(
            CultureInfo.InvariantCulture, $"{seconds:yyyy-MM-ddTHH:mm:ss}.{nanos % Billion:D9}Z", out var length);
        to.WriteString("time"u8, text[..length]);
        to.WriteTimeNanos(nanos);
    }

    public static void WriteTimeNanos(this Utf8JsonWriter to, long nanos)
    {
        Span<byte> digits = stackalloc byte[20];
        _ = nanos.TryFormat(digits, out var length, default, CultureInfo.InvariantCulture);
        to.WriteString("timeNanos"u8, digits[..length]);
    }

    private static void WriteTerms(this Utf8JsonWriter to, Side side, OrderType type, TimeInForce timeInForce)
    {
        to.WriteString("side"u8, WireNames.Of(side));
        to.WriteString("type"u8, WireNames.Of(type));
        to.WriteString("timeInForce"u8, WireNames.Of(timeInForce));
    }

    private static void WriteTradeId(this Utf8JsonWriter to, long sequence, int index)
    {
        Span<char> text = stackalloc char[32];
        _ = text.TryWrite(CultureInfo.InvariantCulture, $"{sequence}-{index}", out var length);
        to.WriteString("tradeId"u8, text[..length]);
    }

    /// <summary>A scaled integer as a decimal string, without a string in between where 64 bits hold it.</summary>
    private static void WriteDecimal(this Utf8JsonWriter to, Int128 units, int decimals)
    {
        Span<byte> text = stackalloc byte[24];
        Int128 largest = long.MaxValue;
        if (units < 0 || units > largest ||
            !((long)units).TryFormat(text, out var length, s_padded[decimals], CultureInfo.InvariantCulture))
        {
            to.WriteStringValue(DecimalText.Format(units, decimals));
            return;
        }

        if (decimals > 0)
        {
            text[(length - decimals)..length].CopyTo(text[(length - decimals + 1)..]);
            text[length - decimals] = (byte)'.';
            length++;
        }

        to.WriteStringValue(text[..length]);
    }
}
