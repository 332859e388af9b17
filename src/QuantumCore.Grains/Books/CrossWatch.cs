namespace QuantumCore.Grains.Books;

/// <summary>
/// How long buyers and sellers of one book could trade and do not. In continuous trading that is no moment between two
/// turns: what could trade has traded.
/// </summary>
internal sealed class CrossWatch
{
    private long? _sinceNanos;

    /// <summary>The book as it is shown now; nanoseconds since it was first seen crossed without a pause.</summary>
    /// <param name="nowNanos">Unix nanoseconds.</param>
    /// <param name="isMatching">The book matches continuously.</param>
    /// <param name="bidTicks">Best bid; null where there is none.</param>
    /// <param name="askTicks">Best ask; null where there is none.</param>
    public long Look(long nowNanos, bool isMatching, long? bidTicks, long? askTicks)
    {
        _sinceNanos = isMatching && bidTicks >= askTicks ? _sinceNanos ?? nowNanos : null;
        return nowNanos - (_sinceNanos ?? nowNanos);
    }
}
