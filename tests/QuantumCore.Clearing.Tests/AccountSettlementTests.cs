using QuantumCore.Contracts;
using QuantumCore.Instruments;
using Xunit;

namespace QuantumCore.Clearing.Tests;

/// <summary>Unsettled trades of an account by themselves, and the states of its orders.</summary>
public class AccountSettlementTests
{
    private const long Day = 86_400_000_000_000;
    private const string Stream = SettlementRecord.StreamPrefix + "XNAS";

    private static readonly SettlementTerm s_term = new("XNAS", 100, 1);

    private readonly Account _account = new(new AccountId(1001));
    private readonly AccountSettlement _settlement;

    public AccountSettlementTests() =>
        _settlement = new AccountSettlement(_account, new AccountClock(), null);

    [Fact]
    public void Venue_is_followed_until_everything_has_settled()
    {
        string[] sources = ["AAPL", Stream, SettlementRecord.StreamPrefix + "XLON"];
        Assert.Empty(_settlement.PendingAmong(sources));
        _account.Pending.Add("USD", s_term, 50);
        Assert.Equal([Stream], _settlement.PendingAmong(sources));
        _settlement.Apply(Stream, new SettlementSettled(1, 1, [Item(1002, 50)]));
        Assert.Equal(50, _account.Pending.SumOf("USD"));
        _settlement.Apply(Stream, new SettlementSettled(2, 1, [Item(1001, 50)]));
        Assert.Empty(_settlement.PendingAmong(sources));
    }

    [Fact]
    public void Proceeds_that_are_not_settled_cannot_leave()
    {
        _account.Deposit(Sample.Share.Quote, 80);
        Assert.Equal(RejectReason.None, _settlement.Check(Sample.Share.Quote, 80, 100 * Day));
        _account.Pending.Add("USD", s_term, 50);
        Assert.Equal(RejectReason.None, _settlement.Check(Sample.Share.Quote, 30, 100 * Day));
        Assert.Equal(RejectReason.UnsettledFunds, _settlement.Check(Sample.Share.Quote, 31, 100 * Day));
    }

    [Fact]
    public void Batch_of_a_day_waits_for_its_end()
    {
        _account.Deposit(Sample.Share.Quote, 80);
        _account.Pending.Add("USD", s_term, -50);
        Assert.Null(_settlement.FundsFor("XNAS", 102, 102 * Day));
        var funds = _settlement.FundsFor("XNAS", 102, 103 * Day);
        Assert.Equal([new AssetAmount("USD", 50)], funds?.Free ?? []);
    }

    [Fact]
    public void Snapshot_restores_what_is_pending()
    {
        _account.Pending.Add("USD", s_term, 50);
        var to = new RecordWriter();
        _settlement.Write(ref to);
        var account = new Account(new AccountId(1001));
        var from = RecordReader.Headless(to.ToSpan());
        new AccountSettlement(account, new AccountClock(), null).Read(ref from);
        from.End();
        Assert.Equal(_account.Pending.Entries, account.Pending.Entries);
    }

    [Fact]
    public void Snapshot_has_the_states_that_types_do_not_imply()
    {
        _account.Deposit(Sample.Share.Quote, 1_000);
        _account.Hold(Sample.Order(_account, Sample.Share, Side.Buy, 100, 2, 300));
        var states = new OrderStates(_account);
        var working = new OrderState(OrderStage.Working, 5, 99);
        _account.SetState(1, working);
        var to = new RecordWriter();
        states.Write(ref to);
        states.Forget();
        Assert.False(states.AreKnown);
        Assert.NotEqual(working, _account.Orders[1].State);

        var from = RecordReader.Headless(to.ToSpan());
        states.Read(ref from);
        from.End();
        Assert.True(states.AreKnown);
        Assert.Equal(working, _account.Orders[1].State);
    }

    private static SettlementItem Item(long account, long amount) =>
        new(account, "USD", 2, [new SettlementPart(s_term.TradeDay, s_term.Days, amount)]);
}
