using QuantumCore.Client;
using QuantumCore.TestKit;
using Xunit;
using static QuantumCore.Grains.Tests.ServedExchange;

namespace QuantumCore.Grains.Tests;

/// <summary>
/// Every kind of order through the whole exchange: client, HTTP, account, book and back. Fees are 200 millionths for
/// the maker and 777 for the taker. Expected balances are computed by hand.
/// </summary>
public class OrdersOverHttpTests
{
    private static CancellationToken Cancellation => TestContext.Current.CancellationToken;

    [Fact]
    public async Task Stop_waits_triggers_and_fills_and_the_balances_are_exact()
    {
        await using var exchange = await ServedExchange.OpenAsync();
        var stop = await exchange.AliceAsync(PlaceOrder.Stop("AAPL", OrderSide.Buy, 2_500m, 151m));
        Assert.Equal(
            (OrderStatus.New, OrderType.Stop, 151m, 158.55m), (stop.Status, stop.Type, stop.TriggerPrice, stop.Price));
        // 2,500 × 158.55 and 777 millionths of it, rounded up.
        Assert.Equal((0m, 0m, 396_682.99m, 0m), await GainAsync(exchange.Alice));

        await exchange.BobAsync(Sell(2_500m, 152m));
        await exchange.BobAsync(Buy(1m, 151m));
        Assert.Equal(OrderStatus.New, (await NowAsync(exchange.Alice, stop)).Status);
        await exchange.AliceAsync(Sell(1m, 151m));

        var done = await NowAsync(exchange.Alice, stop);
        Assert.Equal((OrderStatus.Filled, 2_500m), (done.Status, done.Filled));
        // Bought 2,500 × 152.00 = 380,000.00, fee 295.26; sold 1 × 151.00, fee 0.12 (11.7 cents, rounded up).
        Assert.Equal((-380_295.26m + 150.88m, 2_499m, 0m, 0m), await GainAsync(exchange.Alice));
        Assert.Equal((380_000m - 76m - 151m - 0.04m, -2_499m, 0m, 0m), await GainAsync(exchange.Bob));
    }

    [Fact]
    public async Task A_leg_tells_its_strategy_wherever_it_is_told_done_or_not()
    {
        await using var exchange = await OpenAsync();
        foreach (var symbol in new[] { "NEAR", "FAR" })
        {
            await exchange.Admin.Operator.Trading.ListInstrumentAsync(
                new Instrument
                {
                    Symbol = symbol,
                    BaseAsset = "AAPL",
                    QuoteAsset = "USD",
                    QuoteDecimals = 2,
                    TickSize = 0.01m,
                    LotSize = 1m,
                    Group = "PAIR",
                    ReferencePrice = 100m,
                },
                Cancellation);
        }

        var placed = await exchange.Alice.Orders.PlaceStrategyAsync(
            new PlaceStrategy
            {
                Net = -1.25m,
                Units = 3,
                Legs = [new("NEAR", OrderSide.Buy, 2m), new("FAR", OrderSide.Sell, 1m)],
                ClientOrderId = "s",
            },
            Cancellation);
        var open = await exchange.Alice.Orders.GetOpenAsync(cancellation: Cancellation);
        await AssertAsync([.. placed.Orders, .. open], 4);
        await exchange.Alice.Orders.CancelAsync("FAR", placed.Orders[1].OrderId, Cancellation);
        await AssertAsync([], 0);

        async Task AssertAsync(Order[] more, int count)
        {
            Assert.Equal(count, more.Length);
            Order[] told =
            [
                await exchange.Alice.Orders.GetByClientIdAsync("s", Cancellation),
                await exchange.Alice.Orders.GetByClientIdAsync("s.2", Cancellation),
                await exchange.Alice.Orders.GetAsync("NEAR", placed.Orders[0].OrderId, Cancellation),
                await exchange.Alice.Orders.GetAsync("FAR", placed.Orders[1].OrderId, Cancellation),
                .. await exchange.Alice.Orders.GetHistoryAsync(cancellation: Cancellation),
                .. more,
            ];
            Assert.Equal(6 + count, told.Length);
            Assert.All(told, order =>
            {
                var strategy = order.Strategy!;
                Assert.Equal((-1.25m, order.Symbol == "NEAR" ? 1 : 2), (strategy.Net, strategy.Leg));
                Assert.Equal(placed.Orders[0].Strategy!.Legs, strategy.Legs);
            });
        }
    }

