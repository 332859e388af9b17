namespace QuantumCore.LocalRuntime;

/// <summary>
/// A grain's timer. The clock only posts a tick into the activation's queue; the next is due when the tick has ended, so ticks never
/// overlap.
/// </summary>
internal sealed class ActivationTimer : IGrainTimer
{
    private readonly Activation _activation;
    private readonly Func<CancellationToken, Task> _callback;
    private readonly GrainTimerCreationOptions _options;
    private readonly CancellationTokenSource _stop = new();
    private readonly ITimer _clock;
    private TimeSpan _period;
    private int _changes;
    private volatile bool _disposed;

    internal ActivationTimer(
        Activation activation, Func<CancellationToken, Task> callback, GrainTimerCreationOptions options, TimeProvider time)
    {
        _activation = activation;
        _callback = callback;
        _options = options;
        _period = options.Period;
        using (ExecutionContext.SuppressFlow())
            _clock = time.CreateTimer(static timer => ((ActivationTimer)timer!).Due(), this, Timeout.InfiniteTimeSpan, Timeout.InfiniteTimeSpan);
        _clock.Change(options.DueTime, Timeout.InfiniteTimeSpan);
    }

    public void Change(TimeSpan dueTime, TimeSpan period)
    {
        ObjectDisposedException.ThrowIf(_disposed, this);
        _changes++;
        _period = period;
        _clock.Change(dueTime, Timeout.InfiniteTimeSpan);
    }

    public void Dispose()
    {
        if (_disposed)
            return;

        _disposed = true;
        _clock.Dispose();
        _activation.Forget(this);
        _activation.Post(_stop.Cancel);
    }

    private void Due()
    {
        if (!_disposed)
            _activation.Post(new Tick(this, _changes));
    }

    private sealed class Tick(ActivationTimer timer, int changes) : GrainRequest
    {
        internal override bool AlwaysInterleave => timer._options.Interleave;

        internal override bool KeepsAlive => timer._options.KeepAlive;

        internal override bool IsDone => timer._disposed || timer._changes != changes;

        internal override void Run(Activation activation) => _ = RunToEnd(activation);

        internal override void Fail(Exception error)
        {
            // Nobody waits for a tick; the timer goes with its activation.
        }

        private async Task RunToEnd(Activation activation)
        {
            try
            {
                await timer._callback(timer._stop.Token);
            }
            catch (Exception error)
            {
                if (!timer._disposed || error is not OperationCanceledException)
                    Log.TimerFailed(activation.Runtime.Logger, error, activation.GrainId);
            }

            if (!IsDone && timer._period >= TimeSpan.Zero)
                timer._clock.Change(timer._period, Timeout.InfiniteTimeSpan);
            activation.Completed(this);
        }
    }
}
