namespace QuantumCore.Client;

// Margin: what is agreed, what kind accounts are of, and how they stand.
public sealed partial class QuantumCoreClient
{
    /// <summary>What is agreed about margin.</summary>
    public Task<MarginRulebook> GetMarginRulesAsync(CancellationToken cancellation = default) =>
        _calls.SendAsync<MarginRulebook>(Get("margin"), cancellation);

    /// <summary>The same, with locates and insurance funds (administrator's key).</summary>
    public Task<MarginRulebook> GetAllMarginRulesAsync(CancellationToken cancellation = default) =>
        _calls.SendAsync<MarginRulebook>(Get("admin/margin"), cancellation);

    /// <summary>What kind any account is of and how it stands (administrator's key).</summary>
    public Task<AccountKind> GetMarginAsync(string account, CancellationToken cancellation = default)
    {
        ArgumentNullException.ThrowIfNull(account);
        return _calls.SendAsync<AccountKind>(Get($"admin/accounts/{Uri.EscapeDataString(account)}/margin"), cancellation);
    }

    /// <summary>
    /// Makes an account a margin account of a currency, or a cash account again; only while it has nothing but the currency and no open orders
    /// (administrator's key).
    /// </summary>
    /// <param name="account">The account, <c>ACC-n</c>.</param>
    /// <param name="currency">The currency; null for a cash account.</param>
    /// <param name="why">A sentence for the record, at most 200 characters.</param>
    /// <param name="symbol">The one instrument that an isolated margin account trades; null for any.</param>
    /// <param name="cancellation">Gives up.</param>
    public Task<AccountKind> SetKindAsync(
        string account, string? currency, string? why = null, string? symbol = null, CancellationToken cancellation = default)
    {
        ArgumentNullException.ThrowIfNull(account);
        return _calls.SendAsync<AccountKind>(
            Post($"admin/accounts/{Uri.EscapeDataString(account)}/margin", new AccountKindOrder(currency, symbol, why)), cancellation);
    }

    /// <summary>Sets the terms of an instrument on margin (administrator's key).</summary>
    public Task<MarginRulebook> SetMarginTermsAsync(
        MarginTerms terms, string? why = null, CancellationToken cancellation = default)
    {
        ArgumentNullException.ThrowIfNull(terms);
        return _calls.SendAsync<MarginRulebook>(
            Post($"admin/margin/instruments/{Uri.EscapeDataString(terms.Symbol)}", MarginTermsOrder.From(terms, why)), cancellation);
    }

    /// <summary>Sets the policy of a currency's margin accounts (administrator's key).</summary>
    public Task<MarginRulebook> SetMarginPolicyAsync(
        MarginPolicy policy, string? why = null, CancellationToken cancellation = default)
    {
        ArgumentNullException.ThrowIfNull(policy);
        return _calls.SendAsync<MarginRulebook>(
            Post($"admin/margin/currencies/{Uri.EscapeDataString(policy.Asset)}", MarginPolicyOrder.From(policy, why)), cancellation);
    }

    /// <summary>Sets what the sides of a margin group take off each other's requirement (administrator's key).</summary>
    public Task<MarginRulebook> SetMarginGroupAsync(
        MarginGroup group, string? why = null, CancellationToken cancellation = default)
    {
        ArgumentNullException.ThrowIfNull(group);
        return _calls.SendAsync<MarginRulebook>(
            Post($"admin/margin/groups/{Uri.EscapeDataString(group.Group)}", new MarginGroupOrder(group.CreditPpm, why)), cancellation);
    }

    /// <summary>Locates units that an account may borrow to go short; 0 takes them back (administrator's key).</summary>
    public Task<MarginRulebook> SetLocateAsync(Locate locate, string? why = null, CancellationToken cancellation = default)
    {
        ArgumentNullException.ThrowIfNull(locate);
        return _calls.SendAsync<MarginRulebook>(
            Post($"admin/accounts/{Uri.EscapeDataString(locate.Account)}/locates", new LocateOrder(locate.Symbol, locate.Quantity, why)),
            cancellation);
    }
}
