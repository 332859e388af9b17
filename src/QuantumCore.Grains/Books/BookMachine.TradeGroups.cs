using System.Collections.Immutable;
using QuantumCore.Contracts;
using QuantumCore.Instruments;

namespace QuantumCore.Grains.Books;

/// <summary>Which accounts are of one owner, as self-trade prevention must know. An account that is in no group is a party by itself.</summary>
internal sealed partial class BookMachine
{
    private readonly SortedDictionary<long, long> _tradeGroups = [];

    /// <summary>What makes the book's trade groups those of the catalog; null where they are.</summary>
    /// <param name="groups">The group of each account that is in one.</param>
    public BookCommand? CallForTradeGroups(IReadOnlyDictionary<long, long> groups)
    {
        var left = _tradeGroups.Keys.Where(account => !groups.ContainsKey(account)).Select(account => (Account: account, Group: 0L));
        var others = groups.Where(of => _tradeGroups.GetValueOrDefault(of.Key) != of.Value).Select(of => (Account: of.Key, Group: of.Value));
        ImmutableArray<NamedValue> changes =
        [
            .. left.Concat(others).OrderBy(of => of.Account).SelectMany(of => (NamedValue[])
                [new(ChangedValue.GroupedAccount, of.Account), new(ChangedValue.TradeGroup, of.Group)]),
        ];
        return changes.IsEmpty ? null : BookCommand.Of(BookVerb.SetTradeGroups) with { Changes = changes };
    }

    /// <summary>Who an account's orders are of, as the core and strategies compare it. Numbers of groups begin where those of accounts end.</summary>
    public long PartyOf(long account) =>
        _tradeGroups.Count > 0 && _tradeGroups.TryGetValue(account, out var group) ? AccountId.Last + group : account;

    private RejectReason SetTradeGroups(long time, ImmutableArray<NamedValue> changes)
    {
        var groups = new Dictionary<long, long>();
        for (var i = 0; i < changes.Length; i += 2)
            groups.Add(changes[i].Value, changes[i + 1].Value);

        var reason = Core.SetOwners(time, groups.ToDictionary(of => of.Key, of => of.Value == 0 ? of.Key : AccountId.Last + of.Value));
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
