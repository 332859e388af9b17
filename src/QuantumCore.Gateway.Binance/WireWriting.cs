using System.Text.Json;
using QuantumCore.Contracts;
using QuantumCore.Instruments;

namespace QuantumCore.Gateway.Binance;

/// <summary>Writes numbers and times in Binance's format: decimals as texts, times in milliseconds.</summary>
internal static class WireWriting
{
    /// <summary>
    /// Minimum number of decimals. Some clients remove a level from their book only for the text "0.00000000".
    /// </summary>
    public const int LeastDecimals = 8;

    private const int IndexBits = 20;
    private const int LargestIndex = (1 << IndexBits) - 1;

    /// <summary>
    /// Returns a trade's number: numbers grow with time and are never reused, but they are not dense. A book's record
    /// may have a million trades.
    /// </summary>
    public static long TradeId(long sequence, int index) =>
        (sequence << IndexBits) | (uint)Math.Min(index, LargestIndex);

    /// <summary>Returns the place of a trade from its number.</summary>
    public static TradePlace Place(long tradeId) => new(tradeId >> IndexBits, (int)(tradeId & LargestIndex));

    /// <summary>
    /// Returns true if Binance's format shows the buyer as the maker, which it needs for every trade. This includes
    /// auction trades, which have no taker: so the volume bought by takers is the same in trades and in candles.
    /// </summary>
    public static bool IsBuyerMaker(PublicTrade trade) => trade.Aggressor != Side.Buy;

    public static long Millis(long nanos) => nanos / 1_000_000;

    /// <summary>Formats an amount, price or quantity, with at least the minimum number of decimals.</summary>
    public static string Text(Int128 value, int decimals)
    {
        var text = DecimalText.Format(value, decimals);
        return decimals == 0
            ? $"{text}.{new string('0', LeastDecimals)}"
            : text.PadRight(text.Length + Math.Max(LeastDecimals - decimals, 0), '0');
    }

    /// <summary>
    /// Returns the free part of a balance, which is never negative here. It would be negative for a debt, or while new
    /// units of a split are held before the account has its own part.
    /// </summary>
    public static string Free(AssetBalance balance) => Text(Math.Max(0, balance.Available), balance.Decimals);

    public static string PriceText(this Instrument instrument, long ticks) =>
        Text((Int128)ticks * instrument.TickSize, instrument.PriceDecimals);

    public static string LotsText(this Instrument instrument, Int128 lots) =>
        Text(lots * instrument.LotSize, instrument.QuantityDecimals);

    /// <summary>Formats ticks times lots in the quote asset.</summary>
    public static string Amount(this Instrument instrument, Int128 value) =>
        Text(value * instrument.TickLotValue, instrument.Quote.Decimals);

    /// <summary>Formats the mean price of trades, in the instrument's decimals, rounded down.</summary>
    public static string MeanPrice(this Instrument instrument, Int128 value, Int128 lots) =>
        lots == 0
            ? instrument.PriceText(0)
            : Text(Rounding.DivDown(value * instrument.TickSize, lots), instrument.PriceDecimals);

    public static void WriteMillis(this Utf8JsonWriter to, ReadOnlySpan<byte> name, long nanos) =>
        to.WriteNumber(name, Millis(nanos));

    public static void WritePriceText(
        this Utf8JsonWriter to, ReadOnlySpan<byte> name, Instrument instrument, long ticks) =>
        to.WriteString(name, instrument.PriceText(ticks));

    public static void WriteLots(this Utf8JsonWriter to, ReadOnlySpan<byte> name, Instrument instrument, Int128 lots) =>
        to.WriteString(name, instrument.LotsText(lots));

    public static void WriteLevels(
        this Utf8JsonWriter to, ReadOnlySpan<byte> name, Instrument instrument, IEnumerable<DepthLevel> levels)
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
