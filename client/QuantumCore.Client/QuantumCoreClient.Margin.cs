namespace QuantumCore.Client;

// Margin: the rules, account kinds and their margin state.
public sealed partial class QuantumCoreClient
{
    /// <summary>Returns the margin rules.</summary>
    public Task<MarginRulebook> GetMarginRulesAsync(CancellationToken cancellation = default) =>
        _calls.SendAsync<MarginRulebook>(Get("margin"), cancellation);

    /// <summary>Returns the margin rules with locates and insurance funds (administrator's key).</summary>
    public Task<MarginRulebook> GetAllMarginRulesAsync(CancellationToken cancellation = default) =>
        _calls.SendAsync<MarginRulebook>(Get("admin/margin"), cancellation);

    /// <summary>Returns the kind and margin state of any account (administrator's key).</summary>
    public Task<AccountKind> GetMarginAsync(string account, CancellationToken cancellation = default)
    {
        ArgumentNullException.ThrowIfNull(account);
        return _calls.SendAsync<AccountKind>(
            Get($"admin/accounts/{Uri.EscapeDataString(account)}/margin"), cancellation);
    }

    /// <summary>
    /// Makes an account a margin account in one currency, or a cash account again (administrator's key). Allowed only
    /// while it holds nothing but that currency and has no open orders.
    /// </summary>
    /// <param name="account">The account, <c>ACC-n</c>.</param>
    /// <param name="currency">Margin currency; null for a cash account.</param>
    /// <param name="why">Reason to record, at most 200 characters.</param>
    /// <param name="symbol">The only instrument that an isolated margin account may trade; null for any.</param>
    /// <param name="cancellation">Token that cancels the call.</param>
    public Task<AccountKind> SetKindAsync(
        string account, string? currency, string? why = null, string? symbol = null,
        CancellationToken cancellation = default)
    {
        ArgumentNullException.ThrowIfNull(account);
        return _calls.SendAsync<AccountKind>(
            Post(
                $"admin/accounts/{Uri.EscapeDataString(account)}/margin",
                new AccountKindBody { Currency = currency, Symbol = symbol, Why = why }),
            cancellation);
    }

    /// <summary>Sets the margin terms of an instrument (administrator's key).</summary>
    public Task<MarginRulebook> SetMarginTermsAsync(
        MarginTerms terms, string? why = null, CancellationToken cancellation = default)
    {
        ArgumentNullException.ThrowIfNull(terms);
        return _calls.SendAsync<MarginRulebook>(
            Post($"admin/margin/instruments/{Uri.EscapeDataString(terms.Symbol)}", Requests.Of(terms, why)),
            cancellation);
    }

    /// <summary>Sets the policy of a currency's margin accounts (administrator's key).</summary>
    public Task<MarginRulebook> SetMarginPolicyAsync(
        MarginPolicy policy, string? why = null, CancellationToken cancellation = default)
    {
        ArgumentNullException.ThrowIfNull(policy);
        return _calls.SendAsync<MarginRulebook>(
            Post($"admin/margin/currencies/{Uri.EscapeDataString(policy.Asset)}", Requests.Of(policy, why)),
            cancellation);
    }

    /// <summary>Sets the offset between long and short positions of a margin group (administrator's key).</summary>
    public Task<MarginRulebook> SetMarginGroupAsync(
        MarginGroup group, string? why = null, CancellationToken cancellation = default)
    {
        ArgumentNullException.ThrowIfNull(group);
        return _calls.SendAsync<MarginRulebook>(
            Post(
                $"admin/margin/groups/{Uri.EscapeDataString(group.Group)}",
                new MarginGroupBody { CreditPpm = group.CreditPpm, Why = why }),
            cancellation);
    }

    /// <summary>
    /// Sets the units that an account may borrow to sell short; 0 revokes them (administrator's key).
    /// </summary>
    public Task<MarginRulebook> SetLocateAsync(
        Locate locate, string? why = null, CancellationToken cancellation = default)
    {
        ArgumentNullException.ThrowIfNull(locate);
        return _calls.SendAsync<MarginRulebook>(
            Post(
                $"admin/accounts/{Uri.EscapeDataString(locate.Account)}/locates",
                new LocateBody { Symbol = locate.Symbol, Quantity = Requests.Text(locate.Quantity), Why = why }),
            cancellation);
    }
}
