using System.Text.Json.Serialization;

namespace QuantumCore.Client;

/// <summary>How far a batch of settlement has come.</summary>
public enum SettlementState
{
    /// <summary>Closed and sent; the receiver has not said that it is settled.</summary>
    [JsonStringEnumMemberName("sent")] Sent = 1,

    /// <summary>Settled: its accounts have what they received.</summary>
    [JsonStringEnumMemberName("settled")] Settled = 2,
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

/// <summary>Where trades settle.</summary>
/// <param name="Venue">Its name.</param>
/// <param name="Holidays">Days that are no business days, beside weekends.</param>
/// <param name="Batches">The newest batches, newest first.</param>
public sealed record SettlementVenue(string Venue, IReadOnlyList<DateOnly> Holidays, IReadOnlyList<SettlementBatch> Batches);
