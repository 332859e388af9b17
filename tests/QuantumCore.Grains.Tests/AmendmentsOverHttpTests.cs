using QuantumCore.Client;
using Xunit;

namespace QuantumCore.Grains.Tests;

/// <summary>What is asked of an order that is amended, and of what is left of it.</summary>
public sealed class AmendmentsOverHttpTests
{
    private static CancellationToken Token => TestContext.Current.CancellationToken;

    [Fact]
    public async Task The_least_quantity_is_asked_of_a_total_that_is_named_and_not_of_what_is_left()
    {
        await using var exchange = await ServedExchange.OpenAsync();
        var listed = (await exchange.Alice.GetInstrumentsAsync(Token)).Single(instrument => instrument.Symbol == "AAPL");
        await exchange.Operator.ListInstrumentAsync(listed with { Symbol = "TEN", MinQuantity = 10m, ReferencePrice = 150m }, Token);
        var order = await exchange.AliceAsync(ServedExchange.Sell(20m, 150m) with { Symbol = "TEN" });
        await exchange.BobAsync(ServedExchange.Buy(15m, 150m) with { Symbol = "TEN" });
        var more = await exchange.Alice.AmendAsync("TEN", order.OrderId, new AmendOrder { Quantity = 22m }, Token);
        Assert.Equal((7m, 7m), (more.Quantity, more.Remaining));
        var dearer = await exchange.Alice.AmendAsync("TEN", more.OrderId, new AmendOrder { Price = 151m }, Token);
        Assert.Equal((151m, 7m), (dearer.Price, dearer.Remaining));
        var few = await Assert.ThrowsAsync<QuantumCoreException>(
            () => exchange.Alice.AmendAsync("TEN", dearer.OrderId, new AmendOrder { Quantity = 9m }, Token));
        Assert.Equal(("InvalidQuantity", "quantity", "10"), (few.Code, few.Field, few.Limit));
        Assert.Equal(10m, (await exchange.Alice.AmendAsync("TEN", dearer.OrderId, new AmendOrder { Quantity = 10m }, Token)).Remaining);
    }
}
