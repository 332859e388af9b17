using System.Security.Cryptography;

namespace QuantumCore.Client;

/// <summary>
/// Exponential backoff with jitter between half and the whole of the pause, so that clients which failed together do
/// not retry together.
/// </summary>
internal sealed class Backoff
{
    private readonly QuantumCoreClientOptions _options;
    private readonly Lock _gate = new();
    private readonly Random _jitter;

    internal Backoff(QuantumCoreClientOptions options)
    {
        _options = options;
        _jitter = new Random(options.JitterSeed ?? RandomNumberGenerator.GetInt32(int.MaxValue));
    }

    /// <summary>
    /// Returns the pause after a failed attempt, counted from 1; never shorter than the exchange asked for.
    /// </summary>
    internal TimeSpan PauseAfter(int attempt, TimeSpan? retryAfter = null)
    {
        var doublings = Math.Min(attempt - 1, 20);
        var ticks = Math.Min(_options.FirstPause.Ticks << doublings, _options.LongestPause.Ticks);
        long drawn;
        lock (_gate)
            drawn = (ticks / 2) + _jitter.NextInt64((ticks / 2) + 1);

        var pause = TimeSpan.FromTicks(drawn);
        return retryAfter is { } asked && asked > pause ? asked : pause;
    }
}
