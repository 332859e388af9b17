using QuantumCore.Client;
using Xunit;
using static QuantumCore.Grains.Tests.ServedExchange;

namespace QuantumCore.Grains.Tests;

/// <summary>Quantity of an order in responses, and its amendment.</summary>
public class OrderQuantityOverHttpTests
{
    private static CancellationToken Cancellation => TestContext.Current.CancellationToken;

    [Fact]
    public async Task Every_response_excludes_quantity_removed_by_self_trade_prevention()
    {
        await using var exchange = await OpenAsync();
        await exchange.AliceAsync(Sell(3m, 150m));
        var resting = Buy(10m, 150m) with { SelfTrade = SelfTrade.Decrement, ClientOrderId = "rests" };
        await AssertAsync(await exchange.AliceAsync(resting), (7m, 0m, 7m, OrderStatus.New));
        await AssertAsync(await exchange.AliceAsync(resting), (7m, 0m, 7m, OrderStatus.New));
        await exchange.Alice.Orders.CancelAllAsync("AAPL", cancellation: Cancellation);

        await exchange.AliceAsync(Sell(3m, 150m));
        await exchange.BobAsync(Sell(3m, 150m));
        await AssertAsync(
            await exchange.AliceAsync(Buy(6m, 150m) with { SelfTrade = SelfTrade.Decrement }),
            (3m, 3m, 0m, OrderStatus.Filled));

        async Task AssertAsync(Order told, (decimal, decimal, decimal, OrderStatus) expected)
        {
            Assert.Equal(expected, (told.Quantity, told.Filled, told.Remaining, told.Status));
            var now = await NowAsync(exchange.Alice, told);
            Assert.Equal(expected, (now.Quantity, now.Filled, now.Remaining, now.Status));
        }
    }

    [Fact]
    public async Task First_response_of_a_pair_excludes_quantity_removed_from_its_sibling()
    {
        await using var exchange = await OpenAsync();
        await exchange.AliceAsync(Buy(3m, 150m));
        var target = Sell(10m, 150m) with { SelfTrade = SelfTrade.Decrement };
        var stop = Sell(10m, 0m) with
        {
            Type = OrderType.Stop,
            Price = null,
            TriggerPrice = 140m,
            SelfTrade = SelfTrade.Decrement,
        };
        var told = await exchange.Alice.Orders.PlaceListAsync(
            PlaceOrderList.OneCancelsOther(target, stop), Cancellation);
        foreach (var order in told.Orders)
        {
            Assert.Equal((7m, 0m, 7m), (order.Quantity, order.Filled, order.Remaining));
            var now = await NowAsync(exchange.Alice, order);
            Assert.Equal((7m, 0m, 7m), (now.Quantity, now.Filled, now.Remaining));
        }
    }

    [Fact]
    public async Task A_pegged_sell_without_a_cap_is_made_larger_as_any_order()
    {
        await using var exchange = await OpenAsync();
        await exchange.BobAsync(Sell(5m, 151m));
        var peg = await exchange.AliceAsync(
            new PlaceOrder
            {
                Symbol = "AAPL",
                Side = OrderSide.Sell,
                Type = OrderType.Pegged,
                Quantity = 5m,
                Peg = PegTo.Primary,
            });
        var larger =
            await exchange.Alice.Orders.AmendAsync("AAPL", peg.OrderId, new AmendOrder { Quantity = 8m }, Cancellation);
        Assert.Equal((8m, 8m, 0m), (larger.Quantity, larger.Remaining, larger.Price));
        await exchange.ShownAsync(static book => book.Asks is [{ Price: 151m, Quantity: 13m }]);
        Assert.Equal((0m, 0m, 0m, 8m), await GainAsync(exchange.Alice));
    }
}
