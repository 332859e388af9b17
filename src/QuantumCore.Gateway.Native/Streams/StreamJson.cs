using System.Buffers;
using System.Text.Json;
using QuantumCore.Contracts;
using QuantumCore.Gateway.AccountUpdates;
using QuantumCore.Gateway.Http;
using QuantumCore.Gateway.Native.Json;
using QuantumCore.Gateway.Orders;
using QuantumCore.Instruments;

namespace QuantumCore.Gateway.Native.Streams;

/// <summary>Writes stream messages as bytes, and market data in whole ticks and lots.</summary>
internal static class StreamJson
{
    /// <summary>Largest integer that every JSON reader represents exactly.</summary>
    private const long LargestExact = (1L << 53) - 1;

    /// <summary>Returns the JSON that a callback writes, as bytes.</summary>
    /// <param name="write">Writes the JSON.</param>
    /// <param name="room">
    /// Expected length, in bytes. Growing a buffer from small to megabytes leaves as much garbage.
    /// </param>
    public static ReadOnlyMemory<byte> Bytes(Action<Utf8JsonWriter> write, int room = 512)
    {
        var buffer = new ArrayBufferWriter<byte>(room);
        using (var to = new Utf8JsonWriter(buffer))
            write(to);
        return buffer.WrittenMemory;
    }

    /// <summary>Makes an error message.</summary>
    public static ReadOnlyMemory<byte> Error(Refusal refusal) => Bytes(to =>
    {
        to.WriteStartObject();
        to.WriteString("type"u8, "error"u8);
        to.WriteString("code"u8, refusal.Reason.ToString());
        to.WriteString("field"u8, refusal.Field);
        to.WriteString("limit"u8, refusal.Limit);
        to.WriteString("detail"u8, refusal.Detail ?? Refusals.Title(refusal.Reason));
        to.WriteEndObject();
    });

    /// <summary>
    /// Message at the end of a channel: the session or key that opened the connection is no longer valid.
    /// </summary>
    public static ReadOnlyMemory<byte> Ended { get; } = Error(new Refusal(
        RejectReason.Unauthorized, "channel",
        Detail: "The session or key that this connection was opened with has ended: nothing more is told of its account."));

    /// <summary>Writes levels as pairs of ticks and lots.</summary>
    public static void WriteLevelsInTicks(
        this Utf8JsonWriter to, ReadOnlySpan<byte> name, IEnumerable<DepthLevel> levels)
    {
        to.WriteStartArray(name);
        foreach (var level in levels)
        {
            to.WriteStartArray();
            to.WriteWhole(level.PriceTicks);
            to.WriteWhole(level.QuantityLots);
            to.WriteEndArray();
        }

        to.WriteEndArray();
    }

    /// <summary>Writes a trade in ticks and lots.</summary>
    public static void WriteTradeInTicks(this Utf8JsonWriter to, PublicTrade trade)
    {
        to.WriteStartObject();
        to.WriteTradeId(trade.Sequence, trade.Index);
        to.WriteWhole("price"u8, trade.PriceTicks);
        to.WriteWhole("quantity"u8, trade.QuantityLots);
        to.WriteTakerSide(trade);
        to.WriteTimeNanos(trade.TimeNanos);
        to.WriteLeg(trade);
        to.WriteEndObject();
    }

    /// <summary>
    /// Writes the member <c>tradeChanges</c>: earlier trades that were busted or corrected. Writes nothing if there are
    /// none.
    /// </summary>
    public static void WriteTradeChanges(
        this Utf8JsonWriter to, IReadOnlyCollection<PublicTradeChange> changes, Instrument instrument, bool inTicks)
    {
        if (changes.Count == 0)
            return;

        to.WriteStartArray("tradeChanges"u8);
        foreach (var change in changes)
        {
            to.WriteStartObject();
            to.WriteTradeId(change.Trade.Sequence, change.Trade.Index);
            to.WriteString("state"u8, WireNames.OfPriceNow(change.PriceTicks));
            Price("tradedPrice"u8, change.Trade.PriceTicks);
            Price("priceBefore"u8, change.BeforeTicks);
            if (change.PriceTicks == 0)
                to.WriteNull("price"u8);
            else
                Price("price"u8, change.PriceTicks);
            Quantity("quantity"u8, change.Trade.QuantityLots);
            to.WriteTakerSide(change.Trade);
            to.WriteTimeNanos("tradedTimeNanos"u8, change.Trade.TimeNanos);
            to.WriteNumber("sequence"u8, change.Sequence);
            to.WriteTimeNanos(change.TimeNanos);
            to.WriteEndObject();
        }

        to.WriteEndArray();

        void Price(ReadOnlySpan<byte> name, long ticks) => to.WritePrice(name, instrument, ticks, inTicks);

        void Quantity(ReadOnlySpan<byte> name, long lots) => to.WriteQuantity(name, instrument, lots, inTicks);
    }

