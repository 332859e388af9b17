using QuantumCore.Contracts;

namespace QuantumCore.Grains;

/// <summary>Has accounts hear of changed trades. A book tells them once, and nobody else looks into a book where an account has no open order.</summary>
public sealed partial class OpenWorkAgent
{
    private const int ChangesPerRound = 1_000;

    // As far as clocks of books, and what the history has of each, may be apart.
    private static readonly TimeSpan s_changesOverlap = TimeSpan.FromMinutes(10);

    // Whoever was there before this agent has told what was changed before that.
    private static readonly TimeSpan s_changesBefore = TimeSpan.FromDays(1);
    private HashSet<(string Symbol, long Sequence)> _toldChanges = [];
    private long _changesFrom;

    /// <summary>One round over changes of trades whose accounts this agent has not asked to fold them.</summary>
    public async Task TellTradeChangesAsync(CancellationToken cancellationToken)
    {
        _changesFrom = _changesFrom == 0 ? NanosAt(-s_changesBefore) : _changesFrom;
        var changes = await history.TradeChangesAsync(_changesFrom, ChangesPerRound, cancellationToken);
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
            // A page that is full ends before what is to be told next.
            var overlap = changes.Length < ChangesPerRound ? s_changesOverlap.Nanos() : 0;
            _changesFrom = Math.Max(_changesFrom, changes[^1].TimeNanos - overlap);
        }
    }

    // One account that can't answer must not keep the others.
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
