using QuantumCore.Client;
using Xunit;

namespace QuantumCore.Grains.Tests;

/// <summary>A stop without a limit is protected from its trigger price, also after that is amended.</summary>
public class MovedStopTests
{
    private static readonly DateTimeOffset s_later = new(2090, 1, 1, 0, 0, 0, TimeSpan.Zero);

    private static CancellationToken Token => TestContext.Current.CancellationToken;

    [Theory]
    [InlineData(OrderType.Stop, OrderSide.Sell, 149, 100)]
    [InlineData(OrderType.Stop, OrderSide.Buy, 199, 151)]
    [InlineData(OrderType.TakeProfit, OrderSide.Buy, 149, 100)]
    [InlineData(OrderType.TakeProfit, OrderSide.Sell, 151, 199)]
    public async Task A_stop_that_was_moved_where_it_stands_fires_at_its_new_trigger(
        OrderType type, OrderSide side, decimal from, decimal to)
    {
        await using var wire = await Wire.OpenAsync();
        var (exchange, alice) = (wire.Exchange, wire.Exchange.Alice);
        await wire.TradeAt150Async();
        var stop = await alice.Orders.PlaceAsync(Triggered(type, side, from), Token);
        var held = await HeldAsync(alice);

        var moved = await alice.Orders.AmendAsync("AAPL", stop.OrderId, new AmendOrder { TriggerPrice = to }, Token);
        Assert.Equal((stop.OrderId, to, OrderStage.Armed), (moved.OrderId, moved.TriggerPrice, moved.Stage));
        var worst = side == OrderSide.Sell ? to * 0.95m : to * 1.05m;
        Order[] told = [
            moved, await alice.Orders.GetAsync("AAPL", stop.OrderId, Token),
            await alice.Orders.GetByClientIdAsync(stop.ClientOrderId, Token),
            .. await alice.Orders.GetOpenAsync(cancellation: Token)];
        Assert.Equal(
            Enumerable.Repeat(((decimal?)worst, (decimal?)to), 4),
            told.Select(order => (order.Price, order.TriggerPrice)));
        var heldNow = await HeldAsync(alice);
        Assert.True(side == OrderSide.Sell ? heldNow == held : heldNow < held, $"{held} held before, {heldNow} after");

        var fired = await TradeAndWaitAsync(exchange, side, to, stop.OrderId);
        Assert.Equal((worst, to), (fired.Price, fired.TriggerPrice));
        Assert.Equal(0, await HeldAsync(alice));
    }

    [Fact]
    public async Task A_buy_that_is_to_trigger_higher_is_replaced_by_one_with_more_cover()
    {
        await using var wire = await Wire.OpenAsync();
        var (exchange, alice) = (wire.Exchange, wire.Exchange.Alice);
        await wire.TradeAt150Async();
        var stop = await alice.Orders.PlaceAsync(Triggered(OrderType.Stop, OrderSide.Buy, 151), Token);
        var held = await HeldAsync(alice);
        var change = new AmendOrder { TriggerPrice = 200, ClientOrderId = "higher" };
        var moved = await alice.Orders.AmendAsync("AAPL", stop.OrderId, change, Token);
        Assert.Equal(
            ("higher", 200m, 210m, OrderStage.Armed),
            (moved.ClientOrderId, moved.TriggerPrice, moved.Price, moved.Stage));
        Assert.NotEqual(stop.OrderId, moved.OrderId);
        Assert.Equal("replaced", (await alice.Orders.GetAsync("AAPL", stop.OrderId, Token)).EndReason);
        Assert.True(await HeldAsync(alice) > held);

        // A repeated request returns the same order.
        Assert.Equal(moved.OrderId, (await alice.Orders.AmendAsync("AAPL", stop.OrderId, change, Token)).OrderId);
        Assert.Single(await alice.Orders.GetOpenAsync(cancellation: Token));
        await TradeAndWaitAsync(exchange, OrderSide.Buy, 200, moved.OrderId);
        Assert.Equal(0, await HeldAsync(alice));
    }

