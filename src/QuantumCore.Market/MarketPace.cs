namespace QuantumCore.Market;

/// <summary>
/// Slows a simulated market down while nobody uses the exchange. A demo that runs unattended would otherwise fill a
/// gigabyte a day with trades that nobody sees.
/// </summary>
/// <param name="step">Length of a step while the exchange is in use.</param>
/// <param name="time">Clock.</param>
public sealed class MarketPace(TimeSpan step, TimeProvider time)
{
    /// <summary>Time after the last use from which on the market is slow.</summary>
    public static readonly TimeSpan Patience = TimeSpan.FromMinutes(2);

    /// <summary>Number of times that a step is longer while nobody uses the exchange.</summary>
    public const int Slowness = 10;

    private long _requests = -1;
    private long _usedAt;

    /// <summary>Returns the length of the next step.</summary>
    /// <param name="connections">Connections that are open.</param>
    /// <param name="requests">Requests so far. A number other than the last one means that somebody called.</param>
    public TimeSpan Next(long connections, long requests)
    {
        if (connections > 0 || requests != _requests)
            (_requests, _usedAt) = (requests, time.GetTimestamp());
        return time.GetElapsedTime(_usedAt) < Patience ? step : step * Slowness;
    }
}
