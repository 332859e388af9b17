using QuantumCore.Client;
using QuantumCore.Grains.Recovery;
using Xunit;
using static QuantumCore.Grains.Tests.ServedExchange;

namespace QuantumCore.Grains.Tests;

/// <summary>The kill switch through the whole exchange: of an account, in one symbol, of a firm.</summary>
public sealed class KillSwitchOverHttpTests
{
    private static CancellationToken Cancellation => TestContext.Current.CancellationToken;

    [Fact]
    public async Task Kill_switch_cancels_everything_and_lets_nothing_in_until_it_is_lifted()
    {
        await using var exchange = await OpenAsync();
        var resting = await exchange.AliceAsync(Buy(100m, 149m));
        var armed = await exchange.AliceAsync(PlaceOrder.Stop("AAPL", OrderSide.Buy, 100m, 155m));
        var other = await exchange.AliceAsync(PlaceOrder.Limit("MSFT", OrderSide.Buy, 100m, 149m));
        var bobs = await exchange.BobAsync(Buy(100m, 149m));

        var receipt = await exchange.Admin.Operator.Accounts.BlockAsync("ACC-1001", cancellation: Cancellation);
        Assert.Equal(["AAPL", "MSFT"], receipt.Symbols);
        foreach (var order in new[] { resting, armed, other })
        {
            var now = await NowAsync(exchange.Alice, order);
            Assert.Equal((OrderStatus.Cancelled, "massCancel"), (now.Status, now.EndReason));
        }

        Assert.Equal(OrderStatus.New, (await NowAsync(exchange.Bob, bobs)).Status);
        var refused = await Assert.ThrowsAsync<QuantumCoreException>(() => exchange.AliceAsync(Buy(1m, 1m)));
        Assert.Equal("AccountFrozen", refused.Code);
        Assert.Equal((0m, 0m, 0m, 0m), await GainAsync(exchange.Alice));
        Assert.Equal(AccountState.Frozen, (await exchange.Alice.Account.GetAsync(Cancellation)).State);

        await exchange.Admin.Operator.Accounts.UnblockAsync("ACC-1001", cancellation: Cancellation);
        Assert.Equal(OrderStatus.New, (await exchange.AliceAsync(Buy(1m, 1m))).Status);
    }

    [Fact]
    public async Task Kill_switch_of_one_symbol_leaves_the_others()
    {
        await using var exchange = await OpenAsync();
        var resting = await exchange.AliceAsync(Buy(100m, 149m));
        Assert.Equal(
            ["AAPL"], (await exchange.Admin.Operator.Accounts.BlockAsync(
                "ACC-1001", "AAPL", cancellation: Cancellation)).Symbols);
        Assert.Equal("killSwitch", (await NowAsync(exchange.Alice, resting)).EndReason);
        var refused = await Assert.ThrowsAsync<QuantumCoreException>(() => exchange.AliceAsync(Buy(1m, 1m)));
        Assert.Equal("AccountBlocked", refused.Code);
        Assert.Equal(
            OrderStatus.New, (await exchange.AliceAsync(PlaceOrder.Limit("MSFT", OrderSide.Buy, 1m, 1m))).Status);
        await exchange.Admin.Operator.Accounts.UnblockAsync("ACC-1001", cancellation: Cancellation);
        Assert.Equal(OrderStatus.New, (await exchange.AliceAsync(Buy(1m, 1m))).Status);
    }

    [Fact]
    public async Task Kill_switch_of_a_firm_stops_its_accounts_and_no_other()
    {
        await using var exchange = await OpenAsync();
        await exchange.Admin.Operator.Accounts.SetOwnerAsync("ACC-1001", "acme", Cancellation);
        var resting = await exchange.AliceAsync(Buy(100m, 149m));
        var bobs = await exchange.BobAsync(Buy(100m, 148m));

        var receipt = await exchange.Admin.Operator.Accounts.BlockOwnerAsync("acme", "runs wild", Cancellation);
        var blocked = Assert.Single(receipt.Accounts);
        Assert.Equal((true, "ACC-1001", "AAPL"), (receipt.Blocked, blocked.Account, blocked.Symbols.Single()));
        Assert.Equal("massCancel", (await NowAsync(exchange.Alice, resting)).EndReason);
        Assert.Equal(OrderStatus.New, (await NowAsync(exchange.Bob, bobs)).Status);
        Assert.Equal(
            "AccountFrozen",
            (await Assert.ThrowsAsync<QuantumCoreException>(() => exchange.AliceAsync(Buy(1m, 1m)))).Code);

        Assert.False((await exchange.Admin.Operator.Accounts.UnblockOwnerAsync(
            "acme", cancellation: Cancellation)).Blocked);
        Assert.Equal(OrderStatus.New, (await exchange.AliceAsync(Buy(1m, 1m))).Status);
    }

