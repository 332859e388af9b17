using QuantumCore.Contracts;
using QuantumCore.Instruments;
using Xunit;

namespace QuantumCore.Clearing.Tests;

/// <summary>Stale activations, and the cover of holds during recovery.</summary>
public class KnownHoldsTests
{
    private readonly Account _account = new(new AccountId(1001));

    public KnownHoldsTests()
    {
        _account.Deposit(Sample.Share.Quote, 1_000);
        _account.Hold(Sample.Order(_account, Sample.Share, Side.Buy, 100, 2, 300));
    }

    [Fact]
    public void Order_of_another_activation_is_unknown()
    {
        var holds = new KnownHolds(_account);
        holds.Require(Voided(1), sequence: 1, durable: 1);
        Assert.Throws<UnknownHoldException>(() => holds.Require(Voided(2), sequence: 1, durable: 1));
        Assert.Throws<UnknownHoldException>(
            () => holds.Require(new AllClosed(1, 1001, 2, []), sequence: 1, durable: 1));
    }

    [Fact]
    public void Book_cannot_know_a_hold_that_is_not_durable()
    {
        var holds = new KnownHolds(_account);
        Assert.Throws<UnknownHoldException>(() => holds.Require(Voided(1), sequence: 1, durable: 0));
    }

    [Fact]
    public void Hold_is_covered_once_recovery_ends()
    {
        var cover = new HoldCover(_account, _ => false);
        cover.BeginCatchUp();
        _account.Give(Sample.Share.Quote, 900);
        cover.Require(Sample.Share);
        Assert.Throws<InvalidOperationException>(cover.EndCatchUp);
        Assert.Throws<InvalidOperationException>(() => cover.Require(Sample.Share));
        var lenient = new HoldCover(_account, asset => asset == "USD");
        lenient.Require(Sample.Share);
        Assert.True(lenient.IsCaughtUp);
    }

    [Fact]
    public void Held_order_submits_what_its_record_has()
    {
        var order = new SubmitOrder(
            1001, 2, "b", Side.Sell, OrderType.Limit, TimeInForce.GoodTillCancel, PostOnly: true, 101, 3, 4, 5,
            ReplacesNumber: 1, ExpectedLeavesLots: 2, SelfTrade: SelfTradePrevention.ExpireMaker, MinimumFee: 6);
        var held = HeldOrder.From(new HoldPlaced(7, "AAPL", order, 8, 9), Sample.Share, sequence: 10);
        Assert.Equal(order, held.ToOrder(new AccountId(1001)));
        Assert.Equal((9, 10, 7), (held.Held, held.Sequence, held.TimeNanos));

        var to = new RecordWriter();
        HeldOrderEncoding.Write(ref to, held, withPaid: true);
        var from = RecordReader.Headless(to.ToSpan());
        var read = HeldOrderEncoding.Read(ref from, _ => Sample.Share, withPaid: true);
        from.End();
        Assert.Equal(order, read.ToOrder(new AccountId(1001)));
        Assert.Equal(held.Paid, read.Paid);
    }

    private static OrderVoided Voided(long number) => new(1, 1001, number, RejectReason.None, null);
}
