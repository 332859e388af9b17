using System.Collections.Immutable;
using QuantumCore.Contracts;
using QuantumCore.Instruments;

namespace QuantumCore.Clearing;

/// <summary>Margin terms of instruments, policies of currencies, groups with a credit, and locates.</summary>
internal sealed class MarginPolicies(InstrumentListings listings, FeeCatalog fees)
{
    private readonly SortedDictionary<string, MarginTermsRequest> _terms = new(StringComparer.Ordinal);
    private readonly SortedDictionary<string, MarginPolicyRequest> _policies = new(StringComparer.Ordinal);
    private readonly SortedDictionary<(string Symbol, long Account), LocateRequest> _locates = [];
    private readonly SortedDictionary<string, MarginGroupRequest> _groups = new(StringComparer.Ordinal);

    /// <summary>Returns true if an instrument is traded on margin.</summary>
    public bool IsOnMargin(string symbol) => _terms.ContainsKey(symbol);

    /// <summary>Returns the policy of a currency.</summary>
    public MarginPolicy PolicyOf(string asset) =>
        _policies.TryGetValue(asset, out var set) ? set.Policy.Decode() : new MarginPolicy();

    /// <summary>Sets the margin terms of an instrument.</summary>
    public CatalogChange SetTerms(MarginTermsRequest request, AnnouncedActions actions, long now)
    {
        if (listings.Find(request.Symbol) is not { } instrument)
        {
            return CatalogChange.Refuse("it is not listed");
        }

        var terms = request.Terms.Decode();
        if ((terms.Check()?.Sentence ?? actions.WhyNoMargin(instrument)) is { } wrong)
        {
            return CatalogChange.Refuse(wrong);
        }

        // An account counts an asset once.
        if (_terms.Keys.Where(symbol => symbol != request.Symbol).Select(listings.Get)
            .FirstOrDefault(other => other.Base == instrument.Base && other.Quote == instrument.Quote) is { } twin)
        {
            return CatalogChange.Refuse($"{instrument.Base.Name} is traded on margin as {twin.Symbol} already");
        }

        if (LocatedIn(request.Symbol, but: 0) is var located && located > terms.LendableLots)
        {
            return CatalogChange.Refuse(
                $"{instrument.FormatQuantity(located)} of it are located already, and these terms lend less");
        }

        return CatalogChange.Unless(
            _terms.TryGetValue(request.Symbol, out var known) && known.Terms.Equals(request.Terms),
            new MarginTermsSet(now, request));
    }

    /// <summary>Sets the margin policy of a currency.</summary>
    public CatalogChange SetPolicy(MarginPolicyRequest request, long now)
    {
        if (!fees.HasRates(request.Asset))
        {
            return CatalogChange.Refuse("no instrument is paid in this asset");
        }

        if (request.Policy.Decode().Check() is { } wrong)
        {
            return CatalogChange.Refuse(wrong.Sentence);
        }

        return CatalogChange.Unless(
            _policies.TryGetValue(request.Asset, out var known) && known.Policy.Equals(request.Policy),
            new MarginPolicySet(now, request));
    }

    /// <summary>Sets the credit of a margin group; 0 removes it.</summary>
    public CatalogChange SetGroup(MarginGroupRequest request, long now)
    {
        if (!MarginTerms.IsGroupName(request.Group))
        {
            return CatalogChange.Refuse(MarginTerms.NoGroupName);
        }

        if (request.CreditPpm is < 0 or > MarginGroup.CreditLimit)
        {
            return CatalogChange.Refuse($"a credit is 0 to {MarginGroup.CreditLimit} millionths");
        }

        var known = _groups.GetValueOrDefault(request.Group)?.CreditPpm ?? 0;
        if (known == 0 && request.CreditPpm > 0 && _groups.Count >= MarginRulebook.GroupsLimit)
        {
            return CatalogChange.Refuse($"there are {MarginRulebook.GroupsLimit} groups with a credit already");
        }

        return CatalogChange.Unless(known == request.CreditPpm, new MarginGroupSet(now, request));
    }

    /// <summary>Locates units that an account may borrow; 0 lots remove the locate.</summary>
    public CatalogChange SetLocate(LocateRequest request, long now)
    {
        if (!_terms.TryGetValue(request.Symbol, out var terms) || terms.Terms.Decode() is not { Short: not null } lent)
        {
            return CatalogChange.Refuse("it is not sold short");
        }

        if (request.Lots < 0 || !new AccountId(request.Account).IsCustomer)
        {
            return CatalogChange.Refuse("a locate is of a customer's account, and not less than nothing");
        }

        if (LocatedIn(request.Symbol, request.Account) + (Int128)request.Lots > lent.LendableLots)
        {
            return CatalogChange.Refuse("there is not as much to lend");
        }

        return CatalogChange.Unless(
            (_locates.GetValueOrDefault((request.Symbol, request.Account))?.Lots ?? 0) == request.Lots,
            new LocateSet(now, request));
    }

    /// <summary>Returns everything about margin that accounts check by.</summary>
    public MarginRulebook Rulebook(InsuranceFunds insurance, AnnouncedActions actions) => new(
        [.. _terms.Values],
        [.. _policies.Values],
        [.. _locates.Values],
        [.. insurance.Funds],
        [.. _groups.Values],
        [.. insurance.Deficits],
        [.. actions.OldNames]);

    /// <summary>Applies a record.</summary>
    public void Apply(CatalogRecord record)
    {
        switch (record)
        {
            case MarginTermsSet { Request: var terms }:
                _terms[terms.Symbol] = terms;
                break;
            case MarginPolicySet { Request: var policy }:
                _policies[policy.Asset] = policy;
                break;
            case MarginGroupSet { Request: { CreditPpm: 0 } none }:
                _groups.Remove(none.Group);
                break;
            case MarginGroupSet { Request: var group }:
                _groups[group.Group] = group;
                break;
            case LocateSet { Request: { Lots: 0 } none }:
                _locates.Remove((none.Symbol, none.Account));
                break;
            case LocateSet { Request: var locate }:
                _locates[(locate.Symbol, locate.Account)] = locate;
                break;
        }
    }

    private long LocatedIn(string symbol, long but) => _locates.Values
        .Where(locate => locate.Symbol == symbol && locate.Account != but).Sum(locate => locate.Lots);
}
