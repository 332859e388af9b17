namespace QuantumCore.Gateway.Streams;

/// <summary>
/// Something that one connection follows and that keeps what it has to say itself, merged, until it is asked: a reader
/// that is slow is told less often, and never more than all there is.
/// </summary>
internal interface IStreamSource : IDisposable
{
    /// <summary>Begins to follow. It may have something to say at once.</summary>
    void Start();

    /// <summary>What there is to say now, oldest first; nothing when it was said already.</summary>
    IReadOnlyList<ReadOnlyMemory<byte>> Take();
}

/// <summary>Says that a source has something to say, at most once in an interval.</summary>
/// <param name="interval">The least time from one telling to the next.</param>
/// <param name="time">The clock.</param>
/// <param name="ready">Called when it is time. Must return at once.</param>
internal sealed class Pacing(TimeSpan interval, TimeProvider time, Action ready) : IDisposable
{
    private readonly Lock _lock = new();
    private ITimer? _timer;
    private long _told = long.MinValue;
    private bool _isDue;
    private bool _isOver;

    /// <summary>There is something to say.</summary>
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

    /// <summary>It is being said; what comes from now on is said the next time.</summary>
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
