using System.Text.Json.Nodes;

namespace QuantumCore.Client.Tests;

/// <summary>Every order, list and operator's call in the wire format, and back.</summary>
public sealed class OrderTypeTests : IAsyncLifetime
{
    private TestExchange _exchange = null!;
    private QuantumCoreClient _alice = null!;
    private QuantumCoreClient _admin = null!;

    private static CancellationToken Cancellation => TestContext.Current.CancellationToken;

    public async ValueTask InitializeAsync()
    {
        _exchange = await TestExchange.StartAsync();
        _alice = new QuantumCoreClient(_exchange.Address, "demo-alice");
        _admin = new QuantumCoreClient(_exchange.Address, "demo-admin");
    }

    public async ValueTask DisposeAsync()
    {
        _alice.Dispose();
        _admin.Dispose();
        await _exchange.DisposeAsync();
    }

    [Fact]
    public void Order_is_written_in_the_words_of_the_wire_and_nothing_that_was_not_asked_for()
    {
        var order = new PlaceOrder
        {
            Symbol = "AAPL",
            Side = OrderSide.Sell,
            Type = OrderType.TrailingStopLimit,
            Quantity = 100m,
            TimeInForce = TimeInForce.GoodTillDate,
            GoodTill = new DateTimeOffset(2030, 1, 1, 2, 0, 0, TimeSpan.FromHours(2)),
            TrailingBasisPoints = 250,
            LimitOffset = 0.10m,
            ActivationPrice = 160.00m,
            TriggerBy = TriggerBy.Mark,
            SelfTrade = SelfTrade.CancelOldest,
        };
        Assert.Equal(
            """{"symbol":"AAPL","side":"sell","type":"trailingStopLimit","timeInForce":"gtd","quantity":"100","postOnly":false,"triggerBy":"mark","trailingBasisPoints":250,"activationPrice":"160.00","limitOffset":"0.10","goodTill":"2030-01-01T00:00:00.0000000Z","selfTrade":"cancelOldest"}""",
            QuantumCoreJson.Write(order));

        order = PlaceOrder.Limit("AAPL", OrderSide.Buy, 10m, 1m) with
        {
            Slide = true,
            Hidden = true,
            AllOrNone = true,
            DisplayQuantity = 5m,
            MinQuantity = 2m,
            TrailingDistance = 1m,
            Peg = PegTo.Midpoint,
            PegOffset = 0.01m,
            Protection = 2m,
        };
        Assert.Equal(
            """{"symbol":"AAPL","side":"buy","type":"limit","price":"1","quantity":"10","postOnly":false,"slide":true,"displayQuantity":"5","hidden":true,"allOrNone":true,"minQuantity":"2","trailingDistance":"1","peg":"midpoint","pegOffset":"0.01","protection":"2"}""",
            QuantumCoreJson.Write(order));
        Assert.Equal(
            """{"symbol":"AAPL","side":"buy","type":"market","postOnly":false,"quoteAmount":"1000.00"}""",
            QuantumCoreJson.Write(PlaceOrder.MarketAmount("AAPL", OrderSide.Buy, 1000.00m)));
    }

    [Fact]
    public async Task Order_parameters_are_returned_as_sent()
    {
        var placed = await _alice.Orders.PlaceAsync(
            PlaceOrder.Stop("AAPL", OrderSide.Buy, 100m, 155.00m) with
            {
                TriggerBy = TriggerBy.Quote,
                SelfTrade = SelfTrade.Decrement,
                TimeInForce = TimeInForce.GoodTillDate,
                GoodTill = new DateTimeOffset(2030, 1, 1, 0, 0, 0, TimeSpan.Zero),
            },
            Cancellation);
        Assert.Equal(
            (OrderType.Stop, TimeInForce.GoodTillDate, 155.00m, TriggerBy.Quote, SelfTrade.Decrement, OrderStatus.New),
            (placed.Type, placed.TimeInForce, placed.TriggerPrice, placed.TriggerBy, placed.SelfTrade, placed.Status));
        Assert.Equal(new DateTimeOffset(2030, 1, 1, 0, 0, 0, TimeSpan.Zero), (DateTimeOffset)placed.GoodTill!);
        Assert.Null(placed.Price);

        var iceberg = await _alice.Orders.PlaceAsync(
            PlaceOrder.Limit("AAPL", OrderSide.Buy, 100m, 1m) with { DisplayQuantity = 10m, PostOnly = true },
            Cancellation);
        Assert.Equal((10m, true, false), (iceberg.DisplayQuantity, iceberg.PostOnly, iceberg.Hidden));
    }

