using System.Collections.Immutable;
using QuantumCore.Contracts;
using QuantumCore.Instruments;

namespace QuantumCore.Clearing;

/// <summary>
/// Trade groups: accounts of one owner, for self-trade prevention. An account without a group is a party by itself.
/// </summary>
/// <remarks>
/// Groups are state of the book, set by a journaled command: a replay must not ask a catalog that has changed since. A
/// group number on each order would lengthen the records of owners who never asked for prevention, and would miss
/// orders that rested before their owner was set.
/// </remarks>
internal sealed partial class BookMachine
{
    private readonly SortedDictionary<long, long> _tradeGroups = [];

    /// <summary>
    /// Returns the command that makes the book's trade groups equal to the catalog's; null if they are.
    /// </summary>
    /// <param name="groups">Trade groups by account, for accounts that have one.</param>
    public BookCommand? CallForTradeGroups(IReadOnlyDictionary<long, long> groups)
    {
        var left = _tradeGroups.Keys.Where(account => !groups.ContainsKey(account))
            .Select(account => (Account: account, Group: 0L));
        var others = groups.Where(of => _tradeGroups.GetValueOrDefault(of.Key) != of.Value)
            .Select(of => (Account: of.Key, Group: of.Value));
        ImmutableArray<NamedValue> changes =
        [
            .. left.Concat(others).OrderBy(of => of.Account).SelectMany(of => (NamedValue[])
                [new(ChangedValue.GroupedAccount, of.Account), new(ChangedValue.TradeGroup, of.Group)]),
        ];
        return changes.IsEmpty ? null : BookCommand.Of(BookVerb.SetTradeGroups) with { Changes = changes };
    }

    /// <summary>
    /// Returns the owner of an account's orders, as the core and multi-leg orders compare it. Group numbers begin after
    /// the last account number.
    /// </summary>
    public long PartyOf(long account) =>
        _tradeGroups.Count > 0 && _tradeGroups.TryGetValue(account, out var group) ? AccountId.Last + group : account;

    private RejectReason SetTradeGroups(long time, ImmutableArray<NamedValue> changes)
    {
        var groups = new Dictionary<long, long>();
        for (var i = 0; i < changes.Length; i += 2)
            groups.Add(changes[i].Value, changes[i + 1].Value);

        var reason = Core.SetOwners(
            time, groups.ToDictionary(of => of.Key, of => of.Value == 0 ? of.Key : AccountId.Last + of.Value));
        foreach (var (account, group) in reason == RejectReason.None ? groups : [])
        {
            if (group == 0)
                _tradeGroups.Remove(account);
            else
                _tradeGroups[account] = group;
        }

        return reason;
    }
}
