using System.Net;
using System.Net.Sockets;
using Npgsql;

namespace QuantumCore.Silo.Cluster;

/// <summary>
/// Declares silos dead whose heartbeats have stopped, until this silo has joined. A silo joins only when all silos
/// listed as alive reply; if all were killed at once, none is left to declare them dead. A silo of this machine whose
/// port is closed is certainly gone; for others, this one waits. A silo that is declared dead but lives ends as soon as
/// it reads so. Until then, the journal's fences reject its writes.
/// </summary>
internal sealed partial class LostSilos(SiloOptions options, TimeProvider time, ILogger<LostSilos> log)
    : IHostedLifecycleService, IDisposable
{
    /// <summary>Interval of a silo's heartbeats.</summary>
    public static readonly TimeSpan Period = TimeSpan.FromSeconds(5);

    private static readonly TimeSpan s_look = TimeSpan.FromSeconds(1);
    private static readonly TimeSpan s_lost = Period * 3;

    private readonly CancellationTokenSource _joined = new();

    // By this process's clock, whatever the clocks of the others show.
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
            // The database is unreachable; the start itself reports that.
        }
    }

    private async Task DeclareAsync(CancellationToken cancellationToken)
    {
        foreach (var (silo,
            said) in await MembershipTables.LastWordsAsync(options.Postgres!, options.Cluster, cancellationToken))
        {
            if (!_seen.TryGetValue(silo, out var seen) || seen.Said != said)
                _seen[silo] = seen = (said, time.GetTimestamp());

            var hasClosed = await HasClosedAsync(silo.Address, silo.Port, cancellationToken);
            if ((!hasClosed && time.GetElapsedTime(seen.Since) <= s_lost)
                || !await MembershipTables.DeclareDeadAsync(
                    options.Postgres!, options.Cluster, silo, said, cancellationToken))
            {
                continue;
            }

            if (hasClosed)
                Closed(log, silo.Address, silo.Port);
            else
                Lost(log, silo.Address, silo.Port, s_lost.TotalSeconds);
        }
    }

    // The operating system keeps a process's port open as long as the process lives, even if it is paused. A connection
    // to another machine may be refused by a firewall instead.
    private async Task<bool> HasClosedAsync(string address, int port, CancellationToken cancellationToken)
    {
        if (!IPAddress.TryParse(address, out var ip) || !(IPAddress.IsLoopback(ip) || ip.Equals(options.Advertise)))
            return false;

        using var socket = new Socket(ip.AddressFamily, SocketType.Stream, ProtocolType.Tcp);
        using var patience = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken);
        patience.CancelAfter(s_look);
        try
        {
            await socket.ConnectAsync(ip, port, patience.Token);
            return false;
        }
        catch (SocketException refused) when (refused.SocketErrorCode == SocketError.ConnectionRefused)
        {
            return true;
        }
        catch (Exception unclear) when (unclear is SocketException || !cancellationToken.IsCancellationRequested)
        {
            return false;
        }
    }

    [LoggerMessage(221, LogLevel.Warning, "Silo {Address}:{Port} has closed its port and is declared dead")]
    private static partial void Closed(ILogger logger, string address, int port);

    [LoggerMessage(
        209, LogLevel.Warning, "Silo {Address}:{Port} has said nothing for {Seconds} s and is declared dead")]
    private static partial void Lost(ILogger logger, string address, int port, double seconds);
}
