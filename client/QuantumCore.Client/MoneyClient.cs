namespace QuantumCore.Client;

/// <summary>Transfers and withdrawals of the key's account.</summary>
public sealed class MoneyClient
{
    private readonly ExchangeCalls _calls;

    internal MoneyClient(ExchangeCalls calls) => _calls = calls;

    /// <summary>
    /// Transfers to another account of the same owner. The same key means the same transfer; if it is null, the client
    /// generates one.
    /// </summary>
    /// <param name="to">Receiving account, <c>ACC-n</c>.</param>
    /// <param name="asset">The asset.</param>
    /// <param name="amount">Amount in units of the asset.</param>
    /// <param name="key">Idempotency key, unique among the account's client order ids.</param>
    /// <param name="cancellation">Token that cancels the call.</param>
    public Task<Transfer> TransferAsync(
        string to, string asset, decimal amount, string? key = null, CancellationToken cancellation = default) =>
        SendTransferAsync(_calls, "transfers", to, asset, amount, key, cancellation);

    /// <summary>Returns the account's transfers, sent and received, newest first.</summary>
    /// <param name="limit">Page size, 1 to 1000.</param>
    /// <param name="after"><see cref="Page{T}.Next"/> of the previous page; null for the newest.</param>
    /// <param name="cancellation">Token that cancels the call.</param>
    public async Task<Page<Transfer>> GetTransfersAsync(
        int limit = 100, string? after = null, CancellationToken cancellation = default)
    {
        var page = await _calls.GetAsync<TransferList>(
            "transfers" + CallPath.Query(("limit", limit), ("after", after)), cancellation);
        return new(page.Transfers, page.Next);
    }

    /// <summary>
    /// Withdraws to the outside world. The amount leaves the account at once. The same key means the same withdrawal;
    /// if it is null, the client generates one.
    /// </summary>
    /// <param name="asset">The asset.</param>
    /// <param name="amount">Amount in units of the asset.</param>
    /// <param name="destination">Destination in the receiver's format: 1 to 128 printable ASCII characters.</param>
    /// <param name="key">Idempotency key, unique among the account's client order ids.</param>
    /// <param name="cancellation">Token that cancels the call.</param>
    public Task<Withdrawal> WithdrawAsync(
        string asset, decimal amount, string destination, string? key = null,
        CancellationToken cancellation = default) =>
        SendWithdrawalAsync(_calls, "withdrawals", asset, amount, destination, key, cancellation);

    /// <summary>Returns the account's withdrawals, newest first.</summary>
    /// <param name="limit">Page size, 1 to 1000.</param>
    /// <param name="after"><see cref="Page{T}.Next"/> of the previous page; null for the newest.</param>
    /// <param name="cancellation">Token that cancels the call.</param>
    public async Task<Page<Withdrawal>> GetWithdrawalsAsync(
        int limit = 100, string? after = null, CancellationToken cancellation = default)
    {
        var page = await _calls.GetAsync<WithdrawalList>(
            "withdrawals" + CallPath.Query(("limit", limit), ("after", after)), cancellation);
        return new(page.Withdrawals, page.Next);
    }

    internal static Task<Transfer> SendTransferAsync(
        ExchangeCalls calls, string path, string to, string asset, decimal amount, string? key,
        CancellationToken cancellation)
    {
        var name = CallKey.Of(key, "key");
        var body = new TransferBody { Key = name, To = to, Asset = asset, Amount = Requests.Text(amount) };
        return calls.SendAsync<Transfer>(ExchangeCall.Post(path, body) with { MoneyKey = name }, cancellation);
    }

    internal static Task<Withdrawal> SendWithdrawalAsync(
        ExchangeCalls calls, string path, string asset, decimal amount, string destination, string? key,
        CancellationToken cancellation)
    {
        var name = CallKey.Of(key, "key");
        var body = new WithdrawalBody
        {
            Key = name,
            Asset = asset,
            Amount = Requests.Text(amount),
            Destination = destination,
        };
        return calls.SendAsync<Withdrawal>(ExchangeCall.Post(path, body) with { MoneyKey = name }, cancellation);
    }
}