    /// <summary>Writes displayed orders, in the sequence in which they trade.</summary>
    public static void WriteOrders(
        this Utf8JsonWriter to, ReadOnlySpan<byte> name, IEnumerable<DisplayedOrder> orders, Instrument instrument,
        bool inTicks)
    {
        to.WriteStartArray(name);
        foreach (var order in orders)
        {
            to.WriteStartObject();
            to.WriteNumber("orderId"u8, order.OrderId);
            to.WritePrice("price"u8, instrument, order.PriceTicks, inTicks);
            to.WriteQuantity("quantity"u8, instrument, order.QuantityLots, inTicks);
            to.WriteEndObject();
        }

        to.WriteEndArray();
    }

    /// <summary>Writes a change of a displayed order, or a trade that belongs to none.</summary>
    public static void WriteOrderChange(
        this Utf8JsonWriter to, in DisplayedOrderChange change, Instrument instrument, bool inTicks)
    {
        to.WriteStartObject();
        to.WriteString("kind"u8, WireNames.Of(change.Kind));
        to.WriteString("side"u8, WireNames.Of(change.Side));
        if (change.Kind != OrderChangeKind.Printed)
            to.WriteNumber("orderId"u8, change.OrderId);
        to.WritePrice("price"u8, instrument, change.PriceTicks, inTicks);
        if (change.Kind != OrderChangeKind.Removed)
            to.WriteQuantity("quantity"u8, instrument, change.QuantityLots, inTicks);
        if (change.BeforeId != 0)
            to.WriteNumber("before"u8, change.BeforeId);
        if (change.Kind is OrderChangeKind.Executed or OrderChangeKind.Printed)
            to.WriteTradeId(change.Sequence, change.TradeIndex);
        to.WriteNumber("sequence"u8, change.Sequence);
        to.WriteTimeNanos(change.TimeNanos);
        to.WriteEndObject();
    }

    /// <summary>Writes the account's side of a changed trade, as a separate message.</summary>
    public static void WriteTradeChanged(this Utf8JsonWriter to, long account, TradeChangedEvent told)
    {
        var instrument = told.Book.Instrument;
        to.WriteStartObject();
        to.WriteString("type"u8, "tradeChanged"u8);
        to.WriteString("account"u8, new AccountId(account).ToString());
        to.WriteString("symbol"u8, instrument.Symbol);
        to.WriteTradeId(told.Trade.Sequence, told.Trade.Index);
        to.WriteNumber("orderId"u8, told.OrderId);
        to.WriteString("side"u8, WireNames.Of(told.Side));
        to.WriteString("state"u8, WireNames.Of(told.State));
        to.WritePrice("tradedPrice"u8, instrument, told.TradedTicks);
        if (told.Now is { } now)
            to.WritePrice("price"u8, instrument, now.PriceTicks);
        else
            to.WriteNull("price"u8);
        to.WriteQuantity("quantity"u8, instrument, told.Lots);
        to.WriteAmount("fee"u8, told.Now?.Fee ?? 0, instrument.Quote.Decimals);
        to.WriteNumber("sequence"u8, told.Book.Sequence);
        to.WriteTime(told.Book.TimeNanos);
        to.WriteEndObject();
    }

    private static void WritePrice(
        this Utf8JsonWriter to, ReadOnlySpan<byte> name, Instrument instrument, long ticks, bool inTicks)
    {
        if (inTicks)
            to.WriteWhole(name, ticks);
        else
            to.WritePrice(name, instrument, ticks);
    }

    private static void WriteQuantity(
        this Utf8JsonWriter to, ReadOnlySpan<byte> name, Instrument instrument, long lots, bool inTicks)
    {
        if (inTicks)
            to.WriteWhole(name, lots);
        else
            to.WriteQuantity(name, instrument, lots);
    }

    private static void WriteWhole(this Utf8JsonWriter to, ReadOnlySpan<byte> name, long number)
    {
        to.WritePropertyName(name);
        to.WriteWhole(number);
    }

    /// <summary>Writes a number, as text if a reader might round it.</summary>
    public static void WriteWhole(this Utf8JsonWriter to, long number)
    {
        if (number is >= -LargestExact and <= LargestExact)
            to.WriteNumberValue(number);
        else
            to.WriteStringValue(number.ToString(System.Globalization.CultureInfo.InvariantCulture));
    }
}
