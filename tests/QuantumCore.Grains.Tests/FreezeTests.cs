using QuantumCore.Contracts;
using QuantumCore.Grains.Recovery;
using QuantumCore.Instruments;
using Xunit;

namespace QuantumCore.Grains.Tests;

/// <summary>
/// A frozen account enters no orders and makes no transfers. A killed one has no orders left, whoever ends them.
/// </summary>
public class FreezeTests
{
    private const long Alice = 1001;
    private const long Bob = 1002;
    private static readonly string[] s_symbols = ["AAPL", "MSFT"];
    private static readonly long[] s_accounts = [Alice, Bob];
    private static readonly FreezeRequest s_freeze = new(Closes: false, "desk", "asked for");
    private static readonly FreezeRequest s_kill = new(Closes: true, "desk", "runs wild");

    [Fact]
    public async Task A_frozen_account_enters_no_orders_and_gives_nothing_away()
    {
        await using var disk = new Disk();
        await using var exchange = await Exchange.OpenAsync(disk, s_symbols, s_accounts);
        await exchange.Account(Alice).Freeze(s_freeze);
        var account = exchange.Account(Alice);
        Assert.Equal(
            RejectReason.AccountFrozen, (await exchange.HoldAsync(Alice, "a", "AAPL", Side.Buy, 15_000, 1)).Reason);
        Assert.Equal(
            RejectReason.AccountFrozen, (await account.Transfer(new TransferRequest("t", Bob, "USD", 1))).Reason);
        Assert.Equal(
            RejectReason.AccountFrozen, (await account.Withdraw(new WithdrawRequest("w", "USD", 1, "x"))).Reason);
        var list = await account.HoldList(
            OrderListKind.OneCancelsOther,
            [
                new HoldRequest("l1", "AAPL", Side.Sell, OrderType.Limit, TimeInForce.GoodTillCancel, false, 15_100, 1),
                new HoldRequest("l2", "AAPL", Side.Sell, OrderType.Limit, TimeInForce.GoodTillCancel, false, 15_200, 1),
            ]);
        Assert.Equal(RejectReason.AccountFrozen, list.Reason);
        Assert.Equal(RejectReason.None, (await account.Deposit(new DepositRequest("more", "USD", 1))).Reason);
        Assert.True((await exchange.ViewAsync(Alice)).IsFrozen);

        // The rejections used the keys up, so late requests are not executed after all.
        await account.Unfreeze("desk", "");
        Assert.Equal(
            RejectReason.AccountFrozen, (await exchange.HoldAsync(Alice, "a", "AAPL", Side.Buy, 15_000, 1)).Reason);
        Assert.Equal(RejectReason.None, (await exchange.HoldAsync(Alice, "b", "AAPL", Side.Buy, 15_000, 1)).Reason);
    }

    [Fact]
    public async Task Orders_of_a_frozen_account_may_be_reduced_and_cancelled_but_not_replaced()
    {
        await using var disk = new Disk();
        await using var exchange = await Exchange.OpenAsync(disk, s_symbols, s_accounts);
        var order = await exchange.PlaceAsync(Alice, "a", "AAPL", Side.Buy, 15_000, 10);
        await exchange.ViewAsync(Alice, order);
        await exchange.Account(Alice).Freeze(s_freeze);
        var seen = new SeenSequence("AAPL", order.Sequence);
        var larger = await exchange.Account(Alice).Amend(new AmendRequest("AAPL", order.OrderId, "a2", 0, 20, seen));
        Assert.Equal(RejectReason.AccountFrozen, larger.Reason);
        var smaller = await exchange.Account(Alice).Amend(new AmendRequest("AAPL", order.OrderId, "a3", 0, 4, seen));
        Assert.Equal((RejectReason.None, 4), (smaller.Reason, smaller.ReduceToTotalLots));
        Assert.Equal(OrderStatus.Cancelled, (await exchange.Book("AAPL").CloseById(Alice, order.OrderId)).Status);
    }

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public async Task An_account_comes_back_frozen(bool bySnapshot)
    {
        await using var disk = new Disk();
        await using var dead = await Exchange.OpenAsync(disk, s_symbols, s_accounts);
        await dead.Account(Alice).Freeze(s_freeze);
        if (bySnapshot)
        {
            await dead.Cluster.DeactivateAsync(dead.Account(Alice));
        }

        await using var alive = await Exchange.StartAsync(disk);
        Assert.Equal(
            RejectReason.AccountFrozen, (await alive.HoldAsync(Alice, "a", "AAPL", Side.Buy, 15_000, 1)).Reason);
        await alive.Account(Alice).Unfreeze("desk", "");
        Assert.False((await alive.ViewAsync(Alice)).IsFrozen);
    }

