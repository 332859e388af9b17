using System.Text.Json.Serialization;

namespace QuantumCore;

/// <summary>Role of a user, in addition to trading for its account. Numbers are journaled and never change.</summary>
public enum UserRole : byte
{
    /// <summary>No further permissions.</summary>
    [JsonStringEnumMemberName("customer")] Customer = 1,

    /// <summary>Runs the market: listings, fees, phases, prices, rules, trades, the circuit breaker.</summary>
    [JsonStringEnumMemberName("marketOperator")] MarketOperator = 2,

    /// <summary>Supervises accounts: limits, freezes, blocks, the ledger.</summary>
    [JsonStringEnumMemberName("risk")] Risk = 3,

    /// <summary>All permissions.</summary>
    [JsonStringEnumMemberName("administrator")] Administrator = 4,
}

/// <summary>State of a margin account. Numbers are journaled and never change.</summary>
public enum MarginState : byte
{
    /// <summary>Equity covers the initial margin.</summary>
    [JsonStringEnumMemberName("healthy")] Healthy = 0,

    /// <summary>Equity is below the initial margin: only reducing orders, no transfers or withdrawals.</summary>
    [JsonStringEnumMemberName("restricted")] Restricted = 1,

    /// <summary>
    /// Equity is below the maintenance margin: a margin call runs until a deadline; orders that add risk are cancelled.
    /// </summary>
    [JsonStringEnumMemberName("called")] Called = 2,

    /// <summary>The exchange closes its positions; its own orders are rejected and cancelled.</summary>
    [JsonStringEnumMemberName("liquidating")] Liquidating = 3,
}

/// <summary>State of a settlement batch. Numbers never change.</summary>
public enum SettlementState : byte
{
    /// <summary>Closed and sent, perhaps again; the receiver has not confirmed settlement.</summary>
    [JsonStringEnumMemberName("sent")] Sent = 1,

    /// <summary>Settled: its accounts have received their assets.</summary>
    [JsonStringEnumMemberName("settled")] Settled = 2,

    /// <summary>Settled except for undelivered items: they fail and move to a later batch.</summary>
    [JsonStringEnumMemberName("partial")] Partial = 3,
}

/// <summary>Progress of a corporate action. Numbers never change.</summary>
public enum CorporateActionState : byte
{
    /// <summary>Announced; nothing has happened yet.</summary>
    [JsonStringEnumMemberName("announced")] Announced = 1,

    /// <summary>Each account's part is recorded, pending until the pay date.</summary>
    [JsonStringEnumMemberName("entered")] Entered = 2,

    /// <summary>All parts are paid.</summary>
    [JsonStringEnumMemberName("paid")] Paid = 3,

    /// <summary>
    /// The record cut was made and open orders were adjusted or ended (for a split: next). Not all accounts' parts are
    /// recorded yet.
    /// </summary>
    [JsonStringEnumMemberName("begun")] Begun = 4,
}
