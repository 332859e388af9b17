using System.Text.Json.Serialization;

namespace QuantumCore.Client;

/// <summary>An account's statement over UTC days, both inclusive, with one page of its lines.</summary>
/// <param name="Account">The account, <c>ACC-n</c>.</param>
/// <param name="From">First day.</param>
/// <param name="To">Last day.</param>
/// <param name="Assets">Opening and closing balance of each asset, with totals by cause.</param>
/// <param name="Entries">Lines of the period, oldest first.</param>
/// <param name="Next">Cursor of the next page; null on the last page.</param>
public sealed record AccountStatement(
    string Account,
    DateOnly From,
    DateOnly To,
    IReadOnlyList<AssetStatement> Assets,
    IReadOnlyList<StatementEntry> Entries,
    string? Next);

/// <summary>Statement of a single asset. Closing equals opening plus inflows less outflows.</summary>
/// <param name="Asset">The asset's name.</param>
/// <param name="Opening">Balance at the start of the first day.</param>
/// <param name="Closing">Balance at the end of the last day, or now.</param>
/// <param name="Held">Amount held for open orders now.</param>
/// <param name="OpeningPending">Unsettled part of the opening balance; negative if it was to be delivered.</param>
/// <param name="ClosingPending">Unsettled part of the closing balance: the opening one plus pending inflows less
/// pending outflows. Null, like the opening one, if nothing was unsettled.</param>
/// <param name="Causes">Totals of the period's lines by cause, settled and pending separately.</param>
public sealed record AssetStatement(
    string Asset,
    decimal Opening,
    decimal Closing,
    decimal Held,
    [property: JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)] decimal? OpeningPending,
    [property: JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)] decimal? ClosingPending,
    IReadOnlyList<CauseTotal> Causes);

/// <summary>Total of the lines of one cause.</summary>
/// <param name="Cause">Cause, such as <c>trade</c>, <c>fee</c> or <c>deposit</c>.</param>
/// <param name="Lines">Number of lines.</param>
/// <param name="In">Sum of credits.</param>
/// <param name="Out">Sum of debits.</param>
/// <param name="Pending">True for traded amounts that are not settled.</param>
public sealed record CauseTotal(string Cause, long Lines, decimal In, decimal Out, bool Pending = false);

/// <summary>A line of the ledger.</summary>
/// <param name="Time">Time of the entry, UTC.</param>
/// <param name="TimeNanos">The same in Unix nanoseconds.</param>
/// <param name="Cause">Cause, such as <c>trade</c>, <c>fee</c> or <c>deposit</c>.</param>
/// <param name="Key">Idempotency key, such as a deposit's.</param>
/// <param name="Asset">The asset.</param>
/// <param name="Amount">Amount; positive for a credit to the account.</param>
/// <param name="Symbol">The instrument of a trade.</param>
/// <param name="TradeId">Trade id; see <see cref="AccountFill.TradeId"/>.</param>
/// <param name="Pending">True for a traded amount that is not settled.</param>
public sealed record StatementEntry(
    UtcTime Time,
    [property: JsonNumberHandling(JsonNumberHandling.AllowReadingFromString | JsonNumberHandling.WriteAsString)]
    long TimeNanos,
    string Cause,
    string? Key,
    string Asset,
    decimal Amount,
    string? Symbol,
    string? TradeId,
    bool Pending = false);

/// <summary>A row of the trial balance. Over all holders, each asset sums to zero.</summary>
/// <param name="Asset">The asset.</param>
/// <param name="Holder">
/// <c>customers</c>, <c>fees</c>, <c>transit</c> (transfers in flight), <c>payouts</c> (withdrawals without a final
/// state), or <c>world</c> (inflows from outside, as a debit).
/// </param>
/// <param name="Accounts">Number of accounts.</param>
/// <param name="Total">Credit less debit.</param>
/// <param name="Held">Part of the total held for open orders.</param>
public sealed record TrialBalanceRow(string Asset, string Holder, long Accounts, decimal Total, decimal Held);

/// <summary>Fees of one UTC day and symbol.</summary>
/// <param name="Day">The UTC day.</param>
/// <param name="Symbol">The instrument.</param>
/// <param name="Asset">Asset in which fees are paid.</param>
/// <param name="Trades">Number of trades.</param>
/// <param name="MakerFees">Fees of makers.</param>
/// <param name="TakerFees">Fees of takers.</param>
public sealed record FeeRevenueRow(
    DateOnly Day, string Symbol, string Asset, long Trades, decimal MakerFees, decimal TakerFees);

/// <summary>Result of a reconciliation of the ledger with itself and with the accounts. Repairs nothing.</summary>
/// <param name="Time">End time, UTC.</param>
/// <param name="TimeNanos">The same in Unix nanoseconds.</param>
/// <param name="Compared">Number of accounts compared at a moment when both sides had the same records.</param>
/// <param name="Moving">Number of accounts that kept trading and could not be compared.</param>
/// <param name="Next">Account to continue after; null when all were compared.</param>
/// <param name="Findings">Differences found.</param>
public sealed record ReconciliationReport(
    UtcTime Time,
    [property: JsonNumberHandling(JsonNumberHandling.AllowReadingFromString | JsonNumberHandling.WriteAsString)]
    long TimeNanos,
    int Compared,
    int Moving,
    string? Next,
    IReadOnlyList<ReconciliationFinding> Findings);

/// <summary>A difference found by a reconciliation.</summary>
/// <param name="Check">Rule that failed.</param>
/// <param name="Account">The account; null for a rule about all accounts.</param>
/// <param name="Subject">Asset or symbol.</param>
/// <param name="LedgerMinorUnits">Amount in the ledger, in minor units.</param>
/// <param name="OtherMinorUnits">Expected amount, or the amount in the account, in minor units.</param>
public sealed record ReconciliationFinding(
    string Check, string? Account, string Subject, string LedgerMinorUnits, string OtherMinorUnits);

/// <summary>
/// An account's position and profit in an instrument. Deposited units are excluded: they have no price.
/// </summary>
/// <param name="Symbol">The instrument.</param>
/// <param name="Asset">Asset of the amounts.</param>
/// <param name="Quantity">Quantity bought less sold.</param>
/// <param name="Cost">Cost of the open units; negative for a short position: the proceeds.</param>
/// <param name="AveragePrice">Cost per unit, rounded for display; null when nothing is open.</param>
/// <param name="Realised">Realised profit.</param>
/// <param name="Fees">All fees paid.</param>
/// <param name="Mark">Valuation price of open units: the mark price, or the last trade; null for none.</param>
/// <param name="Unrealised">Unrealised profit at that price.</param>
public sealed record Position(
    string Symbol,
    string Asset,
    decimal Quantity,
    decimal Cost,
    decimal? AveragePrice,
    decimal Realised,
    decimal Fees,
    decimal? Mark,
    decimal? Unrealised);

/// <summary>Method that decides which units leave a position first.</summary>
public enum CostMethod
{
    /// <summary>Average cost of all units.</summary>
    Average = 0,

    /// <summary>First in, first out.</summary>
    Fifo = 1,
}

internal sealed record PositionList(string Account, [property: JsonRequired] IReadOnlyList<Position> Positions);

internal sealed record TrialBalanceRows([property: JsonRequired] IReadOnlyList<TrialBalanceRow> Rows);

internal sealed record FeeRevenueRows([property: JsonRequired] IReadOnlyList<FeeRevenueRow> Rows);
