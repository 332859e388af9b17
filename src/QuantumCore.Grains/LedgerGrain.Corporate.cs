using System.Collections.Immutable;
using QuantumCore.Clearing;
using QuantumCore.Contracts;

namespace QuantumCore.Grains;

/// <summary>
/// Entitled accounts and recorded parts of corporate actions. A query fails unless everything durable is in the
/// history.
/// </summary>
public sealed partial class LedgerGrain
{
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
        await CatchUp();
        if (_stoppedAfter.Keys.FirstOrDefault() is { } stopped)
        {
            throw new InvalidOperationException(
                $"The history of {stopped} has stopped: it does not tell who had what.");
        }
    }
}
