namespace QuantumCore.Client;

// Webhook signals and their strategies.
public sealed partial class QuantumCoreClient
{
    /// <summary>
    /// Sends a signal, signed with its strategy's secret. Retries until the outcome is known; the signal trades once.
    /// </summary>
    /// <param name="strategy">Name of the strategy.</param>
    /// <param name="secret">Secret of the strategy.</param>
    /// <param name="signal">The signal.</param>
    /// <param name="cancellation">Token that cancels the call.</param>
    public Task<SignalReceipt> SendSignalAsync(
        string strategy, string secret, Signal signal, CancellationToken cancellation = default)
    {
        ArgumentException.ThrowIfNullOrEmpty(strategy);
        ArgumentException.ThrowIfNullOrEmpty(secret);
        return _calls.SendAsync<SignalReceipt>(
            Post($"signals/{Uri.EscapeDataString(strategy)}", Requests.Of(signal)) with { SigningSecret = secret },
            cancellation);
    }

    /// <summary>Returns the caller's webhook strategies; for an administrator, all of them.</summary>
    public async Task<IReadOnlyList<SignalStrategy>> GetSignalStrategiesAsync(
        CancellationToken cancellation = default) =>
        (await _calls.SendAsync<SignalStrategyList>(Get("signals/strategies"), cancellation)).Strategies;

    /// <summary>
    /// Creates or changes a webhook strategy. Not retried after a lost response, which carries the secret of a new
    /// strategy.
    /// </summary>
    public Task<SignalStrategy> SetSignalStrategyAsync(
        string name, SignalStrategyTerms terms, CancellationToken cancellation = default)
    {
        ArgumentException.ThrowIfNullOrEmpty(name);
        return _calls.SendAsync<SignalStrategy>(
            Post($"signals/strategies/{Uri.EscapeDataString(name)}", Requests.Of(terms)) with
            {
                Method = HttpMethod.Put,
                Repeatable = false,
            },
            cancellation);
    }

    /// <summary>Ends a strategy's pause.</summary>
    public Task<SignalStrategy> ResumeSignalsAsync(string name, CancellationToken cancellation = default) =>
        _calls.SendAsync<SignalStrategy>(
        new ExchangeCall(HttpMethod.Delete, $"signals/strategies/{Uri.EscapeDataString(name)}/pause"), cancellation);

    /// <summary>Returns signals of the caller's strategies that were not fully executed, newest first.</summary>
    public async Task<IReadOnlyList<DeadSignal>> GetDeadSignalsAsync(CancellationToken cancellation = default) =>
        (await _calls.SendAsync<DeadSignalList>(Get("signals/dead"), cancellation)).Signals;

    /// <summary>Removes a signal from the dead-signal list.</summary>
    public async Task DropDeadSignalAsync(long id, CancellationToken cancellation = default) =>
        await _calls.SendAsync<DroppedSignal>(
        new ExchangeCall(HttpMethod.Delete, $"signals/dead/{Text(id)}") { Repeatable = false }, cancellation);
}
