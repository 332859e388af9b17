using System.Collections.Immutable;
using QuantumCore.Contracts;
using QuantumCore.Grains.Recovery;
using QuantumCore.Instruments;
using Xunit;

namespace QuantumCore.Grains.Tests;

/// <summary>
/// Automatic kill switches in the account's grain: the freeze is a record, and the agent cancels the orders.
/// </summary>
public class KillLimitGrainTests
{
    private const long Alice = 1001;
    private const long Bob = 1002;
    private static readonly string[] s_symbols = ["AAPL", "MSFT"];
    private static readonly long[] s_accounts = [Alice, Bob];

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public async Task Account_frozen_by_itself_stays_frozen_after_a_restart(bool bySnapshot)
    {
        await using var disk = new Disk();
        var dead = await Exchange.OpenAsync(disk, s_symbols, s_accounts);
        await using var stays = bySnapshot ? null : dead;
        await SetAsync(dead, "*", new(LimitKind.KillOrders, 2), new(LimitKind.KillWindow, 86_400));
        await dead.PlaceAsync(Alice, "a", "AAPL", Side.Buy, 15_000, 10);
        var late = await dead.HoldAsync(Alice, "b", "MSFT", Side.Buy, 15_000, 10);
        var killed = await dead.HoldAsync(Alice, "c", "AAPL", Side.Buy, 15_000, 10);
        Assert.Equal((RejectReason.KillSwitch, "symbol", "2"), (killed.Reason, killed.Field, killed.Limit));
        if (bySnapshot)
        {
            await dead.DisposeAsync();
        }

        await using var alive = await Exchange.StartAsync(disk);
        var view = await alive.ViewAsync(Alice);
        Assert.Equal((true, "*: 3 orders in 86400 s, the limit is 2"), (view.IsFrozen, view.FrozenWhy));
        Assert.Equal(RejectReason.KillSwitch, (await alive.HoldAsync(Alice, "c", "AAPL", Side.Buy, 15_000, 10)).Reason);
        Assert.Equal(
            RejectReason.AccountFrozen, (await alive.HoldAsync(Alice, "d", "AAPL", Side.Buy, 15_000, 10)).Reason);

        // Its orders are cancelled, also the one that had not reached its book.
        await CloseAsync(alive);
        Assert.Empty((await alive.ViewAsync(Alice)).OpenOrders);
        Assert.Equal(RejectReason.Voided, (await alive.SubmitAsync("MSFT", late.Order!)).Reason);
        Assert.Equal(RejectReason.None, await alive.Account(Alice).Unfreeze("desk", ""));
        Assert.Equal(RejectReason.None, (await alive.HoldAsync(Alice, "e", "AAPL", Side.Buy, 15_000, 10)).Reason);
        Assert.Null((await alive.ViewAsync(Alice)).FrozenWhy);
    }

    [Fact]
    public async Task Replacement_counts_for_the_kill_switch()
    {
        await using var disk = new Disk();
        await using var exchange = await Exchange.OpenAsync(disk, s_symbols, s_accounts);
        await SetAsync(exchange, "AAPL", new(LimitKind.KillOrders, 1), new(LimitKind.KillWindow, 86_400));
        var order = await exchange.PlaceAsync(Alice, "a", "AAPL", Side.Buy, 15_000, 10);
        var seen = new SeenSequence("AAPL", order.Sequence);
        var plan = await exchange.Account(Alice).Amend(new AmendRequest("AAPL", order.OrderId, "a2", 15_001, 0, seen));
        Assert.Equal((RejectReason.KillSwitch, "symbol", "1"), (plan.Reason, plan.Field, plan.Limit));
        Assert.True((await exchange.ViewAsync(Alice)).IsFrozen);
        await CloseAsync(exchange);
        Assert.Empty((await exchange.ViewAsync(Alice)).OpenOrders);
        await TransferTests.RequireInvariantsAsync(exchange);
    }

    [Fact]
    public async Task Loss_freezes_the_account_once_its_fills_have_come()
    {
        await using var disk = new Disk();
        await using var exchange = await Exchange.OpenAsync(disk, s_symbols, s_accounts);
        await SetAsync(exchange, "*USD", new AccountLimit(LimitKind.KillLoss, 500));
        await exchange.PlaceAsync(Alice, "r", "MSFT", Side.Buy, 15_000, 1);
        await exchange.PlaceAsync(Bob, "1", "AAPL", Side.Sell, 15_100, 10);
        await exchange.PlaceAsync(Alice, "a", "AAPL", Side.Buy, 15_100, 10);
        await exchange.PlaceAsync(Bob, "2", "AAPL", Side.Buy, 15_000, 10);
        var sold = await exchange.PlaceAsync(Alice, "b", "AAPL", Side.Sell, 15_000, 10);

        var view = await exchange.ViewAsync(Alice, sold);
        Assert.True(view.IsFrozen);
        Assert.StartsWith("*USD: a loss of ", view.FrozenWhy, StringComparison.Ordinal);
        await CloseAsync(exchange);
        Assert.Empty((await exchange.ViewAsync(Alice)).OpenOrders);

        // Unfrozen, it would be frozen again at once: first the operator raises the limit.
        Assert.Equal(RejectReason.KillSwitch, await exchange.Account(Alice).Unfreeze("desk", ""));
        await SetAsync(exchange, "*USD", new AccountLimit(LimitKind.KillLoss, 1_000_000_000));
        Assert.Equal(RejectReason.None, await exchange.Account(Alice).Unfreeze("desk", ""));
        Assert.False((await exchange.ViewAsync(Alice)).IsFrozen);
        await TransferTests.RequireInvariantsAsync(exchange);
    }

    private static async Task SetAsync(Exchange exchange, string scope, params ImmutableArray<AccountLimit> limits) =>
        await exchange.Account(Alice).SetLimits(new LimitsRequest(scope, limits, "desk", ""));

    private static async Task CloseAsync(Exchange exchange)
    {
        await exchange.Ledger.CatchUp();
        await exchange.Service<OrderRecovery>().CloseKilledAsync(CancellationToken.None);
        await exchange.Ledger.CatchUp();
    }
}