    [Fact]
    public async Task List_is_named_after_its_first_order_and_repeated_under_the_same_names()
    {
        _exchange.Next(Fault.DropAfter);
        var list = PlaceOrderList.Bracket(
            PlaceOrder.Limit("AAPL", OrderSide.Buy, 10m, 150m) with { ClientOrderId = "b" },
            PlaceOrder.Limit("AAPL", OrderSide.Sell, 10m, 160m),
            PlaceOrder.Stop("AAPL", OrderSide.Sell, 10m, 140m));
        var placed = await _alice.Orders.PlaceListAsync(list, Cancellation);

        Assert.Equal(OrderListKind.OneTriggersOneCancelsOther, placed.Kind);
        Assert.Equal(["b", "b-2", "b-3"], placed.Orders.Select(order => order.ClientOrderId));
        Assert.Equal(3, _exchange.Book("AAPL").Orders.Count());
        Assert.Equal(2, _exchange.Changes.Count);

        var unnamed = await _alice.Orders.PlaceListAsync(
            PlaceOrderList.OneTriggersOther(
                PlaceOrder.Limit("AAPL", OrderSide.Buy, 10m, 150m), PlaceOrder.Stop("AAPL", OrderSide.Sell, 10m, 140m)),
            Cancellation);
        Assert.Equal(unnamed.Orders[0].ClientOrderId + "-2", unnamed.Orders[1].ClientOrderId);
    }

    [Fact]
    public async Task List_of_unknown_outcome_has_its_client_order_id()
    {
        _exchange.Next([.. Enumerable.Repeat(Fault.DropBefore, 3)]);
        using var impatient = new QuantumCoreClient(
            _exchange.Address, "demo-alice",
            new QuantumCoreClientOptions { MaxAttempts = 3, FirstPause = TimeSpan.FromMilliseconds(1) });
        var failure = await Assert.ThrowsAsync<QuantumCoreException>(() => impatient.Orders.PlaceListAsync(
            PlaceOrderList.OneCancelsOther(
                PlaceOrder.Limit("AAPL", OrderSide.Sell, 10m, 160m) with { ClientOrderId = "c" },
                PlaceOrder.Stop("AAPL", OrderSide.Sell, 10m, 140m)),
            Cancellation));
        Assert.Equal((RejectCodes.OutcomeUnknown, "c"), (failure.Code, failure.ClientOrderId));
    }

    [Fact]
    public async Task Trigger_amendment_applies_once_after_a_lost_response()
    {
        var stop = await _alice.Orders.PlaceAsync(PlaceOrder.Stop("AAPL", OrderSide.Sell, 10m, 140m), Cancellation);
        _exchange.Next(Fault.DropAfter);
        var amended =
            await _alice.Orders.AmendAsync("AAPL", stop.OrderId, new AmendOrder { TriggerPrice = 141m }, Cancellation);
        Assert.Equal(
            (stop.OrderId, stop.ClientOrderId, 141m), (amended.OrderId, amended.ClientOrderId, amended.TriggerPrice));
        Assert.Equal(1, _exchange.Changes.Count(change => change.StartsWith("PATCH", StringComparison.Ordinal)));

        _exchange.Next(Fault.DropAfter);
        var follows =
            await _alice.Orders.AmendAsync(
                "AAPL", stop.OrderId, new AmendOrder { TrailingDistance = 2m }, Cancellation);
        Assert.Equal((stop.OrderId, 2m), (follows.OrderId, follows.TrailingDistance));
        Assert.Equal(3, _exchange.Changes.Count(change => change.StartsWith("PATCH", StringComparison.Ordinal)));
        Assert.Equal(
            """{"goodTill":"2030-01-01T00:00:00.0000000Z"}""",
            QuantumCoreJson.Write(
                new AmendOrder { GoodTill = new DateTimeOffset(2030, 1, 1, 0, 0, 0, TimeSpan.Zero) }));
    }

    [Fact]
    public async Task Queue_position_and_state_are_read()
    {
        var order = await _alice.Orders.PlaceAsync(PlaceOrder.Limit("AAPL", OrderSide.Sell, 10m, 140m), Cancellation);
        Assert.Equal(
            new OrderPosition("AAPL", order.OrderId, 3, 120m),
            await _alice.Orders.GetQueuePositionAsync("AAPL", order.OrderId, Cancellation));
        Assert.Equal(
            new SymbolState(
                "AAPL", 7, TradingPhase.Continuous, 150.00m, null, 149.50m, null,
                new IndicativeAuction(150.50m, 30m, -12m), null, null, null, null, null, null!),
            await _alice.Market.GetStateAsync("AAPL", Cancellation));
    }

