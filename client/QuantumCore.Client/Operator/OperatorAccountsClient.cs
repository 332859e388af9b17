namespace QuantumCore.Client;

/// <summary>Money, owners, freezes and blocks of any account.</summary>
public sealed class OperatorAccountsClient
{
    private readonly ExchangeCalls _calls;

    internal OperatorAccountsClient(ExchangeCalls calls) => _calls = calls;

    /// <summary>Books a deposit. A key is booked once; if it is null, the client generates one.</summary>
    public Task<DepositReceipt> DepositAsync(
        string account, string asset, decimal amount, string? key = null, CancellationToken cancellation = default)
    {
        var name = CallKey.Of(key, "key");
        var body = new DepositBody { Key = name, Asset = asset, Amount = Requests.Text(amount) };
        return _calls.SendAsync<DepositReceipt>(
            ExchangeCall.Post(CallPath.Account(account, "deposits"), body) with { DepositKey = name }, cancellation);
    }

    /// <summary>Transfers from any account to any other.</summary>
    public Task<Transfer> TransferAsync(
        string from, string to, string asset, decimal amount, string? key = null,
        CancellationToken cancellation = default) =>
        MoneyClient.SendTransferAsync(
            _calls, CallPath.Account(from, "transfers"), to, asset, amount, key, cancellation);

    /// <summary>Withdraws from any account.</summary>
    public Task<Withdrawal> WithdrawAsync(
        string account, string asset, decimal amount, string destination, string? key = null,
        CancellationToken cancellation = default) =>
        MoneyClient.SendWithdrawalAsync(
            _calls, CallPath.Account(account, "withdrawals"), asset, amount, destination, key, cancellation);

    /// <summary>Assigns an account to an owner. An empty name removes the owner.</summary>
    public Task<AccountOwner> SetOwnerAsync(string account, string owner, CancellationToken cancellation = default) =>
        _calls.PostAsync<AccountOwner>(
            CallPath.Account(account, "owner"), new OwnerBody { Owner = owner }, cancellation);

    /// <summary>Freezes an account: no new orders, transfers or withdrawals. Its open orders stay.</summary>
    /// <param name="account">The account, <c>ACC-n</c>.</param>
    /// <param name="why">Reason to record, at most 200 characters.</param>
    /// <param name="cancellation">Token that cancels the call.</param>
    public Task<FreezeReceipt> FreezeAsync(
        string account, string? why = null, CancellationToken cancellation = default) =>
        _calls.PostAsync<FreezeReceipt>(
            CallPath.Account(account, "freeze"), new FreezeBody { Why = why }, cancellation);

    /// <summary>Unfreezes an account.</summary>
    public Task<FreezeReceipt> UnfreezeAsync(
        string account, string? why = null, CancellationToken cancellation = default) =>
        _calls.PostAsync<FreezeReceipt>(
            CallPath.Account(account, "unfreeze"), new FreezeBody { Why = why }, cancellation);

    /// <summary>
    /// Kill switch: cancels an account's orders and blocks new ones, in one symbol or in all. Blocking all symbols also
    /// freezes the account.
    /// </summary>
    public Task<BlockReceipt> BlockAsync(
        string account, string? symbol = null, string? why = null, CancellationToken cancellation = default) =>
        _calls.PostAsync<BlockReceipt>(
            CallPath.Account(account, "block"), new BlockBody { Symbol = symbol, Why = why }, cancellation);

    /// <summary>Unblocks an account, in one symbol or in all.</summary>
    public Task<BlockReceipt> UnblockAsync(
        string account, string? symbol = null, string? why = null, CancellationToken cancellation = default) =>
        _calls.PostAsync<BlockReceipt>(
            CallPath.Account(account, "unblock"), new BlockBody { Symbol = symbol, Why = why }, cancellation);

    /// <summary>Blocks every account of an owner: each is frozen, and its orders are cancelled.</summary>
    /// <param name="owner">The owner's name.</param>
    /// <param name="why">Reason to record, at most 200 characters.</param>
    /// <param name="cancellation">Token that cancels the call.</param>
    public Task<OwnerBlockReceipt> BlockOwnerAsync(
        string owner, string? why = null, CancellationToken cancellation = default) =>
        _calls.PostAsync<OwnerBlockReceipt>(
            CallPath.Owner(owner, "block"), new FreezeBody { Why = why }, cancellation);

    /// <summary>Unblocks every account of an owner, in the single symbols too.</summary>
    /// <param name="owner">The owner's name.</param>
    /// <param name="why">Reason to record, at most 200 characters.</param>
    /// <param name="cancellation">Token that cancels the call.</param>
    public Task<OwnerBlockReceipt> UnblockOwnerAsync(
        string owner, string? why = null, CancellationToken cancellation = default) =>
        _calls.PostAsync<OwnerBlockReceipt>(
            CallPath.Owner(owner, "unblock"), new FreezeBody { Why = why }, cancellation);
}
