using System.Collections.Immutable;
using QuantumCore.Contracts;
using QuantumCore.Instruments;

namespace QuantumCore.Clearing;

/// <summary>Insurance funds by currency, liquidation steps they covered, and deficits shared out.</summary>
internal sealed class InsuranceFunds(MarginPolicies margin, Owners owners)
{
    private readonly SortedDictionary<string, long> _funds = new(StringComparer.Ordinal);
    private readonly Dictionary<(long Account, long Sequence), LiquidationCover> _insured = [];
    private readonly Dictionary<(long Account, long Sequence), SharedDeficit> _deficits = [];

    // Shares requested from accounts for all deficits of a day.
    private readonly Dictionary<(string Asset, long Account, long Day), long> _asked = [];

    /// <summary>The funds, sorted by currency.</summary>
    public IEnumerable<InsuranceFund> Funds => _funds.Select(fund => new InsuranceFund(fund.Key, fund.Value));

    /// <summary>Open deficits, oldest first.</summary>
    public IEnumerable<SharedDeficit> Deficits => _deficits.Values.OrderBy(deficit => deficit.TimeNanos);

    /// <summary>Returns the record of a liquidation step's cover; null if the step is covered.</summary>
    public CatalogRecord? Insure(LiquidationClaim claim, long now)
    {
        var key = (claim.Account, claim.Sequence);
        if (!_insured.ContainsKey(key))
        {
            var fund = _funds.GetValueOrDefault(claim.Asset) + claim.Fee;
            var fromFund = Math.Min(fund, claim.Deficit);
            var fromHouse = claim.Deficit - fromFund;
            var policy = margin.PolicyOf(claim.Asset);
            return new LiquidationInsured(
                now, claim, fromFund, fromHouse, policy.SharesOut ? Math.Max(0, fromHouse - policy.Skin) : 0);
        }

        return null;
    }

    /// <summary>Returns the cover of a liquidation step on record.</summary>
    public LiquidationCover CoverOf(LiquidationClaim claim) => _insured[(claim.Account, claim.Sequence)];

    /// <summary>Returns the record of a deficit's shares; null if they are decided or the deficit has ended.</summary>
    public CatalogRecord? Share(DeficitDay day, long now) =>
        _deficits.TryGetValue((day.Account, day.Sequence), out var open) && open.Shares.IsDefault
            ? new DeficitShared(now, day.Account, day.Sequence, SharesOf(open, day))
            : null;

    /// <summary>Returns the decided shares of a deficit; none once it has ended.</summary>
    public ImmutableArray<DeficitShare> SharesOf(DeficitDay day) =>
        _deficits.TryGetValue((day.Account, day.Sequence), out var open) ? open.Shares : [];

    /// <summary>Returns the record of a deficit's end; null if it has ended, or its shares are not decided.</summary>
    public CatalogRecord? End(long account, long sequence, long now) =>
        _deficits.TryGetValue((account, sequence), out var open) && !open.Shares.IsDefault
            ? new DeficitEnded(now, account, sequence)
            : null;

    /// <summary>Applies a record.</summary>
    public void Apply(CatalogRecord record)
    {
        switch (record)
        {
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

    private ImmutableArray<DeficitShare> SharesOf(SharedDeficit deficit, DeficitDay day)
    {
        var owner = owners.Of(deficit.Account);
        // The symbol of an earlier share is not on record: it is deducted from all symbols, so that no gain pays twice.
        var gains = day.Gains.ToLookup(gain => gain.Account, gain => new SymbolGain(
            gain.Symbol, gain.Account == deficit.Account ? gain.Amount : gain.Amount - AskedOf(gain.Account, deficit)));
        var gainers = day.Equities.Where(one => one.Account != deficit.Account).OrderBy(one => one.Account)
            .Select(
                one => new Gainer(
                    one.Account, owner.Length > 0 && owners.Of(one.Account) == owner, one.Amount,
                    [.. gains[one.Account]]))
            .ToArray();
        return [.. DeficitShares.Of(deficit.Amount, [.. gains[deficit.Account]], gainers)
            .Select(share => new DeficitShare(share.Account, share.Amount))];
    }

    private long AskedOf(long account, SharedDeficit deficit) =>
        _asked.GetValueOrDefault((deficit.Asset, account, UtcDay.Of(deficit.TimeNanos)));
}
