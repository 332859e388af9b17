namespace QuantumCore.Client;

/// <summary>A settlement batch: the trades due on a date, netted by account and asset.</summary>
/// <param name="Batch">Permanent name: venue, date and cycle.</param>
/// <param name="Date">Due date.</param>
/// <param name="Cycle">Number of the batch on its date, from 1.</param>
/// <param name="State">State.</param>
/// <param name="Trades">Number of trades it settles.</param>
/// <param name="Items">Number of netted items.</param>
/// <param name="Hash">SHA-256 of trades and items, hexadecimal.</param>
/// <param name="ClosedAt">Time of closing.</param>
public sealed record SettlementBatch(
    string Batch, DateOnly Date, int Cycle, SettlementState State, long Trades, int Items, string Hash,
    UtcTime ClosedAt);

/// <summary>A settlement fail: units or cash that an account did not deliver or receive when due.</summary>
/// <param name="Account">The account.</param>
/// <param name="Symbol">Traded symbol.</param>
/// <param name="Asset">Asset of the units.</param>
/// <param name="Units">Open units: positive to receive, negative to deliver.</param>
/// <param name="Currency">Asset of the cash.</param>
/// <param name="Cash">Open cash: positive to receive, negative to pay.</param>
/// <param name="Since">First due date.</param>
/// <param name="Days">Business days that have ended since, 0 or more.</param>
public sealed record SettlementFail(
    string Account, string Symbol, string Asset, decimal Units, string Currency, decimal Cash, DateOnly Since,
    int Days);

/// <summary>A settlement venue.</summary>
/// <param name="Venue">Name of the venue.</param>
/// <param name="Holidays">Days that are not business days, besides weekends.</param>
/// <param name="BuyInDays">Business days that must end before a fail may be bought in.</param>
/// <param name="Batches">The newest batches, newest first.</param>
/// <param name="Fails">Fails, oldest first; at most 1,000.</param>
public sealed record SettlementVenue(
    string Venue, IReadOnlyList<DateOnly> Holidays, int BuyInDays, IReadOnlyList<SettlementBatch> Batches,
    IReadOnlyList<SettlementFail> Fails);
