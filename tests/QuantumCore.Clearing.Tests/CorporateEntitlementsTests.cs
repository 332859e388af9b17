using QuantumCore.Contracts;
using QuantumCore.Instruments;
using Xunit;

namespace QuantumCore.Clearing.Tests;

/// <summary>An account's parts of corporate actions.</summary>
public class CorporateEntitlementsTests
{
    private const long PayDay = 20_000;

    private static readonly Asset s_usd = new("USD", 2);

    private readonly Account _account = new(new AccountId(1001));
    private readonly CorporateEntitlements _corporate;

    public CorporateEntitlementsTests() =>
        _corporate = new CorporateEntitlements(_account, new AccountClock(), _ => Sample.Share);

    [Fact]
    public void Part_is_pending_until_it_is_paid()
    {
        _corporate.Apply(Dividend(500, PayDay));
        Assert.True(_corporate.HasUnpaid);
        Assert.Equal((500, 500), (_account.Of(s_usd).Total, _account.Pending.SumOf("USD")));
        var paid = Assert.IsType<CorporateActionPaid>(_corporate.Pay("d", 9));
        Assert.Equal((9, 500), (paid.TimeNanos, paid.Amount));
        Assert.True(_corporate.Apply(paid));
        Assert.True(_account.Pending.IsEmpty);
        Assert.Null(_corporate.Pay("d", 10));
        Assert.False(_corporate.Apply(paid));
    }

    [Fact]
    public void Payment_of_another_amount_is_not_applied()
    {
        _corporate.Apply(Dividend(500, PayDay));
        Assert.False(_corporate.Apply(new CorporateActionPaid(9, "d", "USD", 2, 499)));
        Assert.Equal(500, _account.Pending.SumOf("USD"));
    }

    [Fact]
    public void Due_part_is_paid_at_once()
    {
        _corporate.Apply(Dividend(-500, 0));
        Assert.False(_corporate.HasUnpaid);
        Assert.Equal(-500, _account.Of(s_usd).Total);
    }

    [Fact]
    public void Snapshot_restores_pending_parts()
    {
        _corporate.Apply(Dividend(500, PayDay));
        var to = new RecordWriter();
        _corporate.WriteUnpaid(ref to);
        _corporate.WriteAdjusted(ref to);
        var restored = new CorporateEntitlements(_account, new AccountClock(), _ => Sample.Share);
        var from = RecordReader.Headless(to.ToSpan());
        restored.ReadUnpaid(ref from);
        restored.ReadAdjusted(ref from);
        from.End();
        Assert.Equal(_corporate.Pay("d", 9), restored.Pay("d", 9));
        Assert.False(restored.HasAdjusted);
    }

    private static CorporateActionEntered Dividend(long amount, long payDay) =>
        new(1, "d", CorporateActionKind.CashDividend, "AAPL", 0, 10, "USD", 2, amount, payDay);
}
