using System.Text.Json.Serialization;

namespace QuantumCore.Client;

/// <summary>An account's statement over UTC days, both included, with a page of its lines.</summary>
/// <param name="Account">The account, <c>ACC-n</c>.</param>
/// <param name="From">First day.</param>
/// <param name="To">Last day.</param>
/// <param name="Assets">What there was of each asset, and why it changed.</param>
/// <param name="Entries">Lines of the period, oldest first.</param>
/// <param name="Next">Where the next page goes on; null when this is the last one.</param>
public sealed record AccountStatement(
    string Account,
    DateOnly From,
    DateOnly To,
    IReadOnlyList<AssetStatement> Assets,
    IReadOnlyList<StatementEntry> Entries,
    string? Next);

/// <summary>One asset of a statement: opening, plus what came in, less what went out, is closing.</summary>
/// <param name="Asset">The asset's name.</param>
/// <param name="Opening">Balance at the begin of the first day.</param>
/// <param name="Closing">Balance at the end of the last day, or now.</param>
/// <param name="Held">Set aside for open orders now.</param>
/// <param name="Causes">Sums of the period's lines by cause, of what is settled and of what is pending apart.</param>
/// <param name="OpeningPending">Of the opening what was traded and not settled; less than zero was to be given.</param>
/// <param name="ClosingPending">The same of the closing: the opening one, plus what came in pending, less what went out of it.</param>
public sealed record AssetStatement(
    string Asset,
    decimal Opening,
    decimal Closing,
    decimal Held,
    IReadOnlyList<CauseTotal> Causes,
    decimal OpeningPending = 0,
    decimal ClosingPending = 0);

/// <summary>Lines of one cause.</summary>
/// <param name="Cause">trade, fee, deposit…</param>
/// <param name="Lines">How many.</param>
/// <param name="In">What they brought.</param>
/// <param name="Out">What they took.</param>
/// <param name="Pending">Lines of what is traded and not settled.</param>
public sealed record CauseTotal(string Cause, long Lines, decimal In, decimal Out, bool Pending = false);

/// <summary>A line of the ledger.</summary>
/// <param name="Time">When, UTC; cut to 100 ns.</param>
/// <param name="TimeNanos">The same in Unix nanoseconds.</param>
/// <param name="Cause">trade, fee, deposit…</param>
/// <param name="Key">Its name, such as a deposit's.</param>
/// <param name="Asset">The asset.</param>
/// <param name="Amount">Positive: the account has more by it.</param>
/// <param name="Symbol">The instrument of a trade.</param>
/// <param name="TradeId">The trade; see <see cref="AccountFill.TradeId"/>.</param>
/// <param name="Pending">It is of what is traded and not settled.</param>
public sealed record StatementEntry(
    DateTimeOffset Time,
    [property: JsonNumberHandling(JsonNumberHandling.AllowReadingFromString | JsonNumberHandling.WriteAsString)]
    long TimeNanos,
    string Cause,
    string? Key,
    string Asset,
    decimal Amount,
    string? Symbol,
    string? TradeId,
    bool Pending = false);

/// <summary>A row of the trial balance; over all holders an asset is nothing.</summary>
/// <param name="Asset">The asset.</param>
/// <param name="Holder">customers, fees, transit (transfers on their way), payouts (withdrawals without a last word), or world: what came from outside, as a debit.</param>
/// <param name="Accounts">How many accounts that are.</param>
/// <param name="Total">Credit less debit.</param>
/// <param name="Held">Of that set aside for open orders.</param>
public sealed record TrialBalanceRow(string Asset, string Holder, long Accounts, decimal Total, decimal Held);

/// <summary>Fees of a day and symbol.</summary>
/// <param name="Day">The UTC day.</param>
/// <param name="Symbol">The instrument.</param>
/// <param name="Asset">What they are paid in.</param>
/// <param name="Trades">How many trades.</param>
/// <param name="MakerFees">Of those whose order rested.</param>
/// <param name="TakerFees">Of those whose order came in.</param>
public sealed record FeeRevenueRow(
    DateOnly Day, string Symbol, string Asset, long Trades, decimal MakerFees, decimal TakerFees);

/// <summary>A comparison of the ledger with itself and with accounts, which repairs nothing.</summary>
/// <param name="Time">When it ended, UTC.</param>
/// <param name="Compared">Accounts compared at a moment at which both sides stood at the same records.</param>
/// <param name="Moving">Accounts that traded all the while.</param>
/// <param name="Next">The account to go on after; null when all have had their turn.</param>
/// <param name="Findings">What does not agree.</param>
public sealed record ReconciliationReport(
    DateTimeOffset Time, int Compared, int Moving, string? Next, IReadOnlyList<ReconciliationFinding> Findings);

/// <summary>What does not agree.</summary>
/// <param name="Check">Which rule.</param>
/// <param name="Account">The account; null for one about all.</param>
/// <param name="Subject">The asset or symbol.</param>
/// <param name="LedgerMinorUnits">What the ledger has.</param>
/// <param name="OtherMinorUnits">What it should have, or what the account says.</param>
public sealed record ReconciliationFinding(
    string Check, string? Account, string Subject, string LedgerMinorUnits, string OtherMinorUnits);

/// <summary>What an account traded in an instrument, and earned on it. What was deposited is not in it: it has no price.</summary>
/// <param name="Symbol">The instrument.</param>
/// <param name="Asset">What amounts are in.</param>
/// <param name="Quantity">Bought less sold.</param>
/// <param name="Cost">What the open units cost; less than zero for a short position: what was received.</param>
/// <param name="AveragePrice">Cost by unit, rounded, to look at; null when nothing is open.</param>
/// <param name="Realised">Profit of what was closed.</param>
/// <param name="Fees">All fees paid.</param>
/// <param name="Mark">The price that open units are valued at: the mark, or the last trade; null for none.</param>
/// <param name="Unrealised">What the open units would bring at it.</param>
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

/// <summary>Which units leave a position first.</summary>
public enum CostMethod
{
    /// <summary>All cost the average.</summary>
    Average = 0,

    /// <summary>First in, first out.</summary>
    Fifo = 1,
}

internal sealed record PositionList([property: JsonRequired] IReadOnlyList<Position> Positions);

internal sealed record TrialBalanceRows([property: JsonRequired] IReadOnlyList<TrialBalanceRow> Rows);

internal sealed record FeeRevenueRows([property: JsonRequired] IReadOnlyList<FeeRevenueRow> Rows);
