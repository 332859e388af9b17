using Npgsql;

namespace QuantumCore.Silo.Cluster;

/// <summary>
/// Declares silos dead that have not said for a while that they live, until this one has joined. A silo joins only when all
/// that are said to be alive answer it; where all were killed at once, nobody is left to say otherwise. Who was declared dead
/// and is not ends as soon as it reads so, and the fences of the journal hold what it writes until then.
/// </summary>
internal sealed partial class LostSilos(SiloOptions options, TimeProvider time, ILogger<LostSilos> log) : IHostedLifecycleService, IDisposable
{
    /// <summary>How often a silo says that it lives.</summary>
    public static readonly TimeSpan Period = TimeSpan.FromSeconds(5);

    private static readonly TimeSpan s_look = TimeSpan.FromSeconds(1);
    private static readonly TimeSpan s_lost = Period * 3;

    private readonly CancellationTokenSource _joined = new();

    // By this process' clock, whatever those of the others say.
    private readonly Dictionary<(string Address, int Port, int Generation), (DateTime Said, long Since)> _seen = [];

    /// <inheritdoc/>
    public Task StartingAsync(CancellationToken cancellationToken)
    {
        _ = LookAsync();
        return Task.CompletedTask;
    }

    /// <inheritdoc/>
    public Task StartedAsync(CancellationToken cancellationToken) => _joined.CancelAsync();

    /// <inheritdoc/>
    public Task StartAsync(CancellationToken cancellationToken) => Task.CompletedTask;

    /// <inheritdoc/>
    public Task StoppingAsync(CancellationToken cancellationToken) => _joined.CancelAsync();

    /// <inheritdoc/>
    public Task StopAsync(CancellationToken cancellationToken) => Task.CompletedTask;

    /// <inheritdoc/>
    public Task StoppedAsync(CancellationToken cancellationToken) => Task.CompletedTask;

    /// <inheritdoc/>
    public void Dispose() => _joined.Dispose();

    private async Task LookAsync()
    {
        using var timer = new PeriodicTimer(s_look, time);
        try
        {
            do
            {
                await TryDeclareAsync(_joined.Token);
            }
            while (await timer.WaitForNextTickAsync(_joined.Token));
        }
        catch (OperationCanceledException)
        {
            // Joined.
        }
    }

    private async Task TryDeclareAsync(CancellationToken cancellationToken)
    {
        try
        {
            await DeclareAsync(cancellationToken);
        }
        catch (NpgsqlException)
        {
            // The database is away, which the start itself tells.
        }
    }

    private async Task DeclareAsync(CancellationToken cancellationToken)
    {
        foreach (var (silo, said) in await MembershipTables.LastWordsAsync(options.Postgres!, options.Cluster, cancellationToken))
        {
            if (!_seen.TryGetValue(silo, out var seen) || seen.Said != said)
            {
                _seen[silo] = (said, time.GetTimestamp());
            }
            else if (time.GetElapsedTime(seen.Since) > s_lost
                && await MembershipTables.DeclareDeadAsync(options.Postgres!, options.Cluster, silo, said, cancellationToken))
            {
                Lost(log, silo.Address, silo.Port, s_lost.TotalSeconds);
            }
        }
    }

    [LoggerMessage(209, LogLevel.Warning, "Silo {Address}:{Port} has said nothing for {Seconds} s and is declared dead")]
    private static partial void Lost(ILogger logger, string address, int port, double seconds);
}