    [Fact]
    public async Task Iceberg_shows_a_part_and_tells_who_stands_behind_it()
    {
        await using var exchange = await ServedExchange.OpenAsync();
        var iceberg = await exchange.AliceAsync(Sell(1_000m, 150m) with { DisplayQuantity = 100m });
        var behind = await exchange.BobAsync(Sell(5m, 150m));
        Assert.Equal(100m, iceberg.DisplayQuantity);
        Assert.Equal(
            new OrderPosition("AAPL", behind.OrderId, 1, 100m),
            await exchange.Bob.Orders.GetQueuePositionAsync("AAPL", behind.OrderId, Cancellation));
        var waits = await exchange.BobAsync(PlaceOrder.Stop("AAPL", OrderSide.Sell, 1m, 100m));
        async Task<string> NoPlaceAsync() => (await Assert.ThrowsAsync<QuantumCoreException>(
            () => exchange.Bob.Orders.GetQueuePositionAsync("AAPL", waits.OrderId, Cancellation))).Code;
        Assert.Equal("NotResting", await NoPlaceAsync());
        await exchange.Bob.Orders.CancelAsync("AAPL", waits.OrderId, Cancellation);
        Assert.Equal("OrderClosed", await NoPlaceAsync());

        await exchange.BobAsync(Buy(250m, 150m) with { TimeInForce = TimeInForce.ImmediateOrCancel });
        var left = await NowAsync(exchange.Alice, iceberg);
        // The first part, the 5 behind it, then two more parts: 100 + 5 + 100 + 45.
        Assert.Equal((245m, 755m, OrderStatus.PartiallyFilled), (left.Filled, left.Remaining, left.Status));
        await exchange.ShownAsync(
            static book => book.Asks is [{ Price: 150m, Quantity: 55m }], "the third part to be shown alone");

        var smaller = await exchange.Alice.Orders.AmendAsync(
            "AAPL", iceberg.OrderId, new AmendOrder { DisplayQuantity = 20m }, Cancellation);
        Assert.Equal((iceberg.OrderId, 755m), (smaller.OrderId, smaller.Remaining));
    }

    [Fact]
    public async Task One_leg_that_fills_cancels_the_other_and_one_hold_covers_both()
    {
        await using var exchange = await ServedExchange.OpenAsync();
        var list = PlaceOrderList.OneCancelsOther(
            Sell(100m, 160m) with { ClientOrderId = "pair" },
            PlaceOrder.Stop("AAPL", OrderSide.Sell, 100m, 140m));
        var placed = await exchange.Alice.Orders.PlaceListAsync(list, Cancellation);
        Assert.Equal(["pair", "pair-2"], placed.Orders.Select(order => order.ClientOrderId));
        Assert.Equal((0m, 0m, 0m, 100m), await GainAsync(exchange.Alice));
        var again = await exchange.Alice.Orders.PlaceListAsync(list, Cancellation);
        Assert.Equal(placed.Orders.Select(order => order.OrderId), again.Orders.Select(order => order.OrderId));

        await exchange.BobAsync(Buy(40m, 160m));
        var target = await NowAsync(exchange.Alice, placed.Orders[0]);
        var stop = await NowAsync(exchange.Alice, placed.Orders[1]);
        Assert.Equal((OrderStatus.PartiallyFilled, 40m), (target.Status, target.Filled));
        Assert.Equal((OrderStatus.Cancelled, "oneCancelsOther"), (stop.Status, stop.EndReason));
        // 40 × 160.00 less 1.28.
        Assert.Equal((6_398.72m, -40m, 0m, 60m), await GainAsync(exchange.Alice));
    }

    [Fact]
    public async Task A_refused_amendment_names_both_members_and_changes_nothing()
    {
        await using var exchange = await ServedExchange.OpenAsync();
        var plain = await exchange.AliceAsync(Buy(10m, 140m));
        var stop = await exchange.AliceAsync(PlaceOrder.Stop("AAPL", OrderSide.Buy, 10m, 160m));
        var list = await exchange.Alice.Orders.PlaceListAsync(
            PlaceOrderList.OneCancelsOther(Sell(100m, 160m), PlaceOrder.Stop("AAPL", OrderSide.Sell, 100m, 140m)),
            Cancellation);
        var held = await GainAsync(exchange.Alice);
        (Order Order, AmendOrder Change, string Field)[] refused =
        [
            (plain, new AmendOrder { DisplayQuantity = 2m }, "type,displayQuantity"),
            (plain, new AmendOrder { TriggerPrice = 150m }, "type,triggerPrice"),
            (stop, new AmendOrder { Price = 150m }, "type,price"),
            (list.Orders[0], new AmendOrder { Price = 161m }, "kind,price"),
            (list.Orders[0], new AmendOrder { Quantity = 101m }, "kind,quantity"),
        ];
        foreach (var (order, change, field) in refused)
        {
            var why = await Assert.ThrowsAsync<QuantumCoreException>(
                () => exchange.Alice.Orders.AmendAsync("AAPL", order.OrderId, change, Cancellation));
            Assert.Equal(("InvalidCombination", field), (why.Code, why.Field));
            Assert.Equal(order.Remaining, (await NowAsync(exchange.Alice, order)).Remaining);
        }

        Assert.Equal(held, await GainAsync(exchange.Alice));
    }

