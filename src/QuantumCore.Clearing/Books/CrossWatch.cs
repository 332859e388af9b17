namespace QuantumCore.Clearing;

/// <summary>
/// Measures how long one book is crossed: buyers and sellers could trade and do not. In continuous trading a book is
/// never crossed between two commands, because crossing orders have traded.
/// </summary>
internal sealed class CrossWatch
{
    private long? _sinceNanos;

    /// <summary>
    /// Looks at the displayed book; returns the nanoseconds since it was first seen crossed without a pause.
    /// </summary>
    /// <param name="nowNanos">Unix nanoseconds.</param>
    /// <param name="isMatching">True if the book matches continuously.</param>
    /// <param name="bidTicks">Best bid, in ticks; null if there is none.</param>
    /// <param name="askTicks">Best ask, in ticks; null if there is none.</param>
    public long Look(long nowNanos, bool isMatching, long? bidTicks, long? askTicks)
    {
        _sinceNanos = isMatching && bidTicks >= askTicks ? _sinceNanos ?? nowNanos : null;
        return nowNanos - (_sinceNanos ?? nowNanos);
    }
}
