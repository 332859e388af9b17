namespace QuantumCore.Client;

// Signals from outside, and the strategies that they are of.
public sealed partial class QuantumCoreClient
{
    /// <summary>Sends a signal, signed with its strategy's secret, and repeats it while its outcome is not known: it trades once.</summary>
    /// <param name="strategy">The strategy.</param>
    /// <param name="secret">Its secret.</param>
    /// <param name="signal">The signal.</param>
    /// <param name="cancellation">Gives up.</param>
    public Task<SignalReceipt> SendSignalAsync(string strategy, string secret, Signal signal, CancellationToken cancellation = default)
    {
        ArgumentException.ThrowIfNullOrEmpty(strategy);
        ArgumentException.ThrowIfNullOrEmpty(secret);
        return _calls.SendAsync<SignalReceipt>(
            Post($"signals/{Uri.EscapeDataString(strategy)}", signal) with { SigningSecret = secret }, cancellation);
    }

    /// <summary>The caller's strategies of signals; of an administrator everyone's.</summary>
    public async Task<IReadOnlyList<SignalStrategy>> GetSignalStrategiesAsync(CancellationToken cancellation = default) =>
        (await _calls.SendAsync<SignalStrategyList>(Get("signals/strategies"), cancellation)).Strategies;

    /// <summary>
    /// Makes a strategy of signals, or changes it. Not repeated when its answer is lost: the secret of a new one is in it.
    /// </summary>
    public Task<SignalStrategy> SetSignalStrategyAsync(string name, SignalStrategyTerms terms, CancellationToken cancellation = default)
    {
        ArgumentException.ThrowIfNullOrEmpty(name);
        return _calls.SendAsync<SignalStrategy>(
            Post($"signals/strategies/{Uri.EscapeDataString(name)}", terms) with { Method = HttpMethod.Put, Repeatable = false }, cancellation);
    }

    /// <summary>Ends a strategy's pause.</summary>
    public Task<SignalStrategy> ResumeSignalsAsync(string name, CancellationToken cancellation = default) => _calls.SendAsync<SignalStrategy>(
        new ExchangeCall(HttpMethod.Delete, $"signals/strategies/{Uri.EscapeDataString(name)}/pause"), cancellation);

    /// <summary>Signals of the caller's strategies that did not do all that they asked for, newest first.</summary>
    public async Task<IReadOnlyList<DeadSignal>> GetDeadSignalsAsync(CancellationToken cancellation = default) =>
        (await _calls.SendAsync<DeadSignalList>(Get("signals/dead"), cancellation)).Signals;

    /// <summary>Takes a signal off that list.</summary>
    public async Task DropDeadSignalAsync(long id, CancellationToken cancellation = default) => await _calls.SendAsync<DroppedSignal>(
        new ExchangeCall(HttpMethod.Delete, $"signals/dead/{Text(id)}") { Repeatable = false }, cancellation);
}
