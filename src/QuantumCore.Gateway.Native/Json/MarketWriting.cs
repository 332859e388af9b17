using System.Text.Json;
using QuantumCore.Contracts;
using QuantumCore.Gateway.Orders;
using QuantumCore.Instruments;

namespace QuantumCore.Gateway.Native.Json;

/// <summary>Writes states and balances as JSON, for answers and streams.</summary>
internal static class MarketWriting
{
    /// <summary>Writes a symbol's phase and prices; a missing price is null.</summary>
    public static void WriteStateMembers(this Utf8JsonWriter to, BookState state, Instrument instrument)
    {
        to.WriteString("symbol"u8, instrument.Symbol);
        to.WriteNumber("sequence"u8, state.Sequence);
        to.WriteString("phase"u8, PhaseOf(state).Word());
        to.WritePriceOrNull("lastPrice"u8, instrument, state.LastPriceTicks);
        to.WritePriceOrNull("markPrice"u8, instrument, state.MarkPriceTicks);
        to.WritePriceOrNull("referencePrice"u8, instrument, state.ReferencePriceTicks);
        if (state.LowestPriceTicks > 0)
        {
            to.WriteStartObject("priceLimits"u8);
            to.WritePrice("lowest"u8, instrument, state.LowestPriceTicks);
            to.WritePrice("highest"u8, instrument, state.HighestPriceTicks);
            to.WriteEndObject();
        }
        else
        {
            to.WriteNull("priceLimits"u8);
        }

        if (state.Indicative is { } auction)
        {
            to.WriteStartObject("indicative"u8);
            to.WritePriceOrNull("price"u8, instrument, auction.PriceTicks);
            to.WriteQuantity("quantity"u8, instrument, auction.Lots);
            to.WriteQuantity("imbalance"u8, instrument, auction.Imbalance);
            to.WriteEndObject();
        }
        else
        {
            to.WriteNull("indicative"u8);
        }

        to.WriteStringOrNull("phaseReason"u8, WireNames.Of(state.Reason));
        to.WriteTimeOrNull("phaseSince"u8, state.PhaseNanos);
        to.WriteStringOrNull("nextPhase"u8, state.Plan?.Phase.Word());
        to.WriteTimeOrNull("nextPhaseTime"u8, state.Plan?.AtNanos ?? 0);
        if (state.AuctionNanos > 0)
            to.WriteNumber("auctionSeconds"u8, state.AuctionNanos / PhaseReading.NanosPerSecond);
        else
            to.WriteNull("auctionSeconds"u8);
    }

    /// <summary>Writes the rules of a book, under the names that set them.</summary>
    public static void WriteRules(this Utf8JsonWriter to, RuleChanges rules, Instrument instrument)
    {
        to.WriteStartObject("rules"u8);
        if (rules.ProtectionTicks is { } protection)
            to.WritePrice("protection"u8, instrument, protection);
        else
            to.WriteNull("protection"u8);
        to.WriteNumberOrNull("staticBand"u8, rules.StaticBandBasisPoints);
        to.WriteNumberOrNull("dynamicBand"u8, rules.DynamicBandBasisPoints);
        to.WriteString("dynamicBandMode"u8, rules.DynamicBandAuction == true ? "auction"u8 : "reject"u8);
        to.WriteNumberOrNull("auctionCollar"u8, rules.AuctionCollarBasisPoints);
        to.WriteNumber("maxExtensions"u8, rules.MaxExtensions ?? 0);
        to.WriteEndObject();
    }

    private static void WriteNumberOrNull(this Utf8JsonWriter to, ReadOnlySpan<byte> name, long? number)
    {
        if (number is { } value)
            to.WriteNumber(name, value);
        else
            to.WriteNull(name);
    }

    private static void WriteStringOrNull(this Utf8JsonWriter to, ReadOnlySpan<byte> name, string? text)
    {
        if (text is null)
            to.WriteNull(name);
        else
            to.WriteString(name, text);
    }

    private static void WriteTimeOrNull(this Utf8JsonWriter to, ReadOnlySpan<byte> name, long nanos)
    {
        if (nanos == 0)
            to.WriteNull(name);
        else
            to.WriteTimeText(name, nanos);
    }

    /// <summary>Writes the member <c>balances</c>.</summary>
    public static void WriteBalances(this Utf8JsonWriter to, IEnumerable<AssetBalance> balances)
    {
        to.WriteStartArray("balances"u8);
        foreach (var balance in balances)
        {
            to.WriteStartObject();
            to.WriteString("asset"u8, balance.Asset);
            to.WriteAmount("total"u8, balance.Total, balance.Decimals);
            to.WriteAmount("held"u8, balance.Held, balance.Decimals);
            to.WriteAmount("available"u8, balance.Available, balance.Decimals);
            if (balance.Pending != 0)
                to.WriteAmount("pending"u8, balance.Pending, balance.Decimals);
            to.WriteEndObject();
        }

        to.WriteEndArray();
    }

    /// <summary>
    /// Returns the phase; a book with an inconsistent journal does not trade, whatever its phase was.
    /// </summary>
    public static TradingPhase PhaseOf(BookState state) => state.IsHalted ? TradingPhase.Halt : state.Phase;
}
