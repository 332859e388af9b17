using System.Collections.Immutable;
using QuantumCore.Contracts;
using QuantumCore.Instruments;
using QuantumCore.Matching;

namespace QuantumCore.Clearing;

/// <summary>
/// Trade groups: accounts of one owner, for self-trade prevention. An account without a group is a party by itself.
/// </summary>
/// <remarks>
/// Groups are state of the book, set by a journaled command: a replay must not ask a catalog that has changed since. A
/// group number on each order would lengthen the records of owners who never asked for prevention, and would miss
/// orders that rested before their owner was set.
/// </remarks>
internal sealed class TradeGroups
{
    private readonly SortedDictionary<long, long> _groups = [];

    /// <summary>Returns the group of an account; 0 for none.</summary>
    public long Of(long account) => _groups.GetValueOrDefault(account);

    /// <summary>
    /// Returns the owner of an account's orders, as the core and multi-leg orders compare it. Group numbers begin after
    /// the last account number.
    /// </summary>
    public long PartyOf(long account) =>
        _groups.Count > 0 && _groups.TryGetValue(account, out var group) ? AccountId.Last + group : account;

    /// <summary>
    /// Returns the command that makes the book's trade groups equal to the catalog's; null if they are.
    /// </summary>
    /// <param name="groups">Trade groups by account, for accounts that have one.</param>
    public SetTradeGroups? CallFor(IReadOnlyDictionary<long, long> groups)
    {
        var left = _groups.Keys.Where(account => !groups.ContainsKey(account))
            .Select(static account => new AccountTradeGroup(account, 0));
        var others = groups.Where(of => Of(of.Key) != of.Value)
            .Select(static of => new AccountTradeGroup(of.Key, of.Value));
        ImmutableArray<AccountTradeGroup> changes = [.. left.Concat(others).OrderBy(static of => of.Account)];
        return changes.IsEmpty ? null : new SetTradeGroups(changes);
    }

    /// <summary>Sets the groups of a command here and in the core.</summary>
    public RejectReason Set(OrderBook core, long time, ImmutableArray<AccountTradeGroup> groups)
    {
        var reason = core.SetOwners(
            time,
            groups.ToDictionary(of => of.Account, of => of.Group == 0 ? of.Account : AccountId.Last + of.Group));
        foreach (var (account, group) in reason == RejectReason.None ? groups : [])
        {
            if (group == 0)
                _groups.Remove(account);
            else
                _groups[account] = group;
        }

        return reason;
    }

    /// <summary>Writes the groups for a snapshot.</summary>
    public void Write(ref RecordWriter to)
    {
        to.Count(_groups.Count);
        foreach (var (account, group) in _groups)
        {
            to.Count(account);
            to.Count(group);
        }
    }

    /// <summary>Reads what <see cref="Write"/> wrote.</summary>
    public void Read(ref RecordReader from)
    {
        for (var i = from.ItemCount(); i > 0; i--)
        {
            _groups.Add(from.Count(), from.Count());
        }
    }
}
