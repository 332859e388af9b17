namespace QuantumCore.Client;

/// <summary>Play money of a demo. Other exchanges reject these calls.</summary>
public sealed class DemoClient
{
    private readonly ExchangeCalls _calls;

    internal DemoClient(ExchangeCalls calls) => _calls = calls;

    /// <summary>Returns the balances that an account of the demo starts with.</summary>
    public Task<DemoFunds> GetFundsAsync(CancellationToken cancellation = default) =>
        _calls.GetAsync<DemoFunds>("demo/funds", cancellation);

    /// <summary>
    /// Adds the starting balance of all assets or of one, once an hour each. Earlier calls get
    /// <see cref="RejectCodes.TooManyRequests"/>.
    /// </summary>
    /// <param name="asset">The asset; null for all.</param>
    /// <param name="cancellation">Token that cancels the call.</param>
    public Task<DemoFunds> AddFundsAsync(string? asset = null, CancellationToken cancellation = default) =>
        _calls.PostOnceAsync<DemoFunds>("demo/funds", new DemoFundsBody { Asset = asset }, cancellation);

    /// <summary>Cancels all orders of the account, and sets its balances back to their starting sizes.</summary>
    public Task<DemoFunds> ResetFundsAsync(CancellationToken cancellation = default) =>
        _calls.SendAsync<DemoFunds>(new(HttpMethod.Put, "demo/funds"), cancellation);
}