    [Fact]
    public async Task A_phase_lasts_whole_seconds()
    {
        var terms = new PhaseTerms { For = TimeSpan.FromSeconds(1.5) };
        var refused = await Assert.ThrowsAsync<ArgumentException>(
            () => _admin.Operator.Trading.SetPhaseAsync("AAPL", TradingPhase.Halt, terms, Cancellation));
        Assert.StartsWith("For and ThenFor are whole seconds.", refused.Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Operator_is_understood()
    {
        Assert.Equal(
            TradingPhase.PreOpen, (await _admin.Operator.Trading.SetPhaseAsync(
                "AAPL", TradingPhase.PreOpen, cancellation: Cancellation)).Phase);
        await _admin.Operator.Trading.SetMarkPriceAsync("AAPL", 150.00m, Cancellation);
        await _admin.Operator.Trading.SetReferencePriceAsync("AAPL", 149.50m, cancellation: Cancellation);
        await _admin.Operator.Trading.SetRulesAsync(
            "AAPL",
            new BookRules
            {
                StaticBand = 500,
                DynamicBand = BookRules.None,
                DynamicBandMode = BandMode.Auction,
                Protection = BookRules.None,
                MaxExtensions = 0,
            },
            cancellation: Cancellation);
        var voided = await _admin.Operator.Trading.BustTradeAsync("AAPL", "17-0", cancellation: Cancellation);
        Assert.Equal(
            ("17-0", TradeState.Void, null, 0m), (voided.TradeId, voided.State, voided.Price, voided.BuyerFee));
        var corrected = await _admin.Operator.Trading.CorrectTradeAsync(
            "AAPL", "17-0", 150.01m, cancellation: Cancellation);
        Assert.Equal(
            (TradeState.Corrected, 150m, 150.01m, 0.15m),
            (corrected.State, corrected.TradedPrice, corrected.Price, corrected.BuyerFee));
        await _admin.Operator.Trading.ReportIndexAsync(930, 1000, Cancellation);
        Assert.Equal(
            [
                """phase AAPL {"phase":"preOpen"}""",
                """mark AAPL {"price":"150.00"}""",
                """reference AAPL {"price":"149.50"}""",
                """rules AAPL {"protection":"none","staticBand":500,"dynamicBand":"none","dynamicBandMode":"auction","maxExtensions":0}""",
                """bust AAPL {"trade":"17-0"}""",
                """correct AAPL {"trade":"17-0","price":"150.01"}""",
                """breaker {"index":930,"previousClose":1000}""",
            ],
            _exchange.Operations);

        var all = await _admin.Operator.Accounts.BlockAsync("ACC-1001", cancellation: Cancellation);
        Assert.Equal(("ACC-1001", true, "AAPL"), (all.Account, all.Blocked, string.Join(',', all.Symbols)));
        Assert.False((await _admin.Operator.Accounts.UnblockAsync(
            "ACC-1001", "AAPL", cancellation: Cancellation)).Blocked);
    }

    [Theory]
    [InlineData("phase")]
    [InlineData("bust")]
    [InlineData("breaker")]
    public async Task Command_that_is_not_idempotent_is_not_retried(string call)
    {
        _exchange.Next(Fault.DropAfter);
        var failure = await Assert.ThrowsAsync<QuantumCoreException>(() => call switch
        {
            "phase" => _admin.Operator.Trading.SetPhaseAsync("AAPL", TradingPhase.Halt, cancellation: Cancellation),
            "bust" => _admin.Operator.Trading.BustTradeAsync("AAPL", "1-0", cancellation: Cancellation),
            _ => _admin.Operator.Trading.ReportIndexAsync(1, 2, Cancellation),
        });
        Assert.Equal(RejectCodes.OutcomeUnknown, failure.Code);
        Assert.Single(_exchange.Changes);
    }

    [Fact]
    public void Rules_can_be_read_back()
    {
        var rules = new BookRules { Protection = BookRules.None, StaticBand = 5, DynamicBand = BookRules.None };
        Assert.Equal(
            rules, QuantumCoreJson.Read<BookRules>(System.Text.Encoding.UTF8.GetBytes(QuantumCoreJson.Write(rules))));
        Assert.IsType<JsonObject>(JsonNode.Parse(QuantumCoreJson.Write(rules)));
    }
}
