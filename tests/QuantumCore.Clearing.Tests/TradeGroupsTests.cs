using QuantumCore.Contracts;
using QuantumCore.Instruments;
using QuantumCore.Matching;
using Xunit;

namespace QuantumCore.Clearing.Tests;

/// <summary>Trade groups of a book.</summary>
public class TradeGroupsTests
{
    private const long Alice = 1001;
    private const long Sister = 1002;

    private readonly TradeGroups _groups = new();
    private readonly OrderBook _core = new();

    [Fact]
    public void Account_without_a_group_is_a_party_by_itself()
    {
        Set(new() { [Alice] = 3 });
        Assert.Equal(Sister, _groups.PartyOf(Sister));
        Assert.Equal(0, _groups.Of(Sister));
    }

    [Fact]
    public void Accounts_of_a_group_are_one_party_that_is_no_account()
    {
        Set(new() { [Alice] = 3, [Sister] = 3 });
        Assert.Equal(AccountId.Last + 3, _groups.PartyOf(Alice));
        Assert.Equal(_groups.PartyOf(Alice), _groups.PartyOf(Sister));
        Assert.Equal(3, _groups.Of(Sister));
    }

    [Fact]
    public void Command_names_changed_accounts_alone()
    {
        Set(new() { [Alice] = 3, [Sister] = 3 });
        Assert.Null(_groups.CallFor(new Dictionary<long, long> { [Sister] = 3, [Alice] = 3 }));
        Assert.Equal(
            [new(Alice, 0)], _groups.CallFor(new Dictionary<long, long> { [Sister] = 3 })!.Accounts);
    }

    [Fact]
    public void Account_that_leaves_its_group_is_a_party_by_itself()
    {
        Set(new() { [Alice] = 3 });
        Set([]);
        Assert.Equal(Alice, _groups.PartyOf(Alice));
        Assert.Null(_groups.CallFor(new Dictionary<long, long>()));
    }

    [Fact]
    public void Command_that_the_core_rejects_changes_nothing()
    {
        Assert.Equal(RejectReason.None, _core.AdvanceTime(9));
        var call = _groups.CallFor(new Dictionary<long, long> { [Alice] = 3 })!;
        Assert.NotEqual(RejectReason.None, _groups.Set(_core, 8, call.Accounts));
        Assert.Equal(0, _groups.Of(Alice));
    }

    [Fact]
    public void Snapshot_restores_groups()
    {
        Set(new() { [Sister] = 3, [Alice] = 4 });
        var to = new RecordWriter();
        _groups.Write(ref to);
        var from = RecordReader.Headless(to.ToSpan());
        var restored = new TradeGroups();
        restored.Read(ref from);
        from.End();
        Assert.Equal((4, 3), (restored.Of(Alice), restored.Of(Sister)));
    }

    private void Set(Dictionary<long, long> groups) =>
        Assert.Equal(RejectReason.None, _groups.Set(_core, 10, _groups.CallFor(groups)!.Accounts));
}
