namespace QuantumCore.Client;

/// <summary>Risk limits of accounts, owners and symbols.</summary>
public sealed class OperatorLimitsClient
{
    private readonly ExchangeCalls _calls;

    internal OperatorLimitsClient(ExchangeCalls calls) => _calls = calls;

    /// <summary>Returns the risk limits of any account.</summary>
    public Task<AccountLimits> GetAsync(string account, CancellationToken cancellation = default) =>
        _calls.GetAsync<AccountLimits>(CallPath.Account(account, "limits"), cancellation);

    /// <summary>Sets all risk limits of an account in a scope. Null removes a limit. Open orders stay.</summary>
    /// <param name="account">The account, <c>ACC-n</c>.</param>
    /// <param name="limits">The limits.</param>
    /// <param name="why">Reason to record, at most 200 characters.</param>
    /// <param name="cancellation">Token that cancels the call.</param>
    public Task<AccountLimits> SetAsync(
        string account, RiskLimits limits, string? why = null, CancellationToken cancellation = default)
    {
        ArgumentNullException.ThrowIfNull(limits);
        return _calls.PostAsync<AccountLimits>(
            CallPath.Account(account, "limits"), Requests.Of(limits, why), cancellation);
    }

    /// <summary>Returns the limits of owners over their accounts.</summary>
    public async Task<IReadOnlyList<OwnerLimits>> GetForOwnersAsync(CancellationToken cancellation = default) =>
        (await _calls.GetAsync<OwnersLimits>("admin/owners/limits", cancellation)).Owners;

    /// <summary>
    /// Sets all limits of an owner over its accounts in a scope. Null removes a limit. Open orders, position, daily
    /// volume and daily loss are divided by the shares. Limits of a single order are the same for each account. Order
    /// rate and duplicates cannot be limited here.
    /// </summary>
    /// <param name="owner">The owner's name.</param>
    /// <param name="limits">Limits of all accounts together.</param>
    /// <param name="shares">Accounts and weights; null for all accounts of the owner with equal weights.</param>
    /// <param name="why">Reason to record, at most 200 characters.</param>
    /// <param name="cancellation">Token that cancels the call.</param>
    public async Task<IReadOnlyList<OwnerLimits>> SetForOwnerAsync(
        string owner, RiskLimits limits, IReadOnlyList<OwnerShare>? shares = null, string? why = null,
        CancellationToken cancellation = default)
    {
        ArgumentNullException.ThrowIfNull(owner);
        ArgumentNullException.ThrowIfNull(limits);
        var order = Requests.Of(owner, limits, shares, why);
        return (await _calls.PostAsync<OwnersLimits>("admin/owners/limits", order, cancellation)).Owners;
    }

    /// <summary>Returns the risk limits that every account has, for each symbol with limits.</summary>
    public async Task<IReadOnlyList<RiskLimits>> GetForEveryoneAsync(CancellationToken cancellation = default) =>
        (await _calls.GetAsync<EveryonesLimits>("admin/limits", cancellation)).Everyones;

    /// <summary>
    /// Sets all risk limits that every account has in a symbol, in addition to its own. Null removes a limit. Order
    /// rate and duplicates cannot be limited here.
    /// </summary>
    /// <param name="limits">Limits, in the scope of one instrument.</param>
    /// <param name="why">Reason to record, at most 200 characters.</param>
    /// <param name="cancellation">Token that cancels the call.</param>
    public async Task<IReadOnlyList<RiskLimits>> SetForEveryoneAsync(
        RiskLimits limits, string? why = null, CancellationToken cancellation = default)
    {
        ArgumentNullException.ThrowIfNull(limits);
        return (await _calls.PostAsync<EveryonesLimits>(
            "admin/limits", Requests.Of(limits, why), cancellation)).Everyones;
    }
}
