namespace QuantumCore.Gateway.Native.Streams;

/// <summary>
/// Source of one connection's channel. It keeps its own changes, merged, until it is asked for them. A slow reader gets
/// messages less often, and never more than the current state.
/// </summary>
internal interface IStreamSource : IDisposable
{
    /// <summary>Starts the source. It may have something to send at once.</summary>
    void Start();

    /// <summary>Returns the messages to send now, oldest first; none if all was sent already.</summary>
    IReadOnlyList<ReadOnlyMemory<byte>> Take();
}

/// <summary>Signals that a source has something to send, at most once per interval.</summary>
/// <param name="interval">Minimum time between two signals.</param>
/// <param name="time">The clock.</param>
/// <param name="ready">Called for each signal. It must return at once.</param>
internal sealed class Pacing(TimeSpan interval, TimeProvider time, Action ready) : IDisposable
{
    private readonly Lock _lock = new();
    private ITimer? _timer;
    private long _told = long.MinValue;
    private bool _isDue;
    private bool _isOver;

    /// <summary>Records that there is something to send.</summary>
    public void Due()
    {
        lock (_lock)
        {
            if (_isDue || _isOver)
                return;

            _isDue = true;
            var rest = _told == long.MinValue ? TimeSpan.Zero : interval - time.GetElapsedTime(_told);
            _timer ??= time.CreateTimer(_ => ready(), null, Timeout.InfiniteTimeSpan, Timeout.InfiniteTimeSpan);
            _timer.Change(rest > TimeSpan.Zero ? rest : TimeSpan.Zero, Timeout.InfiniteTimeSpan);
        }
    }

    /// <summary>Records that it is being sent; later changes are sent the next time.</summary>
    public void Told()
    {
        lock (_lock)
        {
            (_isDue, _told) = (false, time.GetTimestamp());
        }
    }

    /// <inheritdoc/>
    public void Dispose()
    {
        lock (_lock)
        {
            _isOver = true;
            _timer?.Dispose();
        }
    }
}
