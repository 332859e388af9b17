using QuantumCore.Client;
using Xunit;

namespace QuantumCore.Grains.Tests;

/// <summary>Checks of an amended order and of its remainder.</summary>
public sealed class AmendmentsOverHttpTests
{
    private static CancellationToken Token => TestContext.Current.CancellationToken;

    [Fact]
    public async Task The_least_quantity_is_asked_of_a_total_that_is_named_and_not_of_what_is_left()
    {
        await using var exchange = await ServedExchange.OpenAsync();
        var listed =
            (await exchange.Alice.Market.GetInstrumentsAsync(Token)).Single(instrument => instrument.Symbol == "AAPL");
        await exchange.Admin.Operator.Trading.ListInstrumentAsync(
            listed with { Symbol = "TEN", MinQuantity = 10m, ReferencePrice = 150m }, Token);
        var order = await exchange.AliceAsync(ServedExchange.Sell(20m, 150m) with { Symbol = "TEN" });
        await exchange.BobAsync(ServedExchange.Buy(15m, 150m) with { Symbol = "TEN" });
        var more = await exchange.Alice.Orders.AmendAsync(
            "TEN", order.OrderId, new AmendOrder { Quantity = 22m }, Token);
        Assert.Equal((7m, 7m), (more.Quantity, more.Remaining));
        var dearer = await exchange.Alice.Orders.AmendAsync(
            "TEN", more.OrderId, new AmendOrder { Price = 151m }, Token);
        Assert.Equal((151m, 7m), (dearer.Price, dearer.Remaining));
        var few = await Assert.ThrowsAsync<QuantumCoreException>(
            () => exchange.Alice.Orders.AmendAsync("TEN", dearer.OrderId, new AmendOrder { Quantity = 9m }, Token));
        Assert.Equal(("InvalidQuantity", "quantity", "10"), (few.Code, few.Field, few.Limit));

        Assert.Equal(
            10m,
            (await exchange.Alice.Orders.AmendAsync(
                "TEN", dearer.OrderId, new AmendOrder { Quantity = 10m }, Token)).Remaining);
    }

    [Fact]
    public async Task Notional_limits_apply_to_the_request_and_to_the_entered_order()
    {
        await using var exchange = await ServedExchange.OpenAsync();
        var listed =
            (await exchange.Alice.Market.GetInstrumentsAsync(Token)).Single(instrument => instrument.Symbol == "AAPL");
        await exchange.Admin.Operator.Trading.ListInstrumentAsync(
            listed with { Symbol = "SUM", MinNotional = 1_000m, MaxNotional = 3_000m, ReferencePrice = 150m }, Token);
        var order = await exchange.AliceAsync(ServedExchange.Sell(19m, 150m) with { Symbol = "SUM" });
        await exchange.BobAsync(ServedExchange.Buy(15m, 150m) with { Symbol = "SUM" });

        // 19 at 160 would be too much, and 4 of them are left. 4 at 160 would be too little, but they are the
        // remainder.
        var dearer = await exchange.Alice.Orders.AmendAsync(
            "SUM", order.OrderId, new AmendOrder { Price = 160m }, Token);
        var again = await exchange.Alice.Orders.AmendAsync(
            "SUM", dearer.OrderId, new AmendOrder { Price = 161m }, Token);
        Assert.Equal((161m, 4m), (again.Price, again.Remaining));
        var few = await Assert.ThrowsAsync<QuantumCoreException>(
            () => exchange.Alice.Orders.AmendAsync("SUM", again.OrderId, new AmendOrder { Quantity = 5m }, Token));
        Assert.Equal(("InvalidNotional", "1000.00"), (few.Code, few.Limit));
        var whole = await exchange.AliceAsync(ServedExchange.Buy(7m, 149m) with { Symbol = "SUM" });
        var cheap = await Assert.ThrowsAsync<QuantumCoreException>(
            () => exchange.Alice.Orders.AmendAsync("SUM", whole.OrderId, new AmendOrder { Price = 100m }, Token));
        Assert.Equal(("InvalidNotional", "1000.00"), (cheap.Code, cheap.Limit));
    }

    [Fact]
    public async Task A_refused_amendment_that_is_sent_again_names_the_same_member()
    {
        await using var exchange = await ServedExchange.OpenAsync();
        await exchange.BobAsync(ServedExchange.Sell(1m, 150m));
        await exchange.AliceAsync(ServedExchange.Buy(1m, 150m));
        var stop = await exchange.AliceAsync(PlaceOrder.Stop("AAPL", OrderSide.Buy, 10m, 160m));
        var limit = await exchange.AliceAsync(ServedExchange.Buy(10m, 140m));
        (Order Order, AmendOrder Change, string Code, string Field)[] rows =
        [
            (stop, new AmendOrder { Price = 1m, ClientOrderId = "q1" }, "InvalidCombination", "type,price"),
            (limit, new AmendOrder { Price = 141m, TriggerPrice = 155m, ClientOrderId = "q2" }, "InvalidCombination",
                "type,triggerPrice"),
            (limit, new AmendOrder { Quantity = 12m, ExpectedRemaining = 9m, ClientOrderId = "q3" }, "StaleLeaves",
                "expectedRemaining"),
            (limit, new AmendOrder { Quantity = 80_000_000m, ClientOrderId = "q4" }, "InsufficientFunds", "quantity"),
        ];
        foreach (var (order, change, code, field) in rows)
        {
            for (var times = 0; times < 2; times++)
            {
                var refused = await Assert.ThrowsAsync<QuantumCoreException>(
                    () => exchange.Alice.Orders.AmendAsync("AAPL", order.OrderId, change, Token));
                Assert.Equal((code, field), (refused.Code, refused.Field));
            }
        }
    }
}