    [Fact]
    public async Task An_amendment_of_an_order_that_has_less_open_than_its_owner_believes_is_refused()
    {
        await using var exchange = await ServedExchange.OpenAsync();
        var order = await exchange.AliceAsync(Buy(10m, 140m));
        await exchange.BobAsync(Sell(4m, 140m));
        (AmendOrder Change, string What)[] stale =
        [
            (new AmendOrder { Price = 141m, ExpectedRemaining = 10m }, "replaced"),
            (new AmendOrder { Quantity = 12m, ExpectedRemaining = 10m }, "replaced by more"),
            (new AmendOrder { Quantity = 8m, ExpectedRemaining = 10m }, "made smaller"),
        ];
        foreach (var (change, what) in stale)
        {
            var why = await Assert.ThrowsAsync<QuantumCoreException>(
                () => exchange.Alice.Orders.AmendAsync("AAPL", order.OrderId, change, Cancellation));
            Assert.Equal((what, RejectCodes.StaleLeaves, "expectedRemaining"), (what, why.Code, why.Field));
        }

        var now = await NowAsync(exchange.Alice, order);
        Assert.Equal((10m, 6m), (now.Quantity, now.Remaining));

        var smaller = new AmendOrder { Quantity = 8m, ExpectedRemaining = 6m, ClientOrderId = "smaller" };
        Assert.Equal(4m, (await exchange.Alice.Orders.AmendAsync(
            "AAPL", order.OrderId, smaller, Cancellation)).Remaining);
        // A lost response: the result is returned again, although less is open now.
        Assert.Equal(4m, (await exchange.Alice.Orders.AmendAsync(
            "AAPL", order.OrderId, smaller, Cancellation)).Remaining);

        var dearer = await exchange.Alice.Orders.AmendAsync(
            "AAPL", order.OrderId, new AmendOrder { Price = 141m, ExpectedRemaining = 4m }, Cancellation);
        Assert.Equal((4m, 141m), (dearer.Remaining, dearer.Price));
        var excluded = await Assert.ThrowsAsync<QuantumCoreException>(() => exchange.Alice.Orders.AmendAsync(
            "AAPL", dearer.OrderId, new AmendOrder { DisplayQuantity = 2m, ExpectedRemaining = 4m }, Cancellation));
        Assert.Equal(("InvalidCombination", "expectedRemaining,displayQuantity"), (excluded.Code, excluded.Field));
    }

    [Fact]
    public async Task Parent_order_is_not_reduced_below_its_children_and_the_limit_says_so()
    {
        await using var exchange = await ServedExchange.OpenAsync();
        var list = await exchange.Alice.Orders.PlaceListAsync(
            PlaceOrderList.OneTriggersOther(Buy(10m, 140m), Sell(7m, 160m)), Cancellation);
        var why = await Assert.ThrowsAsync<QuantumCoreException>(
            () => exchange.Alice.Orders.AmendAsync(
                "AAPL", list.Orders[0].OrderId, new AmendOrder { Quantity = 6m }, Cancellation));
        Assert.Equal(("InvalidQuantity", "quantity", "7"), (why.Code, why.Field, why.Limit));
        Assert.Equal(
            7m,
            (await exchange.Alice.Orders.AmendAsync(
                "AAPL", list.Orders[0].OrderId, new AmendOrder { Quantity = 7m }, Cancellation)).Remaining);

        var iceberg = await exchange.AliceAsync(Buy(5_000m, 100m) with { DisplayQuantity = 100m });
        foreach (var (display, limit) in ((decimal, string)[])[(5_001m, "5000"), (4m, "5")])
        {
            var broken = await Assert.ThrowsAsync<QuantumCoreException>(
                () => exchange.Alice.Orders.AmendAsync(
                    "AAPL", iceberg.OrderId, new AmendOrder { DisplayQuantity = display }, Cancellation));
            Assert.Equal(("InvalidQuantity", "displayQuantity", limit), (broken.Code, broken.Field, broken.Limit));
        }
    }

