using QuantumCore.Accounts;
using QuantumCore.Contracts;
using QuantumCore.Instruments;

namespace QuantumCore.Grains;

/// <summary>What is agreed about margin, and the insurance funds.</summary>
public sealed partial class CatalogGrain
{
    private readonly SortedDictionary<string, MarginTermsRequest> _marginTerms = new(StringComparer.Ordinal);
    private readonly SortedDictionary<string, MarginPolicyRequest> _marginPolicies = new(StringComparer.Ordinal);
    private readonly SortedDictionary<(string Symbol, long Account), LocateRequest> _locates = [];
    private readonly SortedDictionary<string, MarginGroupRequest> _marginGroups = new(StringComparer.Ordinal);
    private readonly SortedDictionary<string, long> _funds = new(StringComparer.Ordinal);
    private readonly Dictionary<(long Account, long Sequence), LiquidationCover> _insured = [];

    /// <inheritdoc/>
    public async ValueTask<MarginRulebook> Margin()
    {
        var rulebook = new MarginRulebook(
            [.. _marginTerms.Values],
            [.. _marginPolicies.Values],
            [.. _locates.Values],
            [.. _funds.Select(fund => new InsuranceFund(fund.Key, fund.Value))],
            [.. _marginGroups.Values]);
        await Stream.WhenDurable(Stream.Head);
        return rulebook;
    }

    /// <inheritdoc/>
    public async ValueTask<string?> SetMarginTerms(MarginTermsRequest request)
    {
        if (!_listed.TryGetValue(request.Symbol, out var definition))
        {
            return "it is not listed";
        }

        var (instrument, terms) = (definition.Decode(), request.Terms.Decode());
        if (terms.Check() is { } wrong)
        {
            return wrong;
        }

        // An account counts an asset once.
        if (_marginTerms.Keys.Where(symbol => symbol != request.Symbol).Select(symbol => _listed[symbol].Decode())
            .FirstOrDefault(other => other.Base == instrument.Base && other.Quote == instrument.Quote) is { } twin)
        {
            return $"{instrument.Base.Name} is traded on margin as {twin.Symbol} already";
        }

        if (LocatedIn(request.Symbol, but: 0) is var located && located > terms.LendableLots)
        {
            return $"{instrument.FormatQuantity(located)} of it are located already";
        }

        if (!_marginTerms.TryGetValue(request.Symbol, out var known) || !known.Terms.Equals(request.Terms))
        {
            Record(new MarginTermsSet(Now, request));
        }

        await Stream.WhenDurable(Stream.Head);
        return null;
    }

    /// <inheritdoc/>
    public async ValueTask<string?> SetMarginPolicy(MarginPolicyRequest request)
    {
        if (!_lowest.ContainsKey(request.Asset))
        {
            return "no instrument is paid in this asset";
        }

        if (request.Policy.Decode().Check() is { } wrong)
        {
            return wrong;
        }

        if (!_marginPolicies.TryGetValue(request.Asset, out var known) || !known.Policy.Equals(request.Policy))
        {
            Record(new MarginPolicySet(Now, request));
        }

        await Stream.WhenDurable(Stream.Head);
        return null;
    }

    /// <inheritdoc/>
    public async ValueTask<string?> SetMarginGroup(MarginGroupRequest request)
    {
        if (!MarginTerms.IsGroupName(request.Group))
        {
            return MarginTerms.NoGroupName;
        }

        if (request.CreditPpm is < 0 or > MarginGroup.CreditLimit)
        {
            return $"a credit is 0 to {MarginGroup.CreditLimit} millionths";
        }

        var known = _marginGroups.GetValueOrDefault(request.Group)?.CreditPpm ?? 0;
        if (known == 0 && request.CreditPpm > 0 && _marginGroups.Count >= MarginRulebook.GroupsLimit)
        {
            return $"there are {MarginRulebook.GroupsLimit} groups with a credit already";
        }

        if (known != request.CreditPpm)
        {
            Record(new MarginGroupSet(Now, request));
        }

        await Stream.WhenDurable(Stream.Head);
        return null;
    }

    /// <inheritdoc/>
    public async ValueTask<string?> SetLocate(LocateRequest request)
    {
        if (!_marginTerms.TryGetValue(request.Symbol, out var terms) || terms.Terms.Decode() is not { Short: not null } lent)
        {
            return "it is not sold short";
        }

        if (request.Lots < 0 || !new AccountId(request.Account).IsCustomer)
        {
            return "a locate is of a customer's account, and not less than nothing";
        }

        if (LocatedIn(request.Symbol, request.Account) + (Int128)request.Lots > lent.LendableLots)
        {
            return "there is not as much to lend";
        }

        if ((_locates.GetValueOrDefault((request.Symbol, request.Account))?.Lots ?? 0) != request.Lots)
        {
            Record(new LocateSet(Now, request));
        }

        await Stream.WhenDurable(Stream.Head);
        return null;
    }

    /// <inheritdoc/>
    public async ValueTask<LiquidationCover> Insure(LiquidationClaim claim)
    {
        var key = (claim.Account, claim.Sequence);
        if (!_insured.ContainsKey(key))
        {
            var fund = _funds.GetValueOrDefault(claim.Asset) + claim.Fee;
            var fromFund = Math.Min(fund, claim.Deficit);
            Record(new LiquidationInsured(Now, claim, fromFund, claim.Deficit - fromFund));
        }

        await Stream.WhenDurable(Stream.Head);
        return _insured[key];
    }

    private long LocatedIn(string symbol, long but) => _locates.Values
        .Where(locate => locate.Symbol == symbol && locate.Account != but).Sum(locate => locate.Lots);

    private void ApplyMargin(CatalogRecord record)
    {
        switch (record)
        {
            case MarginTermsSet { Request: var terms }:
                _marginTerms[terms.Symbol] = terms;
                break;
            case MarginPolicySet { Request: var policy }:
                _marginPolicies[policy.Asset] = policy;
                break;
            case MarginGroupSet { Request: { CreditPpm: 0 } none }:
                _marginGroups.Remove(none.Group);
                break;
            case MarginGroupSet { Request: var group }:
                _marginGroups[group.Group] = group;
                break;
            case LocateSet { Request: { Lots: 0 } none }:
                _locates.Remove((none.Symbol, none.Account));
                break;
            case LocateSet { Request: var locate }:
                _locates[(locate.Symbol, locate.Account)] = locate;
                break;
            case LiquidationInsured insured:
                var claim = insured.Claim;
                _funds[claim.Asset] = checked(_funds.GetValueOrDefault(claim.Asset) + claim.Fee - insured.FromFund);
                _insured.Add((claim.Account, claim.Sequence), new(claim.Sequence, insured.FromFund, insured.FromHouse));
                break;
        }
    }
}
