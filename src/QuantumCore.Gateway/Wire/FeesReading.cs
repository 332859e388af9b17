using System.Collections.Immutable;
using System.Text.Json;
using QuantumCore.Contracts;
using QuantumCore.Instruments;

namespace QuantumCore.Gateway.Wire;

/// <summary>Reads and writes fees in wire format.</summary>
internal static class FeesReading
{
    /// <summary>Reads the schedule that a request sets.</summary>
    public static (Refusal? Refusal, FeesRequest Request) Read(FeesText text, Asset asset, string by)
    {
        var tiers = ImmutableArray.CreateBuilder<FeeTier>();
        Refusal? refusal = null;
        foreach (var tier in text.Tiers ?? [])
        {
            if (DecimalText.TryParse(tier.FromVolume ?? "0", asset.Decimals, out var from) != DecimalError.None)
                refusal ??= Refusal.Not(
                    "tiers", tier.FromVolume,
                    $"a fromVolume with at most {asset.Decimals} decimals of {asset.Name}, without sign and exponent");
            tiers.Add(new FeeTier(from, tier.MakerFeePpm, tier.TakerFeePpm));
        }

        if (DecimalText.TryParse(text.MinimumFee ?? "0", asset.Decimals, out var minimum) != DecimalError.None)
            refusal ??= Refusal.Not(
                "minimumFee", text.MinimumFee,
                $"a decimal number with at most {asset.Decimals} decimals of {asset.Name}, without sign and exponent");
        var request = new FeesRequest(new FeeSchedule(asset.Name, tiers.ToImmutable(), minimum), by, text.Why ?? "");
        refusal ??= WhyReading.Check(text.Why);
        if (request.Schedule.Check() is { } wrong)
            refusal ??= Refusal.Malformed(
                wrong.Field == "minimum" ? "minimumFee" : wrong.Field, Sentence(wrong.Sentence));
        return (refusal, request);
    }

    /// <summary>Formats a text as a sentence, with a capital and a full stop.</summary>
    public static string Sentence(string text) => char.ToUpperInvariant(text[0]) + text[1..] + ".";

    /// <summary>Writes an account's fee rates.</summary>
    public static void Write(Utf8JsonWriter to, AccountFees fees, Asset asset)
    {
        to.WriteStartObject();
        to.WriteString("asset"u8, fees.Asset);
        to.WriteString("volume30Days"u8, DecimalText.Format(fees.Volume, asset.Decimals));
        to.WriteNumber("makerFeePpm"u8, fees.MakerPpm);
        to.WriteNumber("takerFeePpm"u8, fees.TakerPpm);
        to.WriteAmount("minimumFee"u8, fees.Minimum, asset.Decimals);
        to.WriteEndObject();
    }

    /// <summary>Writes a fee schedule.</summary>
    public static void Write(Utf8JsonWriter to, FeeSchedule schedule, Asset asset)
    {
        to.WriteStartObject();
        to.WriteString("asset"u8, schedule.Asset);
        to.WriteStartArray("tiers"u8);
        foreach (var tier in schedule.Tiers)
        {
            to.WriteStartObject();
            to.WriteAmount("fromVolume"u8, tier.FromVolume, asset.Decimals);
            to.WriteNumber("makerFeePpm"u8, tier.MakerPpm);
            to.WriteNumber("takerFeePpm"u8, tier.TakerPpm);
            to.WriteEndObject();
        }

        to.WriteEndArray();
        to.WriteAmount("minimumFee"u8, schedule.Minimum, asset.Decimals);
        to.WriteEndObject();
    }
}
