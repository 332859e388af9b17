using QuantumCore.Contracts;

namespace QuantumCore.Clearing;

/// <summary>Owners of accounts, their trade groups, and blocks of owners.</summary>
internal sealed class Owners
{
    private readonly SortedDictionary<long, OwnedAccount> _owned = [];
    private readonly Dictionary<string, long> _firstAccounts = new(StringComparer.Ordinal);
    private readonly Dictionary<string, long> _tradeGroups = new(StringComparer.Ordinal);
    private readonly SortedSet<string> _blocked = new(StringComparer.Ordinal);

    /// <summary>Accounts that have an owner, sorted by number, with the trade groups of their owners.</summary>
    public IEnumerable<OwnedAccount> Accounts => _owned.Values.Select(
        account => account with { TradeGroup = _tradeGroups.GetValueOrDefault(account.Owner) });

    /// <summary>Names of the blocked owners, sorted.</summary>
    public IReadOnlyCollection<string> Blocked => _blocked;

    /// <summary>Returns the owner of an account; empty if it has none.</summary>
    public string Of(long account) => _owned.TryGetValue(account, out var owned) ? owned.Owner : "";

    /// <summary>Returns true if an account has an owner.</summary>
    public bool Has(long account) => _owned.ContainsKey(account);

    /// <summary>Returns true if a name owns an account.</summary>
    public bool IsOwner(string name) => _owned.Values.Any(owned => owned.Owner == name);

    /// <summary>Returns the accounts of an owner, sorted.</summary>
    public long[] AccountsOf(string owner) =>
        [.. _owned.Values.Where(account => account.Owner == owner).Select(account => account.Account)];

    /// <summary>Gives an account to an owner. An empty name removes its owner.</summary>
    public CatalogChange Set(OwnedAccount account, long now)
    {
        account = account with { TradeGroup = 0 };
        return CatalogChange.Unless(
            _owned.GetValueOrDefault(account.Account, account with { Owner = "" }) == account,
            new OwnerSet(now, account));
    }

    /// <summary>Blocks an owner, or ends its block.</summary>
    public CatalogChange Block(OwnerBlock block, long now) =>
        CatalogChange.Unless(_blocked.Contains(block.Owner) == block.IsBlocked, new OwnerBlocked(now, block));

    /// <summary>Applies a record.</summary>
    public void Apply(OwnerSet set)
    {
        var account = set.Account;
        if (account.Owner.Length == 0)
        {
            _owned.Remove(account.Account);
            return;
        }

        _owned[account.Account] = account;

        // Never removed: orders in the books carry the number even after the account has another owner.
        if (!_firstAccounts.TryAdd(account.Owner, account.Account) && _firstAccounts[account.Owner] != account.Account)
        {
            _tradeGroups.TryAdd(account.Owner, _tradeGroups.Count + 1);
        }
    }

    /// <summary>Applies a record.</summary>
    public void Apply(OwnerBlocked blocked)
    {
        if (blocked.Block.IsBlocked)
        {
            _blocked.Add(blocked.Block.Owner);
        }
        else
        {
            _blocked.Remove(blocked.Block.Owner);
        }
    }
}
