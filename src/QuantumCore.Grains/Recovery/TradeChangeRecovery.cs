using Microsoft.Extensions.Logging;
using QuantumCore.Contracts;
using QuantumCore.History;

namespace QuantumCore.Grains.Recovery;

/// <summary>
/// Notifies accounts of changed trades. A book delivers them once, and an account without open orders in a book does
/// not catch up with it.
/// </summary>
public sealed class TradeChangeRecovery(
    HistoryStore history, IGrainFactory grains, TimeProvider time, ILogger<TradeChangeRecovery> log)
{
    private const int ChangesPerRound = 1_000;

    // Maximum difference between the clocks of books and their progress in the history.
    private static readonly TimeSpan s_changesOverlap = TimeSpan.FromMinutes(10);

    // Changes before this were delivered by an earlier agent.
    private static readonly TimeSpan s_changesBefore = TimeSpan.FromDays(1);
    private HashSet<(string Symbol, long Sequence)> _toldChanges = [];
    private long _changesFrom;

    /// <summary>
    /// Does one round over changes of trades whose accounts this agent has not yet asked to apply them.
    /// </summary>
    public async Task TellTradeChangesAsync(CancellationToken cancellationToken)
    {
        _changesFrom = _changesFrom == 0 ? time.UnixNanos() - s_changesBefore.Nanos() : _changesFrom;
        var changes = await history.Trades.ChangesAsync(_changesFrom, ChangesPerRound, cancellationToken);
        var told = new HashSet<(string Symbol, long Sequence)>();
        var isWhole = true;
        foreach (var change in changes)
        {
            var place = (change.Symbol, change.Sequence);
            if (_toldChanges.Contains(place) || (await FoldAsync(change.Buyer) & await FoldAsync(change.Seller)))
            {
                told.Add(place);
            }
            else
            {
                isWhole = false;
            }
        }

        _toldChanges = told;
        if (isWhole && changes.Length > 0)
        {
            // A full page ends before the next changes to deliver.
            var overlap = changes.Length < ChangesPerRound ? s_changesOverlap.Nanos() : 0;
            _changesFrom = Math.Max(_changesFrom, changes[^1].TimeNanos - overlap);
        }
    }

    // An account that cannot answer must not block the others.
    private async Task<bool> FoldAsync(long account)
    {
        try
        {
            await grains.Account(account).CatchUp();
            return true;
        }
        catch (Exception e)
        {
            GrainLog.AgentFailed(log, e);
            return false;
        }
    }
}
