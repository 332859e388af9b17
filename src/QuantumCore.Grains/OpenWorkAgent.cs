using System.Collections.Immutable;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging;
using QuantumCore.Contracts;
using QuantumCore.History;

namespace QuantumCore.Grains;

/// <summary>
/// Recovers abandoned work: a hold whose order never reached its book, a transfer that has not arrived, a withdrawal
/// that is not paid. It acts on durable records only and asks the owner of the decision. The book's journal decides
/// about an order, and that decision releases the hold. Every silo runs an agent, so that recovery need not wait until
/// a silo is declared dead; any number may run. The agent also refreshes the mark prices of its silo.
/// </summary>
public sealed partial class OpenWorkAgent(
    HistoryStore history, InstrumentCatalog catalog, MarkBoard marks, IGrainFactory grains, TimeProvider time,
    ILogger<OpenWorkAgent> log)
    : BackgroundService
{
    /// <summary>Age of a hold from which the agent asks for its order.</summary>
    public static readonly TimeSpan OrphanAge = TimeSpan.FromSeconds(5);

    private const int HoldsPerPage = 1_000;
    private const int PagesPerRound = 20;
    private const int NumbersPerCall = 500;
    private static readonly TimeSpan s_period = TimeSpan.FromSeconds(1);

    // When this agent first saw each hold dated in the future.
    private Dictionary<OrphanHold, long> _misdated = [];

    /// <summary>
    /// Does one round over durable holds older than <paramref name="age"/> that no book has seen.
    /// </summary>
    public async Task ResolveAsync(TimeSpan age, CancellationToken cancellationToken)
    {
        var before = NanosAt(-age);
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
    private async Task ResolveMisdatedAsync(CancellationToken cancellationToken)
    {
        var misdated = await history.Recovery.OrphanHoldsAsync(
            NanosAt(OrphanAge), long.MaxValue, HoldsPerPage, 0, cancellationToken);
        var known = _misdated;
        _misdated = misdated.ToDictionary(hold => hold, hold => known.GetValueOrDefault(hold, time.GetTimestamp()));
        await ResolveAsync([.. misdated.Where(hold => time.GetElapsedTime(_misdated[hold]) >= OrphanAge)]);
    }

    private long NanosAt(TimeSpan fromNow) => time.UnixNanos() + fromNow.Nanos();

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

    /// <inheritdoc/>
    protected override async Task ExecuteAsync(CancellationToken stoppingToken)
    {
        using var timer = new PeriodicTimer(s_period, time);
        while (await timer.WaitForNextTickAsync(stoppingToken))
        {
            try
            {
                // After a crash nobody may trade for a while, but the agent needs an up-to-date history.
                await grains.Ledger().Follow();
                await marks.RefreshAsync();
                await ResolveAsync(OrphanAge, stoppingToken);
                await ResolveMisdatedAsync(stoppingToken);
                await CloseKilledAsync(stoppingToken);
                await TellTradeChangesAsync(stoppingToken);
                await CarryTransfersAsync(stoppingToken);
                await CarryWithdrawalsAsync(stoppingToken);
            }
            catch (Exception e) when (!stoppingToken.IsCancellationRequested)
            {
                GrainLog.AgentFailed(log, e);
            }
        }
    }
}
