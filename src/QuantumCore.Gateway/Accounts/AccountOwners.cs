using System.Collections.Frozen;
using System.Collections.Immutable;

namespace QuantumCore.Gateway.Accounts;

/// <summary>Cache of the accounts' owners. A removed ownership ends after at most ten seconds.</summary>
public sealed class AccountOwners(IGrainFactory grains, TimeProvider time)
{
    private static readonly TimeSpan s_patience = TimeSpan.FromSeconds(1);

    private readonly CatalogCopy<FrozenDictionary<long, string>> _copy = new(() => LoadAsync(grains), time);

    /// <summary>Returns true if two accounts have the same owner; false if either has none.</summary>
    public async ValueTask<bool> AreOfOneAsync(long account, long other) =>
        AreOfOne(await _copy.CurrentAsync(), account, other) || AreOfOne(await _copy.AfterMissAsync(), account, other);

    /// <summary>
    /// Returns true if an account has an owner now, or had one when the catalog was last read, or if it was never read
    /// because the journal does not commit.
    /// </summary>
    public async ValueTask<bool> MayHaveAsync(long account) =>
        _copy.Newest?.ContainsKey(account) == true || await NewestAsync() is not { } newest
            || newest.ContainsKey(account);

    /// <summary>
    /// Returns the accounts of an owner, read from the catalog. If that does not answer because the journal does not
    /// commit, the newest copy serves; without one, null is returned.
    /// </summary>
    public async ValueTask<ImmutableArray<long>?> OfAsync(string owner) => await NewestAsync() is { } newest
        ? [.. newest.Where(account => account.Value == owner).Select(account => account.Key).Order()]
        : null;

    private async ValueTask<FrozenDictionary<long, string>?> NewestAsync()
    {
        try
        {
            return await _copy.AfterChangeAsync().AsTask().WaitAsync(s_patience, time);
        }
        catch (TimeoutException)
        {
            return _copy.Newest;
        }
    }

    /// <summary>Reloads the owners after a change made here.</summary>
    public async ValueTask RefreshAsync() => await _copy.AfterChangeAsync();

    private static bool AreOfOne(FrozenDictionary<long, string> owners, long account, long other) =>
        owners.TryGetValue(account, out var owner) && owners.TryGetValue(other, out var same) && owner == same;

    private static async ValueTask<FrozenDictionary<long, string>> LoadAsync(IGrainFactory grains)
    {
        var owned = await grains.Catalog().Owners();
        return owned.ToFrozenDictionary(account => account.Account, account => account.Owner);
    }
}
