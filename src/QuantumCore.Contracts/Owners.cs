using System.Collections.Immutable;

namespace QuantumCore.Contracts;

/// <summary>An account and whose it is. Accounts of one owner may transfer between each other, and self-trade prevention takes them for one.</summary>
/// <param name="Account">The account's number.</param>
/// <param name="Owner">The owner's name; empty for nobody's.</param>
/// <param name="TradeGroup">
/// By which number books know this owner, from 1: the catalog gives it when the owner gets a second account, for ever; 0 before. Of an account that is to be
/// somebody's it says nothing.
/// </param>
[GenerateSerializer, Immutable, Alias("owned-account")]
public sealed record OwnedAccount(long Account, string Owner, long TradeGroup = 0);

/// <summary>How large an account's part of its owner's limits is.</summary>
/// <param name="Account">The account's number.</param>
/// <param name="Weight">Against those of the other accounts, 0 to <see cref="Most"/>; 0 is no part.</param>
[GenerateSerializer, Immutable, Alias("owner-share")]
public readonly record struct OwnerShare(long Account, int Weight)
{
    /// <summary>The largest weight.</summary>
    public const int Most = 1_000_000;
}

/// <summary>
/// Limits of an owner over all its accounts, as parts of each: what is a sum over accounts (open orders, position, daily volume, daily loss) is
/// divided, so that no account has to ask another; what is of a single order is the same for each.
/// </summary>
/// <param name="Owner">The owner's name.</param>
/// <param name="Symbol">The book, or another scope (<see cref="LimitScope"/>).</param>
/// <param name="Limits">Of all accounts together; empty for none.</param>
/// <param name="Shares">By account. One that is not here has no part.</param>
[GenerateSerializer, Immutable, Alias("owner-limits-of")]
public sealed record OwnerLimits(string Owner, string Symbol, ImmutableArray<AccountLimit> Limits, ImmutableArray<OwnerShare> Shares)
{
    /// <summary>Whether a limit is divided among accounts.</summary>
    public static bool IsDivided(LimitKind kind) => kind is LimitKind.OpenOrders or LimitKind.Position or LimitKind.DailyVolume or LimitKind.DailyLoss;

    /// <summary>An account's part. The parts of all accounts together are the limits, to the last unit.</summary>
    public ImmutableArray<AccountLimit> PartOf(long account) =>
        [.. Limits.Select(limit => IsDivided(limit.Kind) ? limit with { Most = PartOf(limit.Most, account) } : limit)];

    // Rounded down; what is left goes one by one to the first accounts that have a part.
    private long PartOf(long most, long account)
    {
        Int128 weights = Shares.Sum(share => (long)share.Weight);
        long left = most, part = 0, place = -1, parts = 0;
        foreach (var share in Shares.Where(share => share.Weight > 0))
        {
            var own = (long)((Int128)most * share.Weight / weights);
            left -= own;
            if (share.Account == account)
            {
                (part, place) = (own, parts);
            }

            parts++;
        }

        return part + (place >= 0 && place < left ? 1 : 0);
    }
}

/// <summary>An administrator's order to set all limits of an owner in a scope.</summary>
/// <param name="Limits">The limits; without shares all accounts of the owner have the same part.</param>
/// <param name="By">Who asks: the label of the key.</param>
/// <param name="Why">In that person's words; may be empty.</param>
[GenerateSerializer, Immutable, Alias("owner-limits-request")]
public sealed record OwnerLimitsRequest(OwnerLimits Limits, string By, string Why);