    [Fact]
    public async Task Account_that_joins_a_blocked_owner_is_blocked_until_the_owner_is_unblocked()
    {
        await using var exchange = await OpenAsync();
        await exchange.Admin.Operator.Accounts.SetOwnerAsync("ACC-1001", "acme", Cancellation);
        await exchange.Admin.Operator.Accounts.BlockOwnerAsync("acme", "runs wild", Cancellation);
        var bobs = await exchange.BobAsync(Buy(100m, 148m));

        await exchange.Admin.Operator.Accounts.SetOwnerAsync("ACC-1002", "acme", Cancellation);
        await exchange.Admin.Operator.Accounts.SetOwnerAsync("ACC-1003", "acme", Cancellation);
        Assert.Equal("massCancel", (await NowAsync(exchange.Bob, bobs)).EndReason);
        Assert.Equal(
            "AccountFrozen",
            (await Assert.ThrowsAsync<QuantumCoreException>(() => exchange.BobAsync(Buy(1m, 1m)))).Code);
        Assert.True((await exchange.Exchange.ViewAsync(1003)).IsFrozen);

        Assert.Equal(3, (await exchange.Admin.Operator.Accounts.UnblockOwnerAsync(
            "acme", cancellation: Cancellation)).Accounts.Count);
        Assert.Equal(OrderStatus.New, (await exchange.BobAsync(Buy(1m, 1m))).Status);
        await exchange.Admin.Operator.Accounts.SetOwnerAsync("ACC-1004", "acme", Cancellation);
        Assert.False((await exchange.Exchange.ViewAsync(1004)).IsFrozen);
    }

    [Fact]
    public async Task Automatic_kill_switch_freezes_the_account_until_an_operator_unfreezes_it()
    {
        await using var exchange = await OpenAsync();
        var limits = new RiskLimits
        {
            Symbol = "*",
            KillOrders = 2,
            KillWindowSeconds = 3_600,
            MaxQuantityMultiple = 50,
        };
        var set = await exchange.Admin.Operator.Limits.SetAsync("ACC-1001", limits, cancellation: Cancellation);
        Assert.Equal(limits, Assert.Single(set.Limits));
        var resting = await exchange.AliceAsync(Buy(100m, 149m));
        await exchange.AliceAsync(Buy(1m, 148m));

        var refused = await Assert.ThrowsAsync<QuantumCoreException>(() => exchange.AliceAsync(Buy(1m, 147m)));
        Assert.Equal(("KillSwitch", "symbol", "2"), (refused.Code, refused.Field, refused.Limit));
        var account = await exchange.Alice.Account.GetAsync(Cancellation);
        Assert.Equal(
            (AccountState.Frozen, "*: 3 orders in 3600 s, the limit is 2"), (account.State, account.FrozenWhy));
        Assert.Equal(account.FrozenWhy, (await exchange.Admin.Operator.Limits.GetAsync(
            "ACC-1001", Cancellation)).FrozenWhy);

        Assert.Equal("massCancel", (await NowAsync(exchange.Alice, resting)).EndReason);
        await exchange.Admin.Operator.Accounts.UnfreezeAsync("ACC-1001", cancellation: Cancellation);
        Assert.Equal(OrderStatus.New, (await exchange.AliceAsync(Buy(1m, 1m))).Status);
    }

    [Fact]
    public async Task Account_with_a_standing_loss_is_not_unfrozen_before_its_limit_is_raised()
    {
        await using var exchange = await OpenAsync();
        await exchange.Admin.Operator.Limits.SetAsync(
            "ACC-1001", new RiskLimits { Symbol = "AAPL", KillDailyLoss = 5m }, cancellation: Cancellation);
        var resting = await exchange.AliceAsync(Buy(1m, 140m));
        await exchange.BobAsync(Sell(10m, 151m));
        await exchange.AliceAsync(Buy(10m, 151m));
        await exchange.BobAsync(Buy(10m, 150m));
        await exchange.AliceAsync(Sell(10m, 150m));
        Assert.Equal(AccountState.Frozen, (await exchange.Alice.Account.GetAsync(Cancellation)).State);

        // No order asked for this freeze, so that the recovery agent cancels.
        await exchange.Exchange.Ledger.CatchUp();
        await exchange.Exchange.Service<OrderRecovery>().CloseKilledAsync(Cancellation);
        Assert.Equal("massCancel", (await NowAsync(exchange.Alice, resting)).EndReason);

        var refused = await Assert.ThrowsAsync<QuantumCoreException>(
            () => exchange.Admin.Operator.Accounts.UnfreezeAsync("ACC-1001", cancellation: Cancellation));
        Assert.Equal(("KillSwitch", "killDailyLoss"), (refused.Code, refused.Field));
        await exchange.Admin.Operator.Limits.SetAsync(
            "ACC-1001", new RiskLimits { Symbol = "AAPL" }, cancellation: Cancellation);
        await exchange.Admin.Operator.Accounts.UnfreezeAsync("ACC-1001", cancellation: Cancellation);
        Assert.Equal(AccountState.Open, (await exchange.Alice.Account.GetAsync(Cancellation)).State);
    }
}
