namespace QuantumCore.Client;

// Money and units out of accounts, and what accounts may enter.
public sealed partial class QuantumCoreClient
{
    /// <summary>
    /// Transfers to another account of the same owner. The same key is the same transfer; null: the client makes one.
    /// </summary>
    /// <param name="to">The account that receives, <c>ACC-n</c>.</param>
    /// <param name="asset">The asset.</param>
    /// <param name="amount">How much.</param>
    /// <param name="key">Its name, among the account's client order ids.</param>
    /// <param name="cancellation">Gives up.</param>
    public Task<Transfer> TransferAsync(
        string to, string asset, decimal amount, string? key = null, CancellationToken cancellation = default) =>
        SendTransferAsync("transfers", to, asset, amount, key, cancellation);

    /// <summary>Transfers from any account to any other (administrator's key).</summary>
    public Task<Transfer> TransferFromAsync(
        string from, string to, string asset, decimal amount, string? key = null, CancellationToken cancellation = default)
    {
        ArgumentNullException.ThrowIfNull(from);
        return SendTransferAsync(
            $"admin/accounts/{Uri.EscapeDataString(from)}/transfers", to, asset, amount, key, cancellation);
    }

    /// <summary>The account's transfers, given and received, newest first.</summary>
    /// <param name="limit">1 to 1000.</param>
    /// <param name="after">The <see cref="Page{T}.Next"/> of the page before; null: the newest.</param>
    /// <param name="cancellation">Gives up.</param>
    public async Task<Page<Transfer>> GetTransfersAsync(
        int limit = 100, string? after = null, CancellationToken cancellation = default)
    {
        var page = await _calls.SendAsync<TransferList>(
            Get("transfers" + Query(("limit", Text(limit)), ("after", after))), cancellation);
        return new(page.Transfers, page.Next);
    }

    /// <summary>
    /// Withdraws to the outside world: gone from the account at once. The same key is the same withdrawal; null: the client
    /// makes one.
    /// </summary>
    /// <param name="asset">The asset.</param>
    /// <param name="amount">How much.</param>
    /// <param name="destination">Where to, in the receiver's words: 1 to 128 printable ASCII characters.</param>
    /// <param name="key">Its name, among the account's client order ids.</param>
    /// <param name="cancellation">Gives up.</param>
    public Task<Withdrawal> WithdrawAsync(
        string asset, decimal amount, string destination, string? key = null, CancellationToken cancellation = default) =>
        SendWithdrawalAsync("withdrawals", asset, amount, destination, key, cancellation);

    /// <summary>Withdraws from any account (administrator's key).</summary>
    public Task<Withdrawal> WithdrawFromAsync(
        string account, string asset, decimal amount, string destination, string? key = null, CancellationToken cancellation = default)
    {
        ArgumentNullException.ThrowIfNull(account);
        return SendWithdrawalAsync(
            $"admin/accounts/{Uri.EscapeDataString(account)}/withdrawals", asset, amount, destination, key, cancellation);
    }

    /// <summary>The account's withdrawals, newest first.</summary>
    /// <param name="limit">1 to 1000.</param>
    /// <param name="after">The <see cref="Page{T}.Next"/> of the page before; null: the newest.</param>
    /// <param name="cancellation">Gives up.</param>
    public async Task<Page<Withdrawal>> GetWithdrawalsAsync(
        int limit = 100, string? after = null, CancellationToken cancellation = default)
    {
        var page = await _calls.SendAsync<WithdrawalList>(
            Get("withdrawals" + Query(("limit", Text(limit)), ("after", after))), cancellation);
        return new(page.Withdrawals, page.Next);
    }

    /// <summary>The account's risk limits.</summary>
    public Task<AccountLimits> GetLimitsAsync(CancellationToken cancellation = default) =>
        _calls.SendAsync<AccountLimits>(Get("limits"), cancellation);

    /// <summary>Gives an account to an owner (administrator's key); an empty name: to nobody.</summary>
    public Task<AccountOwner> SetOwnerAsync(string account, string owner, CancellationToken cancellation = default)
    {
        ArgumentNullException.ThrowIfNull(account);
        return _calls.SendAsync<AccountOwner>(
            Post($"admin/accounts/{Uri.EscapeDataString(account)}/owner", new OwnerRequest(owner)), cancellation);
    }

    private Task<Withdrawal> SendWithdrawalAsync(
        string path, string asset, decimal amount, string destination, string? key, CancellationToken cancellation)
    {
        var name = Checked(key ?? NewClientOrderId(), "key");
        return _calls.SendAsync<Withdrawal>(
            Post(path, new WithdrawalRequest(name, asset, amount, destination)) with { MoneyKey = name }, cancellation);
    }

    private Task<Transfer> SendTransferAsync(
        string path, string to, string asset, decimal amount, string? key, CancellationToken cancellation)
    {
        var name = Checked(key ?? NewClientOrderId(), "key");
        return _calls.SendAsync<Transfer>(
            Post(path, new TransferRequest(name, to, asset, amount)) with { MoneyKey = name }, cancellation);
    }
}