    /// <summary>
    /// A client would retry a 503 endlessly, so the rejection is final and the client order id is used up.
    /// </summary>
    [Fact]
    public async Task Rejection_by_a_halt_is_final()
    {
        await using var exchange = await ServedExchange.OpenAsync();
        var order = Buy(1m, 150m) with { ClientOrderId = "in-a-halt" };
        foreach (var phase in new[] { TradingPhase.Halt, TradingPhase.Volatility, TradingPhase.Continuous })
        {
            await exchange.Admin.Operator.Trading.SetPhaseAsync("AAPL", phase, cancellation: Cancellation);
            var refused = await Assert.ThrowsAsync<QuantumCoreException>(() => exchange.AliceAsync(order));
            Assert.Equal(("SymbolHalted", 422), (refused.Code, refused.Status));
        }
    }

    [Fact]
    public async Task An_order_is_amended_as_what_it_has_become_and_not_as_what_it_was_entered_as()
    {
        await using var exchange = await ServedExchange.OpenAsync();
        await exchange.BobAsync(Buy(1m, 148m));
        var stop = await exchange.AliceAsync(
            PlaceOrder.Stop("AAPL", OrderSide.Sell, 10m, 148m) with { Type = OrderType.StopLimit, Price = 148.50m });
        await exchange.AliceAsync(Sell(1m, 148m));
        // It has triggered and rests in the book; later trades pass its trigger again.
        await exchange.BobAsync(Buy(2m, 148.50m));
        var moved =
            await exchange.Alice.Orders.AmendAsync(
                "AAPL", stop.OrderId, new AmendOrder { Price = 148.40m }, Cancellation);
        Assert.Equal((OrderStatus.New, 8m, 148.40m), (moved.Status, moved.Remaining, moved.Price));
        await ShowsAsync(148.40m, 8m);
        var more =
            await exchange.Alice.Orders.AmendAsync(
                "AAPL", moved.OrderId, new AmendOrder { Quantity = 12m }, Cancellation);
        await ShowsAsync(148.40m, 12m);
        // It is rejected for its current price, not for its trigger.
        await exchange.Admin.Operator.Trading.SetReferencePriceAsync("AAPL", 150m, cancellation: Cancellation);
        await exchange.Admin.Operator.Trading.SetRulesAsync(
            "AAPL", new BookRules { StaticBand = 500 }, cancellation: Cancellation);
        var far = await Assert.ThrowsAsync<QuantumCoreException>(
            () => exchange.Alice.Orders.AmendAsync(
                "AAPL", more.OrderId, new AmendOrder { Price = 160m }, Cancellation));
        Assert.Equal(("PriceBand", "price", "142.50 to 157.50"), (far.Code, far.Field, far.Limit));
        await exchange.Admin.Operator.Trading.SetRulesAsync(
            "AAPL", new BookRules { StaticBand = BookRules.None }, cancellation: Cancellation);
        await ShowsAsync(148.40m, 12m);
        await exchange.Alice.Orders.CancelAsync("AAPL", more.OrderId, Cancellation);

        await exchange.BobAsync(Buy(80m, 150m));
        var least = await exchange.AliceAsync(Sell(100m, 150m) with { MinQuantity = 50m });
        Assert.Equal(20m, least.Remaining);
        var dearer =
            await exchange.Alice.Orders.AmendAsync(
                "AAPL", least.OrderId, new AmendOrder { Price = 151m }, Cancellation);
        Assert.Equal((OrderStatus.New, 20m), (dearer.Status, dearer.Remaining));
        await ShowsAsync(151m, 20m);
        await exchange.Alice.Orders.CancelAsync("AAPL", dearer.OrderId, Cancellation);

        var iceberg = await exchange.AliceAsync(Sell(20m, 150m) with { DisplayQuantity = 8m });
        await exchange.BobAsync(Buy(15m, 150m));
        Assert.Equal(
            5m,
            (await exchange.Alice.Orders.AmendAsync(
                "AAPL", iceberg.OrderId, new AmendOrder { Price = 151m }, Cancellation)).Remaining);
        await ShowsAsync(151m, 5m);
        await exchange.Alice.Orders.CancelAllAsync(cancellation: Cancellation);
        var (_, _, usdHeld, aaplHeld) = await GainAsync(exchange.Alice);
        Assert.Equal((0m, 0m), (usdHeld, aaplHeld));

        Task ShowsAsync(decimal price, decimal quantity) =>
            exchange.ShownAsync(
                book => book.Asks is [var best] && best == new PriceLevel(price, quantity), $"{quantity} at {price}");
    }

