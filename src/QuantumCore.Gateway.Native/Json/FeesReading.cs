using System.Collections.Immutable;
using System.Globalization;
using QuantumCore.Contracts;
using QuantumCore.Gateway.Http;
using QuantumCore.Instruments;

namespace QuantumCore.Gateway.Native.Json;

/// <summary>Reads fees, and shows them as values of the API.</summary>
internal static class FeesReading
{
    /// <summary>Reads the schedule that a request sets.</summary>
    public static (Refusal? Refusal, FeesRequest Request) Read(Api.FeesBody text, Asset asset, string by)
    {
        var tiers = ImmutableArray.CreateBuilder<FeeTier>();
        Refusal? refusal = null;
        foreach (var (i, given) in (text.Tiers ?? []).Index())
        {
            if (given is not { } tier)
            {
                refusal ??= Refusal.NullItem($"tiers[{i}]", "a tier");
                continue;
            }

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
        if (request.Schedule.Check(units => asset.AmountOf(units).ToString(CultureInfo.InvariantCulture)) is { } wrong)
            refusal ??= Refusal.Malformed(
                wrong.Field == "minimum" ? "minimumFee" : wrong.Field, Sentence(wrong.Sentence));
        return (refusal, request);
    }

    /// <summary>Formats a text as a sentence, with a capital and a full stop.</summary>
    public static string Sentence(string text) => char.ToUpperInvariant(text[0]) + text[1..] + ".";

    /// <summary>Returns an account's fee rates.</summary>
    public static Api.AssetFees ToApi(this AccountFees fees, Asset asset) => new(
        fees.Asset, asset.AmountOf(fees.Volume), fees.MakerPpm, fees.TakerPpm, asset.AmountOf(fees.Minimum));

    /// <summary>Returns a fee schedule.</summary>
    public static Api.FeeSchedule ToApi(this FeeSchedule schedule, Asset asset) => new(
        schedule.Asset,
        [.. schedule.Tiers.Select(
            tier => new Api.FeeTier(asset.AmountOf(tier.FromVolume), tier.MakerPpm, tier.TakerPpm))],
        asset.AmountOf(schedule.Minimum));
}
