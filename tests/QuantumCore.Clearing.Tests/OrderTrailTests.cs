using QuantumCore.Instruments;
using Xunit;

namespace QuantumCore.Clearing.Tests;

/// <summary>Changes of an account's orders since an earlier read.</summary>
public class OrderTrailTests
{
    [Fact]
    public void Each_changed_order_is_returned_once_and_again_after_a_further_change()
    {
        var (account, trail) = Followed();
        Assert.Null(trail.After(null));
        var place = trail.Changes;
        Hold(account);
        Hold(account);
        account.Entered(1, 5);
        Assert.Equal([1L, 2], trail.After(place));
        Assert.Empty(trail.After(trail.Changes)!);

        // The order that changed last changes again, and an earlier reader must see that.
        place = trail.Changes;
        account.Resize(1, 50);
        Assert.Equal([1L], trail.After(place));
        account.Release(1);
        Assert.Equal([1L], trail.After(trail.Changes - 1));
        Assert.Equal([1L, 2], trail.After(0));
    }

    [Fact]
    public void Every_change_of_an_order_is_recorded()
    {
        var (account, trail) = Followed();
        Action[] changes =
        [
            () => Hold(account),
            () => account.Entered(1, 5),
            () => account.Fill(1, 1_000, 10, 10),
            () => account.Resize(1, 80),
            () => account.SetHold(1, 80_000),
            () => account.ShrinkHold(1, 79_000),
            () => account.Amended(1, 1_000, new OrderConditions { DisplayLots = 10 }),
            () => account.Reduced(1, 70, 70_000),
            () => account.Release(1),
        ];
        foreach (var change in changes)
        {
            trail.After(null);
            var place = trail.Changes;
            change();
            Assert.Equal([1L], trail.After(place));
        }
    }

    [Fact]
    public void Trail_older_than_its_capacity_returns_nothing_rather_than_a_part()
    {
        var (account, trail) = Followed();
        Hold(account);
        Hold(account);
        var place = trail.Changes;
        for (var i = 0; i < OrderTrail.Room; i++)
            account.Resize(1 + (i % 2), 60 + (i % 2));
        Assert.Equal([1L, 2], trail.After(place));
        account.Resize(1, 61);
        Assert.Null(trail.After(place));
        Assert.Null(trail.After(trail.Changes + 1));
    }

    [Fact]
    public void Unread_changes_of_one_order_are_merged()
    {
        var (account, trail) = Followed();
        Hold(account);
        trail.After(null);
        var place = trail.Changes;
        for (var i = 0; i < 2 * OrderTrail.Room; i++)
            account.Resize(1, 60 + (i % 2));
        Assert.Equal([1L], trail.After(place));
    }

    private static (Account Account, OrderTrail Trail) Followed()
    {
        var account = new Account(new AccountId(1001)) { Trail = new OrderTrail() };
        account.Deposit(Sample.Share.Quote, 1_000_000);
        return (account, account.Trail);
    }

    private static void Hold(Account account) =>
        account.Hold(Sample.Order(account, Sample.Share, Side.Buy, 1_000, 100, 100_100));
}