    [Fact]
    public async Task Book_rejection_names_the_field_also_on_a_retry()
    {
        await using var exchange = await ServedExchange.OpenAsync();
        await exchange.BobAsync(Sell(1m, 150m));
        await exchange.AliceAsync(Buy(1m, 150m));
        await exchange.BobAsync(Sell(5m, 151m));
        await exchange.Admin.Operator.Trading.SetReferencePriceAsync("AAPL", 150m, cancellation: Cancellation);
        await exchange.Admin.Operator.Trading.SetRulesAsync(
            "AAPL",
            new BookRules { StaticBand = 500, DynamicBand = 700, Protection = 2.5m },
            cancellation: Cancellation);
        var rules = (await exchange.Alice.Market.GetStateAsync("AAPL", Cancellation)).Rules;
        Assert.Equal(
            new BookRules
            {
                StaticBand = 500,
                DynamicBand = 700,
                Protection = 2.5m,
                DynamicBandMode = BandMode.Reject,
                MaxExtensions = 2,
            },
            rules);

        var count = 0;
        var stop = PlaceOrder.Stop("AAPL", OrderSide.Sell, 1m, 150m);
        (PlaceOrder Order, string Code, string Field)[] always =
        [
            (Buy(1m, 157.51m), "PriceBand", "price"),
            (stop, "StopWouldTrigger", "triggerPrice"),
            (Buy(1m, 151m) with { PostOnly = true }, "PostOnlyWouldTake", "postOnly"),
            (Buy(1m, 140m) with
            {
                TimeInForce = TimeInForce.GoodTillDate,
                GoodTill = DateTimeOffset.UnixEpoch.AddYears(1),
            },
                "ExpiredAlready", "goodTill"),
            (Buy(1m, 150m) with { TimeInForce = TimeInForce.AtTheOpening }, "NotInThisPhase", "timeInForce"),
            (Buy(1m, 150m) with
            {
                Type = OrderType.Pegged,
                Peg = PegTo.Primary,
                TimeInForce = TimeInForce.ImmediateOrCancel,
            },
                "PegNoReference", "peg"),
        ];
        await RefusedAsync(always);

        var list = PlaceOrderList.OneCancelsOther(Sell(1m, 149m), PlaceOrder.Stop("AAPL", OrderSide.Sell, 1m, 140m));
        var pair =
            await Assert.ThrowsAsync<QuantumCoreException>(
                () => exchange.Alice.Orders.PlaceListAsync(list, Cancellation));
        Assert.Equal(("ListPrices", "orders[0].price,orders[1].triggerPrice"), (pair.Code, pair.Field));

        await exchange.Admin.Operator.Trading.SetPhaseAsync(
            "AAPL", TradingPhase.Volatility, cancellation: Cancellation);
        (PlaceOrder Order, string Code, string Field)[] inAnAuction =
        [
            (Buy(1m, 150m) with { TimeInForce = TimeInForce.ImmediateOrCancel }, "NotInThisPhase", "timeInForce"),
            (Buy(1m, 150m) with { PostOnly = true }, "NotInThisPhase", "postOnly"),
            (Buy(1m, 150m) with { Slide = true }, "NotInThisPhase", "slide"),
            (Buy(1m, 150m) with { AllOrNone = true }, "NotInThisPhase", "allOrNone"),
            (Buy(2m, 150m) with { MinQuantity = 1m }, "NotInThisPhase", "minQuantity"),
            (Buy(1m, 150m) with { Type = OrderType.Pegged, Peg = PegTo.Primary }, "NotInThisPhase", "type"),
        ];
        await RefusedAsync(inAnAuction);

        async Task RefusedAsync(IEnumerable<(PlaceOrder Order, string Code, string Field)> orders)
        {
            foreach (var (order, code, field) in orders)
            {
                var named = order with { ClientOrderId = $"refused-{++count}" };
                for (var times = 0; times < 2; times++)
                {
                    var why = await Assert.ThrowsAsync<QuantumCoreException>(() => exchange.AliceAsync(named));
                    Assert.Equal((code, field), (why.Code, why.Field));
                }
            }
        }
    }

    [Fact]
    public async Task Bracket_enters_when_its_parent_is_filled_and_ends_with_one_leg()
    {
        await using var exchange = await ServedExchange.OpenAsync();
        var placed = await exchange.Alice.Orders.PlaceListAsync(
            PlaceOrderList.Bracket(
                Buy(100m, 150m), Sell(100m, 160m), PlaceOrder.Stop("AAPL", OrderSide.Sell, 100m, 140m)),
            Cancellation);
        Assert.Empty((await exchange.Alice.Market.GetBookAsync("AAPL", cancellation: Cancellation)).Asks);

        await exchange.BobAsync(Sell(100m, 150m));
        Assert.Equal(OrderStatus.Filled, (await NowAsync(exchange.Alice, placed.Orders[0])).Status);
        Assert.Equal(OrderStatus.New, (await NowAsync(exchange.Alice, placed.Orders[1])).Status);
        await exchange.BobAsync(Buy(100m, 160m));
        Assert.Equal(OrderStatus.Filled, (await NowAsync(exchange.Alice, placed.Orders[1])).Status);
        Assert.Equal("oneCancelsOther", (await NowAsync(exchange.Alice, placed.Orders[2])).EndReason);
        // −15,000.00 − 3.00, + 16,000.00 − 3.20.
        Assert.Equal((993.80m, 0m, 0m, 0m), await GainAsync(exchange.Alice));
        Assert.Empty(await exchange.Alice.Orders.GetOpenAsync(cancellation: Cancellation));
    }

