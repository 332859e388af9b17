using System.Collections.Immutable;
using Microsoft.Extensions.Logging;
using QuantumCore.Contracts;
using QuantumCore.History;

namespace QuantumCore.Grains.Recovery;

/// <summary>Asks books to decide about holds without an order, and to cancel orders of killed accounts.</summary>
public sealed class OrderRecovery(
    HistoryStore history, InstrumentCatalog catalog, IGrainFactory grains, TimeProvider time,
    ILogger<OrderRecovery> log)
{
    /// <summary>Age of a hold from which the agent asks for its order.</summary>
    public static readonly TimeSpan OrphanAge = TimeSpan.FromSeconds(5);

    private const int HoldsPerPage = 1_000;
    private const int PagesPerRound = 20;
    private const int NumbersPerCall = 500;
    private const int KilledPerRound = 500;

    // When this agent first saw each hold dated in the future.
    private Dictionary<OrphanHold, long> _misdated = [];

    /// <summary>
    /// Does one round over durable holds older than <paramref name="age"/> that no book has seen.
    /// </summary>
    public async Task ResolveAsync(TimeSpan age, CancellationToken cancellationToken)
    {
        var before = time.UnixNanos() - age.Nanos();
        var found = 0;
        for (var page = 0; page < PagesPerRound; page++)
        {
            // Holds of a halted book stay and must not block those of the others.
            var orphans =
                await history.Recovery.OrphanHoldsAsync(
                    0, before, HoldsPerPage, page * HoldsPerPage, cancellationToken);
            found += orphans.Length;
            await ResolveAsync(orphans);
            if (orphans.Length < HoldsPerPage)
            {
                break;
            }
        }

        GrainMetrics.OrphansFound(found);
    }

    /// <summary>
    /// Does one round over holds that a wrong clock dated in the future. Their age counts from when this agent first
    /// saw them, because the correct clock may need hours to reach their time.
    /// </summary>
    internal async Task ResolveMisdatedAsync(CancellationToken cancellationToken)
    {
        var misdated = await history.Recovery.OrphanHoldsAsync(
            time.UnixNanos() + OrphanAge.Nanos(), long.MaxValue, HoldsPerPage, 0, cancellationToken);
        var known = _misdated;
        _misdated = misdated.ToDictionary(hold => hold, hold => known.GetValueOrDefault(hold, time.GetTimestamp()));
        await ResolveAsync([.. misdated.Where(hold => time.GetElapsedTime(_misdated[hold]) >= OrphanAge)]);
    }

    private async Task ResolveAsync(ImmutableArray<OrphanHold> orphans)
    {
        foreach (var group in orphans.GroupBy(hold => (hold.Symbol, hold.Account)))
        {
            await ResolveAsync(group.Key.Symbol, group.Key.Account, [.. group.Select(hold => hold.Number)]);
        }
    }

    // An account or book that cannot answer must not block the others' money.
    private async Task ResolveAsync(string symbol, long account, ImmutableArray<long> numbers)
    {
        try
        {
            foreach (var part in numbers.Chunk(NumbersPerCall))
            {
                await (await catalog.BookAsync(symbol)).Resolve(symbol, account, [.. part]);
            }

            await grains.Account(account).CatchUp();
        }
        catch (Exception e)
        {
            GrainLog.AgentFailed(log, e);
        }
    }

    /// <summary>
    /// Does one round over the orders that a kill switch must cancel, repeatedly until they have ended.
    /// </summary>
    public async Task CloseKilledAsync(CancellationToken cancellationToken)
    {
        foreach (var (account, symbol, floor) in await history.Recovery.KilledOrdersAsync(
            KilledPerRound, cancellationToken))
        {
            try
            {
                await (await catalog.BookAsync(symbol)).CloseAll(symbol, account, floor);
                await grains.Account(account).CatchUp();
            }
            catch (Exception e)
            {
                GrainLog.AgentFailed(log, e);
            }
        }
    }
}
