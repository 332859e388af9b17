using System.Collections.Immutable;

namespace QuantumCore.Contracts;

/// <summary>What an account had of each asset at the beginning and the end of a period, and why it changed.</summary>
/// <param name="Account">The account's number.</param>
/// <param name="FromNanos">Begin of the period, Unix nanoseconds, included.</param>
/// <param name="ToNanos">End of the period, Unix nanoseconds, not included.</param>
/// <param name="Assets">One entry for each asset the account ever had, by name.</param>
/// <param name="Entries">The period's lines, oldest first, after the one that was asked for.</param>
/// <param name="HasMore">There are more lines after these.</param>
[GenerateSerializer, Immutable, Alias("account-statement")]
public sealed record AccountStatement(
    long Account,
    long FromNanos,
    long ToNanos,
    ImmutableArray<AssetStatement> Assets,
    ImmutableArray<LedgerLine> Entries,
    bool HasMore);

/// <summary>One asset of a statement: opening and the sums of the period's lines give the closing balance, exactly.</summary>
/// <param name="Asset">Its name.</param>
/// <param name="Decimals">Digits of the minor unit after the point.</param>
/// <param name="Opening">Balance at the begin of the period, minor units.</param>
/// <param name="Closing">Balance at its end, minor units.</param>
/// <param name="Held">What is held for open orders now, minor units: a memo, no line.</param>
/// <param name="Causes">The period's lines by cause, of what is settled and of what is pending apart.</param>
/// <param name="OpeningPending">Of the opening balance what was traded and not settled, minor units; less than zero was to be given.</param>
/// <param name="ClosingPending">The same of the closing balance: the opening one and the sums of the period's pending lines.</param>
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

/// <summary>Lines of one cause.</summary>
/// <param name="Cause">trade, fee, deposit…</param>
/// <param name="Lines">How many.</param>
/// <param name="In">What they brought, minor units.</param>
/// <param name="Out">What they took, minor units, not negative.</param>
/// <param name="IsPending">Lines of what is traded and not settled.</param>
[GenerateSerializer, Immutable, Alias("cause-total")]
public readonly record struct CauseTotal(string Cause, long Lines, Int128 In, Int128 Out, bool IsPending = false);

/// <summary>The place of a line in the ledger; lines of an account are told in this sequence.</summary>
/// <param name="TimeNanos">Time of its record, Unix nanoseconds.</param>
/// <param name="Stream">The journal's stream of its record.</param>
/// <param name="Sequence">The record's sequence.</param>
/// <param name="Index">The entry within the record.</param>
/// <param name="Leg">The line within the entry.</param>
[GenerateSerializer, Immutable, Alias("line-place")]
public readonly record struct LinePlace(long TimeNanos, string Stream, long Sequence, long Index, long Leg);

/// <summary>One line of the ledger.</summary>
/// <param name="Place">Where it stands.</param>
/// <param name="Cause">trade, fee, deposit…</param>
/// <param name="Key">The name that a client gave it, such as a deposit's; null for none.</param>
/// <param name="Asset">The asset.</param>
/// <param name="Decimals">Digits of the asset's minor unit after the point.</param>
/// <param name="Amount">Minor units; positive raises what the account has.</param>
/// <param name="IsPending">It is of what is traded and not settled.</param>
[GenerateSerializer, Immutable, Alias("ledger-line")]
public readonly record struct LedgerLine(
    LinePlace Place, string Cause, string? Key, string Asset, int Decimals, long Amount, bool IsPending = false);

/// <summary>A row of the trial balance.</summary>
/// <param name="Asset">The asset.</param>
/// <param name="Decimals">Digits of its minor unit after the point.</param>
/// <param name="Holder">customers, fees, clearing (between the sides of what settles), insurance, interest, house, transit (transfers on their way), payouts (withdrawals without a last word), or world: what came from outside, as a debit.</param>
/// <param name="Accounts">How many accounts that are.</param>
/// <param name="Total">Credit less debit, minor units. Over all holders of an asset it is 0.</param>
/// <param name="Held">Of that held for open orders, minor units: a memo.</param>
[GenerateSerializer, Immutable, Alias("trial-balance-row")]
public readonly record struct TrialBalanceRow(
    string Asset, int Decimals, string Holder, long Accounts, Int128 Total, Int128 Held);

