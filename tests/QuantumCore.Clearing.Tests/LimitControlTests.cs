using System.Collections.Immutable;
using QuantumCore.Contracts;
using QuantumCore.Instruments;
using Xunit;

namespace QuantumCore.Clearing.Tests;

/// <summary>An account's risk limits by themselves.</summary>
public class LimitControlTests
{
    private const long Second = 1_000_000_000;

    private readonly Account _account = new(new AccountId(1001));
    private readonly TradedSymbols _traded = new();
    private readonly LimitControl _limits;

    public LimitControlTests() => _limits = New();

    [Fact]
    public void Quantity_is_limited_in_its_symbol_only()
    {
        Set("AAPL", new AccountLimit(LimitKind.OrderQuantity, 10));
        Assert.Null(Check(Buy(10)));
        Assert.Equal(RejectReason.MaxQuantity, Check(Buy(11))?.Reason);
        Assert.Null(Check(Buy(11) with { Instrument = Sample.Coin }));
    }

    [Fact]
    public void Limit_of_everyone_applies_beside_the_own_one()
    {
        Set("AAPL", new AccountLimit(LimitKind.OrderQuantity, 10));
        Assert.Equal("5", Check(Buy(7), everyones: 5)?.Limit);
        Assert.Equal("10", Check(Buy(11), everyones: 5)?.Limit);
    }

    [Fact]
    public void Position_counts_the_balance_and_open_buys()
    {
        Set("AAPL", new AccountLimit(LimitKind.Position, 10));
        _account.Deposit(Sample.Share.Base, 6);
        _account.Deposit(Sample.Share.Quote, 1_000);
        _account.Hold(Sample.Order(_account, Sample.Share, Side.Buy, 100, 3, 400));
        Assert.Null(Check(Buy(1)));
        Assert.Equal(RejectReason.PositionLimit, Check(Buy(2))?.Reason);
        Assert.Null(Check(Buy(2), reduces: true));
        Assert.Null(Check(Buy(2), replaced: _account.Orders[1]));
    }

    [Fact]
    public void Kill_switch_on_loss_names_the_loss_of_the_day()
    {
        Set("AAPL", new AccountLimit(LimitKind.KillLoss, 1_000));
        Assert.True(_limits.KillsOnLoss);
        _traded.DayOf(Sample.Share, Second).Fill(Second, 10, 200, 0);
        _traded.DayOf(Sample.Share, Second).Fill(Second, -10, 101, 0);
        Assert.Null(_limits.BrokenLoss(Second));
        _traded.DayOf(Sample.Share, Second).Fill(Second, 10, 200, 0);
        _traded.DayOf(Sample.Share, Second).Fill(Second, -10, 199, 0);
        var broken = _limits.BrokenLoss(Second);
        Assert.Equal(RejectReason.KillSwitch, broken?.Reason);
        Assert.Equal("AAPL: a loss of 10.00 USD in the UTC day, the limit is 10.00", broken?.Why);
        Assert.Null(_limits.BrokenLoss(90_000 * Second));
    }

    [Fact]
    public void Empty_limits_end_those_of_the_scope()
    {
        var request = new LimitsRequest("AAPL", [new AccountLimit(LimitKind.OrderQuantity, 10)], "desk", "");
        Assert.False(_limits.Has(request));
        Set("AAPL", [.. request.Limits]);
        Assert.True(_limits.Has(request));
        Assert.True(_limits.Any);
        Set("AAPL");
        Assert.False(_limits.Any);
        Assert.Null(Check(Buy(11)));
    }

    [Fact]
    public void Snapshot_restores_limits_and_their_counters()
    {
        Set("AAPL", new AccountLimit(LimitKind.OrdersPerSecond, 1), new AccountLimit(LimitKind.KillLoss, 5));
        _limits.Count(
            "AAPL",
            new SubmitOrder(
                1001, 1, "a", Side.Buy, OrderType.Limit, TimeInForce.GoodTillCancel, PostOnly: false, 100, 1, 0, 0),
            Second);
        var to = new RecordWriter();
        _limits.Write(ref to);

        var restored = New();
        var from = RecordReader.Headless(to.ToSpan());
        restored.Read(ref from);
        from.End();
        Assert.True(restored.KillsOnLoss);
        var again = new RecordWriter();
        restored.Write(ref again);
        Assert.Equal(to.ToArray(), again.ToArray());
        Assert.Equal(
            RejectReason.OrderRate, restored.Check([Buy(1)], null, false, _ => [], _ => [], Second)?.Reason);
        Assert.Null(restored.Check([Buy(1)], null, false, _ => [], _ => [], 2 * Second));
    }

    private LimitControl New() => new(_account, _traded, _ => Sample.Share);

    private void Set(string scope, params ImmutableArray<AccountLimit> limits) =>
        _limits.Apply(new LimitsSet(0, scope, limits, "desk", ""));

    private static AskedOrder Buy(long lots) => new(Sample.Share, Side.Buy, 100, lots, lots, null);

    private BrokenLimit? Check(
        AskedOrder order, long? everyones = null, bool reduces = false, HeldOrder? replaced = null) =>
        _limits.Check(
            [order], replaced, reduces,
            _ => everyones is { } most ? [new AccountLimit(LimitKind.OrderQuantity, most)] : [], _ => [], Second);
}
