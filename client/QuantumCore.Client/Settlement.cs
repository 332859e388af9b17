using System.Text.Json.Serialization;

namespace QuantumCore.Client;

/// <summary>How far a batch of settlement has come.</summary>
public enum SettlementState
{
    /// <summary>Closed and sent; the receiver has not said that it is settled.</summary>
    [JsonStringEnumMemberName("sent")] Sent = 1,

    /// <summary>Settled: its accounts have what they received.</summary>
    [JsonStringEnumMemberName("settled")] Settled = 2,

    /// <summary>Settled but for what somebody did not deliver: that fails, and is in a later batch.</summary>
    [JsonStringEnumMemberName("partial")] Partial = 3,
}

/// <summary>A batch of settlement: the trades that were due on a date, netted by account and asset.</summary>
/// <param name="Batch">Its name for ever: venue, date and cycle.</param>
/// <param name="Date">When it was due.</param>
/// <param name="Cycle">Counts the batches of a date, from 1.</param>
/// <param name="State">How far it has come.</param>
/// <param name="Trades">How many trades it settles.</param>
/// <param name="Items">How many items they come to.</param>
/// <param name="Hash">SHA-256 of trades and items, hexadecimal.</param>
/// <param name="ClosedAt">When it was closed.</param>
public sealed record SettlementBatch(
    string Batch, DateOnly Date, int Cycle, SettlementState State, long Trades, int Items, string Hash, DateTimeOffset ClosedAt);

/// <summary>What an account has not given or received that was due.</summary>
/// <param name="Account">The account.</param>
/// <param name="Symbol">The symbol that was traded.</param>
/// <param name="Asset">The asset of its units.</param>
/// <param name="Units">Units that are left: to receive, or less than zero: to give.</param>
/// <param name="Currency">The asset of its cash.</param>
/// <param name="Cash">Cash that is left: to receive, or less than zero: to pay.</param>
/// <param name="Since">When it was due first.</param>
/// <param name="Days">Business days that have ended since, 0 or more.</param>
public sealed record SettlementFail(
    string Account, string Symbol, string Asset, decimal Units, string Currency, decimal Cash, DateOnly Since, int Days);

/// <summary>Where trades settle.</summary>
/// <param name="Venue">Its name.</param>
/// <param name="Holidays">Days that are no business days, beside weekends.</param>
/// <param name="BuyInDays">Business days that end before a fail may be bought in.</param>
/// <param name="Batches">The newest batches, newest first.</param>
/// <param name="Fails">What fails, the oldest first; at most a thousand.</param>
public sealed record SettlementVenue(
    string Venue, IReadOnlyList<DateOnly> Holidays, int BuyInDays, IReadOnlyList<SettlementBatch> Batches, IReadOnlyList<SettlementFail> Fails);
