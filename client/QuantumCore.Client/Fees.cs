namespace QuantumCore.Client;

/// <summary>What those pay who have traded so much.</summary>
/// <param name="FromVolume">Value traded in the 30 complete UTC days before, from which on it is theirs, in the quote asset.</param>
/// <param name="MakerFeePpm">Rate of resting fills, millionths; less than zero is a rebate.</param>
/// <param name="TakerFeePpm">Rate of aggressive fills, millionths.</param>
public sealed record FeeTier(decimal FromVolume, int MakerFeePpm, int TakerFeePpm);

/// <summary>The fees of everything that is paid in an asset.</summary>
/// <param name="Asset">What is paid in.</param>
/// <param name="Tiers">From no volume up; empty: the instruments' own fees.</param>
/// <param name="MinimumFee">The least that an order pays once it has filled at all; only without rebates.</param>
public sealed record FeeSchedule(string Asset, IReadOnlyList<FeeTier> Tiers, decimal MinimumFee = 0);

/// <summary>What an account's next order pays for what is paid in an asset.</summary>
/// <param name="Asset">The asset.</param>
/// <param name="Volume30Days">Value traded in the 30 complete UTC days before.</param>
/// <param name="MakerFeePpm">Rate of resting fills, millionths.</param>
/// <param name="TakerFeePpm">Rate of aggressive fills, millionths.</param>
/// <param name="MinimumFee">The least that an order pays once it has filled at all.</param>
public sealed record AssetFees(string Asset, decimal Volume30Days, int MakerFeePpm, int TakerFeePpm, decimal MinimumFee);

/// <summary>What an account pays.</summary>
/// <param name="Account">The account, <c>ACC-n</c>.</param>
/// <param name="Fees">For each asset that has a schedule; for others the instruments' own fees hold.</param>
/// <param name="Schedules">The schedules.</param>
public sealed record AccountFees(string Account, IReadOnlyList<AssetFees> Fees, IReadOnlyList<FeeSchedule> Schedules);
