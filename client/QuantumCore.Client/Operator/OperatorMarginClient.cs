namespace QuantumCore.Client;

/// <summary>Margin terms, locates and account kinds.</summary>
public sealed class OperatorMarginClient
{
    private readonly ExchangeCalls _calls;

    internal OperatorMarginClient(ExchangeCalls calls) => _calls = calls;

    /// <summary>Returns the margin rules with locates and insurance funds.</summary>
    public Task<MarginRulebook> GetRulesAsync(CancellationToken cancellation = default) =>
        _calls.GetAsync<MarginRulebook>("admin/margin", cancellation);

    /// <summary>Sets the margin terms of an instrument.</summary>
    public Task<MarginRulebook> SetTermsAsync(
        MarginTerms terms, string? why = null, CancellationToken cancellation = default)
    {
        ArgumentNullException.ThrowIfNull(terms);
        return _calls.PostAsync<MarginRulebook>(
            CallPath.Of("admin/margin/instruments", terms.Symbol), Requests.Of(terms, why), cancellation);
    }

    /// <summary>Sets the policy of a currency's margin accounts.</summary>
    public Task<MarginRulebook> SetPolicyAsync(
        MarginPolicy policy, string? why = null, CancellationToken cancellation = default)
    {
        ArgumentNullException.ThrowIfNull(policy);
        return _calls.PostAsync<MarginRulebook>(
            CallPath.Of("admin/margin/currencies", policy.Asset), Requests.Of(policy, why), cancellation);
    }

    /// <summary>Sets the offset between long and short positions of a margin group.</summary>
    public Task<MarginRulebook> SetGroupAsync(
        MarginGroup group, string? why = null, CancellationToken cancellation = default)
    {
        ArgumentNullException.ThrowIfNull(group);
        return _calls.PostAsync<MarginRulebook>(
            CallPath.Of("admin/margin/groups", group.Group),
            new MarginGroupBody { CreditPpm = group.CreditPpm, Why = why },
            cancellation);
    }

    /// <summary>Sets the units that an account may borrow to sell short; 0 revokes them.</summary>
    public Task<MarginRulebook> SetLocateAsync(
        Locate locate, string? why = null, CancellationToken cancellation = default)
    {
        ArgumentNullException.ThrowIfNull(locate);
        return _calls.PostAsync<MarginRulebook>(
            CallPath.Account(locate.Account, "locates"),
            new LocateBody { Symbol = locate.Symbol, Quantity = Requests.Text(locate.Quantity), Why = why },
            cancellation);
    }

    /// <summary>Returns the kind and margin state of any account.</summary>
    public Task<AccountKind> GetAccountAsync(string account, CancellationToken cancellation = default) =>
        _calls.GetAsync<AccountKind>(CallPath.Account(account, "margin"), cancellation);

    /// <summary>
    /// Makes an account a margin account in one currency, or a cash account again. Allowed only while it holds nothing
    /// but that currency and has no open orders.
    /// </summary>
    /// <param name="account">The account, <c>ACC-n</c>.</param>
    /// <param name="currency">Margin currency; null for a cash account.</param>
    /// <param name="why">Reason to record, at most 200 characters.</param>
    /// <param name="symbol">The only instrument that an isolated margin account may trade; null for any.</param>
    /// <param name="cancellation">Token that cancels the call.</param>
    public Task<AccountKind> SetAccountKindAsync(
        string account, string? currency, string? why = null, string? symbol = null,
        CancellationToken cancellation = default) =>
        _calls.PostAsync<AccountKind>(
            CallPath.Account(account, "margin"),
            new AccountKindBody { Currency = currency, Symbol = symbol, Why = why },
            cancellation);
}
