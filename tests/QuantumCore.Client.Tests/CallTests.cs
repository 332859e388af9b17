using System.Net;
using System.Text;

namespace QuantumCore.Client.Tests;

/// <summary>Every call of the API once, and the conversion of its response.</summary>
public sealed class CallTests : IAsyncLifetime
{
    private TestExchange _exchange = null!;
    private QuantumCoreClient _alice = null!;
    private QuantumCoreClient _bob = null!;

    private static CancellationToken Cancellation => TestContext.Current.CancellationToken;

    public async ValueTask InitializeAsync()
    {
        _exchange = await TestExchange.StartAsync();
        _alice = new QuantumCoreClient(_exchange.Address, "demo-alice");
        _bob = new QuantumCoreClient(_exchange.Address, "demo-bob");
    }

    public async ValueTask DisposeAsync()
    {
        _alice.Dispose();
        _bob.Dispose();
        await _exchange.DisposeAsync();
    }

    [Fact]
    public async Task Both_sides_see_their_trade()
    {
        var resting = await _alice.Orders.PlaceAsync(
            PlaceOrder.Limit("AAPL", OrderSide.Sell, 100m, 150.00m), Cancellation);
        Assert.Equal(
            (OrderStatus.New, "150.00", "ACC-1001", 1767225600000000001L, TimeInForce.GoodTillCancelled),
            (resting.Status, $"{resting.Price}", resting.Account, resting.TimeNanos, resting.TimeInForce));
        Assert.Equal(new DateTimeOffset(2026, 1, 1, 0, 0, 0, TimeSpan.Zero), resting.Time);

        var taken = await _bob.Orders.PlaceAsync(PlaceOrder.Market("AAPL", OrderSide.Buy, 40m), Cancellation);
        var fill = Assert.Single(taken.Fills);
        Assert.Equal(
            (OrderStatus.Filled, OrderType.Market, 150.00m, 40m, Liquidity.Taker),
            (taken.Status, taken.Type, fill.Price, fill.Quantity, fill.Liquidity));

        var made = Assert.Single(await _alice.Orders.GetFillsAsync("AAPL", cancellation: Cancellation));
        Assert.Equal(
            (fill.TradeId, resting.OrderId, OrderSide.Sell, Liquidity.Maker),
            (made.TradeId, made.OrderId, made.Side, made.Liquidity));
        Assert.Equal(OrderStatus.PartiallyFilled,
            (await _alice.Orders.GetAsync("AAPL", resting.OrderId, Cancellation)).Status);
        var trade = Assert.Single(await _alice.Market.GetTradesAsync("AAPL", cancellation: Cancellation));
        Assert.Equal((fill.TradeId, OrderSide.Buy), (trade.TradeId, trade.TakerSide));
        var book = await _alice.Market.GetBookAsync("AAPL", cancellation: Cancellation);
        Assert.Equal([new PriceLevel(150.00m, 60m)], book.Asks);
        Assert.Empty(book.Bids);
    }

    [Fact]
    public async Task Fills_can_be_paged_from_the_oldest()
    {
        for (var i = 0; i < 5; i++)
        {
            await _alice.Orders.PlaceAsync(PlaceOrder.Limit("AAPL", OrderSide.Sell, 10m, 150m), Cancellation);
            await _bob.Orders.PlaceAsync(PlaceOrder.Market("AAPL", OrderSide.Buy, 10m), Cancellation);
        }

        var pages = new List<string>();
        for (var last = "0-0"; await _alice.Orders.GetFillsAfterAsync(
            "AAPL", last, 2, Cancellation) is { Count: > 0 } page;)
        {
            pages.AddRange(page.Select(fill => fill.TradeId));
            last = page[^1].TradeId;
        }

        var newestFirst = await _alice.Orders.GetFillsAsync("AAPL", cancellation: Cancellation);
        Assert.Equal(newestFirst.Select(fill => fill.TradeId).Reverse(), pages);
        Assert.Equal(5, pages.Count);
    }

