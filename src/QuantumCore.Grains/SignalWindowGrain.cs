using QuantumCore.Contracts;
using QuantumCore.Grains.Storage;
using QuantumCore.Instruments;

namespace QuantumCore.Grains;

/// <summary>The stored state of a strategy's recent signals.</summary>
[GenerateSerializer]
public sealed class SignalWindowState
{
    /// <summary>Number of consecutive failures; null if none was ever set.</summary>
    [Id(0)]
    public int? Failures { get; set; }

    /// <summary>Signals of the window, oldest first.</summary>
    [Id(1)]
    public List<AdmittedSignal> Admitted { get; set; } = [];
}

/// <summary>A signal that was admitted.</summary>
/// <param name="TimeNanos">Time of its admission, Unix nanoseconds.</param>
/// <param name="Key">Its idempotency key.</param>
[GenerateSerializer]
public sealed record AdmittedSignal(long TimeNanos, string Key);

/// <summary>The recent signals of one strategy. The state is written before a signal goes on.</summary>
[GrainType("signal-window")]
public sealed class SignalWindowGrain(
    [PersistentState("signal-window")] IPersistentState<SignalWindowState> state, TimeProvider time)
    : Grain, ISignalWindowGrain
{
    /// <inheritdoc/>
    public ValueTask<int?> Failures() => new(state.State.Failures);

    /// <inheritdoc/>
    public async ValueTask<SignalAdmission> Admit(string key, int most, long windowNanos)
    {
        var now = time.UnixNanos();

        // A signal of the future was admitted by a clock that was ahead.
        var admitted =
            state.State.Admitted.FindAll(signal => signal.TimeNanos > now - windowNanos && signal.TimeNanos <= now);
        if (admitted.Exists(signal => signal.Key == key))
            return default;
        if (admitted.Count >= most)
            return new SignalAdmission(RejectReason.TooManyRequests, admitted[0].TimeNanos + windowNanos - now);

        admitted.Add(new AdmittedSignal(now, key));
        await WriteAsync(state.State.Failures, admitted);
        return default;
    }

    /// <inheritdoc/>
    public async ValueTask SetFailures(int failures)
    {
        if (failures != state.State.Failures)
            await WriteAsync(failures, state.State.Admitted);
    }

    private Task WriteAsync(int? failures, List<AdmittedSignal> admitted)
    {
        state.State = new SignalWindowState { Failures = failures, Admitted = admitted };
        return this.WriteOrDeactivateAsync(state);
    }
}
