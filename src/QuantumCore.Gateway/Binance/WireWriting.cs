using System.Text.Json;
using QuantumCore.Contracts;
using QuantumCore.Instruments;

namespace QuantumCore.Gateway.Binance;

/// <summary>Numbers and times as this wire has them: decimals as texts, times in milliseconds.</summary>
internal static class WireWriting
{
    /// <summary>Decimals that numbers have at least. There are clients that take a level out of their book by the text "0.00000000" alone.</summary>
    public const int LeastDecimals = 8;

    private const int IndexBits = 20;
    private const int LargestIndex = (1 << IndexBits) - 1;

    /// <summary>
    /// A trade as one number: they grow with time and are never used twice, but they are not dense. A book's record may have
    /// a million trades.
    /// </summary>
    public static long TradeId(long sequence, int index) => (sequence << IndexBits) | (uint)Math.Min(index, LargestIndex);

    /// <summary>The place of a trade of this number.</summary>
    public static TradePlace Place(long tradeId) => new(tradeId >> IndexBits, (int)(tradeId & LargestIndex));

    /// <summary>
    /// Whether this wire calls the buyer the maker, which it has to say of every trade: of an auction's, too, where neither took, so that
    /// what is bought by takers adds up to the same in trades and in candles.
    /// </summary>
    public static bool IsBuyerMaker(PublicTrade trade) => trade.Aggressor != Side.Buy;

    public static long Millis(long nanos) => nanos / 1_000_000;

    /// <summary>An amount, price or quantity, with at least as many decimals as this wire has for all of them.</summary>
    public static string Text(Int128 value, int decimals)
    {
        var text = DecimalText.Format(value, decimals);
        return decimals == 0 ? $"{text}.{new string('0', LeastDecimals)}" : text.PadRight(text.Length + Math.Max(LeastDecimals - decimals, 0), '0');
    }

    /// <summary>
    /// Returns what is free of a balance, which is never less than nothing here: that is what an account owes, or what is held in new units
    /// of a split before it has its own part.
    /// </summary>
    public static string Free(AssetBalance balance) => Text(Math.Max(0, balance.Available), balance.Decimals);

    public static string PriceText(this Instrument instrument, long ticks) => Text((Int128)ticks * instrument.TickSize, instrument.PriceDecimals);

    public static string LotsText(this Instrument instrument, Int128 lots) => Text(lots * instrument.LotSize, instrument.QuantityDecimals);

    /// <summary>Ticks times lots in the quote asset.</summary>
    public static string Amount(this Instrument instrument, Int128 value) => Text(value * instrument.TickLotValue, instrument.Quote.Decimals);

    /// <summary>The mean price of what was traded, in the instrument's decimals, rounded down.</summary>
    public static string MeanPrice(this Instrument instrument, Int128 value, Int128 lots) =>
        lots == 0 ? instrument.PriceText(0) : Text(Rounding.DivDown(value * instrument.TickSize, lots), instrument.PriceDecimals);

    public static void WriteMillis(this Utf8JsonWriter to, ReadOnlySpan<byte> name, long nanos) => to.WriteNumber(name, Millis(nanos));

    public static void WritePriceText(this Utf8JsonWriter to, ReadOnlySpan<byte> name, Instrument instrument, long ticks) =>
        to.WriteString(name, instrument.PriceText(ticks));

    public static void WriteLots(this Utf8JsonWriter to, ReadOnlySpan<byte> name, Instrument instrument, Int128 lots) =>
        to.WriteString(name, instrument.LotsText(lots));

    public static void WriteLevels(this Utf8JsonWriter to, ReadOnlySpan<byte> name, Instrument instrument, IEnumerable<DepthLevel> levels)
    {
        to.WriteStartArray(name);
        foreach (var level in levels)
        {
            to.WriteStartArray();
            to.WriteStringValue(instrument.PriceText(level.PriceTicks));
            to.WriteStringValue(instrument.LotsText(level.QuantityLots));
            to.WriteEndArray();
        }

        to.WriteEndArray();
    }

    public static void WriteWords(this Utf8JsonWriter to, ReadOnlySpan<byte> name, params ReadOnlySpan<string> words)
    {
        to.WriteStartArray(name);
        foreach (var word in words)
            to.WriteStringValue(word);
        to.WriteEndArray();
    }
}