    [Fact]
    public async Task Open_orders_are_listed_cancelled_by_name_and_all_at_once()
    {
        var order = PlaceOrder.Limit("AAPL", OrderSide.Buy, 10m, 149m);
        await _alice.Orders.PlaceBatchAsync(
            [order with { ClientOrderId = "a#b?" }, order, order with { Side = OrderSide.Sell, Price = 151m }],
            Cancellation);
        Assert.Equal(3, (await _alice.Orders.GetOpenAsync("AAPL", Cancellation)).Count);

        Assert.Equal("a#b?", (await _alice.Orders.CancelByClientIdAsync("a#b?", Cancellation)).ClientOrderId);
        Assert.Equal(1, await _alice.Orders.CancelAllAsync("AAPL", OrderSide.Sell, Cancellation));
        Assert.Equal(1, await _alice.Orders.CancelAllAsync(cancellation: Cancellation));
        Assert.Empty(await _alice.Orders.GetOpenAsync(cancellation: Cancellation));
    }

    [Fact]
    public async Task An_order_is_found_by_its_name_and_in_the_history_whatever_became_of_it()
    {
        var order = PlaceOrder.Limit("AAPL", OrderSide.Buy, 10m, 149m);
        await _alice.Orders.PlaceBatchAsync(
            [order with { ClientOrderId = "a#b?" }, order, order with { ClientOrderId = "last" }], Cancellation);
        await _alice.Orders.CancelByClientIdAsync("a#b?", Cancellation);

        Assert.Equal(OrderStatus.Cancelled, (await _alice.Orders.GetByClientIdAsync("a#b?", Cancellation)).Status);
        var unknown =
            await Assert.ThrowsAsync<QuantumCoreException>(() => _alice.Orders.GetByClientIdAsync("b", Cancellation));
        Assert.Equal(RejectCodes.UnknownOrder, unknown.Code);
        await Assert.ThrowsAsync<QuantumCoreException>(() => _alice.Orders.GetByClientIdAsync("", Cancellation));
        Assert.Equal(
            [OrderStatus.New, OrderStatus.New, OrderStatus.Cancelled],
            (await _alice.Orders.GetHistoryAsync(cancellation: Cancellation)).Select(past => past.Status));
        Assert.Equal(
            "last",
            Assert.Single(await _alice.Orders.GetHistoryAsync("AAPL", 1, cancellation: Cancellation)).ClientOrderId);
    }

    [Fact]
    public async Task An_administrator_lists_an_instrument_funds_an_account_and_makes_its_key()
    {
        using var admin = new QuantumCoreClient(_exchange.Address, "demo-admin");
        var aapl = Assert.Single(await _alice.Market.GetInstrumentsAsync(Cancellation));
        Assert.Equal((0.01m, 1m, 300), (aapl.TickSize, aapl.LotSize, aapl.TakerFeePpm));

        await admin.Operator.Trading.ListInstrumentAsync(aapl with { Symbol = "AAPL.L" }, Cancellation);
        await admin.Operator.Accounts.DepositAsync("ACC-2001", "USD", 1.10m, "dep-1", Cancellation);
        var signing = await admin.Operator.Keys.CreateAsync(
            "ACC-2001", new NewApiKey { Signing = "hmac" }, Cancellation);
        Assert.Equal($"secret-of-{signing.ApiKey}", signing.Secret);
        var grant = await admin.Operator.Keys.CreateAsync("ACC-2001", cancellation: Cancellation);
        Assert.Null(grant.Secret);

        using var client = new QuantumCoreClient(_exchange.Address, grant.ApiKey);
        var account = await client.Account.GetAsync(Cancellation);
        Assert.Equal(("ACC-2001", 985.00m), (account.Account, account.Balances[0].Available));
        Assert.Equal("1.10", (string)_exchange.Deposits["ACC-2001/dep-1"]["amount"]!);
        Assert.Equal("0.01", (string)_exchange.Instruments[1]["tickSize"]!);
        var refused =
            await Assert.ThrowsAsync<QuantumCoreException>(
                () => client.Operator.Keys.CreateAsync("ACC-1", cancellation: Cancellation));
        Assert.Equal(("Forbidden", (int?)403), (refused.Code, refused.Status));
    }

