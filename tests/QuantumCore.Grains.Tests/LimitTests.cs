using System.Collections.Immutable;
using QuantumCore.Contracts;
using QuantumCore.Instruments;
using Xunit;

namespace QuantumCore.Grains.Tests;

/// <summary>Risk limits: each rejection names its limit and uses its client order id up. Open orders stay.</summary>
public class LimitTests
{
    private const long Alice = 1001;
    private const long Holdings = 100_000_000;
    private static readonly string[] s_symbols = ["AAPL", "MSFT"];
    private static readonly long[] s_accounts = [Alice, 1002];

    [Theory]
    [InlineData(LimitKind.OrderQuantity, 10, Side.Buy, 15_000, 10, 11, RejectReason.MaxQuantity, "quantity", "10")]
    [InlineData(LimitKind.OrderQuantity, 10, Side.Sell, 15_000, 10, 11, RejectReason.MaxQuantity, "quantity", "10")]
    [InlineData(
        LimitKind.OrderValue, 150_000, Side.Buy, 15_000, 10, 11, RejectReason.MaxNotional, "quantity", "1500.00")]
    [InlineData(
        LimitKind.OrderValue, 150_000, Side.Sell, 15_000, 10, 11, RejectReason.MaxNotional, "quantity", "1500.00")]
    [InlineData(
        LimitKind.Position, Holdings + 10, Side.Buy, 15_000, 10, 11, RejectReason.PositionLimit, "quantity",
        "100000010")]
    public async Task An_order_at_its_limit_is_held_and_one_beyond_is_refused_by_name(
        LimitKind kind, long most, Side side, long price, long within, long beyond, RejectReason reason, string field,
        string limit)
    {
        await using var disk = new Disk();
        await using var exchange = await Exchange.OpenAsync(disk, s_symbols, s_accounts);
        await SetAsync(exchange, new AccountLimit(kind, most));
        var refused = await exchange.HoldAsync(Alice, "a", "AAPL", side, price, beyond);
        Assert.Equal((reason, field, limit), (refused.Reason, refused.Field, refused.Limit));
        Assert.Equal(RejectReason.None, (await exchange.HoldAsync(Alice, "b", "AAPL", side, price, within)).Reason);
        Assert.Equal(RejectReason.None, (await exchange.HoldAsync(Alice, "c", "MSFT", side, price, beyond)).Reason);

        // The client order id is used up: without the limit it is rejected all the same.
        await SetAsync(exchange);
        Assert.Equal(reason, (await exchange.HoldAsync(Alice, "a", "AAPL", side, price, beyond)).Reason);
        Assert.Equal(RejectReason.None, (await exchange.HoldAsync(Alice, "d", "AAPL", side, price, beyond)).Reason);
    }

    [Fact]
    public async Task Open_orders_are_counted_and_a_replacement_takes_the_place_of_its_order()
    {
        await using var disk = new Disk();
        await using var exchange = await Exchange.OpenAsync(disk, s_symbols, s_accounts);
        await SetAsync(exchange, new AccountLimit(LimitKind.OpenOrders, 2));
        await exchange.PlaceAsync(Alice, "a", "AAPL", Side.Buy, 15_000, 1);
        var second = await exchange.PlaceAsync(Alice, "b", "AAPL", Side.Buy, 15_000, 1);
        var refused = await exchange.HoldAsync(Alice, "c", "AAPL", Side.Buy, 15_000, 1);
        Assert.Equal((RejectReason.OpenOrderLimit, "2"), (refused.Reason, refused.Limit));
        var plan = await exchange.Account(Alice).Amend(
            new AmendRequest("AAPL", second.OrderId, "b2", 15_001, 0, new SeenSequence("AAPL", second.Sequence)));
        Assert.Equal(RejectReason.None, plan.Reason);
    }

