namespace QuantumCore.Client;

// Play money of a demo. Other exchanges reject these calls.
public sealed partial class QuantumCoreClient
{
    /// <summary>Returns the balances that an account of the demo starts with.</summary>
    public Task<DemoFunds> GetDemoFundsAsync(CancellationToken cancellation = default) =>
        _calls.SendAsync<DemoFunds>(Get("demo/funds"), cancellation);

    /// <summary>
    /// Adds the starting balance of all assets or of one, once an hour each. Earlier calls get
    /// <see cref="RejectCodes.TooManyRequests"/>.
    /// </summary>
    /// <param name="asset">The asset; null for all.</param>
    /// <param name="cancellation">Token that cancels the call.</param>
    public Task<DemoFunds> AddDemoFundsAsync(string? asset = null, CancellationToken cancellation = default) =>
        _calls.SendAsync<DemoFunds>(
            Post("demo/funds", new DemoFundsBody { Asset = asset }) with { Repeatable = false }, cancellation);

    /// <summary>Cancels all orders of the account, and sets its balances back to their starting sizes.</summary>
    public Task<DemoFunds> ResetDemoFundsAsync(CancellationToken cancellation = default) =>
        _calls.SendAsync<DemoFunds>(new ExchangeCall(HttpMethod.Put, "demo/funds"), cancellation);
}