    [Fact]
    public async Task A_batch_has_one_to_five_hundred_orders()
    {
        await Assert.ThrowsAsync<ArgumentException>(() => _alice.Orders.PlaceBatchAsync([], Cancellation));
        var order = PlaceOrder.Limit("AAPL", OrderSide.Buy, 1m, 1m);
        await Assert.ThrowsAsync<ArgumentException>(
            () => _alice.Orders.PlaceBatchAsync([.. Enumerable.Repeat(order, 501)], Cancellation));
    }

    [Theory]
    [InlineData("""{"trades":[{"tradeId":"1-0","price":150.0,"quantity":"1","takerSide":"buy"}]}""")]
    [InlineData("""{"trades":[{"tradeId":"1-0","price":"1e2","quantity":"1","takerSide":"buy"}]}""")]
    [InlineData("""{"trades":[{"tradeId":"1-0","price":"1,000","quantity":"1","takerSide":"buy"}]}""")]
    [InlineData("<html>a proxy</html>")]
    public async Task Anything_but_exact_decimals_is_a_bad_answer(string body)
    {
        using var http = new HttpClient(new FixedAnswer(body)) { BaseAddress = new Uri("http://exchange.test") };
        using var client = new QuantumCoreClient(http);

        var failure = await Assert.ThrowsAsync<QuantumCoreException>(
            () => client.Market.GetTradesAsync("AAPL", cancellation: Cancellation));

        Assert.Equal(RejectCodes.BadAnswer, failure.Code);
    }

    [Fact]
    public async Task An_answer_of_somebody_else_in_json_is_a_bad_answer()
    {
        using var http = new HttpClient(new FixedAnswer("""{"status":"ok"}"""))
        {
            BaseAddress = new Uri("http://exchange.test"),
        };
        using var client = new QuantumCoreClient(http);

        foreach (var call in (Func<Task>[])
            [
                () => client.Market.GetTradesAsync("AAPL", cancellation: Cancellation),
                () => client.Account.GetAsync(Cancellation),
                () => client.Orders.GetOpenAsync(cancellation: Cancellation),
                () => client.Market.GetInstrumentsAsync(Cancellation),
                () => client.Market.GetBookAsync("AAPL", cancellation: Cancellation),
            ])
        {
            Assert.Equal(RejectCodes.BadAnswer, (await Assert.ThrowsAsync<QuantumCoreException>(call)).Code);
        }
    }

    [Fact]
    public async Task Members_that_a_newer_exchange_adds_are_no_obstacle()
    {
        using var http = new HttpClient(new FixedAnswer(
            """{"trades":[{"tradeId":"1-0","price":"150.00","quantity":"1","takerSide":"sell","venue":"Q"}],"more":1}"""))
        {
            BaseAddress = new Uri("http://exchange.test/"),
        };
        using var client = new QuantumCoreClient(http);

        var trade = Assert.Single(await client.Market.GetTradesAsync("AAPL", cancellation: Cancellation));

        Assert.Equal("150.00", $"{trade.Price}");
    }

    private sealed class FixedAnswer(string body) : HttpMessageHandler
    {
        protected override Task<HttpResponseMessage> SendAsync(
            HttpRequestMessage request, CancellationToken cancellationToken) =>
            Task.FromResult(new HttpResponseMessage(HttpStatusCode.OK)
            {
                Content = new StringContent(body, Encoding.UTF8, "application/json"),
            });
    }
}
