using System.Collections.Immutable;
using QuantumCore.Contracts;

namespace QuantumCore.Grains;

/// <summary>Limits of owners over their accounts, and blocks of owners.</summary>
public sealed partial class CatalogGrain
{
    private readonly SortedDictionary<(string Owner, string Symbol), OwnerLimits> _ownerLimits =
        new(Comparer<(string Owner, string Symbol)>.Create(
        static (one, other) => string.CompareOrdinal(one.Owner, other.Owner) is var owner and not 0
            ? owner
            : string.CompareOrdinal(one.Symbol, other.Symbol)));

    private readonly Dictionary<string, long> _firstAccounts = new(StringComparer.Ordinal);
    private readonly Dictionary<string, long> _tradeGroups = new(StringComparer.Ordinal);

    private readonly SortedSet<string> _blockedOwners = new(StringComparer.Ordinal);

    /// <inheritdoc/>
    public ValueTask<ImmutableArray<OwnerLimits>> OwnersLimits() => AllWhenDurable(_ownerLimits.Values);

    /// <inheritdoc/>
    public async ValueTask<string?> SetOwnerLimits(OwnerLimitsRequest request)
    {
        var accounts = _owned.Values.Where(account => account.Owner == request.Limits.Owner)
            .Select(account => account.Account).ToArray();
        var given = request.Limits.Shares.OrderBy(share => share.Account).ToImmutableArray();
        if (WhyNot(request, accounts, given) is { } wrong)
        {
            return wrong;
        }

        var shares = given.IsEmpty ? [.. accounts.Order().Select(account => new OwnerShare(account, 1))] : given;
        var limits = request.Limits with { Shares = request.Limits.Limits.IsEmpty ? [] : shares };
        if (!IsSame(_ownerLimits.GetValueOrDefault((limits.Owner, limits.Symbol)), limits))
        {
            Record(new OwnerLimitsSet(Now, request with { Limits = limits }));
        }

        await InForceAsync();
        return null;
    }

    /// <inheritdoc/>
    public ValueTask<ImmutableArray<string>> BlockedOwners() => AllWhenDurable(_blockedOwners);

    /// <inheritdoc/>
    public async ValueTask BlockOwner(OwnerBlock block)
    {
        if (_blockedOwners.Contains(block.Owner) != block.IsBlocked)
        {
            Record(new OwnerBlocked(Now, block));
        }

        await Stream.WhenDurable(Stream.Head);
    }

    private void Apply(OwnerBlocked blocked)
    {
        if (blocked.Block.IsBlocked)
        {
            _blockedOwners.Add(blocked.Block.Owner);
        }
        else
        {
            _blockedOwners.Remove(blocked.Block.Owner);
        }
    }

    private string? WhyNot(OwnerLimitsRequest request, long[] accounts, ImmutableArray<OwnerShare> shares)
    {
        var symbol = request.Limits.Symbol;
        if (symbol != LimitScope.All && !_listed.Values.Select(listed => listed.Decode())
            .Any(instrument => instrument.Symbol == symbol || LimitScope.PaidIn(instrument.Quote.Name) == symbol))
        {
            return $"{symbol} is not listed, and nothing is paid in it";
        }

        return accounts.Length == 0 ? "no account has this owner"
            : shares.Any(share => !accounts.Contains(share.Account)) ? "each share is of an account of the owner"
            : shares.DistinctBy(share => share.Account).Count() != shares.Length ? "each account has one share"
            : shares.Any(share => share.Weight is < 0 or > OwnerShare.Most) ? $"a weight is 0 to {OwnerShare.Most}"
            : !shares.IsEmpty && shares.All(share => share.Weight == 0) ? "some account has a share"
            : new LimitsRequest(symbol, request.Limits.Limits, "", "").Check(forEveryone: true);
    }

    private static bool IsSame(OwnerLimits? one, OwnerLimits other) => one is null
        ? other.Limits.IsEmpty
        : one.Limits.SequenceEqual(other.Limits) && one.Shares.SequenceEqual(other.Shares);

    // Never removed: orders in the books carry the number even after the account has another owner.
    private void Apply(OwnedAccount account)
    {
        _owned[account.Account] = account;
        if (!_firstAccounts.TryAdd(account.Owner, account.Account) && _firstAccounts[account.Owner] != account.Account)
        {
            _tradeGroups.TryAdd(account.Owner, _tradeGroups.Count + 1);
        }
    }

    private void Apply(OwnerLimitsSet set)
    {
        var limits = set.Request.Limits;
        if (limits.Limits.IsEmpty)
        {
            _ownerLimits.Remove((limits.Owner, limits.Symbol));
        }
        else
        {
            _ownerLimits[(limits.Owner, limits.Symbol)] = limits;
        }
    }
}
