using System.Buffers;
using System.Text.Json;
using QuantumCore.Contracts;
using QuantumCore.Gateway.MarketFeeds;
using QuantumCore.Gateway.Native.Json;
using QuantumCore.Instruments;

namespace QuantumCore.Gateway.Native.Streams;

/// <summary>Messages of the book channel.</summary>
internal sealed class BookMessages : IBookMessages
{
    /// <inheritdoc/>
    public ReadOnlyMemory<byte> Snapshot(Instrument instrument, PriceBook book)
    {
        var buffer = new ArrayBufferWriter<byte>(4096);
        using (var to = new Utf8JsonWriter(buffer))
        {
            to.WriteStartObject();
            to.WriteString("type"u8, "snapshot"u8);
            to.WriteString("symbol"u8, instrument.Symbol);
            to.WriteNumber("sequence"u8, book.Sequence);
            to.WriteTimeNanos(book.TimeNanos);
            to.WriteLevels("bids"u8, book.Bids, instrument);
            to.WriteLevels("asks"u8, book.Asks, instrument);
            to.WriteEndObject();
        }

        return buffer.WrittenMemory;
    }

    /// <inheritdoc/>
    public ReadOnlyMemory<byte> Update(Instrument instrument, MarketUpdate update)
    {
        var buffer = new ArrayBufferWriter<byte>(512);
        using (var to = new Utf8JsonWriter(buffer))
        {
            to.WriteStartObject();
            to.WriteString("type"u8, "update"u8);
            to.WriteString("symbol"u8, instrument.Symbol);
            to.WriteNumber("previousSequence"u8, update.PreviousSequence);
            to.WriteNumber("sequence"u8, update.Sequence);
            to.WriteTimeNanos(update.TimeNanos);
            to.WriteLevels("bids"u8, update.Bids, instrument);
            to.WriteLevels("asks"u8, update.Asks, instrument);
            to.WriteStartArray("trades"u8);
            foreach (var trade in update.Trades)
                to.WriteTrade(trade, instrument);
            to.WriteEndArray();
            to.WriteTradeChanges(update.TradeChanges, instrument, inTicks: false);
            to.WriteEndObject();
        }

        return buffer.WrittenMemory;
    }
}
