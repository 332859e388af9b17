using System.Collections.Immutable;

namespace QuantumCore.Contracts;

/// <summary>
/// An administrator's request to set the holidays of a settlement venue from the day after tomorrow on. Nearer days
/// stay as they are, so that a trade never settles before one that was made on an earlier business day.
/// </summary>
/// <param name="Venue">The venue, named like a symbol.</param>
/// <param name="Holidays">UTC days since 1970, weekends not needed; at most <see cref="Most"/>.</param>
/// <param name="By">Label of the requesting API key.</param>
/// <param name="Why">The requester's reason, free text; may be empty.</param>
[GenerateSerializer, Immutable, Alias("holidays-request")]
public sealed record HolidaysRequest(string Venue, ImmutableArray<long> Holidays, string By, string Why)
{
    /// <summary>Maximum number of holidays of a venue.</summary>
    public const int Most = 1_000;

    /// <summary>Last possible holiday, the end of the year 2199: the limit of readable dates.</summary>
    public const long LastDay = 84_005;
}

/// <summary>The holidays of a settlement venue.</summary>
/// <param name="Venue">The venue.</param>
/// <param name="Holidays">UTC days since 1970, ascending.</param>
[GenerateSerializer, Immutable, Alias("settlement-calendar")]
public sealed record SettlementCalendar(string Venue, ImmutableArray<long> Holidays);

/// <summary>A settlement batch.</summary>
/// <param name="Id">Its permanent id: venue, date and cycle.</param>
/// <param name="Batch">The venue's sequence of its first record.</param>
/// <param name="Date">Day on which it was due, in UTC days since 1970.</param>
/// <param name="Cycle">Number of the batch within its date, from 1.</param>
/// <param name="State">Its state.</param>
/// <param name="Trades">Number of trades it settles.</param>
/// <param name="Items">Number of items after netting.</param>
/// <param name="Hash">SHA-256 of trades and items, lower-case hexadecimal.</param>
/// <param name="ClosedNanos">Time at which it was closed, Unix nanoseconds.</param>
[GenerateSerializer, Immutable, Alias("settlement-batch-view")]
public sealed record SettlementBatchView(
    string Id, long Batch, long Date, int Cycle, SettlementState State, long Trades, int Items, string Hash,
    long ClosedNanos);

/// <summary>A settlement fail: what an account has not given or received that was due.</summary>
/// <param name="Account">The account.</param>
/// <param name="Symbol">The symbol that was traded.</param>
/// <param name="Asset">The asset of its units.</param>
/// <param name="Decimals">Decimal places of its minor unit.</param>
/// <param name="Units">Unsettled units, minor units: positive to receive, negative to give.</param>
/// <param name="Currency">The asset of its cash.</param>
/// <param name="CashDecimals">Decimal places of its minor unit.</param>
/// <param name="Cash">Unsettled cash, minor units: positive to receive, negative to pay.</param>
/// <param name="Since">Day on which it was first due, in UTC days since 1970.</param>
/// <param name="Days">Business days ended since then, 0 or more.</param>
[GenerateSerializer, Immutable, Alias("settlement-fail-view")]
public sealed record SettlementFailView(
    long Account, string Symbol, string Asset, int Decimals, long Units, string Currency, int CashDecimals, long Cash,
    long Since, int Days);

/// <summary>
/// An operator's request for a buy-in: buys at the market what an account fails to deliver, at its cost.
/// </summary>
/// <param name="Id">
/// A client order id that names the order, and the buy-in at its venue. The same id again is the same buy-in.
/// </param>
/// <param name="Account">The failing account.</param>
/// <param name="Symbol">The symbol that fails.</param>
/// <param name="By">Label of the requesting API key.</param>
/// <param name="Why">The requester's reason, free text; may be empty.</param>
[GenerateSerializer, Immutable, Alias("buy-in-request")]
public sealed record BuyInRequest(string Id, long Account, string Symbol, string By, string Why);

/// <summary>A venue's decision on a buy-in.</summary>
/// <param name="Refusal">Reason for a refusal, as a sentence; null if the buy-in is on record.</param>
/// <param name="Lots">Quantity to buy, in lots.</param>
[GenerateSerializer, Immutable, Alias("buy-in-decision")]
public sealed record BuyInDecision(string? Refusal, long Lots);

/// <summary>An administrator's request to set the business days that must end before a fail may be bought in.</summary>
/// <param name="Days">0 to <see cref="Most"/>.</param>
/// <param name="By">Label of the requesting API key.</param>
/// <param name="Why">The requester's reason, free text; may be empty.</param>
[GenerateSerializer, Immutable, Alias("buy-in-days-request")]
public sealed record BuyInDaysRequest(int Days, string By, string Why)
{
    /// <summary>Default number of days of a venue.</summary>
    public const int Default = 4;

    /// <summary>Maximum number of days.</summary>
    public const int Most = 100;
}

/// <summary>Amounts that an account may give in a settlement batch.</summary>
/// <param name="MayOwe">True for a margin account: it may give everything, whatever it has.</param>
/// <param name="Free">
/// Settled amounts of what is pending at the venue, less what is promised to obligations that are due as early.
/// </param>
[GenerateSerializer, Immutable, Alias("settlement-funds")]
public sealed record SettlementFunds(bool MayOwe, ImmutableArray<AssetAmount> Free);

/// <summary>An amount of an asset.</summary>
/// <param name="Asset">The asset's name.</param>
/// <param name="Amount">Minor units.</param>
[GenerateSerializer, Immutable, Alias("asset-amount")]
public readonly record struct AssetAmount(string Asset, long Amount);

/// <summary>State of a venue after a settlement round.</summary>
/// <param name="IsDone">True if nothing is left to do before the next UTC day.</param>
/// <param name="FailingDays">Business days ended since the oldest fail was due; 0 for none.</param>
[GenerateSerializer, Immutable, Alias("settlement-round")]
public readonly record struct SettlementRound(bool IsDone, int FailingDays);
