using QuantumCore.Contracts;
using QuantumCore.Instruments;
using Xunit;

namespace QuantumCore.Clearing.Tests;

/// <summary>The freeze of an account.</summary>
public class AccountFreezeTests
{
    [Fact]
    public void Stricter_freeze_includes_a_milder_one()
    {
        var mild = new FreezeRequest(Closes: false, "desk", "");
        var strict = mild with { Closes = true };
        var freeze = new AccountFreeze();
        Assert.False(freeze.Includes(mild));
        freeze.Apply(new AccountFrozen(1, 5, Closes: false, "desk", ""));
        Assert.True(freeze.Includes(mild));
        Assert.False(freeze.Includes(strict));
        freeze.Apply(new AccountFrozen(2, 6, Closes: true, "desk", ""));
        Assert.True(freeze.Includes(mild));
        Assert.True(freeze.Includes(strict));
    }

    [Fact]
    public void Frozen_account_may_not_act_until_it_is_unfrozen()
    {
        var freeze = new AccountFreeze();
        Assert.Equal(RejectReason.None, freeze.Rejection);
        freeze.Apply(new AccountFrozen(1, 5, Closes: true, "desk", ""));
        Assert.Equal((RejectReason.AccountFrozen, 5, true), (freeze.Rejection, freeze.Floor, freeze.Closes));
        freeze.Apply(new AccountUnfrozen(2, "desk", ""));
        Assert.Equal((RejectReason.None, 0, false), (freeze.Rejection, freeze.Floor, freeze.Closes));
    }

    [Theory]
    [InlineData("desk", null, false)]
    [InlineData(AccountFreeze.KillSwitchName, "a loss", true)]
    [InlineData(AccountFreeze.ExchangeName, "a loss", false)]
    public void Reason_is_told_only_for_a_freeze_that_no_operator_made(string by, string? told, bool isKill)
    {
        var freeze = new AccountFreeze();
        freeze.Apply(new AccountFrozen(1, 5, Closes: true, by, "a loss"));
        Assert.Equal((told, isKill), (freeze.AutomaticReason, freeze.IsByKillSwitch));
    }

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public void Snapshot_restores_it(bool isFrozen)
    {
        var freeze = new AccountFreeze();
        if (isFrozen)
            freeze.Apply(new AccountFrozen(1, 5, Closes: true, AccountFreeze.KillSwitchName, "a loss"));

        var to = new RecordWriter();
        freeze.Write(ref to);
        var restored = new AccountFreeze();
        var from = RecordReader.Headless(to.ToSpan());
        restored.Read(ref from);
        from.End();
        Assert.Equal(
            (freeze.IsFrozen, freeze.Floor, freeze.AutomaticReason),
            (restored.IsFrozen, restored.Floor, restored.AutomaticReason));
    }
}
