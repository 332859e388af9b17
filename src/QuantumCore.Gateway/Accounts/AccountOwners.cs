using System.Collections.Frozen;
using System.Collections.Immutable;

namespace QuantumCore.Gateway.Accounts;

/// <summary>Cache of the accounts' owners. A removed ownership ends after at most ten seconds.</summary>
public sealed class AccountOwners(IGrainFactory grains, TimeProvider time)
{
    private static readonly TimeSpan s_patience = TimeSpan.FromSeconds(1);

    private readonly CatalogCopy<FrozenDictionary<long, string>> _copy = new(() => Load(grains), time);

    /// <summary>Returns true if two accounts have the same owner; false if either has none.</summary>
    public async ValueTask<bool> AreOfOne(long account, long other) =>
        AreOfOne(await _copy.Current(), account, other) || AreOfOne(await _copy.AfterMiss(), account, other);

    /// <summary>
    /// Returns true if an account has an owner now, or had one when the catalog was last read, or if it was never read
    /// because the journal does not commit.
    /// </summary>
    public async ValueTask<bool> MayHave(long account) =>
        _copy.Newest?.ContainsKey(account) == true || await Newest() is not { } newest || newest.ContainsKey(account);

    /// <summary>
    /// Returns the accounts of an owner, read from the catalog. If that does not answer because the journal does not
    /// commit, the newest copy serves; without one, null is returned.
    /// </summary>
    public async ValueTask<ImmutableArray<long>?> Of(string owner) => await Newest() is { } newest
        ? [.. newest.Where(account => account.Value == owner).Select(account => account.Key).Order()]
        : null;

    private async ValueTask<FrozenDictionary<long, string>?> Newest()
    {
        try
        {
            return await _copy.AfterChange().AsTask().WaitAsync(s_patience, time);
        }
        catch (TimeoutException)
        {
            return _copy.Newest;
        }
    }

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
