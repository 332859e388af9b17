using System.Net;
using System.Net.Security;
using System.Net.Sockets;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging;
using QuantumCore.Gateway.Admission;
using QuantumCore.Gateway.Hosting;

namespace QuantumCore.Gateway.Fix;

/// <summary>
/// Listens for FIX clients, over TLS if configured, and serves each until it leaves. Startup fails if it cannot listen.
/// At its end, every session is logged out. Logons and their addresses are checked elsewhere.
/// </summary>
internal sealed class FixServer(
    IPEndPoint endpoint,
    SslServerAuthenticationOptions? tls,
    Func<FixMessage, IPAddress, ValueTask<FixLogon>> logOn,
    FixOptions fix,
    GatewayOptions options,
    BurstRoom bursts,
    GatewayMetrics metrics,
    TimeProvider time,
    ILogger<FixServer> log) : BackgroundService
{
    /// <summary>
    /// Fraction of the connections that one address may hold without logon: one in this many. So a client that never
    /// logs on keeps nobody out.
    /// </summary>
    private const int StrangersPart = 5;

    private static readonly TimeSpan s_pause = TimeSpan.FromSeconds(1);

    private readonly TcpListener _listener = new(endpoint);
    private readonly HashSet<Task> _connections = [];
    private readonly AddressShares _strangers = new(Math.Max(fix.Connections / StrangersPart, 1));
    private int _open;

    /// <summary>Endpoint it listens on.</summary>
    public IPEndPoint Address => (IPEndPoint)_listener.LocalEndpoint;

    /// <inheritdoc/>
    public override Task StartAsync(CancellationToken cancellationToken)
    {
        try
        {
            _listener.Start();
        }
        catch (SocketException error)
        {
            throw new IOException($"FIX can't listen at {endpoint}: {error.Message}", error);
        }

        FixLog.Listens(log, Address);
        return base.StartAsync(cancellationToken);
    }

    /// <inheritdoc/>
    public override void Dispose()
    {
        _listener.Dispose();
        base.Dispose();
    }

    /// <inheritdoc/>
    protected override async Task ExecuteAsync(CancellationToken stoppingToken)
    {
        while (await AcceptAsync(stoppingToken) is { } socket)
        {
            if (Interlocked.Increment(ref _open) > fix.Connections || !Come(socket, out var from))
            {
                Interlocked.Decrement(ref _open);
                metrics.TurnedAway(Lane.Streams);
                socket.Dispose();
                continue;
            }

            // Finished connections are removed here and not at their end: one could end before it is added.
            foreach (var ended in _connections.Where(connection => connection.IsCompleted).ToArray())
                _connections.Remove(ended);
            _connections.Add(ServeAsync(socket, from, stoppingToken));
        }

        _listener.Stop();
        await Task.WhenAll(_connections);
    }

    /// <summary>Accepts the next connection; null if the host stops.</summary>
    private async ValueTask<Socket?> AcceptAsync(CancellationToken stopping)
    {
        var pause = TimeSpan.Zero;
        while (true)
        {
            try
            {
                await Task.Delay(pause, time, stopping);
                return await _listener.AcceptSocketAsync(stopping);
            }
            catch (OperationCanceledException)
            {
                return null;
            }
            catch (SocketException error)
            {
                // The client left early, or there are no file descriptors left; others may come.
                FixLog.NotAccepted(log, error);
                pause = s_pause;
            }
        }
    }

    /// <summary>
    /// Counts a connection without logon; false if its address has too many of them, or it is gone already.
    /// </summary>
    private bool Come(Socket socket, out IPAddress from)
    {
        from = IPAddress.None;
        try
        {
            from = ((IPEndPoint)socket.RemoteEndPoint!).Address;
        }
        catch (SocketException)
        {
            return false;
        }

        return _strangers.TryTake(from);
    }

    private async Task ServeAsync(Socket socket, IPAddress from, CancellationToken stopping)
    {
        // The next connection must not wait for this one.
        await Task.Yield();
        metrics.ReaderCame();
        var counted = 1;
        try
        {
            await using var connection = new FixConnection(socket, LogOnAsync, options, bursts, metrics, time, log);
            await connection.RunAsync(tls, stopping);
        }
        catch (Exception error)
        {
            FixLog.Failed(log, error);
        }
        finally
        {
            socket.Dispose();
            metrics.ReaderWent();
            Known();
            Interlocked.Decrement(ref _open);
        }

        async ValueTask<FixLogon> LogOnAsync(FixMessage message, IPAddress address)
        {
            var answer = await logOn(message, address);
            if (answer.Refusal is null)
                Known();
            return answer;
        }

        // Once only: a logon may be answered after its connection has ended.
        void Known()
        {
            if (Interlocked.Exchange(ref counted, 0) == 1)
                _strangers.Return(from);
        }
    }
}