/// <summary>What a symbol's trades of a day brought in fees.</summary>
/// <param name="DayNanos">Begin of the UTC day, Unix nanoseconds.</param>
/// <param name="Symbol">The symbol.</param>
/// <param name="Asset">The asset fees are paid in.</param>
/// <param name="Decimals">Digits of its minor unit after the point.</param>
/// <param name="Trades">How many trades.</param>
/// <param name="MakerFees">Minor units.</param>
/// <param name="TakerFees">Minor units; in an auction both sides' fees are split as the rows of the trades say.</param>
[GenerateSerializer, Immutable, Alias("fee-revenue-row")]
public readonly record struct FeeRevenueRow(
    long DayNanos, string Symbol, string Asset, int Decimals, long Trades, Int128 MakerFees, Int128 TakerFees);

/// <summary>What does not agree.</summary>
/// <param name="Check">Which rule, in words.</param>
/// <param name="Account">The account it is about; 0 for one about all.</param>
/// <param name="Subject">The asset or symbol.</param>
/// <param name="Ledger">What the ledger has.</param>
/// <param name="Other">What it should have, or what the account's grain has.</param>
[GenerateSerializer, Immutable, Alias("reconciliation-finding")]
public readonly record struct ReconciliationFinding(
    string Check, long Account, string Subject, Int128 Ledger, Int128 Other);

/// <summary>A comparison of the ledger with itself and with the accounts' grains.</summary>
/// <param name="TimeNanos">When it ended, Unix nanoseconds.</param>
/// <param name="Compared">Accounts compared with their grains.</param>
/// <param name="Moving">Accounts that traded all the while, so that no moment was found at which to compare them.</param>
/// <param name="LastAccount">The account to go on after; 0 when all have had their turn.</param>
/// <param name="Findings">What does not agree; nothing is repaired.</param>
[GenerateSerializer, Immutable, Alias("reconciliation-report")]
public sealed record ReconciliationReport(
    long TimeNanos, int Compared, int Moving, long LastAccount, ImmutableArray<ReconciliationFinding> Findings);

/// <summary>How the history stands to the journal it is made of.</summary>
/// <param name="Records">Durable records of all streams that the history is made of.</param>
/// <param name="Behind">Those that are not in the history yet.</param>
/// <param name="BehindNanos">Nanoseconds since it last wrote a batch, while records wait that it can take; else 0.</param>
/// <param name="Stopped">Streams with a record that the history can't take; nothing of them from there on is in it. Empty or missing when there is none.</param>
/// <param name="Fails">True if the database refused the last batch: it is locked, full or gone. Tried again each second.</param>
[GenerateSerializer, Immutable, Alias("ledger-standing")]
public readonly record struct LedgerStanding(
    long Records, long Behind, long BehindNanos, ImmutableArray<StoppedStream> Stopped = default, bool Fails = false);

/// <summary>A stream whose history has stopped.</summary>
/// <param name="Stream">The journal's stream.</param>
/// <param name="Sequence">The record that the history can't take.</param>
[GenerateSerializer, Immutable, Alias("stopped-stream")]
public readonly record struct StoppedStream(string Stream, long Sequence);

/// <summary>Which units leave a position first, and where fees are counted.</summary>
public enum PositionMethod : byte
{
    /// <summary>At average cost; fees beside the profit.</summary>
    Average = 0,

    /// <summary>First in, first out; fees beside the profit.</summary>
    FirstInFirstOut = 1,

    /// <summary>At average cost, with fees in cost and proceeds.</summary>
    AverageWithFees = 2,

    /// <summary>First in, first out, with fees in cost and proceeds.</summary>
    FirstInFirstOutWithFees = 3,
}

/// <summary>What an account has traded in a symbol, and earned on it.</summary>
/// <param name="Symbol">The symbol.</param>
/// <param name="QuantityLots">Bought less sold, lots. What was deposited is not in it: it has no price.</param>
/// <param name="Cost">What the open lots cost, quote minor units; of a short position less than zero.</param>
/// <param name="Realised">Profit of what was closed, quote minor units.</param>
/// <param name="Fees">All fees paid, quote minor units.</param>
[GenerateSerializer, Immutable, Alias("position-profit")]
public readonly record struct PositionProfit(string Symbol, long QuantityLots, Int128 Cost, Int128 Realised, Int128 Fees);