    [Fact]
    public async Task Order_good_till_a_time_expires_then_and_frees_its_money()
    {
        await using var exchange = await ServedExchange.OpenAsync();
        var order = await exchange.AliceAsync(Buy(100m, 150m) with
        {
            TimeInForce = TimeInForce.GoodTillDate,
            GoodTill = TimeProvider.System.GetUtcNow().AddSeconds(2),
        });
        Assert.Equal((OrderStatus.New, TimeInForce.GoodTillDate), (order.Status, order.TimeInForce));
        Assert.NotNull(order.GoodTill);

        await Wait.UntilAsync(
            async () => (await NowAsync(exchange.Alice, order)).Status == OrderStatus.Expired,
            "the order's time to come");
        Assert.Equal("goodTillDate", (await NowAsync(exchange.Alice, order)).EndReason);
        Assert.Equal((0m, 0m, 0m, 0m), await GainAsync(exchange.Alice));

        var late = await Assert.ThrowsAsync<QuantumCoreException>(() => exchange.AliceAsync(Buy(1m, 1m) with
        {
            TimeInForce = TimeInForce.GoodTillDate,
            GoodTill = new DateTimeOffset(2020, 1, 1, 0, 0, 0, TimeSpan.Zero),
        }));
        Assert.Equal("ExpiredAlready", late.Code);
    }

    [Fact]
    public async Task Opening_auction_collects_shows_and_trades_at_one_price()
    {
        await using var exchange = await ServedExchange.OpenAsync();
        async Task Go(TradingPhase phase) => Assert.Equal(
            phase, (await exchange.Admin.Operator.Trading.SetPhaseAsync(
                "AAPL", phase, cancellation: Cancellation)).Phase);
        await exchange.Admin.Operator.Trading.SetReferencePriceAsync("AAPL", 150.50m, cancellation: Cancellation);
        await Go(TradingPhase.Closed);
        Assert.Equal(
            "SymbolClosed",
            (await Assert.ThrowsAsync<QuantumCoreException>(() => exchange.AliceAsync(Buy(1m, 1m)))).Code);
        await Go(TradingPhase.PreOpen);
        await exchange.AliceAsync(Buy(2_000m, 152m));
        await Go(TradingPhase.Opening);
        await exchange.BobAsync(Sell(1_500m, 150m));
        await exchange.BobAsync(
            PlaceOrder.Market("AAPL", OrderSide.Sell, 500m) with { TimeInForce = TimeInForce.AtTheOpening });
        var late = await exchange.BobAsync(Sell(10m, 152m) with { TimeInForce = TimeInForce.AtTheOpening });
        Assert.Equal("NotInThisPhase", (await Assert.ThrowsAsync<QuantumCoreException>(
            () => exchange.AliceAsync(Buy(1m, 1m) with { TimeInForce = TimeInForce.ImmediateOrCancel }))).Code);

        var state = await exchange.Alice.Market.GetStateAsync("AAPL", Cancellation);
        Assert.Equal(new IndicativeAuction(150.50m, 2_000m, 0m), state.Indicative);
        Assert.Null(state.LastPrice);

        await Go(TradingPhase.Continuous);
        state = await exchange.Alice.Market.GetStateAsync("AAPL", Cancellation);
        Assert.Equal((150.50m, null), (state.LastPrice, state.Indicative));
        Assert.Equal(
            ("atTheOpening", OrderStatus.Expired),
            ((await NowAsync(exchange.Bob, late)).EndReason, (await NowAsync(exchange.Bob, late)).Status));
        // 2,000 × 150.50 = 301,000.00; both sides pay 60.20.
        Assert.Equal((-301_060.20m, 2_000m, 0m, 0m), await GainAsync(exchange.Alice));
        var (usd, aapl, _, held) = await GainAsync(exchange.Bob);
        Assert.Equal((300_939.80m, -2_000m, 0m), (usd, aapl, held));
    }

