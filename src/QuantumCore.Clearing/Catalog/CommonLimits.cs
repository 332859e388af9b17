using System.Collections.Immutable;
using QuantumCore.Contracts;

namespace QuantumCore.Clearing;

/// <summary>Risk limits of every account in a symbol, and limits of owners over their accounts.</summary>
internal sealed class CommonLimits(InstrumentListings listings, Owners owners)
{
    private readonly SortedDictionary<string, SymbolLimits> _everyone = new(StringComparer.Ordinal);
    private readonly SortedDictionary<(string Owner, string Symbol), OwnerLimits> _ofOwners =
        new(Comparer<(string Owner, string Symbol)>.Create(
        static (one, other) => string.CompareOrdinal(one.Owner, other.Owner) is var owner and not 0
            ? owner
            : string.CompareOrdinal(one.Symbol, other.Symbol)));

    /// <summary>Limits of every account, sorted by symbol.</summary>
    public IReadOnlyCollection<SymbolLimits> Everyone => _everyone.Values;

    /// <summary>Limits of owners, sorted by owner and scope.</summary>
    public IReadOnlyCollection<OwnerLimits> OfOwners => _ofOwners.Values;

    /// <summary>Sets the limits that every account has in a symbol.</summary>
    /// <exception cref="ArgumentException">The symbol is not listed, or a limit is wrong.</exception>
    public CatalogChange Set(LimitsRequest request, long now)
    {
        if (!listings.Has(request.Symbol) || request.Check(forEveryone: true) is not null)
        {
            throw new ArgumentException(
                $"{request.Symbol}: {request.Check(forEveryone: true) ?? "is not listed"}.", nameof(request));
        }

        return CatalogChange.Unless(
            (_everyone.GetValueOrDefault(request.Symbol)?.Limits ?? []).SequenceEqual(request.Limits),
            new EveryonesLimitsSet(now, request));
    }

    /// <summary>Sets the limits of an owner in a scope. Without shares, its accounts have equal ones.</summary>
    public CatalogChange Set(OwnerLimitsRequest request, long now)
    {
        var accounts = owners.AccountsOf(request.Limits.Owner);
        var given = request.Limits.Shares.OrderBy(share => share.Account).ToImmutableArray();
        if (WhyNot(request, accounts, given) is { } wrong)
        {
            return CatalogChange.Refuse(wrong);
        }

        var shares = given.IsEmpty ? [.. accounts.Select(account => new OwnerShare(account, 1))] : given;
        var limits = request.Limits with { Shares = request.Limits.Limits.IsEmpty ? [] : shares };
        return CatalogChange.Unless(
            IsSame(_ofOwners.GetValueOrDefault((limits.Owner, limits.Symbol)), limits),
            new OwnerLimitsSet(now, request with { Limits = limits }));
    }

    /// <summary>Applies a record.</summary>
    public void Apply(EveryonesLimitsSet set)
    {
        var (symbol, limits) = (set.Limits.Symbol, set.Limits.Limits);
        if (limits.IsEmpty)
        {
            _everyone.Remove(symbol);
        }
        else
        {
            _everyone[symbol] = new SymbolLimits(symbol, limits);
        }
    }

    /// <summary>Applies a record.</summary>
    public void Apply(OwnerLimitsSet set)
    {
        var limits = set.Request.Limits;
        if (limits.Limits.IsEmpty)
        {
            _ofOwners.Remove((limits.Owner, limits.Symbol));
        }
        else
        {
            _ofOwners[(limits.Owner, limits.Symbol)] = limits;
        }
    }

    private string? WhyNot(OwnerLimitsRequest request, long[] accounts, ImmutableArray<OwnerShare> shares)
    {
        var symbol = request.Limits.Symbol;
        if (symbol != LimitScope.All && !listings.All
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
}
