using QuantumCore.Client;
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

        var receipt = await exchange.Operator.BlockAsync("ACC-1001", cancellation: Cancellation);
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
        Assert.Equal(AccountState.Frozen, (await exchange.Alice.GetAccountAsync(Cancellation)).State);

        await exchange.Operator.UnblockAsync("ACC-1001", cancellation: Cancellation);
        Assert.Equal(OrderStatus.New, (await exchange.AliceAsync(Buy(1m, 1m))).Status);
    }

    [Fact]
    public async Task Kill_switch_of_one_symbol_leaves_the_others()
    {
        await using var exchange = await OpenAsync();
        var resting = await exchange.AliceAsync(Buy(100m, 149m));
        Assert.Equal(["AAPL"], (await exchange.Operator.BlockAsync("ACC-1001", "AAPL", cancellation: Cancellation)).Symbols);
        Assert.Equal("killSwitch", (await NowAsync(exchange.Alice, resting)).EndReason);
        var refused = await Assert.ThrowsAsync<QuantumCoreException>(() => exchange.AliceAsync(Buy(1m, 1m)));
        Assert.Equal("AccountBlocked", refused.Code);
        Assert.Equal(OrderStatus.New, (await exchange.AliceAsync(PlaceOrder.Limit("MSFT", OrderSide.Buy, 1m, 1m))).Status);
        await exchange.Operator.UnblockAsync("ACC-1001", cancellation: Cancellation);
        Assert.Equal(OrderStatus.New, (await exchange.AliceAsync(Buy(1m, 1m))).Status);
    }

    [Fact]
    public async Task Kill_switch_of_a_firm_stops_its_accounts_and_no_other()
    {
        await using var exchange = await OpenAsync();
        await exchange.Operator.SetOwnerAsync("ACC-1001", "acme", Cancellation);
        var resting = await exchange.AliceAsync(Buy(100m, 149m));
        var bobs = await exchange.BobAsync(Buy(100m, 148m));

        var receipt = await exchange.Operator.BlockOwnerAsync("acme", "runs wild", Cancellation);
        var blocked = Assert.Single(receipt.Accounts);
        Assert.Equal((true, "ACC-1001", "AAPL"), (receipt.Blocked, blocked.Account, blocked.Symbols.Single()));
        Assert.Equal("massCancel", (await NowAsync(exchange.Alice, resting)).EndReason);
        Assert.Equal(OrderStatus.New, (await NowAsync(exchange.Bob, bobs)).Status);
        Assert.Equal("AccountFrozen", (await Assert.ThrowsAsync<QuantumCoreException>(() => exchange.AliceAsync(Buy(1m, 1m)))).Code);

        Assert.False((await exchange.Operator.UnblockOwnerAsync("acme", cancellation: Cancellation)).Blocked);
        Assert.Equal(OrderStatus.New, (await exchange.AliceAsync(Buy(1m, 1m))).Status);
    }
}