    [Fact]
    public async Task Stop_amendment_without_funds_is_rejected_and_the_stop_stays()
    {
        await using var wire = await Wire.OpenAsync();
        var (exchange, alice) = (wire.Exchange, wire.Exchange.Alice);
        await wire.TradeAt150Async();
        var stop = await alice.Orders.PlaceAsync(Triggered(OrderType.Stop, OrderSide.Buy, 151) with
        {
            Quantity = 60_000_000,
            TimeInForce = TimeInForce.GoodTillDate,
            GoodTill = s_later,
        }, Token);
        var poor = await Assert.ThrowsAsync<QuantumCoreException>(
            () => alice.Orders.AmendAsync("AAPL", stop.OrderId, new AmendOrder { TriggerPrice = 200 }, Token));
        Assert.Equal("InsufficientFunds", poor.Code);
        Assert.Equal((151m, OrderStage.Armed), (await alice.Orders.GetAsync("AAPL", stop.OrderId, Token)) is var stays
            ? (stays.TriggerPrice, stays.Stage)
            : default);
        var both = await Assert.ThrowsAsync<QuantumCoreException>(() => alice.Orders.AmendAsync(
            "AAPL", stop.OrderId, new AmendOrder { TriggerPrice = 152, GoodTill = s_later.AddDays(1) }, Token));
        Assert.Equal(("InvalidCombination", "triggerPrice,goodTill"), (both.Code, both.Field));
        var shown = await Assert.ThrowsAsync<QuantumCoreException>(() => alice.Orders.AmendAsync(
            "AAPL", stop.OrderId, new AmendOrder { TriggerPrice = 152, DisplayQuantity = 3 }, Token));
        Assert.Equal(("InvalidCombination", "type,displayQuantity"), (shown.Code, shown.Field));
        await alice.Orders.CancelAsync("AAPL", stop.OrderId, cancellation: Token);

        var pair = await alice.Orders.PlaceListAsync(
            PlaceOrderList.OneCancelsOther(ServedExchange.Buy(10, 140), Triggered(OrderType.Stop, OrderSide.Buy, 160)),
            Token);
        var refused = await Assert.ThrowsAsync<QuantumCoreException>(
            () => alice.Orders.AmendAsync(
                "AAPL", pair.Orders[1].OrderId, new AmendOrder { TriggerPrice = 170 }, Token));
        Assert.Equal(("InvalidCombination", "kind,triggerPrice"), (refused.Code, refused.Field));
        Assert.Equal(
            155,
            (await alice.Orders.AmendAsync(
                "AAPL", pair.Orders[1].OrderId, new AmendOrder { TriggerPrice = 155 }, Token)).TriggerPrice);

        var plain = await exchange.AliceAsync(ServedExchange.Buy(5, 140));
        var none = await Assert.ThrowsAsync<QuantumCoreException>(
            () => alice.Orders.AmendAsync(
                "AAPL", plain.OrderId, new AmendOrder { Price = 141, TriggerPrice = 155 }, Token));
        Assert.Equal(("InvalidCombination", "type,triggerPrice"), (none.Code, none.Field));
    }

    [Fact]
    public async Task Both_prices_of_a_stop_limit_change_at_once()
    {
        await using var wire = await Wire.OpenAsync();
        var (exchange, alice) = (wire.Exchange, wire.Exchange.Alice);
        await wire.TradeAt150Async();
        var stop =
            await alice.Orders.PlaceAsync(
                Triggered(OrderType.StopLimit, OrderSide.Sell, 145) with { Price = 144 }, Token);
        var moved = await alice.Orders.AmendAsync(
            "AAPL", stop.OrderId, new AmendOrder { Price = 99, TriggerPrice = 100, Quantity = 7 }, Token);
        Assert.Equal((99m, 100m, 7m, OrderStage.Armed), (moved.Price, moved.TriggerPrice, moved.Quantity, moved.Stage));
        await TradeAndWaitAsync(exchange, OrderSide.Sell, 100, moved.OrderId);
    }

