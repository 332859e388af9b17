using System.Collections.Immutable;
using QuantumCore.Clearing;
using QuantumCore.Contracts;
using QuantumCore.Instruments;

namespace QuantumCore.Grains;

/// <summary>Margin rules and the insurance funds.</summary>
public sealed partial class CatalogGrain
{
    private readonly SortedDictionary<string, MarginTermsRequest> _marginTerms = new(StringComparer.Ordinal);
    private readonly SortedDictionary<string, MarginPolicyRequest> _marginPolicies = new(StringComparer.Ordinal);
    private readonly SortedDictionary<(string Symbol, long Account), LocateRequest> _locates = [];
    private readonly SortedDictionary<string, MarginGroupRequest> _marginGroups = new(StringComparer.Ordinal);
    private readonly SortedDictionary<string, long> _funds = new(StringComparer.Ordinal);
    private readonly Dictionary<(long Account, long Sequence), LiquidationCover> _insured = [];
    private readonly Dictionary<(long Account, long Sequence), SharedDeficit> _deficits = [];

    // Shares requested from accounts for all deficits of a day.
    private readonly Dictionary<(string Asset, long Account, long Day), long> _asked = [];

    /// <inheritdoc/>
    public ValueTask<MarginRulebook> Margin() => WhenDurable(Rulebook());

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

        if (Changing(instrument.Base.Name) is { } action)
        {
            return $"{action.Request.Id} turns {instrument.Base.Name} into other units";
        }

        if (_actions.Find(
            under => under.UnitAsset == instrument.Base.Name && under.Request.Kind == CorporateActionKind.CashDividend
            && under.CashAsset != instrument.Quote.Name && IsUnderWay(under)) is { } dividend)
        {
            return $"{dividend.Request.Id} pays {dividend.CashAsset}: who is short can owe {instrument.Quote.Name} alone";
        }

        // An account counts an asset once.
        if (_marginTerms.Keys.Where(symbol => symbol != request.Symbol).Select(symbol => _listed[symbol].Decode())
            .FirstOrDefault(other => other.Base == instrument.Base && other.Quote == instrument.Quote) is { } twin)
        {
            return $"{instrument.Base.Name} is traded on margin as {twin.Symbol} already";
        }

        if (LocatedIn(request.Symbol, but: 0) is var located && located > terms.LendableLots)
        {
            return $"{instrument.FormatQuantity(located)} of it are located already, and these terms lend less";
        }

        if (!_marginTerms.TryGetValue(request.Symbol, out var known) || !known.Terms.Equals(request.Terms))
        {
            Record(new MarginTermsSet(Now, request));
        }

        await InForceAsync();
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

        await InForceAsync();
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

        await InForceAsync();
        return null;
    }

    /// <inheritdoc/>
    public async ValueTask<string?> SetLocate(LocateRequest request)
    {
        if (!_marginTerms.TryGetValue(request.Symbol, out var terms)
            || terms.Terms.Decode() is not { Short: not null } lent)
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

        await InForceAsync();
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
            var fromHouse = claim.Deficit - fromFund;
            var policy =
                _marginPolicies.TryGetValue(claim.Asset, out var set) ? set.Policy.Decode() : new MarginPolicy();
            Record(new LiquidationInsured(
                Now, claim, fromFund, fromHouse, policy.SharesOut ? Math.Max(0, fromHouse - policy.Skin) : 0));
        }

        await Stream.WhenDurable(Stream.Head);
        return _insured[key];
    }

    /// <inheritdoc/>
    public async ValueTask<ImmutableArray<DeficitShare>> ShareDeficit(DeficitDay day)
    {
        var key = (day.Account, day.Sequence);
        if (_deficits.TryGetValue(key, out var open) && open.Shares.IsDefault)
        {
            Record(new DeficitShared(Now, day.Account, day.Sequence, SharesOf(open, day)));
        }

        await Stream.WhenDurable(Stream.Head);
        return _deficits.TryGetValue(key, out open) ? open.Shares : [];
    }

    /// <inheritdoc/>
    public async ValueTask EndDeficit(long account, long sequence)
    {
        if (_deficits.TryGetValue((account, sequence), out var open) && !open.Shares.IsDefault)
        {
            Record(new DeficitEnded(Now, account, sequence));
        }

        await Stream.WhenDurable(Stream.Head);
    }

    private ImmutableArray<DeficitShare> SharesOf(SharedDeficit deficit, DeficitDay day)
    {
        var owner = OwnerOf(deficit.Account);
        // The symbol of an earlier share is not on record: it is deducted from all symbols, so that no gain pays twice.
        var gains = day.Gains.ToLookup(gain => gain.Account, gain => new SymbolGain(
            gain.Symbol, gain.Account == deficit.Account ? gain.Amount : gain.Amount - AskedOf(gain.Account, deficit)));
        var gainers = day.Equities.Where(one => one.Account != deficit.Account).OrderBy(one => one.Account)
            .Select(
                one => new Gainer(
                    one.Account, owner.Length > 0 && OwnerOf(one.Account) == owner, one.Amount,
                    [.. gains[one.Account]]))
            .ToArray();
        return [.. DeficitShares.Of(deficit.Amount, [.. gains[deficit.Account]], gainers)
            .Select(share => new DeficitShare(share.Account, share.Amount))];
    }

    private long AskedOf(long account, SharedDeficit deficit) =>
        _asked.GetValueOrDefault((deficit.Asset, account, UtcDay.Of(deficit.TimeNanos)));

    private string OwnerOf(long account) => _owned.TryGetValue(account, out var owned) ? owned.Owner : "";

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
                var key = (claim.Account, claim.Sequence);
                _insured.Add(key, new(claim.Sequence, insured.FromFund, insured.FromHouse));
                if (insured.Shared > 0)
                {
                    _deficits.Add(
                        key,
                        new(claim.Account, claim.Sequence, claim.Asset, insured.Shared, insured.TimeNanos, default));
                }

                break;
            case DeficitShared shared:
                key = (shared.Account, shared.Sequence);
                var deficit = _deficits[key] = _deficits[key] with { Shares = shared.Shares };
                foreach (var share in shared.Shares)
                {
                    _asked[(deficit.Asset, share.Account, UtcDay.Of(deficit.TimeNanos))] =
                        AskedOf(share.Account, deficit) + share.Amount;
                }

                break;
            case DeficitEnded ended:
                _deficits.Remove((ended.Account, ended.Sequence));
                break;
        }
    }

    private MarginRulebook Rulebook() => new(
        [.. _marginTerms.Values],
        [.. _marginPolicies.Values],
        [.. _locates.Values],
        [.. _funds.Select(fund => new InsuranceFund(fund.Key, fund.Value))],
        [.. _marginGroups.Values],
        [.. _deficits.Values.OrderBy(deficit => deficit.TimeNanos)],
        [.. OldNames()]);
}
