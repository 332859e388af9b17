using System.Collections.Immutable;
using QuantumCore.Instruments;

namespace QuantumCore.Contracts;

/// <summary>Fee rates from a traded volume upward.</summary>
/// <param name="FromVolume">
/// Lowest volume of the tier, quote minor units: value traded on both sides in the 30 complete UTC days before.
/// </param>
/// <param name="MakerPpm">Rate of resting fills, millionths of the notional; negative for a rebate.</param>
/// <param name="TakerPpm">Rate of aggressive fills, millionths of the notional.</param>
[GenerateSerializer, Immutable, Alias("fee-tier")]
public readonly record struct FeeTier(long FromVolume, int MakerPpm, int TakerPpm);

/// <summary>
/// Fees of all instruments quoted in an asset, in place of the instruments' own. An order keeps the fees in force when
/// it was accepted.
/// </summary>
/// <param name="Asset">
/// The quote asset. Fees are paid in it, and volumes and the minimum are in its minor units.
/// </param>
/// <param name="Tiers">Tiers in ascending order, the first from volume 0; empty for the instruments' own fees.</param>
/// <param name="Minimum">Minimum fee of an order with at least one fill, minor units; 0 for none.</param>
[GenerateSerializer, Immutable, Alias("fee-schedule")]
public sealed record FeeSchedule(string Asset, ImmutableArray<FeeTier> Tiers, long Minimum)
{
    /// <summary>Maximum number of tiers.</summary>
    public const int TiersLimit = 20;

    /// <summary>Maximum of <see cref="Minimum"/>, minor units.</summary>
    public const long MinimumLimit = 1L << 40;

    /// <summary>Returns the tier of a volume.</summary>
    public FeeTier TierOf(Int128 volume)
    {
        var tier = Tiers[0];
        foreach (var next in Tiers)
        {
            tier = volume >= next.FromVolume ? next : tier;
        }

        return tier;
    }

    /// <summary>Validates the schedule. Returns the invalid field and a sentence, or null if it is valid.</summary>
    /// <param name="format">Formats minor units of the asset for the sentence.</param>
    public (string Field, string Sentence)? Check(Func<long, string>? format = null)
    {
        var amount = format ?? (static units => $"{units} minor units");
        if (Tiers.Length > TiersLimit)
        {
            return ("tiers", $"there are {Tiers.Length} tiers; at most {TiersLimit} are allowed");
        }

        for (var i = 0; i < Tiers.Length; i++)
        {
            if (CheckTier(i, amount) is { } wrong)
            {
                return ("tiers", $"tier {i + 1}: {wrong}");
            }
        }

        if (Minimum is < 0 or > MinimumLimit)
        {
            return ("minimum",
                $"the minimumFee {amount(Minimum)} is outside the range 0 to {amount(MinimumLimit)}; nearest: "
                + amount(Math.Clamp(Minimum, 0, MinimumLimit)));
        }

        return Minimum > 0 && (Tiers.IsEmpty || Tiers.Any(tier => tier.MakerPpm < 0))
            ? ("minimum",
                $"the minimumFee {amount(Minimum)} needs tiers, none with a negative makerFeePpm; without them it is 0")
            : null;
    }

    private string? CheckTier(int index, Func<long, string> amount)
    {
        var tier = Tiers[index];
        if (index == 0 ? tier.FromVolume != 0 : tier.FromVolume <= Tiers[index - 1].FromVolume)
        {
            return index == 0
                ? $"fromVolume is {amount(tier.FromVolume)}; the first tier starts at 0"
                : $"fromVolume {amount(tier.FromVolume)} is not above {amount(Tiers[index - 1].FromVolume)}, "
                    + "the fromVolume of the tier before it";
        }

        return Outside("takerFeePpm", tier.TakerPpm, 0)
            ?? Outside("makerFeePpm", tier.MakerPpm, -Instrument.FeePpmLimit);
    }

    private static string? Outside(string field, int value, int least) =>
        Math.Clamp(value, least, Instrument.FeePpmLimit) is var nearest && nearest != value
            ? $"{field} {value} is outside the range {least} to {Instrument.FeePpmLimit}; nearest: {nearest}"
            : null;
}

/// <summary>An administrator's request to set the fees of all instruments quoted in an asset.</summary>
/// <param name="Schedule">The fees.</param>
/// <param name="By">Label of the requesting API key.</param>
/// <param name="Why">The requester's reason, free text; may be empty.</param>
[GenerateSerializer, Immutable, Alias("fees-request")]
public sealed record FeesRequest(FeeSchedule Schedule, string By, string Why);

/// <summary>Fees of an account in all instruments quoted in an asset.</summary>
/// <param name="Asset">The quote asset.</param>
/// <param name="Volume">Value traded in the 30 complete UTC days before, minor units.</param>
/// <param name="MakerPpm">Rate of resting fills, millionths.</param>
/// <param name="TakerPpm">Rate of aggressive fills, millionths.</param>
/// <param name="Minimum">Minimum fee of an order with at least one fill, minor units.</param>
[GenerateSerializer, Immutable, Alias("account-fees")]
public sealed record AccountFees(string Asset, Int128 Volume, int MakerPpm, int TakerPpm, long Minimum);

/// <summary>Traded value in one quote asset.</summary>
/// <param name="Asset">The quote asset.</param>
/// <param name="Volume">Traded value, minor units.</param>
[GenerateSerializer, Immutable, Alias("traded-volume")]
public readonly record struct TradedVolume(string Asset, Int128 Volume);
