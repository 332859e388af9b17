namespace QuantumCore.Gateway.Tests.Description;

/// <summary>Venues of settlement.</summary>
internal sealed record SettlementAnswer(IReadOnlyList<VenueAnswer> Venues);

/// <summary>A venue of settlement.</summary>
internal sealed record VenueAnswer(
    string Venue, IReadOnlyList<string> Holidays, int BuyInDays, IReadOnlyList<SettlementBatchAnswer> Batches,
    IReadOnlyList<SettlementFailAnswer> Fails);

/// <summary>A batch whose items settle together.</summary>
internal sealed record SettlementBatchAnswer(
    string Batch, string Date, int Cycle, string State, long Trades, long Items, string Hash, string ClosedAt);

/// <summary>A failed settlement: units or cash due from or to an account.</summary>
internal sealed record SettlementFailAnswer(
    string Account, string Symbol, string Asset, string Units, string Currency, string Cash, string Since, int Days);
