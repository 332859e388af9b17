using System.Collections.Immutable;
using System.Text;
using System.Text.Json;
using QuantumCore.Contracts;
using QuantumCore.Gateway.MarketFeeds;
using QuantumCore.Instruments;

namespace QuantumCore.Gateway.Binance;

/// <summary>
/// Aggregate trade: consecutive trades of one order at one price in a book's record. An order that the first one
/// triggered may trade at the same price on the other side.
/// </summary>
internal sealed record AggregateTrade(PublicTrade First, PublicTrade Last, long Lots)
{
    /// <summary>Id of its first trade.</summary>
    public long Id => WireWriting.TradeId(First.Sequence, First.Index);

    public static ImmutableArray<AggregateTrade> Of(IEnumerable<PublicTrade> trades)
    {
        var aggregates = ImmutableArray.CreateBuilder<AggregateTrade>();
        foreach (var trade in trades)
        {
            if (aggregates is [.., var last]
                && (last.Last.Sequence, last.Last.PriceTicks,
                    last.Last.Aggressor) == (trade.Sequence, trade.PriceTicks, trade.Aggressor))
            {
                aggregates[^1] = last with { Last = trade, Lots = last.Lots + trade.QuantityLots };
            }
            else
            {
                aggregates.Add(new AggregateTrade(trade, trade, trade.QuantityLots));
            }
        }

        return aggregates.ToImmutable();
    }
}

/// <summary>Writes stream messages.</summary>
internal static class WireStreamWriting
{
    public static void Trade(Utf8JsonWriter to, Instrument instrument, long nowMillis, PublicTrade trade)
    {
        Start(to, "trade"u8, instrument, nowMillis);
        to.WriteNumber("t"u8, WireWriting.TradeId(trade.Sequence, trade.Index));
        to.WritePriceText("p"u8, instrument, trade.PriceTicks);
        to.WriteLots("q"u8, instrument, trade.QuantityLots);
        to.WriteMillis("T"u8, trade.TimeNanos);
        to.WriteBoolean("m"u8, WireWriting.IsBuyerMaker(trade));
        to.WriteBoolean("M"u8, true);
        to.WriteEndObject();
    }

    public static void Aggregate(Utf8JsonWriter to, Instrument instrument, long nowMillis, AggregateTrade trade)
    {
        Start(to, "aggTrade"u8, instrument, nowMillis);
        AggregateMembers(to, instrument, trade);
        to.WriteEndObject();
    }

    /// <summary>Writes the members of an aggregate trade, the same as in answers.</summary>
    public static void AggregateMembers(Utf8JsonWriter to, Instrument instrument, AggregateTrade trade)
    {
        to.WriteNumber("a"u8, trade.Id);
        to.WritePriceText("p"u8, instrument, trade.First.PriceTicks);
        to.WriteLots("q"u8, instrument, trade.Lots);
        to.WriteNumber("f"u8, trade.Id);
        to.WriteNumber("l"u8, WireWriting.TradeId(trade.Last.Sequence, trade.Last.Index));
        to.WriteMillis("T"u8, trade.First.TimeNanos);
        to.WriteBoolean("m"u8, WireWriting.IsBuyerMaker(trade.First));
        to.WriteBoolean("M"u8, true);
    }

    public static void BookTicker(
        Utf8JsonWriter to, Instrument instrument, long sequence, (DepthLevel Bid, DepthLevel Ask) best)
    {
        to.WriteStartObject();
        to.WriteNumber("u"u8, sequence);
        to.WriteString("s"u8, instrument.Symbol);
        Best(to, instrument, best);
        to.WriteEndObject();
    }

    /// <summary>
    /// Writes the levels changed since the previous event, with their current quantities: 0 for a removed one.
    /// </summary>
    public static void Depth(
        Utf8JsonWriter to, Instrument instrument, long nowMillis, long first, PriceBook book,
        ImmutableArray<(Side Side, long PriceTicks)> changes)
    {
        Start(to, "depthUpdate"u8, instrument, nowMillis);
        to.WriteNumber("U"u8, first);
        to.WriteNumber("u"u8, book.Sequence);
        IEnumerable<DepthLevel> Of(Side side) => changes
            .Where(change => change.Side == side)
            .Select(change => new DepthLevel(change.PriceTicks, book.Lots(side, change.PriceTicks), 0));
        to.WriteLevels("b"u8, instrument, Of(Side.Buy).OrderByDescending(level => level.PriceTicks));
        to.WriteLevels("a"u8, instrument, Of(Side.Sell).OrderBy(level => level.PriceTicks));
        to.WriteEndObject();
    }

    public static void Levels(Utf8JsonWriter to, Instrument instrument, PriceBook book, int levels)
    {
        to.WriteStartObject();
        to.WriteNumber("lastUpdateId"u8, book.Sequence);
        to.WriteLevels("bids"u8, instrument, book.Bids.Take(levels));
        to.WriteLevels("asks"u8, instrument, book.Asks.Take(levels));
        to.WriteEndObject();
    }