    [Fact]
    public async Task An_iceberg_that_waits_is_made_smaller_than_it_shows_with_a_new_price_as_without()
    {
        await using var wire = await Wire.OpenAsync();
        var (exchange, alice) = (wire.Exchange, wire.Exchange.Alice);
        await wire.TradeAt150Async();
        var stop =
            await alice.Orders.PlaceAsync(
                Triggered(OrderType.StopLimit, OrderSide.Sell, 145) with
                {
                    Price = 144,
                    Quantity = 10,
                    DisplayQuantity = 4,
                },
                Token);
        var moved = await alice.Orders.AmendAsync(
            "AAPL", stop.OrderId, new AmendOrder { Price = 143, Quantity = 3 }, Token);
        Assert.Equal(
            (143m, 3m, 3m, OrderStage.Armed), (moved.Price, moved.Quantity, moved.DisplayQuantity, moved.Stage));
        await TradeAndWaitAsync(exchange, OrderSide.Sell, 145, moved.OrderId);
    }

    [Theory]
    [InlineData(OrderSide.Sell, 90, 60)]
    [InlineData(OrderSide.Buy, 5, 155)]
    public async Task A_trailing_stop_that_follows_from_farther_away_fires_there(
        OrderSide side, decimal distance, decimal at)
    {
        await using var wire = await Wire.OpenAsync();
        var (exchange, alice) = (wire.Exchange, wire.Exchange.Alice);
        await wire.TradeAt150Async();
        var stop = await alice.Orders.PlaceAsync(Trailing(side, 1), Token);
        await alice.Orders.AmendAsync("AAPL", stop.OrderId, new AmendOrder { TrailingDistance = distance }, Token);
        Assert.Equal(distance, (await TradeAndWaitAsync(exchange, side, at, stop.OrderId)).TrailingDistance);
    }

    [Fact]
    public async Task A_trailing_buy_does_not_trigger_beyond_what_it_is_covered_for()
    {
        await using var wire = await Wire.OpenAsync();
        var alice = wire.Exchange.Alice;
        await wire.TradeAt150Async();
        var stop = await alice.Orders.PlaceAsync(Trailing(OrderSide.Buy, 1), Token);
        Assert.Equal(
            5,
            (await alice.Orders.AmendAsync(
                "AAPL", stop.OrderId, new AmendOrder { TrailingDistance = 5 }, Token)).TrailingDistance);
        var refused = await Assert.ThrowsAsync<QuantumCoreException>(
            () => alice.Orders.AmendAsync("AAPL", stop.OrderId, new AmendOrder { TrailingDistance = 20 }, Token));
        Assert.Equal(("InvalidCombination", "type,trailingDistance"), (refused.Code, refused.Field));
    }

    /// <summary>
    /// Trades at a price, with more quantity behind it for the stop. Returns the stop, which is filled.
    /// </summary>
    private static async Task<Order> TradeAndWaitAsync(
        ServedExchange exchange, OrderSide side, decimal price, long orderId)
    {
        // The stop trades slightly worse than its trigger: within its protection from there only.
        if (side == OrderSide.Sell)
        {
            await exchange.BobAsync(ServedExchange.Buy(20, price - 1));
            await exchange.BobAsync(ServedExchange.Buy(1, price));
            await exchange.BobAsync(ServedExchange.Sell(1, price) with { SelfTrade = SelfTrade.None });
        }
        else
        {
            await exchange.BobAsync(ServedExchange.Sell(20, price + 1));
            await exchange.BobAsync(ServedExchange.Sell(1, price));
            await exchange.BobAsync(ServedExchange.Buy(1, price) with { SelfTrade = SelfTrade.None });
        }

        var told = await exchange.Alice.Orders.GetAsync("AAPL", orderId, Token);
        Assert.Equal((OrderStatus.Filled, null), (told.Status, told.EndReason));
        return told;
    }

    private static PlaceOrder Triggered(OrderType type, OrderSide side, decimal trigger) =>
        new() { Symbol = "AAPL", Side = side, Type = type, Quantity = 10, TriggerPrice = trigger };

    private static PlaceOrder Trailing(OrderSide side, decimal distance) =>
        new()
        {
            Symbol = "AAPL",
            Side = side,
            Type = OrderType.TrailingStop,
            Quantity = 10,
            TrailingDistance = distance,
        };

    private static async Task<decimal> HeldAsync(QuantumCoreClient client) =>
        (await client.Account.GetAsync(Token)).Balances.Sum(balance => balance.Held);
}
