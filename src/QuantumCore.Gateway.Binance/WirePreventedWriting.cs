using System.Collections.Immutable;
using System.Text.Json;
using QuantumCore.Contracts;
using QuantumCore.Instruments;

namespace QuantumCore.Gateway.Binance;

/// <summary>Writes prevented self-trades in Binance's format.</summary>
internal static class WirePreventedWriting
{
    /// <summary>Writes a prevented match for a query.</summary>
    public static void WriteMatch(Utf8JsonWriter to, Instrument instrument, PreventedMatch match)
    {
        to.WriteStartObject();
        to.WriteString("symbol"u8, match.Symbol);
        to.WriteNumber("preventedMatchId"u8, Id(match));
        to.WriteNumber("takerOrderId"u8, match.Taker.OrderId);
        to.WriteString("makerSymbol"u8, match.Symbol);
        to.WriteNumber("makerOrderId"u8, match.Maker.OrderId);
        to.WriteNumber("tradeGroupId"u8, Group(match));
        to.WriteString("selfTradePreventionMode"u8, WireWords.Of(match.Mode));
        to.WritePriceText("price"u8, instrument, match.PriceTicks);
        WriteLost(to, instrument, match);
        to.WriteMillis("transactTime"u8, match.TimeNanos);
        to.WriteEndObject();
    }

    /// <summary>Writes the prevented matches of a new order in its answer.</summary>
    public static void WriteOfOrder(Utf8JsonWriter to, Instrument instrument, ImmutableArray<PreventedMatch> matches)
    {
        to.WriteStartArray("preventedMatches"u8);
        foreach (var match in matches)
        {
            to.WriteStartObject();
            to.WriteNumber("preventedMatchId"u8, Id(match));
            to.WriteString("makerSymbol"u8, match.Symbol);
            to.WriteNumber("makerOrderId"u8, match.Maker.OrderId);
            to.WritePriceText("price"u8, instrument, match.PriceTicks);
            WriteLost(to, instrument, match);
            to.WriteEndObject();
        }

        to.WriteEndArray();
        if (matches[0].Owner != 0)
            to.WriteNumber("tradeGroupId"u8, matches[0].Owner);
    }

    /// <summary>Writes the members of a prevented match in an order's execution report.</summary>
    /// <param name="to">Writer.</param>
    /// <param name="instrument">Instrument of the match.</param>
    /// <param name="match">The match.</param>
    /// <param name="own">Side of the order.</param>
    public static void WriteReported(Utf8JsonWriter to, Instrument instrument, PreventedMatch match, PreventedOrder own)
    {
        to.WriteLots("B"u8, instrument, own.Lots ?? 0);
        to.WriteNumber("u"u8, Group(match));
        to.WriteNumber("U"u8, own == match.Taker ? match.Maker.OrderId : match.Taker.OrderId);
        to.WriteString("Cs"u8, match.Symbol);
        to.WriteLots("pl"u8, instrument, match.QuantityLots);
        to.WritePriceText("pL"u8, instrument, match.PriceTicks);
        to.WriteString("pY"u8, instrument.Amount((Int128)match.PriceTicks * match.QuantityLots));
    }

    private static long Id(PreventedMatch match) => WireWriting.TradeId(match.Place.Sequence, match.Place.Index);

    private static long Group(PreventedMatch match) => match.Owner == 0 ? -1 : match.Owner;

    private static void WriteLost(Utf8JsonWriter to, Instrument instrument, PreventedMatch match)
    {
        if (match.Taker.Lots is { } ofTaker)
            to.WriteLots("takerPreventedQuantity"u8, instrument, ofTaker);
        if (match.Maker.Lots is { } ofMaker)
            to.WriteLots("makerPreventedQuantity"u8, instrument, ofMaker);
    }
}