    [Fact]
    public async Task A_position_counts_open_buys_and_lets_sells_through()
    {
        await using var disk = new Disk();
        await using var exchange = await Exchange.OpenAsync(disk, s_symbols, s_accounts);
        await SetAsync(exchange, new AccountLimit(LimitKind.Position, Holdings + 10));
        await exchange.PlaceAsync(Alice, "a", "AAPL", Side.Buy, 15_000, 6);
        Assert.Equal(
            RejectReason.PositionLimit, (await exchange.HoldAsync(Alice, "b", "AAPL", Side.Buy, 15_000, 5)).Reason);
        await SetAsync(exchange, new AccountLimit(LimitKind.Position, 0));
        Assert.Equal(RejectReason.None, (await exchange.HoldAsync(Alice, "c", "AAPL", Side.Sell, 15_100, 5)).Reason);
    }

    [Fact]
    public async Task A_replacement_and_a_list_are_asked_too()
    {
        await using var disk = new Disk();
        await using var exchange = await Exchange.OpenAsync(disk, s_symbols, s_accounts);
        var order = await exchange.PlaceAsync(Alice, "a", "AAPL", Side.Buy, 15_000, 10);
        await SetAsync(exchange, new AccountLimit(LimitKind.OrderQuantity, 10));
        var plan = await exchange.Account(Alice).Amend(
            new AmendRequest("AAPL", order.OrderId, "a2", 0, 11, new SeenSequence("AAPL", order.Sequence)));
        Assert.Equal((RejectReason.MaxQuantity, "10"), (plan.Reason, plan.Limit));
        HoldRequest Leg(string name, long price) =>
            new(name, "AAPL", Side.Sell, OrderType.Limit, TimeInForce.GoodTillCancel, false, price, 11);
        var list = await exchange.Account(Alice)
            .HoldList(OrderListKind.OneCancelsOther, [Leg("l1", 15_100), Leg("l2", 15_200)]);
        Assert.Equal((RejectReason.MaxQuantity, "10"), (list.Reason, list.Limit));
        await SetAsync(exchange);
        Assert.Equal(RejectReason.MaxQuantity, (await exchange.Account(Alice).HoldList(
            OrderListKind.OneCancelsOther, [Leg("l1", 15_100), Leg("l2", 15_200)])).Reason);
    }

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public async Task An_account_comes_back_with_its_limits(bool bySnapshot)
    {
        await using var disk = new Disk();
        await using var dead = await Exchange.OpenAsync(disk, s_symbols, s_accounts);
        await SetAsync(dead, new AccountLimit(LimitKind.OrderQuantity, 10));
        if (bySnapshot)
        {
            await dead.Cluster.DeactivateAsync(dead.Account(Alice));
        }

        await using var alive = await Exchange.StartAsync(disk);
        Assert.Equal(
            RejectReason.MaxQuantity, (await alive.HoldAsync(Alice, "a", "AAPL", Side.Buy, 15_000, 11)).Reason);
        var limits = Assert.Single(await alive.Account(Alice).Limits());
        Assert.Equal(
            ("AAPL", new AccountLimit(LimitKind.OrderQuantity, 10)), (limits.Symbol, Assert.Single(limits.Limits)));
    }

    [Fact]
    public async Task Limits_that_are_those_already_are_no_record_and_a_kind_comes_once()
    {
        await using var disk = new Disk();
        await using var exchange = await Exchange.OpenAsync(disk, s_symbols, s_accounts);
        await SetAsync(exchange, new AccountLimit(LimitKind.OrderQuantity, 10));
        var sequence = (await exchange.ViewAsync(Alice)).Sequence;
        await SetAsync(exchange, new AccountLimit(LimitKind.OrderQuantity, 10));
        Assert.Equal(sequence, (await exchange.ViewAsync(Alice)).Sequence);
        await Assert.ThrowsAnyAsync<Exception>(() => SetAsync(
            exchange, new AccountLimit(LimitKind.OrderQuantity, 10), new AccountLimit(LimitKind.OrderQuantity, 11)));
        await TransferTests.RequireInvariantsAsync(exchange);
    }

    private static async Task SetAsync(Exchange exchange, params ImmutableArray<AccountLimit> limits) =>
        await exchange.Account(Alice).SetLimits(new LimitsRequest("AAPL", limits, "desk", "test"));
}
