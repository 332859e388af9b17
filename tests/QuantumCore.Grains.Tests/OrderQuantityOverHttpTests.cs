using QuantumCore.Client;
using Xunit;
using static QuantumCore.Grains.Tests.ServedExchange;

namespace QuantumCore.Grains.Tests;

/// <summary>The quantity of an order as its answers tell it, and as it is amended.</summary>
public class OrderQuantityOverHttpTests
{
    private static CancellationToken Cancellation => TestContext.Current.CancellationToken;

    [Fact]
    public async Task A_pegged_sell_without_a_cap_is_made_larger_as_any_order()
    {
        await using var exchange = await OpenAsync();
        await exchange.BobAsync(Sell(5m, 151m));
        var peg = await exchange.AliceAsync(
            new PlaceOrder { Symbol = "AAPL", Side = OrderSide.Sell, Type = OrderType.Pegged, Quantity = 5m, Peg = PegTo.Primary });
        var larger = await exchange.Alice.AmendAsync("AAPL", peg.OrderId, new AmendOrder { Quantity = 8m }, Cancellation);
        Assert.Equal((8m, 8m, 0m), (larger.Quantity, larger.Remaining, larger.Price));
        var book = await exchange.Alice.GetBookAsync("AAPL", cancellation: Cancellation);
        Assert.Equal((151m, 13m), (book.Asks[0].Price, book.Asks[0].Quantity));
        Assert.Equal((0m, 0m, 0m, 8m), await GainAsync(exchange.Alice));
    }
}
