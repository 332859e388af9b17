using QuantumCore.Contracts;
using QuantumCore.Instruments;

namespace QuantumCore.Grains;

/// <summary>
/// The recent signals of one strategy, keyed by its name: what its rate limit and its pauses count. The catalog alone
/// calls it. Every change is on disk before the call returns.
/// </summary>
[Alias("signal-window")]
public interface ISignalWindowGrain : IGrainWithStringKey
{
    /// <summary>Returns the number of consecutive failures, or null if none was ever set.</summary>
    [Alias("failures")]
    ValueTask<int?> Failures();

    /// <summary>
    /// Admits a signal, and takes a place in the sliding window for it. A key known in the window passes. Returns
    /// <see cref="RejectReason.TooManyRequests"/> if the window is full.
    /// </summary>
    [Alias("admit")]
    ValueTask<SignalAdmission> Admit(string key, int most, long windowNanos);

    /// <summary>Sets the number of consecutive failures.</summary>
    [Alias("set-failures")]
    ValueTask SetFailures(int failures);
}
