using System.Collections.Frozen;
using System.Collections.Immutable;
using QuantumCore.Contracts;

namespace QuantumCore.Gateway;

/// <summary>Cache of the accounts' owners. A removed ownership ends after at most ten seconds.</summary>
public sealed class AccountOwners(IGrainFactory grains, TimeProvider time)
{
    private readonly CatalogCopy<FrozenDictionary<long, string>> _copy = new(() => Load(grains), time);

    /// <summary>Returns true if two accounts have the same owner; false if either has none.</summary>
    public async ValueTask<bool> AreOfOne(long account, long other) =>
        AreOfOne(await _copy.Current(), account, other) || AreOfOne(await _copy.AfterMiss(), account, other);

    /// <summary>Returns true if an account has an owner now, or had one when the catalog was last read.</summary>
    public async ValueTask<bool> Has(long account) =>
        (await _copy.Current()).ContainsKey(account) || (await _copy.AfterMiss()).ContainsKey(account);

    /// <summary>Returns the accounts of an owner, read from the catalog.</summary>
    public async ValueTask<ImmutableArray<long>> Of(string owner) =>
        [.. (await grains.Catalog().Owners()).Where(account => account.Owner == owner).Select(account => account.Account)];

    /// <summary>Reloads the owners after a change made here.</summary>
    public async ValueTask Refresh() => await _copy.AfterChange();

    private static bool AreOfOne(FrozenDictionary<long, string> owners, long account, long other) =>
        owners.TryGetValue(account, out var owner) && owners.TryGetValue(other, out var same) && owner == same;

    private static async ValueTask<FrozenDictionary<long, string>> Load(IGrainFactory grains)
    {
        var owned = await grains.Catalog().Owners();
        return owned.ToFrozenDictionary(account => account.Account, account => account.Owner);
    }
}
