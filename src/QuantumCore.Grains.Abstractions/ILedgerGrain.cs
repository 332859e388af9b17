using System.Collections.Immutable;
using QuantumCore.Contracts;

namespace QuantumCore.Grains;

/// <summary>
/// The history of the exchange, as rows in SQL. One grain, keyed <see cref="EventStreams.LedgerKey"/>.
/// </summary>
[Alias("ledger")]
public interface ILedgerGrain : IGrainWithStringKey
{
    /// <summary>Returns an account's newest fills, newest first, at least up to what the client has seen.</summary>
    [Alias("fills")]
    ValueTask<ImmutableArray<AccountFill>> Fills(
        long account, string? symbol, int limit, ImmutableArray<SeenSequence> seen);

    /// <summary>
    /// Returns an account's fills of one symbol after a trade, oldest first, at least up to what the client has seen.
    /// </summary>
    [Alias("fills-after")]
    ValueTask<ImmutableArray<AccountFill>> FillsAfter(
        long account, string symbol, TradePlace after, int limit, ImmutableArray<SeenSequence> seen);

    /// <summary>
    /// Returns an account's transfers, given and received: the newest first, or those after a place. All transfers it
    /// gave that were durable at the time of the call are included.
    /// </summary>
    [Alias("transfers")]
    ValueTask<ImmutableArray<AccountTransfer>> Transfers(long account, int limit, TransferPlace? after);

    /// <summary>
    /// Returns an account's withdrawals, newest first, or those before a sequence. All that were durable at the time of
    /// the call are included, in their states at that time.
    /// </summary>
    [Alias("withdrawals")]
    ValueTask<ImmutableArray<AccountWithdrawal>> Withdrawals(long account, int limit, long? before);

    /// <summary>
    /// Returns candles of a symbol, oldest first, without gaps from its first trade on, at least up to what the client
    /// has seen.
    /// </summary>
    [Alias("candles")]
    ValueTask<ImmutableArray<Candle>> Candles(CandleQuery query, ImmutableArray<SeenSequence> seen);

    /// <summary>Returns public trades of a symbol, oldest first, at least up to what the client has seen.</summary>
    [Alias("public-trades")]
    ValueTask<ImmutableArray<PublicTrade>> PublicTrades(TradeQuery query, ImmutableArray<SeenSequence> seen);

    /// <summary>
    /// Returns an account's fills of one symbol, oldest first, at least up to what the client has seen.
    /// </summary>
    [Alias("fills-of")]
    ValueTask<ImmutableArray<AccountFill>> FillsOf(FillQuery query, ImmutableArray<SeenSequence> seen);

    /// <summary>Returns prevented matches of an account, at least up to what the client has seen.</summary>
    [Alias("prevented")]
    ValueTask<ImmutableArray<PreventedMatch>> Prevented(PreventedQuery query, ImmutableArray<SeenSequence> seen);

    /// <summary>
    /// Returns orders of an account by number, oldest first, at least up to what the client has seen.
    /// </summary>
    [Alias("orders")]
    ValueTask<ImmutableArray<PastOrder>> Orders(OrderQuery query, ImmutableArray<SeenSequence> seen);

    /// <summary>Writes everything that is durable in the journal now into the history.</summary>
    [Alias("catch-up")]
    ValueTask CatchUp();

    /// <summary>
    /// Returns an account's statement over a period, with its lines after a place, at least up to what the client has
    /// seen.
    /// </summary>
    [Alias("statement")]
    ValueTask<AccountStatement> Statement(
        long account, long fromNanos, long toNanos, LinePlace? after, int limit, ImmutableArray<SeenSequence> seen);

    /// <summary>
    /// Returns an account's position and profit in each symbol, at least up to what the client has seen.
    /// </summary>
    [Alias("positions")]
    ValueTask<ImmutableArray<PositionProfit>> Positions(
        long account, PositionMethod method, ImmutableArray<SeenSequence> seen);

    /// <summary>
    /// Returns the trial balance: current totals of each asset by holder (customers, fees, outside world).
    /// </summary>
    [Alias("trial-balance")]
    ValueTask<ImmutableArray<TrialBalanceRow>> TrialBalance();

    /// <summary>Returns fees by UTC day and symbol.</summary>
    [Alias("fee-revenue")]
    ValueTask<ImmutableArray<FeeRevenueRow>> FeeRevenue(long fromNanos, long toNanos);

    /// <summary>
    /// Compares the ledger with itself, and the accounts after the given one with their grains. Repairs nothing.
    /// </summary>
    [Alias("reconcile")]
    ValueTask<ReconciliationReport> Reconcile(long after, int limit);

    /// <summary>
    /// Returns a page of customer accounts that had or owed units at the cut of an action and have no part on record.
    /// They come after the given account, sorted by account. All that was durable at the time of the call counts.
    /// </summary>
    [Alias("entitled")]
    ValueTask<ImmutableArray<EntitledAccount>> Entitled(CorporateActionView action, long after, int limit);

    /// <summary>Returns the sums of an action's recorded parts.</summary>
    [Alias("corporate-sums")]
    ValueTask<CorporateSums> CorporateSums(CorporateActionView action);

    /// <summary>Returns an action's recorded parts after an account: all of them, or only unpaid ones.</summary>
    [Alias("corporate-parts")]
    ValueTask<CorporateParts> CorporateParts(string action, bool unpaid, long after, int limit);

    /// <summary>Activates the ledger without waiting. Once active, it follows the journal by itself.</summary>
    [Alias("follow")]
    ValueTask Follow();

    /// <summary>
    /// Returns how far the history is behind the journal, as of the ledger's last check, at most a second ago.
    /// </summary>
    [Alias("standing")]
    ValueTask<LedgerStatus> Status();
}