    [Theory]
    [InlineData(SelfTrade.ExpireTaker, "expired 0", "new 100")]
    [InlineData(SelfTrade.ExpireMaker, "new 40", "expired 0")]
    [InlineData(SelfTrade.ExpireBoth, "expired 0", "expired 0")]
    [InlineData(SelfTrade.Decrement, "expired 0", "new 60")]
    [InlineData(SelfTrade.CancelNewest, "expired 0", "new 100")]
    [InlineData(SelfTrade.CancelOldest, "new 40", "expired 0")]
    public async Task Own_orders_do_not_trade_where_self_trade_prevention_is_asked_for(
        SelfTrade mode, string taker, string maker)
    {
        await using var exchange = await ServedExchange.OpenAsync();
        var resting = await exchange.AliceAsync(Sell(100m, 150m));
        var incoming = await exchange.AliceAsync(Buy(40m, 150m) with { SelfTrade = mode });
        static string Text(Order order) => $"{order.Status.ToString().ToLowerInvariant()} {order.Remaining}";

        Assert.Equal(taker, Text(await NowAsync(exchange.Alice, incoming)));
        Assert.Equal(maker, Text(await NowAsync(exchange.Alice, resting)));
        Assert.Empty(await exchange.Alice.Orders.GetFillsAsync("AAPL", cancellation: Cancellation));
        var (usd, aapl, _, _) = await GainAsync(exchange.Alice);
        Assert.Equal((0m, 0m), (usd, aapl));
    }

    [Fact]
    public async Task Own_orders_trade_where_it_is_not_asked_for()
    {
        await using var exchange = await ServedExchange.OpenAsync();
        await exchange.AliceAsync(Sell(100m, 150m));
        Assert.Equal(OrderStatus.Filled, (await exchange.AliceAsync(Buy(100m, 150m))).Status);
        // 3.00 and 11.66 of fees.
        Assert.Equal((-14.66m, 0m, 0m, 0m), await GainAsync(exchange.Alice));
    }

    [Fact]
    public async Task Market_order_by_amount_spends_no_more_than_it()
    {
        await using var exchange = await ServedExchange.OpenAsync();
        await exchange.BobAsync(Sell(100m, 150m));
        var order = await exchange.AliceAsync(PlaceOrder.MarketAmount("AAPL", OrderSide.Buy, 1_000m));
        Assert.Equal(
            (OrderStatus.Expired, "amount", 6m, 1_000m),
            (order.Status, order.EndReason, order.Filled, order.QuoteAmount));
        // 6 × 150.00 and 70 cents (69.93).
        Assert.Equal((-900.70m, 6m, 0m, 0m), await GainAsync(exchange.Alice));
    }

    [Fact]
    public async Task Trailing_stop_follows_the_price_up_and_sells_when_it_turns()
    {
        await using var exchange = await ServedExchange.OpenAsync();
        async Task TradeAt(decimal price)
        {
            await exchange.BobAsync(Sell(1m, price));
            await exchange.AliceAsync(Buy(1m, price));
        }

        await TradeAt(150m);
        var trailing = await exchange.AliceAsync(new PlaceOrder
        {
            Symbol = "AAPL",
            Side = OrderSide.Sell,
            Type = OrderType.TrailingStop,
            Quantity = 100m,
            TrailingDistance = 2m,
        });
        Assert.Equal((2m, 140.60m, 148m), (trailing.TrailingDistance, trailing.Price, await TriggerAsync()));
        await TradeAt(155m);
        Assert.Equal(153m, await TriggerAsync());
        await TradeAt(154m);
        Assert.Equal(153m, await TriggerAsync());
        await exchange.BobAsync(Buy(100m, 152.50m));
        Assert.Equal(OrderStatus.New, (await NowAsync(exchange.Alice, trailing)).Status);
        await exchange.AliceAsync(Sell(1m, 152.50m));
        Assert.Null(await TriggerAsync());
        Assert.Equal((OrderStatus.Expired, "noLiquidity", 99m), await Outcome(exchange, trailing));

        async Task<decimal?> TriggerAsync() =>
            (await exchange.Alice.Orders.GetAsync("AAPL", trailing.OrderId, Cancellation)).CurrentTriggerPrice;
    }

    [Fact]
    public async Task Pegged_order_follows_the_best_bid_up_to_its_cap()
    {
        await using var exchange = await ServedExchange.OpenAsync();
        await exchange.BobAsync(Buy(1m, 150m));
        var pegged = await exchange.AliceAsync(Buy(10m, 151m) with { Type = OrderType.Pegged, Peg = PegTo.Primary });
        await exchange.BobAsync(Buy(1m, 150.50m));
        await BestBid(150.50m, 11m);
        Assert.Equal(150.50m, await PeggedAsync());
        await exchange.BobAsync(Buy(1m, 152m));
        await BestBid(152m, 1m);
        Assert.Equal(
            (PegTo.Primary, 151m, 10m), ((await NowAsync(exchange.Alice, pegged)).Peg, pegged.Price, pegged.Remaining));
        Assert.Equal(151m, await PeggedAsync());
        await exchange.Bob.Orders.CancelAllAsync(cancellation: Cancellation);
        Assert.Null(await PeggedAsync());

        async Task<decimal?> PeggedAsync() =>
            (await exchange.Alice.Orders.GetAsync("AAPL", pegged.OrderId, Cancellation)).PeggedPrice;

        Task BestBid(decimal price, decimal quantity) =>
            exchange.ShownAsync(
                book => book.Bids is [var best, ..] && best == new PriceLevel(price, quantity),
                $"the best bid {price} of {quantity}");
    }

