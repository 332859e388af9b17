namespace QuantumCore.Client;

/// <summary>Webhook strategies and their signals.</summary>
public sealed class SignalsClient
{
    private readonly ExchangeCalls _calls;

    internal SignalsClient(ExchangeCalls calls) => _calls = calls;

    /// <summary>
    /// Sends a signal, signed with its strategy's secret. Retries until the outcome is known; the signal trades once.
    /// </summary>
    /// <param name="strategy">Name of the strategy.</param>
    /// <param name="secret">Secret of the strategy.</param>
    /// <param name="signal">The signal.</param>
    /// <param name="cancellation">Token that cancels the call.</param>
    public Task<SignalReceipt> SendAsync(
        string strategy, string secret, Signal signal, CancellationToken cancellation = default)
    {
        ArgumentException.ThrowIfNullOrEmpty(strategy);
        ArgumentException.ThrowIfNullOrEmpty(secret);
        var call = ExchangeCall.Post(CallPath.Of("signals", strategy), Requests.Of(signal));
        return _calls.SendAsync<SignalReceipt>(call with { SigningSecret = secret }, cancellation);
    }

    /// <summary>Returns the caller's webhook strategies; for an administrator, all of them.</summary>
    public async Task<IReadOnlyList<SignalStrategy>> GetStrategiesAsync(CancellationToken cancellation = default) =>
        (await _calls.GetAsync<SignalStrategyList>("signals/strategies", cancellation)).Strategies;

    /// <summary>
    /// Creates or changes a webhook strategy. Not retried after a lost response, which carries the secret of a new
    /// strategy.
    /// </summary>
    public Task<SignalStrategy> SetStrategyAsync(
        string name, SignalStrategyTerms terms, CancellationToken cancellation = default)
    {
        ArgumentException.ThrowIfNullOrEmpty(name);
        var call = ExchangeCall.Post(CallPath.Of("signals/strategies", name), Requests.Of(terms));
        return _calls.SendAsync<SignalStrategy>(
            call with { Method = HttpMethod.Put, Repeatable = false }, cancellation);
    }

    /// <summary>Ends a strategy's pause.</summary>
    public Task<SignalStrategy> ResumeAsync(string name, CancellationToken cancellation = default) =>
        _calls.DeleteAsync<SignalStrategy>(CallPath.Of("signals/strategies", name, "pause"), cancellation);

    /// <summary>Returns signals of the caller's strategies that were not fully executed, newest first.</summary>
    public async Task<IReadOnlyList<DeadSignal>> GetDeadAsync(CancellationToken cancellation = default) =>
        (await _calls.GetAsync<DeadSignalList>("signals/dead", cancellation)).Signals;

    /// <summary>Removes a signal from the dead-signal list.</summary>
    public async Task DropDeadAsync(long id, CancellationToken cancellation = default) =>
        await _calls.DeleteOnceAsync<DroppedSignal>("signals/dead/" + Requests.Text(id), cancellation);
}
