using System.Collections.Immutable;

namespace QuantumCore.Contracts;

/// <summary>An account's balances at the beginning and end of a period, and the causes of the changes.</summary>
/// <param name="Account">The account's number.</param>
/// <param name="FromNanos">Start of the period, inclusive, Unix nanoseconds.</param>
/// <param name="ToNanos">End of the period, exclusive, Unix nanoseconds.</param>
/// <param name="Assets">An entry for each asset the account ever had, sorted by name.</param>
/// <param name="Entries">Lines of the period, oldest first, after the requested place.</param>
/// <param name="HasMore">True if more lines follow.</param>
[GenerateSerializer, Immutable, Alias("account-statement")]
public sealed record AccountStatement(
    long Account,
    long FromNanos,
    long ToNanos,
    ImmutableArray<AssetStatement> Assets,
    ImmutableArray<LedgerLine> Entries,
    bool HasMore);

/// <summary>
/// An asset of a statement. The opening balance plus the sums of the period's lines is exactly the closing balance.
/// </summary>
/// <param name="Asset">Its name.</param>
/// <param name="Decimals">Decimal places of the minor unit.</param>
/// <param name="Opening">Balance at the beginning of the period, minor units.</param>
/// <param name="Closing">Balance at the end of the period, minor units.</param>
/// <param name="Held">Amount held for open orders now, minor units: a memo, not a line.</param>
/// <param name="Causes">Totals of the period's lines by cause, settled and pending apart.</param>
/// <param name="OpeningPending">
/// Part of the opening balance that was traded and not settled, minor units; negative if it had to be given.
/// </param>
/// <param name="ClosingPending">
/// Part of the closing balance that is traded and not settled: the opening part plus the period's pending lines, minor
/// units.
/// </param>
[GenerateSerializer, Immutable, Alias("asset-statement")]
public sealed record AssetStatement(
    string Asset,
    int Decimals,
    Int128 Opening,
    Int128 Closing,
    Int128 Held,
    ImmutableArray<CauseTotal> Causes,
    Int128 OpeningPending = default,
    Int128 ClosingPending = default);

/// <summary>Totals of the lines of one cause.</summary>
/// <param name="Cause">trade, fee, deposit…</param>
/// <param name="Lines">Number of lines.</param>
/// <param name="In">Sum of amounts received, minor units.</param>
/// <param name="Out">Sum of amounts given, minor units, not negative.</param>
/// <param name="IsPending">True for lines of what is traded and not settled.</param>
[GenerateSerializer, Immutable, Alias("cause-total")]
public readonly record struct CauseTotal(string Cause, long Lines, Int128 In, Int128 Out, bool IsPending = false);

/// <summary>Place of a line in the ledger; lines of an account are sorted by it.</summary>
/// <param name="TimeNanos">Time of its record, Unix nanoseconds.</param>
/// <param name="Stream">The journal's stream of its record.</param>
/// <param name="Sequence">The record's sequence.</param>
/// <param name="Index">The entry within the record.</param>
/// <param name="Leg">The line within the entry.</param>
[GenerateSerializer, Immutable, Alias("line-place")]
public readonly record struct LinePlace(long TimeNanos, string Stream, long Sequence, long Index, long Leg);

/// <summary>A line of the ledger.</summary>
/// <param name="Place">Its place in the ledger.</param>
/// <param name="Cause">trade, fee, deposit…</param>
/// <param name="Key">Idempotency key given by a client, such as a deposit's; null for none.</param>
/// <param name="Asset">The asset.</param>
/// <param name="Decimals">Decimal places of the asset's minor unit.</param>
/// <param name="Amount">Minor units; positive increases the balance.</param>
/// <param name="IsPending">True for what is traded and not settled.</param>
[GenerateSerializer, Immutable, Alias("ledger-line")]
public readonly record struct LedgerLine(
    LinePlace Place, string Cause, string? Key, string Asset, int Decimals, long Amount, bool IsPending = false);

/// <summary>A row of the trial balance.</summary>
/// <param name="Asset">The asset.</param>
/// <param name="Decimals">Decimal places of its minor unit.</param>
/// <param name="Holder">
/// Holder of the row:
/// customers, fees, insurance, interest, house;
/// clearing (between the two sides of a settlement);
/// transit (transfers on their way);
/// payouts (withdrawals without a final answer);
/// world (what came from outside, as a debit).
/// </param>
/// <param name="Accounts">Number of accounts in the row.</param>
/// <param name="Total">Credit less debit, minor units. The sum over all holders of an asset is 0.</param>
/// <param name="Held">Part of it held for open orders, minor units: a memo.</param>
[GenerateSerializer, Immutable, Alias("trial-balance-row")]
public readonly record struct TrialBalanceRow(
    string Asset, int Decimals, string Holder, long Accounts, Int128 Total, Int128 Held);

