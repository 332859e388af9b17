using Orleans.CodeGeneration;

namespace QuantumCore.Simulation.Host;

/// <summary>A grain's timer. The next tick is due after the end of the last one, so ticks never overlap.</summary>
internal sealed class HostedTimer : IGrainTimer
{
    private readonly HostedGrain _activation;
    private readonly Func<CancellationToken, Task> _callback;
    private readonly GrainTimerCreationOptions _options;
    private readonly CancellationTokenSource _stop = new();
    private readonly SimTimer _clock;
    private TimeSpan _period;
    private int _changes;
    private bool _isDisposed;

    public HostedTimer(
        HostedGrain activation, Func<CancellationToken, Task> callback, GrainTimerCreationOptions options)
    {
        (_activation, _callback, _options) = (activation, callback, options);
        _clock = new SimTimer(
            activation.Host.World, activation.Host.Silo.Owner, _ => activation.Receive(new Tick(this)), null);
        Change(options.DueTime, options.Period);
    }

    public void Change(TimeSpan dueTime, TimeSpan period)
    {
        ObjectDisposedException.ThrowIf(_isDisposed, this);
        _changes++;
        _period = period;
        _clock.Change(dueTime, Timeout.InfiniteTimeSpan);
    }

    public void Dispose()
    {
        if (_isDisposed)
            return;

        _isDisposed = true;
        _clock.Dispose();
        _activation.Forget(this);
        _activation.Enter(_stop.Cancel);
    }

    private sealed class Tick(HostedTimer timer) : Message(timer._activation.GrainId)
    {
        private readonly int _changes = timer._changes;

        public override InvokeMethodOptions Options =>
            timer._options.Interleave ? InvokeMethodOptions.AlwaysInterleave : InvokeMethodOptions.None;

        public override bool KeepsAlive => timer._options.KeepAlive;

        public override bool IsObsolete => timer._isDisposed || timer._changes != _changes;

        public override async Task RunAsync(HostedGrain activation)
        {
            try
            {
                await timer._callback(timer._stop.Token);
            }
            catch (Exception error)
            {
                activation.Tell($"a timer failed: {error}");
            }

            if (!IsObsolete && timer._period >= TimeSpan.Zero)
                timer._clock.Change(timer._period, Timeout.InfiniteTimeSpan);
        }

        public override void Fail(Exception error)
        {
            // The timer ends with its activation; nobody awaits a tick.
        }
    }
}
