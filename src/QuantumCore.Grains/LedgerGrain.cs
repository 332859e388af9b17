using System.Collections.Immutable;
using Microsoft.Extensions.Logging;
using QuantumCore.Clearing;
using QuantumCore.Contracts;
using QuantumCore.History;
using QuantumCore.Journal;

namespace QuantumCore.Grains;

/// <summary>
/// Follows the journal and writes the history: on a notice, and every second in case one was lost. Queries go on
/// meanwhile; each waits until the history has what its caller has seen.
/// </summary>
[Reentrant, KeepAlive, ImplicitStreamSubscription(EventStreams.Ledger)]
public sealed class LedgerGrain(
    IJournalStore journal, HistoryStore history, LedgerNotices notices, TimeProvider time, ILogger<LedgerGrain> log)
    : Grain, ILedgerGrain, IStreamSubscriptionObserver, IAsyncObserver<StreamAdvanced>
{
    private static readonly TimeSpan s_look = TimeSpan.FromSeconds(1);
    private static readonly TimeSpan s_reconcile = TimeSpan.FromMinutes(1);

    private readonly ReadingTurns _turns = new(history.ReadingsAtATime, time);
    private readonly LedgerProjection _projection = new(journal, history, notices, time, log);
    private readonly LedgerPositions _positions = new(history);
    private LedgerReconciliation _reconciliation = null!;

    /// <inheritdoc/>
    public override async Task OnActivateAsync(CancellationToken cancellationToken)
    {
        _reconciliation = new LedgerReconciliation(_projection, history, GrainFactory, time, log);
        await _projection.ReloadCursorsAsync(cancellationToken);
        this.RegisterGrainTimer(
            LookAndFollowAsync,
            new GrainTimerCreationOptions { DueTime = TimeSpan.Zero, Period = s_look, Interleave = true });
        this.RegisterGrainTimer(
            _reconciliation.ReconcileNextAsync,
            new GrainTimerCreationOptions { DueTime = s_reconcile, Period = s_reconcile, Interleave = true });
        notices.Recent.Follow(this);
    }

    /// <inheritdoc/>
    public override Task OnDeactivateAsync(DeactivationReason reason, CancellationToken cancellationToken)
    {
        notices.Recent.Leave(this);
        return Task.CompletedTask;
    }

    /// <inheritdoc/>
    public Task OnSubscribed(IStreamSubscriptionHandleFactory handleFactory) =>
        handleFactory.Create<StreamAdvanced>().ResumeAsync(this);

    /// <inheritdoc/>
    public Task OnNextAsync(StreamAdvanced item, StreamSequenceToken? token = null)
    {
        _projection.Note(item.Stream, item.Sequence);
        _projection.StartFollowing();
        return Task.CompletedTask;
    }

    /// <inheritdoc/>
    public Task OnErrorAsync(Exception ex) => Task.CompletedTask;

    /// <inheritdoc/>
    public async ValueTask<ImmutableArray<AccountFill>> Fills(
        long account, string? symbol, int limit, ImmutableArray<SeenSequence> seen)
    {
        await _projection.CatchUpToAsync(seen);
        return await _turns.ReadAsync(() => history.Fills.NewestAsync(account, symbol, limit, CancellationToken.None));
    }

    /// <inheritdoc/>
    public async ValueTask<ImmutableArray<AccountFill>> FillsAfter(
        long account, string symbol, TradePlace after, int limit, ImmutableArray<SeenSequence> seen)
    {
        await _projection.CatchUpToAsync(seen);
        return await _turns.ReadAsync(
            () => history.Fills.AfterAsync(account, symbol, after, limit, CancellationToken.None));
    }

    /// <inheritdoc/>
    public async ValueTask<ImmutableArray<AccountTransfer>> Transfers(long account, int limit, TransferPlace? after)
    {
        await _projection.CatchUpAsync(HistoryChunk.StreamOf(account));
        return await _turns.ReadAsync(
            () => history.Transfers.NewestAsync(account, limit, after, CancellationToken.None));
    }

    /// <inheritdoc/>
    public async ValueTask<ImmutableArray<AccountWithdrawal>> Withdrawals(long account, int limit, long? before)
    {
        await _projection.CatchUpAsync(HistoryChunk.StreamOf(account), PayoutRecord.StreamPrefix);
        return await _turns.ReadAsync(
            () => history.Withdrawals.NewestAsync(account, limit, before, CancellationToken.None));
    }

    /// <inheritdoc/>
    public async ValueTask<ImmutableArray<Candle>> Candles(CandleQuery query, ImmutableArray<SeenSequence> seen)
    {
        await _projection.CatchUpToAsync(seen);
        return await _turns.ReadAsync(() => history.Candles.FindAsync(query, CancellationToken.None));
    }

    /// <inheritdoc/>
    public async ValueTask<ImmutableArray<PublicTrade>> PublicTrades(
        TradeQuery query, ImmutableArray<SeenSequence> seen)
    {
        await _projection.CatchUpToAsync(seen);
        return await _turns.ReadAsync(() => history.Trades.FindAsync(query, CancellationToken.None));
    }

    /// <inheritdoc/>
    public async ValueTask<ImmutableArray<AccountFill>> FillsOf(FillQuery query, ImmutableArray<SeenSequence> seen)
    {
        await _projection.CatchUpToAsync(seen);
        return await _turns.ReadAsync(() => history.Fills.FindAsync(query, CancellationToken.None));
    }

    /// <inheritdoc/>
    public async ValueTask<ImmutableArray<PreventedMatch>> Prevented(
        PreventedQuery query, ImmutableArray<SeenSequence> seen)
    {
        await _projection.CatchUpToAsync(seen);
        return await _turns.ReadAsync(() => history.PreventedMatches.FindAsync(query, CancellationToken.None));
    }

    /// <inheritdoc/>
    public async ValueTask<ImmutableArray<PastOrder>> Orders(OrderQuery query, ImmutableArray<SeenSequence> seen)
    {
        await _projection.CatchUpToAsync(seen);
        return await _turns.ReadAsync(() => history.Orders.FindAsync(query, CancellationToken.None));
    }

    /// <inheritdoc/>
    public async ValueTask CatchUp() => await _projection.CatchUpAsync();

    /// <inheritdoc/>
    public ValueTask Follow() => ValueTask.CompletedTask;

    /// <inheritdoc/>
    public ValueTask<LedgerStatus> Status() => ValueTask.FromResult(_projection.Status);

    /// <inheritdoc/>
    public async ValueTask<AccountStatement> Statement(
        long account, long fromNanos, long toNanos, LinePlace? after, int limit, ImmutableArray<SeenSequence> seen)
    {
        await _projection.CatchUpToAsync(seen);
        await _projection.CatchUpAsync(HistoryChunk.StreamOf(account));
        return await _turns.ReadAsync(
            () => history.AccountStatements.FindAsync(
                account, fromNanos, toNanos, after, limit, CancellationToken.None));
    }

    /// <inheritdoc/>
    public async ValueTask<ImmutableArray<TrialBalanceRow>> TrialBalance()
    {
        await _projection.CatchUpAsync();
        return await history.Reports.TrialBalanceAsync(CancellationToken.None);
    }

    /// <inheritdoc/>
    public async ValueTask<ImmutableArray<FeeRevenueRow>> FeeRevenue(long fromNanos, long toNanos)
    {
        await _projection.CatchUpAsync();
        return await history.Reports.FeeRevenueAsync(fromNanos, toNanos, CancellationToken.None);
    }

    /// <inheritdoc/>
    public ValueTask<ReconciliationReport> Reconcile(long after, int limit) =>
        _reconciliation.ReconcileAsync(after, limit);

    /// <inheritdoc/>
    public async ValueTask<ImmutableArray<PositionProfit>> Positions(
        long account, PositionMethod method, ImmutableArray<SeenSequence> seen)
    {
        await _projection.CatchUpToAsync(seen);
        // A split lies between trades.
        await _projection.CatchUpAsync(HistoryChunk.StreamOf(account));
        return await _turns.ReadAsync(() => _positions.FindAsync(account, method));
    }

    /// <inheritdoc/>
    public async ValueTask<ImmutableArray<EntitledAccount>> Entitled(CorporateActionView action, long after, int limit)
    {
        await CatchUpWholeAsync();
        // For a symbol change, all units count: nothing may be left under the old name.
        var cut = action.Request.Kind == CorporateActionKind.SymbolChange ? long.MaxValue : action.CutNanos;
        // An account that sold everything that was deposited has no units, but has a position in old ones.
        return await history.CorporateActions.EntitledAsync(
            action.Request.Id, action.UnitAsset, cut, !action.Request.ChangesUnits,
            action.Request.Kind == CorporateActionKind.Split, after, limit,
            CancellationToken.None);
    }

    /// <inheritdoc/>
    public async ValueTask<CorporateSums> CorporateSums(CorporateActionView action)
    {
        await CatchUpWholeAsync();
        var sums = await history.CorporateActions.SumsAsync(action.Request.Id, CancellationToken.None);
        return action.Request.ChangesUnits ? sums : sums with
        {
            Rounding = DividendShare.Rest(
                sums.LongUnits - sums.ShortUnits, action.UnitDecimals, action.Request.Rate, sums.Received - sums.Owed),
        };
    }

    /// <inheritdoc/>
    public async ValueTask<CorporateParts> CorporateParts(string action, bool unpaid, long after, int limit)
    {
        await CatchUpWholeAsync();
        var parts = await history.CorporateActions.PartsAsync(action, unpaid, after, limit + 1, CancellationToken.None);
        return parts.Length > limit ? new CorporateParts(parts[..limit], true) : new CorporateParts(parts, false);
    }

    // The history lacks records of a stopped stream, so the result would be incomplete.
    private async Task CatchUpWholeAsync()
    {
        await _projection.CatchUpAsync();
        if (_projection.FirstStopped is { } stopped)
        {
            throw new InvalidOperationException(
                $"The history of {stopped} has stopped: it does not tell who had what.");
        }
    }

    private async Task LookAndFollowAsync(CancellationToken cancellationToken)
    {
        try
        {
            await _projection.LookAsync(cancellationToken);
            _projection.TellLag(_reconciliation.Findings);
            _projection.StartFollowing();
        }
        catch (Exception fault) when (!cancellationToken.IsCancellationRequested)
        {
            GrainLog.LedgerBehind(log, fault);
        }
    }
}
