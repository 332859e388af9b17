using QuantumCore.Client;
using Xunit;
using static QuantumCore.Grains.Tests.ServedExchange;

namespace QuantumCore.Grains.Tests;

/// <summary>A mass cancel ends all named orders before any consequence of one of them.</summary>
public class MassCancelTests
{
    private static CancellationToken Cancellation => TestContext.Current.CancellationToken;

    [Theory]
    [InlineData(null)]
    [InlineData(OrderSide.Buy)]
    public async Task No_order_of_a_mass_cancel_trades_because_another_one_of_it_has_ended(OrderSide? side)
    {
        await using var exchange = await OpenAsync();
        await exchange.BobAsync(Buy(5m, 149m));
        var shown = await exchange.AliceAsync(Buy(5m, 150m));
        var hidden = await exchange.AliceAsync(Buy(7m, 150m) with { Hidden = true });
        var peg = await exchange.BobAsync(new PlaceOrder
        {
            Symbol = "AAPL",
            Side = OrderSide.Sell,
            Type = OrderType.Pegged,
            Quantity = 7m,
            Peg = PegTo.Market,
            PegOffset = 0.01m,
        });

        Assert.Equal(2, await exchange.Alice.Orders.CancelAllAsync("AAPL", side, Cancellation));
        foreach (var order in new[] { shown, hidden })
        {
            var ended = await NowAsync(exchange.Alice, order);
            Assert.Equal((OrderStatus.Cancelled, 0m, "massCancel"), (ended.Status, ended.Filled, ended.EndReason));
        }

        Assert.Equal(7m, (await NowAsync(exchange.Bob, peg)).Remaining);
        Assert.Equal((0m, 0m, 0m, 0m), await GainAsync(exchange.Alice));
        await exchange.ShownAsync(
            static book => book is { Bids: [{ Price: 149m }, ..], Asks: [{ Price: 149.01m }, ..] });
    }
}
