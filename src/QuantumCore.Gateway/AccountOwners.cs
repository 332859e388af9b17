using System.Collections.Frozen;
using System.Collections.Immutable;
using QuantumCore.Contracts;

namespace QuantumCore.Gateway;

/// <summary>Whose accounts are whose, as this process knows it; what was taken away ends after ten seconds at most.</summary>
public sealed class AccountOwners(IGrainFactory grains, TimeProvider time)
{
    private readonly CatalogCopy<FrozenDictionary<long, string>> _copy = new(() => Load(grains), time);

    /// <summary>Whether two accounts have the same owner; accounts without one have none in common.</summary>
    public async ValueTask<bool> AreOfOne(long account, long other) =>
        AreOfOne(await _copy.Current(), account, other) || AreOfOne(await _copy.AfterMiss(), account, other);

    /// <summary>Returns true if an account has an owner, or had one at the last look.</summary>
    public async ValueTask<bool> Has(long account) =>
        (await _copy.Current()).ContainsKey(account) || (await _copy.AfterMiss()).ContainsKey(account);

    /// <summary>Returns the accounts of an owner, as the catalog has them now.</summary>
    public async ValueTask<ImmutableArray<long>> Of(string owner) =>
        [.. (await grains.Catalog().Owners()).Where(account => account.Owner == owner).Select(account => account.Account)];

    /// <summary>Asks the catalog after a change made here.</summary>
    public async ValueTask Refresh() => await _copy.AfterChange();

    private static bool AreOfOne(FrozenDictionary<long, string> owners, long account, long other) =>
        owners.TryGetValue(account, out var owner) && owners.TryGetValue(other, out var same) && owner == same;

    private static async ValueTask<FrozenDictionary<long, string>> Load(IGrainFactory grains)
    {
        var owned = await grains.Catalog().Owners();
        return owned.ToFrozenDictionary(account => account.Account, account => account.Owner);
    }
}