    [Fact]
    public async Task Order_beyond_a_limit_of_its_book_is_rejected_with_both_limits()
    {
        await using var exchange = await ServedExchange.OpenAsync();
        var pegged = Buy(1m, 100m) with { Type = OrderType.Pegged, Peg = PegTo.Primary };
        for (var i = 0; i < 100; i++)
            await exchange.AliceAsync(pegged with { ClientOrderId = $"peg-{i}" });
        for (var times = 0; times < 2; times++)
        {
            var why = await Assert.ThrowsAsync<QuantumCoreException>(
                () => exchange.AliceAsync(pegged with { ClientOrderId = "beyond" }));
            Assert.Equal(
                ("BookOrderLimit", "type", "100 of an account, 200 in the book", 422),
                (why.Code, why.Field, why.Limit, why.Status));
        }

        await exchange.BobAsync(pegged);
        await exchange.Alice.Orders.CancelAllAsync("AAPL", cancellation: Cancellation);
        await exchange.AliceAsync(pegged with { ClientOrderId = "again" });
    }

    [Fact]
    public async Task Trigger_is_amended_where_the_stop_stands()
    {
        await using var exchange = await ServedExchange.OpenAsync();
        var stop = await exchange.AliceAsync(
            PlaceOrder.Stop("AAPL", OrderSide.Sell, 100m, 140m) with { TriggerBy = TriggerBy.Mark });
        await exchange.BobAsync(Buy(100m, 145m));
        var amended =
            await exchange.Alice.Orders.AmendAsync(
                "AAPL", stop.OrderId, new AmendOrder { TriggerPrice = 146m }, Cancellation);
        Assert.Equal((stop.OrderId, OrderStatus.New), (amended.OrderId, amended.Status));
        await exchange.Admin.Operator.Trading.SetMarkPriceAsync("AAPL", 146m, Cancellation);
        Assert.Equal((OrderStatus.Filled, null, 100m), await Outcome(exchange, stop));
    }

    [Fact]
    public async Task Band_halt_and_breaker_keep_orders_out()
    {
        await using var exchange = await ServedExchange.OpenAsync();
        await exchange.Admin.Operator.Trading.SetReferencePriceAsync("AAPL", 150m, cancellation: Cancellation);
        await exchange.Admin.Operator.Trading.SetRulesAsync(
            "AAPL", new BookRules { StaticBand = 500 }, cancellation: Cancellation);
        Assert.Equal("PriceBand 142.50 to 157.50", await Refusal(Buy(1m, 157.51m)));
        Assert.Equal(
            new PriceLimits(142.50m, 157.50m), (await exchange.Alice.Market.GetStateAsync(
                "AAPL", Cancellation)).PriceLimits);
        Assert.Null(await Refusal(Buy(1m, 157.50m)));
        await exchange.Admin.Operator.Trading.SetRulesAsync(
            "AAPL", new BookRules { StaticBand = BookRules.None }, cancellation: Cancellation);
        Assert.Null((await exchange.Alice.Market.GetStateAsync("AAPL", Cancellation)).PriceLimits);
        Assert.Null(await Refusal(Buy(1m, 157.51m)));

        var report = await exchange.Admin.Operator.Trading.ReportIndexAsync(79, 100, Cancellation);
        Assert.Equal((3, true), (report.Level, report.Acted));
        Assert.Equal(["AAPL", "MSFT"], report.Symbols);
        Assert.Equal(TradingPhase.Closed, (await exchange.Alice.Market.GetStateAsync("MSFT", Cancellation)).Phase);
        Assert.Equal("SymbolClosed", await Refusal(Buy(1m, 1m)));

        async Task<string?> Refusal(PlaceOrder order)
        {
            try
            {
                await exchange.AliceAsync(order);
                return null;
            }
            catch (QuantumCoreException refused)
            {
                return refused.Limit is { } limit ? $"{refused.Code} {limit}" : refused.Code;
            }
        }
    }

    private static async Task<(OrderStatus Status, string? End, decimal Filled)> Outcome(
        ServedExchange exchange, Order order)
    {
        var now = await NowAsync(exchange.Alice, order);
        return (now.Status, now.EndReason, now.Filled);
    }
}
