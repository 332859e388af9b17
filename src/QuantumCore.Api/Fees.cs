using System.Text.Json.Serialization;

namespace QuantumCore.Client;

/// <summary>Fee rates from a traded volume upward.</summary>
/// <param name="FromVolume">Lowest value traded in the previous 30 complete UTC days, in the quote asset.</param>
/// <param name="MakerFeePpm">Maker fee rate, in millionths; negative is a rebate.</param>
/// <param name="TakerFeePpm">Taker fee rate, in millionths.</param>
public sealed record FeeTier(decimal FromVolume, int MakerFeePpm, int TakerFeePpm);

/// <summary>Fee schedule of all instruments quoted in an asset.</summary>
/// <param name="Asset">Quote asset.</param>
/// <param name="Tiers">Tiers from volume 0 up; empty for the instruments' own fees.</param>
/// <param name="MinimumFee">Minimum fee of an order that has filled, in the quote asset; only without rebates.</param>
public sealed record FeeSchedule(
    string Asset, IReadOnlyList<FeeTier> Tiers, [property: JsonRequired] decimal MinimumFee = 0);

/// <summary>Fee rates of an account's next order in a quote asset.</summary>
/// <param name="Asset">Quote asset.</param>
/// <param name="Volume30Days">Value traded in the previous 30 complete UTC days, in the quote asset.</param>
/// <param name="MakerFeePpm">Maker fee rate, in millionths.</param>
/// <param name="TakerFeePpm">Taker fee rate, in millionths.</param>
/// <param name="MinimumFee">Minimum fee of an order that has filled, in the quote asset.</param>
public sealed record AssetFees(
    string Asset, decimal Volume30Days, int MakerFeePpm, int TakerFeePpm, decimal MinimumFee);

/// <summary>Fee rates of an account.</summary>
/// <param name="Account">The account, <c>ACC-n</c>.</param>
/// <param name="Fees">Rates for each asset with a schedule. For other assets the instruments' own fees apply.</param>
/// <param name="Schedules">The schedules.</param>
public sealed record AccountFees(string Account, IReadOnlyList<AssetFees> Fees, IReadOnlyList<FeeSchedule> Schedules);
