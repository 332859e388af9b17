using System.Runtime.InteropServices;
using QuantumCore.Gateway.Admission;
using QuantumCore.Gateway.Hosting;

namespace QuantumCore.Silo;

/// <summary>
/// Shuts an exchange down gracefully. New requests are rejected and their connections closed; admitted requests get
/// their responses. When no request has arrived for <see cref="SiloOptions.QuietBeforeEnd"/>, the server stops
/// listening, so that no connection breaks during a request. Then grains write their snapshots and the journal commits
/// the rest.
/// </summary>
internal sealed class OrderlyEnd(ExchangeReadiness readiness, Door door, SiloOptions options, TimeProvider time)
    : IHostedLifecycleService
{
    /// <summary>Exit code of a shutdown that was cut short. Acknowledged work is safe: it is in the journal.</summary>
    public const int CutShort = 71;

    private static readonly TimeSpan s_hangs = TimeSpan.FromSeconds(2);
    private static readonly TimeSpan s_look = TimeSpan.FromMilliseconds(20);

    /// <summary>True if the shutdown timeout passed before everything had ended.</summary>
    public bool IsCutShort { get; private set; }

    /// <summary>Ends the process at once at a second signal, or if the shutdown hangs beyond its limit.</summary>
    public static IDisposable Watch(IHostApplicationLifetime lifetime, TimeSpan limit)
    {
        var signals = 0;
        void Count(PosixSignalContext signal)
        {
            if (Interlocked.Increment(ref signals) > 1)
                Environment.Exit(CutShort);
        }

        var terminate = PosixSignalRegistration.Create(PosixSignal.SIGTERM, Count);
        var interrupt = PosixSignalRegistration.Create(PosixSignal.SIGINT, Count);
        var late = new Timer(static _ => Environment.Exit(CutShort));
        var stopping =
            lifetime.ApplicationStopping.Register(() => late.Change(limit + s_hangs, Timeout.InfiniteTimeSpan));
        return new Ends(terminate, interrupt, stopping, late);
    }

    /// <inheritdoc/>
    public async Task StoppingAsync(CancellationToken cancellationToken)
    {
        // At most half of the time: the steps that follow need the rest.
        using var patience = new CancellationTokenSource(options.Shutdown / 2, time);
        using var either = CancellationTokenSource.CreateLinkedTokenSource(patience.Token, cancellationToken);
        readiness.Close();
        while (!either.IsCancellationRequested && (!door.IsEmpty || readiness.QuietFor < options.QuietBeforeEnd))
            await Task.Delay(s_look, time, CancellationToken.None);
    }

    /// <inheritdoc/>
    public Task StartingAsync(CancellationToken cancellationToken) => Task.CompletedTask;

    /// <inheritdoc/>
    public Task StartAsync(CancellationToken cancellationToken) => Task.CompletedTask;

    /// <inheritdoc/>
    public Task StartedAsync(CancellationToken cancellationToken) => Task.CompletedTask;

    /// <inheritdoc/>
    public Task StopAsync(CancellationToken cancellationToken) => Task.CompletedTask;

    /// <inheritdoc/>
    public Task StoppedAsync(CancellationToken cancellationToken)
    {
        IsCutShort = cancellationToken.IsCancellationRequested;
        return Task.CompletedTask;
    }

    private sealed class Ends(params IDisposable[] all) : IDisposable
    {
        public void Dispose() => Array.ForEach(all, one => one.Dispose());
    }
}
