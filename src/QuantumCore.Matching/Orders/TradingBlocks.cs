namespace QuantumCore.Matching;

/// <summary>Accounts and owners that may enter no orders (kill switch).</summary>
internal sealed class TradingBlocks(OrderStore store)
{
    public HashSet<long> Accounts { get; } = [];

    public HashSet<long> Owners { get; } = [];

    public void Add(in OrderFilter who)
    {
        if (who.Account is { } account)
            _ = Accounts.Add(account);
        if (who.Owner is { } owner)
            _ = Owners.Add(owner);
        NoteChange();
    }

    public void Remove(in OrderFilter who)
    {
        if (who.Account is { } account)
            _ = Accounts.Remove(account);
        if (who.Owner is { } owner)
            _ = Owners.Remove(owner);
        NoteChange();
    }

    /// <summary>Tells the fast path if anybody is blocked.</summary>
    public void NoteChange() => store.Mind(SlowPath.Blocked, Accounts.Count + Owners.Count > 0);

    public bool IsBlocked(long account, long owner) => (store.SlowPathReasons & SlowPath.Blocked) != 0
        && (Accounts.Contains(account) || (owner != 0 && Owners.Contains(owner)));

    /// <summary>Returns true for a filter that names exactly one account or owner.</summary>
    public static bool NamesSomeone(in OrderFilter who) =>
        who.Side is null && (who.Account is not null ? who.Owner is null : who.Owner is not (null or 0));
}