    [Fact]
    public async Task A_killed_account_that_nobody_closes_is_closed_by_the_agent()
    {
        await using var disk = new Disk();
        await using var dead = await Exchange.OpenAsync(disk, s_symbols, s_accounts);
        await dead.PlaceAsync(Alice, "a", "AAPL", Side.Buy, 15_000, 10);
        var late = await dead.HoldAsync(Alice, "b", "MSFT", Side.Buy, 15_000, 10);
        var mark = await dead.Account(Alice).Freeze(s_kill);
        Assert.Equal((2, "AAPL MSFT"), (mark.Floor, string.Join(' ', mark.Symbols)));

        await using var alive = await Exchange.StartAsync(disk);
        await CloseAsync(alive);
        Assert.Empty((await alive.ViewAsync(Alice)).OpenOrders);
        Assert.Equal(RejectReason.Voided, (await alive.SubmitAsync("MSFT", late.Order!)).Reason);
        Assert.Empty(await disk.History.Recovery.KilledOrdersAsync(10, CancellationToken.None));
    }

    [Fact]
    public async Task A_freeze_becomes_a_kill_and_not_the_other_way_round()
    {
        await using var disk = new Disk();
        await using var exchange = await Exchange.OpenAsync(disk, s_symbols, s_accounts);
        await exchange.Account(Alice).Freeze(s_freeze);
        var first = (await exchange.ViewAsync(Alice)).Sequence;
        await exchange.Account(Alice).Freeze(s_freeze);
        Assert.Equal(first, (await exchange.ViewAsync(Alice)).Sequence);
        await exchange.Account(Alice).Freeze(s_kill);
        await exchange.Account(Alice).Freeze(s_freeze);
        Assert.Equal(first + 1, (await exchange.ViewAsync(Alice)).Sequence);
    }

    [Fact]
    public async Task A_stale_account_does_not_let_in_what_the_newest_refuses()
    {
        await using var disk = new Disk();
        await using var stale = await Exchange.OpenAsync(disk, s_symbols, s_accounts);
        await using var current = await Exchange.StartAsync(disk);
        await current.Account(Alice).Freeze(s_kill);
        HoldResult? answer = null;
        var error = await Record.ExceptionAsync(
            async () => answer = await stale.HoldAsync(Alice, "a", "AAPL", Side.Buy, 15_000, 1));
        Assert.True(error is not null || answer is { Reason: RejectReason.AccountFrozen }, $"It answered {answer}.");
    }

    [Fact]
    public async Task Freeze_is_in_the_history_with_its_operator_and_reason()
    {
        await using var disk = new Disk();
        await using var exchange = await Exchange.OpenAsync(disk, s_symbols, s_accounts);
        await exchange.Account(Alice).Freeze(s_kill);
        await exchange.Account(Alice).Unfreeze("night desk", "all is well");
        await exchange.Ledger.CatchUp();
        var changes = await disk.History.Database.ReadAsync(
            "SELECT what, who, why FROM account_change WHERE account = 1001 ORDER BY seq",
            [],
            static async (reader, token) =>
            {
                var rows = new List<string>();
                while (await reader.ReadAsync(token))
                    rows.Add($"{reader.GetString(0)} {reader.GetString(1)}: {reader.GetString(2)}");
                return rows;
            },
            CancellationToken.None);
        Assert.Equal(["killed desk: runs wild", "open night desk: all is well"], changes);
        await TransferTests.RequireInvariantsAsync(exchange);
    }

    private static async Task CloseAsync(Exchange exchange)
    {
        await exchange.Ledger.CatchUp();
        await exchange.Service<OrderRecovery>().CloseKilledAsync(CancellationToken.None);
        await exchange.Ledger.CatchUp();
    }
}
