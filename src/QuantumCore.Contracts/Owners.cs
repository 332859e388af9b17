using System.Collections.Immutable;

namespace QuantumCore.Contracts;

/// <summary>
/// An account and its owner. Accounts of one owner may transfer to each other, and self-trade prevention treats them as
/// one.
/// </summary>
/// <param name="Account">The account's number.</param>
/// <param name="Owner">The owner's name; empty if the account has none.</param>
/// <param name="TradeGroup">
/// The number, from 1, by which books know this owner. The catalog assigns it permanently when the owner gets a second
/// account; 0 before. It is ignored in a request that sets an owner.
/// </param>
[GenerateSerializer, Immutable, Alias("owned-account")]
public sealed record OwnedAccount(long Account, string Owner, long TradeGroup = 0);

/// <summary>An account's share of its owner's limits.</summary>
/// <param name="Account">The account's number.</param>
/// <param name="Weight">
/// Weight relative to the owner's other accounts, 0 to <see cref="Most"/>; 0 means no share.
/// </param>
[GenerateSerializer, Immutable, Alias("owner-share")]
public readonly record struct OwnerShare(long Account, int Weight)
{
    /// <summary>The largest weight.</summary>
    public const int Most = 1_000_000;
}

/// <summary>
/// Limits of an owner over all its accounts. A limit on a sum over accounts (open orders, position, daily volume, daily
/// loss) is divided among them: no account has to ask another. A limit on a single order is the same for each account.
/// </summary>
/// <param name="Owner">The owner's name.</param>
/// <param name="Symbol">The book, or another scope (<see cref="LimitScope"/>).</param>
/// <param name="Limits">Limits of all accounts together; empty for none.</param>
/// <param name="Shares">Shares by account. An account that is missing has no share.</param>
[GenerateSerializer, Immutable, Alias("owner-limits-of")]
public sealed record OwnerLimits(
    string Owner, string Symbol, ImmutableArray<AccountLimit> Limits, ImmutableArray<OwnerShare> Shares)
{
    /// <summary>Returns true if a limit is divided among accounts.</summary>
    public static bool IsDivided(LimitKind kind) =>
        kind is LimitKind.OpenOrders or LimitKind.Position or LimitKind.DailyVolume or LimitKind.DailyLoss;

    /// <summary>Returns an account's part of the limits. The parts of all accounts sum to the limits exactly.</summary>
    public ImmutableArray<AccountLimit> PartOf(long account) =>
        [.. Limits.Select(limit => IsDivided(limit.Kind) ? limit with { Most = PartOf(limit.Most, account) } : limit)];

    // Rounded down; the remainder goes, one unit each, to the first accounts that have a share.
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

/// <summary>An administrator's request to set all limits of an owner in a scope.</summary>
/// <param name="Limits">The limits; without shares, every account of the owner has the same share.</param>
/// <param name="By">Label of the requesting API key.</param>
/// <param name="Why">The requester's reason, free text; may be empty.</param>
[GenerateSerializer, Immutable, Alias("owner-limits-request")]
public sealed record OwnerLimitsRequest(OwnerLimits Limits, string By, string Why);

/// <summary>
/// Blocks or unblocks an owner. A blocked owner's accounts are blocked, also those that it gets later.
/// </summary>
/// <param name="Owner">The owner's name.</param>
/// <param name="IsBlocked">True to block it.</param>
/// <param name="By">Label of the requesting API key.</param>
/// <param name="Why">The requester's reason, free text; may be empty.</param>
[GenerateSerializer, Immutable, Alias("owner-block")]
public sealed record OwnerBlock(string Owner, bool IsBlocked, string By, string Why);