/// <summary>Fee revenue of a symbol's trades in one day.</summary>
/// <param name="DayNanos">Start of the UTC day, Unix nanoseconds.</param>
/// <param name="Symbol">The symbol.</param>
/// <param name="Asset">The asset in which fees are paid.</param>
/// <param name="Decimals">Decimal places of its minor unit.</param>
/// <param name="Trades">Number of trades.</param>
/// <param name="MakerFees">Maker fees, minor units.</param>
/// <param name="TakerFees">Taker fees, minor units. Fees of an auction are split as the rows of the trades say.</param>
[GenerateSerializer, Immutable, Alias("fee-revenue-row")]
public readonly record struct FeeRevenueRow(
    long DayNanos, string Symbol, string Asset, int Decimals, long Trades, Int128 MakerFees, Int128 TakerFees);

/// <summary>A difference found by reconciliation.</summary>
/// <param name="Check">The rule that failed, in words.</param>
/// <param name="Account">The account concerned; 0 for all accounts together.</param>
/// <param name="Subject">The asset or symbol.</param>
/// <param name="Ledger">The ledger's value.</param>
/// <param name="Other">The expected value, or the value in the account's grain.</param>
[GenerateSerializer, Immutable, Alias("reconciliation-finding")]
public readonly record struct ReconciliationFinding(
    string Check, long Account, string Subject, Int128 Ledger, Int128 Other);

/// <summary>A reconciliation of the ledger with itself and with the account grains.</summary>
/// <param name="TimeNanos">Time at which it ended, Unix nanoseconds.</param>
/// <param name="Compared">Number of accounts compared with their grains.</param>
/// <param name="Moving">Number of accounts not compared because they traded throughout.</param>
/// <param name="LastAccount">The account after which the next call continues; 0 if all accounts were processed.</param>
/// <param name="Findings">Differences found; none is repaired.</param>
[GenerateSerializer, Immutable, Alias("reconciliation-report")]
public sealed record ReconciliationReport(
    long TimeNanos, int Compared, int Moving, long LastAccount, ImmutableArray<ReconciliationFinding> Findings);

/// <summary>State of the history relative to the journal it is built from.</summary>
/// <param name="Records">Durable records of all streams that feed the history.</param>
/// <param name="Behind">Records that are not in the history yet.</param>
/// <param name="BehindNanos">Nanoseconds since the last batch was written while writable records wait; else 0.</param>
/// <param name="Stopped">
/// Streams with a record that the history cannot apply. The history has nothing of such a stream from that record on.
/// Empty or default if none.
/// </param>
/// <param name="Fails">
/// True if the database rejected the last batch: it is locked, full or gone. The write is retried each second.
/// </param>
[GenerateSerializer, Immutable, Alias("ledger-standing")]
public readonly record struct LedgerStatus(
    long Records, long Behind, long BehindNanos, ImmutableArray<StoppedStream> Stopped = default, bool Fails = false);

/// <summary>A stream whose history has stopped.</summary>
/// <param name="Stream">The journal's stream.</param>
/// <param name="Sequence">Sequence of the record that the history cannot apply.</param>
[GenerateSerializer, Immutable, Alias("stopped-stream")]
public readonly record struct StoppedStream(string Stream, long Sequence);

/// <summary>Cost method of a position: which units leave first, and where fees are counted.</summary>
public enum PositionMethod : byte
{
    /// <summary>Average cost; fees separate from the profit.</summary>
    Average = 0,

    /// <summary>First in, first out; fees separate from the profit.</summary>
    FirstInFirstOut = 1,

    /// <summary>Average cost, with fees in cost and proceeds.</summary>
    AverageWithFees = 2,

    /// <summary>First in, first out, with fees in cost and proceeds.</summary>
    FirstInFirstOutWithFees = 3,
}

/// <summary>An account's position in a symbol and its profit.</summary>
/// <param name="Symbol">The symbol.</param>
/// <param name="QuantityLots">Bought less sold, in lots. Deposits are not included because they have no price.</param>
/// <param name="Cost">Cost of the open lots, quote minor units; negative for a short position.</param>
/// <param name="Realised">Realised profit, quote minor units.</param>
/// <param name="Fees">All fees paid, quote minor units.</param>
[GenerateSerializer, Immutable, Alias("position-profit")]
public readonly record struct PositionProfit(
    string Symbol, long QuantityLots, Int128 Cost, Int128 Realised, Int128 Fees);
