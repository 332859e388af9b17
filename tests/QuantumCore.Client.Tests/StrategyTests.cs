namespace QuantumCore.Client.Tests;

/// <summary>Strategies and groups in the wire format, and back.</summary>
public sealed class StrategyTests : IAsyncLifetime
{
    private static readonly PlaceStrategy s_spread = new()
    {
        Net = -2.50m,
        Units = 10,
        Legs = [new("AAPL", OrderSide.Buy, 1m), new("MSFT", OrderSide.Sell, 0.002m)],
        ClientOrderId = "s1",
    };

    private TestExchange _exchange = null!;
    private QuantumCoreClient _alice = null!;

    private static CancellationToken Cancellation => TestContext.Current.CancellationToken;

    public async ValueTask InitializeAsync()
    {
        _exchange = await TestExchange.StartAsync();
        _exchange.List("MSFT");
        _alice = new QuantumCoreClient(_exchange.Address, "demo-alice");
    }

    public async ValueTask DisposeAsync()
    {
        _alice.Dispose();
        await _exchange.DisposeAsync();
    }

    [Fact]
    public void Strategy_is_written_in_the_words_of_the_wire_and_nothing_that_was_not_asked_for()
    {
        Assert.Equal(
            """{"net":"-2.50","units":10,"legs":[{"symbol":"AAPL","side":"buy","quantity":"1"},{"symbol":"MSFT","side":"sell","quantity":"0.002"}],"clientOrderId":"s1"}""",
            QuantumCoreJson.Write(s_spread));
        Assert.EndsWith(
            ""","timeInForce":"gtd","goodTill":"2030-01-01T00:00:00.0000000Z","clientOrderId":"s1"}""",
            QuantumCoreJson.Write(s_spread with
            {
                TimeInForce = TimeInForce.GoodTillDate,
                GoodTill = new DateTimeOffset(2030, 1, 1, 2, 0, 0, TimeSpan.FromHours(2)),
            }),
            StringComparison.Ordinal);
    }

    [Fact]
    public async Task Strategy_is_placed_once_after_a_lost_response_and_its_legs_name_it()
    {
        _exchange.Next(Fault.DropAfter);
        var placed = await _alice.Orders.PlaceStrategyAsync(s_spread, Cancellation);

        Assert.Equal((-2.50m, 10L), (placed.Net, placed.Units));
        Assert.Equal(
            ["s1 AAPL Buy Leg 10", "s1.2 MSFT Sell Leg 0.020"],
            placed.Orders.Select(
                order => $"{order.ClientOrderId} {order.Symbol} {order.Side} {order.Type} {order.Quantity}"));
        Assert.Equal(["POST /strategies", "POST /strategies"], _exchange.Changes);
        Assert.Single(_exchange.Book("AAPL").Orders);

        var leg = (await _alice.Orders.GetAsync("MSFT", 1, Cancellation)).Strategy!;
        Assert.Equal((-2.50m, 2), (leg.Net, leg.Leg));
        Assert.Equal(s_spread.Legs, leg.Legs);
        Assert.Null((await _alice.Orders.PlaceAsync(
            PlaceOrder.Limit("AAPL", OrderSide.Buy, 1m, 1m), Cancellation)).Strategy);
    }

    [Fact]
    public async Task Strategy_without_a_name_gets_one_that_leaves_room_for_its_legs()
    {
        var placed = await _alice.Orders.PlaceStrategyAsync(s_spread with { ClientOrderId = null }, Cancellation);
        Assert.Equal(32, placed.Orders[0].ClientOrderId.Length);
        Assert.Equal(placed.Orders[0].ClientOrderId + ".2", placed.Orders[1].ClientOrderId);
    }

    [Fact]
    public async Task Strategy_of_unknown_outcome_tells_the_name_to_ask_with()
    {
        _exchange.Next([.. Enumerable.Repeat(Fault.OutcomeUnknownAfter, 3)]);
        using var impatient = new QuantumCoreClient(
            _exchange.Address, "demo-alice",
            new QuantumCoreClientOptions { MaxAttempts = 3, FirstPause = TimeSpan.FromMilliseconds(1) });
        var failure =
            await Assert.ThrowsAsync<QuantumCoreException>(
                () => impatient.Orders.PlaceStrategyAsync(s_spread, Cancellation));
        Assert.Equal((RejectCodes.OutcomeUnknown, "s1"), (failure.Code, failure.ClientOrderId));
    }

    [Fact]
    public async Task Name_that_is_none_is_refused_before_anything_is_sent()
    {
        var failure = await Assert.ThrowsAsync<QuantumCoreException>(
            () => _alice.Orders.PlaceStrategyAsync(s_spread with { ClientOrderId = "a/b" }, Cancellation));
        Assert.Equal((RejectCodes.BadRequest, "clientOrderId"), (failure.Code, failure.Field));
        Assert.Empty(_exchange.Changes);
    }

    [Fact]
    public async Task Group_of_an_instrument_goes_there_and_back()
    {
        using var admin = new QuantumCoreClient(_exchange.Address, "demo-admin");
        var listed = await admin.Operator.Trading.ListInstrumentAsync(
            new Instrument
            {
                Symbol = "NVDA",
                BaseAsset = "NVDA",
                QuoteAsset = "USD",
                TickSize = 0.01m,
                LotSize = 1m,
                Group = "TECH",
            },
            Cancellation);
        Assert.Equal("TECH", listed.Group);
        Assert.Equal(
            [null, null, "TECH"],
            (await _alice.Market.GetInstrumentsAsync(Cancellation)).Select(instrument => instrument.Group));
    }
}