    public static void Candle(
        Utf8JsonWriter to, Instrument instrument, long nowMillis, WireStreamName stream, Candle candle, bool isClosed)
    {
        Start(to, "kline"u8, instrument, nowMillis);
        to.WriteStartObject("k"u8);
        to.WriteMillis("t"u8, candle.StartNanos);
        to.WriteNumber("T"u8, WireWriting.Millis(candle.EndNanos) - 1);
        to.WriteString("s"u8, instrument.Symbol);
        to.WriteString("i"u8, stream.Name[(stream.Name.IndexOf('_', StringComparison.Ordinal) + 1)..]);
        to.WriteNumber("f"u8, candle.Trades == 0 ? -1 : WireWriting.TradeId(candle.First.Sequence, candle.First.Index));
        to.WriteNumber("L"u8, candle.Trades == 0 ? -1 : WireWriting.TradeId(candle.Last.Sequence, candle.Last.Index));
        to.WritePriceText("o"u8, instrument, candle.OpenTicks);
        to.WritePriceText("c"u8, instrument, candle.CloseTicks);
        to.WritePriceText("h"u8, instrument, candle.HighTicks);
        to.WritePriceText("l"u8, instrument, candle.LowTicks);
        to.WriteLots("v"u8, instrument, candle.Lots);
        to.WriteNumber("n"u8, candle.Trades);
        to.WriteBoolean("x"u8, isClosed);
        to.WriteString("q"u8, instrument.Amount(candle.Value));
        to.WriteLots("V"u8, instrument, candle.BoughtLots);
        to.WriteString("Q"u8, instrument.Amount(candle.BoughtValue));
        to.WriteString("B"u8, "0"u8);
        to.WriteEndObject();
        to.WriteEndObject();
    }

    public static void MiniTicker(Utf8JsonWriter to, Instrument instrument, long nowMillis, Candle day)
    {
        Start(to, "24hrMiniTicker"u8, instrument, nowMillis);
        Prices(to, instrument, day);
        to.WriteEndObject();
    }

    public static void Ticker(Utf8JsonWriter to, Instrument instrument, long nowMillis, DayTicker ticker)
    {
        var day = ticker.Day;
        Start(to, "24hrTicker"u8, instrument, nowMillis);
        to.WritePriceText("p"u8, instrument, day.CloseTicks - day.OpenTicks);
        to.WriteString("P"u8, WireTickers.PercentText(day.CloseTicks - day.OpenTicks, day.OpenTicks));
        to.WriteString("w"u8, instrument.MeanPrice(day.Value, day.Lots));
        to.WritePriceText("x"u8, instrument, ticker.PreviousCloseTicks);
        to.WriteLots("Q"u8, instrument, ticker.LastLots);
        var book = ticker.Book;
        Best(to, instrument, (book?.Bids.FirstOrDefault() ?? default, book?.Asks.FirstOrDefault() ?? default));
        Prices(to, instrument, day);
        Range(to, day);
        to.WriteEndObject();
    }

    /// <summary>Writes the ticker of a window up to now, only with its own members: no previous day, no book.</summary>
    public static void WindowTicker(
        Utf8JsonWriter to, Instrument instrument, long nowMillis, string window, Candle candle)
    {
        Start(to, Encoding.ASCII.GetBytes($"{window}Ticker"), instrument, nowMillis);
        to.WritePriceText("p"u8, instrument, candle.CloseTicks - candle.OpenTicks);
        to.WriteString("P"u8, WireTickers.PercentText(candle.CloseTicks - candle.OpenTicks, candle.OpenTicks));
        to.WriteString("w"u8, instrument.MeanPrice(candle.Value, candle.Lots));
        Prices(to, instrument, candle);
        Range(to, candle);
        to.WriteEndObject();
    }

    public static void AveragePrice(
        Utf8JsonWriter to, Instrument instrument, long nowMillis, string price, long tradedNanos)
    {
        Start(to, "avgPrice"u8, instrument, nowMillis);
        to.WriteString("i"u8, $"{WireTickers.AverageMinutes}m");
        to.WriteString("w"u8, price);
        to.WriteMillis("T"u8, tradedNanos);
        to.WriteEndObject();
    }

    private static void Range(Utf8JsonWriter to, Candle candle)
    {
        to.WriteMillis("O"u8, candle.StartNanos);
        to.WriteMillis("C"u8, candle.EndNanos);
        to.WriteNumber("F"u8, candle.Trades == 0 ? -1 : WireWriting.TradeId(candle.First.Sequence, candle.First.Index));
        to.WriteNumber("L"u8, candle.Trades == 0 ? -1 : WireWriting.TradeId(candle.Last.Sequence, candle.Last.Index));
        to.WriteNumber("n"u8, candle.Trades);
    }

    private static void Start(Utf8JsonWriter to, ReadOnlySpan<byte> kind, Instrument instrument, long nowMillis)
    {
        to.WriteStartObject();
        to.WriteString("e"u8, kind);
        to.WriteNumber("E"u8, nowMillis);
        to.WriteString("s"u8, instrument.Symbol);
    }

    private static void Prices(Utf8JsonWriter to, Instrument instrument, Candle day)
    {
        to.WritePriceText("c"u8, instrument, day.CloseTicks);
        to.WritePriceText("o"u8, instrument, day.OpenTicks);
        to.WritePriceText("h"u8, instrument, day.HighTicks);
        to.WritePriceText("l"u8, instrument, day.LowTicks);
        to.WriteLots("v"u8, instrument, day.Lots);
        to.WriteString("q"u8, instrument.Amount(day.Value));
    }

    private static void Best(Utf8JsonWriter to, Instrument instrument, (DepthLevel Bid, DepthLevel Ask) best)
    {
        to.WritePriceText("b"u8, instrument, best.Bid.PriceTicks);
        to.WriteLots("B"u8, instrument, best.Bid.QuantityLots);
        to.WritePriceText("a"u8, instrument, best.Ask.PriceTicks);
        to.WriteLots("A"u8, instrument, best.Ask.QuantityLots);
    }
}
