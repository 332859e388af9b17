using System.Collections.Immutable;
using QuantumCore.Instruments;

namespace QuantumCore.Contracts;

/// <summary>What those pay who have traded so much.</summary>
/// <param name="FromVolume">Value traded in the 30 complete UTC days before, both sides, from which on it is theirs; quote minor units.</param>
/// <param name="MakerPpm">Rate of resting fills, millionths of the notional; less than zero is a rebate.</param>
/// <param name="TakerPpm">Rate of aggressive fills, millionths of the notional.</param>
[GenerateSerializer, Immutable, Alias("fee-tier")]
public readonly record struct FeeTier(long FromVolume, int MakerPpm, int TakerPpm);

/// <summary>
/// The fees of everything that is paid in an asset, in the place of the instruments' own. An order keeps the fees that it was accepted
/// with.
/// </summary>
/// <param name="Asset">What is paid in, fees too; volumes and the minimum are minor units of it.</param>
/// <param name="Tiers">From no volume up; empty: the instruments' own fees.</param>
/// <param name="Minimum">The least that an order pays once it has filled at all; 0 for none.</param>
[GenerateSerializer, Immutable, Alias("fee-schedule")]
public sealed record FeeSchedule(string Asset, ImmutableArray<FeeTier> Tiers, long Minimum)
{
    /// <summary>Most tiers.</summary>
    public const int TiersLimit = 20;

    /// <summary>Highest minimum, minor units.</summary>
    public const long MinimumLimit = 1L << 40;

    /// <summary>The tier of a volume.</summary>
    public FeeTier TierOf(Int128 volume)
    {
        var tier = Tiers[0];
        foreach (var next in Tiers)
        {
            tier = volume >= next.FromVolume ? next : tier;
        }

        return tier;
    }

    /// <summary>Why the schedule is none, as a field and a sentence; null when it is one.</summary>
    public (string Field, string Sentence)? Check()
    {
        if (Tiers.Length > TiersLimit)
        {
            return ("tiers", $"at most {TiersLimit} tiers");
        }

        for (var i = 0; i < Tiers.Length; i++)
        {
            if (i == 0 ? Tiers[i].FromVolume != 0 : Tiers[i].FromVolume <= Tiers[i - 1].FromVolume)
            {
                return ("tiers", "tiers are in the sequence of their volumes, the first from 0");
            }

            if (Tiers[i].TakerPpm is < 0 or > Instrument.FeePpmLimit || Math.Abs((long)Tiers[i].MakerPpm) > Instrument.FeePpmLimit)
            {
                return ("tiers", "taker fees are 0 to 1000000 millionths, maker fees -1000000 to 1000000");
            }
        }

        if (Minimum is < 0 or > MinimumLimit)
        {
            return ("minimum", "a minimum is 0 to 2^40 minor units");
        }

        return Minimum > 0 && (Tiers.IsEmpty || Tiers.Any(tier => tier.MakerPpm < 0))
            ? ("minimum", "a minimum needs tiers, and none of them with a rebate")
            : null;
    }
}

/// <summary>An administrator's order to set the fees of everything that is paid in an asset.</summary>
/// <param name="Schedule">The fees.</param>
/// <param name="By">Who asks: the label of the key.</param>
/// <param name="Why">In that person's words; may be empty.</param>
[GenerateSerializer, Immutable, Alias("fees-request")]
public sealed record FeesRequest(FeeSchedule Schedule, string By, string Why);

/// <summary>What an account pays for what is paid in an asset.</summary>
/// <param name="Asset">The asset.</param>
/// <param name="Volume">Traded in the 30 complete UTC days before, minor units.</param>
/// <param name="MakerPpm">Rate of resting fills, millionths.</param>
/// <param name="TakerPpm">Rate of aggressive fills, millionths.</param>
/// <param name="Minimum">The least that an order pays once it has filled at all, minor units.</param>
[GenerateSerializer, Immutable, Alias("account-fees")]
public sealed record AccountFees(string Asset, Int128 Volume, int MakerPpm, int TakerPpm, long Minimum);

/// <summary>Value that was traded.</summary>
/// <param name="Asset">What was paid in.</param>
/// <param name="Volume">Minor units.</param>
[GenerateSerializer, Immutable, Alias("traded-volume")]
public readonly record struct TradedVolume(string Asset, Int128 Volume);
