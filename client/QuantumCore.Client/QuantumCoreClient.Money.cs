namespace QuantumCore.Client;

// Transfers, withdrawals, owners and the account's risk limits.
public sealed partial class QuantumCoreClient
{
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
        SendTransferAsync("transfers", to, asset, amount, key, cancellation);

    /// <summary>Transfers from any account to any other (administrator's key).</summary>
    public Task<Transfer> TransferFromAsync(
        string from, string to, string asset, decimal amount, string? key = null,
        CancellationToken cancellation = default)
    {
        ArgumentNullException.ThrowIfNull(from);
        return SendTransferAsync(
            $"admin/accounts/{Uri.EscapeDataString(from)}/transfers", to, asset, amount, key, cancellation);
    }

    /// <summary>Returns the account's transfers, sent and received, newest first.</summary>
    /// <param name="limit">Page size, 1 to 1000.</param>
    /// <param name="after"><see cref="Page{T}.Next"/> of the previous page; null for the newest.</param>
    /// <param name="cancellation">Token that cancels the call.</param>
    public async Task<Page<Transfer>> GetTransfersAsync(
        int limit = 100, string? after = null, CancellationToken cancellation = default)
    {
        var page = await _calls.SendAsync<TransferList>(
            Get("transfers" + Query(("limit", Text(limit)), ("after", after))), cancellation);
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
        SendWithdrawalAsync("withdrawals", asset, amount, destination, key, cancellation);

    /// <summary>Withdraws from any account (administrator's key).</summary>
    public Task<Withdrawal> WithdrawFromAsync(
        string account, string asset, decimal amount, string destination, string? key = null,
        CancellationToken cancellation = default)
    {
        ArgumentNullException.ThrowIfNull(account);
        return SendWithdrawalAsync(
            $"admin/accounts/{Uri.EscapeDataString(account)}/withdrawals", asset, amount, destination, key,
            cancellation);
    }

    /// <summary>Returns the account's withdrawals, newest first.</summary>
    /// <param name="limit">Page size, 1 to 1000.</param>
    /// <param name="after"><see cref="Page{T}.Next"/> of the previous page; null for the newest.</param>
    /// <param name="cancellation">Token that cancels the call.</param>
    public async Task<Page<Withdrawal>> GetWithdrawalsAsync(
        int limit = 100, string? after = null, CancellationToken cancellation = default)
    {
        var page = await _calls.SendAsync<WithdrawalList>(
            Get("withdrawals" + Query(("limit", Text(limit)), ("after", after))), cancellation);
        return new(page.Withdrawals, page.Next);
    }

    /// <summary>Returns the account's risk limits.</summary>
    public Task<AccountLimits> GetLimitsAsync(CancellationToken cancellation = default) =>
        _calls.SendAsync<AccountLimits>(Get("limits"), cancellation);

    /// <summary>Assigns an account to an owner (administrator's key). An empty name removes the owner.</summary>
    public Task<AccountOwner> SetOwnerAsync(string account, string owner, CancellationToken cancellation = default)
    {
        ArgumentNullException.ThrowIfNull(account);
        return _calls.SendAsync<AccountOwner>(
            Post($"admin/accounts/{Uri.EscapeDataString(account)}/owner", new OwnerBody { Owner = owner }),
            cancellation);
    }

    private Task<Withdrawal> SendWithdrawalAsync(
        string path, string asset, decimal amount, string destination, string? key, CancellationToken cancellation)
    {
        var name = Checked(key ?? NewClientOrderId(), "key");
        return _calls.SendAsync<Withdrawal>(
            Post(path, new WithdrawalBody
            {
                Key = name,
                Asset = asset,
                Amount = Requests.Text(amount),
                Destination = destination,
            }) with
            {
                MoneyKey = name,
            },
            cancellation);
    }

    private Task<Transfer> SendTransferAsync(
        string path, string to, string asset, decimal amount, string? key, CancellationToken cancellation)
    {
        var name = Checked(key ?? NewClientOrderId(), "key");
        return _calls.SendAsync<Transfer>(
            Post(path, new TransferBody { Key = name, To = to, Asset = asset, Amount = Requests.Text(amount) }) with
            {
                MoneyKey = name,
            },
            cancellation);
    }
}
