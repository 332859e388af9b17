using System.Globalization;
using System.Text.Json;
using QuantumCore.Client;
using Xunit;

namespace QuantumCore.Grains.Tests;

/// <summary>Orders that wait for a trigger or a parent, and then work, as each interface reports them.</summary>
public class OrderStagesOverWireTests
{
    private const string Parent =
        "symbol=AAPL&workingType=LIMIT&workingSide=BUY&workingPrice=140&workingQuantity=5&workingTimeInForce=GTC&pendingSide=SELL&pendingQuantity=5";

    private static CancellationToken Token => TestContext.Current.CancellationToken;

    private static PlaceOrder StopLimit => new()
    {
        Symbol = "AAPL",
        Side = OrderSide.Buy,
        Type = OrderType.StopLimit,
        Quantity = 2,
        Price = 151,
        TriggerPrice = 152,
    };

    [Fact]
    public async Task The_native_interface_tells_the_stage_of_an_order_wherever_it_tells_the_order()
    {
        await using var wire = await Wire.OpenAsync();
        var (exchange, alice) = (wire.Exchange, wire.Exchange.Alice);
        await wire.TradeAt150Async();
        var plain = await exchange.AliceAsync(ServedExchange.Buy(1, 140));
        Assert.Null(plain.Stage);
        var stop = await exchange.AliceAsync(StopLimit);
        await AssertAsync(OrderStage.Armed);
        await TradeAsync(exchange, 152);
        await AssertAsync(OrderStage.Working);
        await alice.Orders.CancelAsync("AAPL", stop.OrderId, cancellation: Token);
        Assert.Null((await alice.Orders.GetAsync("AAPL", stop.OrderId, Token)).Stage);

        async Task AssertAsync(OrderStage stage)
        {
            Assert.Equal(stage, (await alice.Orders.GetAsync("AAPL", stop.OrderId, Token)).Stage);
            Assert.Equal(stage, (await alice.Orders.GetByClientIdAsync(stop.ClientOrderId, Token)).Stage);
            Assert.Equal(
                stage,
                (await alice.Orders.GetOpenAsync(cancellation: Token)).Single(
                    order => order.OrderId == stop.OrderId).Stage);
            Assert.Equal(
                stage,
                (await alice.Orders.GetHistoryAsync(cancellation: Token)).Single(
                    order => order.OrderId == stop.OrderId).Stage);
        }
    }

    [Fact]
    public async Task A_child_that_can_not_enter_is_told_with_the_reason()
    {
        await using var wire = await Wire.OpenAsync();
        var (exchange, alice) = (wire.Exchange, wire.Exchange.Alice);
        await exchange.BobAsync(ServedExchange.Sell(5, 155));
        var list = await alice.Orders.PlaceListAsync(
            PlaceOrderList.OneTriggersOther(
                ServedExchange.Buy(5, 154), ServedExchange.Buy(5, 155) with { PostOnly = true }), Token);
        Assert.Equal(OrderStage.Pending, list.Orders[1].Stage);
        await wire.ListenAsync();
        await exchange.BobAsync(ServedExchange.Sell(5, 154));

        var child = list.Orders[1];
        foreach (var told in new[] { await alice.Orders.GetAsync("AAPL", child.OrderId, Token),
            await alice.Orders.GetByClientIdAsync(child.ClientOrderId, Token) })
            Assert.Equal(
                (OrderStatus.Cancelled, "list", "PostOnlyWouldTake", null),
                (told.Status, told.EndReason, told.Refusal, told.Stage));
        var reports = await wire.ReportsAsync(2);
        Assert.Equal(["TRADE", "CANCELED"], reports.Select(report => Text(report, "x")));
        Assert.NotEqual("NONE", Text(reports[1], "r"));
    }

    [Fact]
    public async Task An_order_that_its_book_refused_is_told_with_the_reason()
    {
        await using var exchange = await ServedExchange.OpenAsync(hasFix: true);
        using var desk = await FixClient.LogOnAsync(exchange.FixAddress, "alice");
        await exchange.BobAsync(ServedExchange.Sell(5, 155));
        var order = ServedExchange.Buy(5, 156) with { PostOnly = true, ClientOrderId = "r" };
        await Assert.ThrowsAsync<QuantumCoreException>(() => exchange.Alice.Orders.PlaceAsync(order, Token));
        Order[] told = [
            await exchange.Alice.Orders.GetByClientIdAsync("r", Token),
            .. await exchange.Alice.Orders.GetHistoryAsync(cancellation: Token)];
        Assert.Equal(
            Enumerable.Repeat((OrderStatus.Rejected, (string?)"PostOnlyWouldTake", (string?)null), 2),
            told.Select(one => (one.Status, one.Refusal, one.EndReason)));
        Assert.StartsWith("8 11=r 150=8 39=8", await desk.HearAsync(1, 11, 150, 39));
        await desk.SendAsync("H", "11=r|55=AAPL|54=1");
        Assert.StartsWith(
            "8 11=r 150=I 39=8 103=99 58=The post-only order would", await desk.HearAsync(1, 11, 150, 39, 103, 58));
    }

    [Fact]
    public async Task A_slid_order_is_told_at_the_price_it_stands_at()
    {
        await using var wire = await Wire.OpenAsync();
        var (exchange, alice) = (wire.Exchange, wire.Exchange.Alice);
        await exchange.BobAsync(ServedExchange.Sell(5, 155));
        await wire.ListenAsync();
        var slid = await exchange.AliceAsync(ServedExchange.Buy(5, 156) with { PostOnly = true, Slide = true });
        Assert.Equal(154.99m, slid.Price);
        Assert.Equal(154.99m, (await alice.Orders.GetAsync("AAPL", slid.OrderId, Token)).Price);
        Assert.Equal(154.99m, (await alice.Orders.GetByClientIdAsync(slid.ClientOrderId, Token)).Price);
        Assert.Equal(154.99m, Assert.Single(await alice.Orders.GetOpenAsync(cancellation: Token)).Price);
        Assert.Equal(154.99m, (await alice.Orders.GetHistoryAsync(cancellation: Token))[0].Price);
        Assert.Equal("154.99", Text(Assert.Single(await wire.ReportsAsync(1)), "p"));

        // At its displayed price it is reduced in place.
        var smaller =
            await alice.Orders.AmendAsync(
                "AAPL", slid.OrderId, new AmendOrder { Price = 154.99m, Quantity = 4 }, Token);
        Assert.Equal((slid.OrderId, 4, 154.99m), (smaller.OrderId, smaller.Quantity, smaller.Price));
        Assert.Equal(154.99m, (await alice.Orders.CancelAsync("AAPL", slid.OrderId, cancellation: Token)).Price);
        Assert.Equal(154.99m, (await alice.Orders.GetAsync("AAPL", slid.OrderId, Token)).Price);
    }

    [Fact]
    public async Task A_child_that_slides_as_it_enters_is_told_at_the_price_it_stands_at()
    {
        await using var wire = await Wire.OpenAsync();
        var (exchange, alice) = (wire.Exchange, wire.Exchange.Alice);
        await exchange.BobAsync(ServedExchange.Buy(5, 150));
        var list = await alice.Orders.PlaceListAsync(
            PlaceOrderList.OneTriggersOther(
                ServedExchange.Buy(3, 155), ServedExchange.Sell(3, 147) with { PostOnly = true, Slide = true }), Token);
        await wire.ListenAsync();
        await exchange.BobAsync(ServedExchange.Sell(3, 155));
        var child = list.Orders[1];
        Assert.Equal("150.01", Text((await wire.ReportsAsync(2))[1], "p"));
        Assert.Equal(150.01m, (await alice.Orders.GetAsync("AAPL", child.OrderId, Token)).Price);
        Assert.Equal(150.01m, (await alice.Orders.GetByClientIdAsync(child.ClientOrderId, Token)).Price);
        Assert.Equal(150.01m, Assert.Single(await alice.Orders.GetOpenAsync(cancellation: Token)).Price);
        Assert.Equal(
            150.01m,
            (await alice.Orders.GetHistoryAsync(cancellation: Token)).Single(
                order => order.OrderId == child.OrderId).Price);
    }

    [Fact]
    public async Task An_amended_trigger_is_told_wherever_the_order_is()
    {
        await using var wire = await Wire.OpenAsync(hasFix: true);
        var (exchange, alice) = (wire.Exchange, wire.Exchange.Alice);
        await wire.TradeAt150Async();
        await wire.ListenAsync();
        using var desk = await FixClient.LogOnAsync(exchange.FixAddress, "alice");
        var stop = await exchange.AliceAsync(StopLimit with { ClientOrderId = "s" });
        Assert.Equal("8 11=s 99=152.00", await desk.HearAsync(1, 11, 99));
        await alice.Orders.AmendAsync("AAPL", stop.OrderId, new AmendOrder { TriggerPrice = 153 }, Token);
        Assert.Equal("8 11=s 99=153.00", await desk.HearAsync(1, 11, 99));
        await desk.SendAsync("H", "11=s|55=AAPL|54=1");
        Assert.Equal("8 11=s 150=I 99=153.00", await desk.HearAsync(1, 11, 150, 99));

        Order[] told =
        [
            await alice.Orders.GetAsync("AAPL", stop.OrderId, Token),
            await alice.Orders.GetByClientIdAsync("s", Token),
            .. (await alice.Orders.GetOpenAsync(cancellation: Token)),
            .. (await alice.Orders.GetHistoryAsync(cancellation: Token)).Where(order => order.OrderId == stop.OrderId),
        ];
        Assert.Equal(Enumerable.Repeat((decimal?)153, 4), told.Select(order => order.TriggerPrice));
        var shown = await wire.AskAsync(
            "GET", "order", string.Create(CultureInfo.InvariantCulture, $"symbol=AAPL&orderId={stop.OrderId}"));
        Assert.Equal("153", Text(shown, "stopPrice"));
        await alice.Orders.CancelAsync("AAPL", stop.OrderId, cancellation: Token);
        Assert.Equal("153", Text((await wire.ReportsAsync(3))[^1], "P"));
    }

    [Fact]
    public async Task The_Binance_interface_tells_since_when_an_order_works()
    {
        await using var wire = await Wire.OpenAsync();
        await wire.TradeAt150Async();
        await wire.ListenAsync();
        var list = await wire.AskAsync(
            "POST", "orderList/oto",
            $"{Parent}&pendingType=STOP_LOSS_LIMIT&pendingStopPrice=130&pendingPrice=129&pendingTimeInForce=GTC");
        var placed = list.GetProperty("orderReports").EnumerateArray().Last();
        Assert.Equal(("PENDING_NEW", "-1"), (Text(placed, "status"), Text(placed, "workingTime")));
        var id = placed.GetProperty("orderId").GetInt64();
        Assert.Equal(
            ["NEW true W", "PENDING_NEW false -"],
            (await wire.ReportsAsync(2)).Select(Working).Order(StringComparer.Ordinal));
        await AssertShownAsync("PENDING_NEW", isWorking: false);

        await wire.Exchange.BobAsync(ServedExchange.Sell(5, 140));
        Assert.Equal(
            ["FILLED false W", "NEW false -"],
            (await wire.ReportsAsync(2)).Select(Working).Order(StringComparer.Ordinal));
        await AssertShownAsync("NEW", isWorking: false);

        await TradeAsync(wire.Exchange, 130);
        Assert.Equal(["NEW true W"], (await wire.ReportsAsync(1)).Select(Working));
        await AssertShownAsync("NEW", isWorking: true);

        async Task AssertShownAsync(string status, bool isWorking)
        {
            var shown = await wire.AskAsync(
                "GET", "order", string.Create(CultureInfo.InvariantCulture, $"symbol=AAPL&orderId={id}"));
            Assert.Equal((status, isWorking), (Text(shown, "status"), shown.GetProperty("isWorking").GetBoolean()));
            var since = shown.GetProperty("workingTime").GetInt64();
            Assert.True(isWorking ? since >= shown.GetProperty("time").GetInt64() : since == -1, $"{since}");
        }
    }

    [Fact]
    public async Task Child_of_a_parent_filled_in_an_auction_is_pending_on_every_interface()
    {
        await using var wire = await Wire.OpenAsync(hasFix: true);
        var (exchange, alice) = (wire.Exchange, wire.Exchange.Alice);
        using var desk = await FixClient.LogOnAsync(exchange.FixAddress, "alice");
        await wire.ListenAsync();
        var list = await alice.Orders.PlaceListAsync(
            PlaceOrderList.OneTriggersOther(
                ServedExchange.Buy(5, 140) with { ClientOrderId = "p" },
                ServedExchange.Sell(5, 160) with { ClientOrderId = "c" }),
            Token);
        await desk.HearAsync(2, 11);
        const string name = "EXECUTING OTO p 2";
        Assert.Equal(["NEW", "NEW", $"EXEC_STARTED {name}"], await wire.HearAsync(3));
        await exchange.Admin.Operator.Trading.SetPhaseAsync("AAPL", TradingPhase.Closing, cancellation: Token);
        await exchange.BobAsync(ServedExchange.Sell(5, 140));
        await exchange.Admin.Operator.Trading.SetPhaseAsync("AAPL", TradingPhase.Closed, cancellation: Token);
        Assert.Equal(["TRADE"], await wire.HearAsync(1));
        Assert.Equal("8 11=p 150=F", await desk.HearAsync(1, 11, 150));
        Assert.Equal(OrderStatus.Filled, (await alice.Orders.GetAsync("AAPL", list.Orders[0].OrderId, Token)).Status);
        await AssertAsync(OrderStage.Pending, "PENDING_NEW", "636=N");

        foreach (var phase in new[] { TradingPhase.PreOpen, TradingPhase.Opening, TradingPhase.Continuous })
            await exchange.Admin.Operator.Trading.SetPhaseAsync("AAPL", phase, cancellation: Token);
        Assert.Equal([$"UPDATED {name}", "NEW"], await wire.HearAsync(2));
        Assert.Equal("8 11=c 150=D 378=8 58=activated", await desk.HearAsync(1, 11, 150, 378, 58));
        await AssertAsync(null, "NEW", null);

        async Task AssertAsync(OrderStage? stage, string status, string? indicator)
        {
            Order[] told =
            [
                await alice.Orders.GetAsync("AAPL", list.Orders[1].OrderId, Token),
                await alice.Orders.GetByClientIdAsync("c", Token),
                Assert.Single(await alice.Orders.GetOpenAsync(cancellation: Token)),
                Assert.Single(
                    await alice.Orders.GetHistoryAsync(cancellation: Token), order => order.ClientOrderId == "c"),
            ];
            Assert.Equal(Enumerable.Repeat(stage, 4), told.Select(order => order.Stage));
            JsonElement[] shown =
            [
                Assert.Single((await wire.AskAsync("GET", "openOrders", "symbol=AAPL")).EnumerateArray()),
                await wire.AskAsync("GET", "order", "symbol=AAPL&origClientOrderId=c"),
            ];
            Assert.All(
                shown,
                order => Assert.Equal(
                    (status, stage is null), (Text(order, "status"), order.GetProperty("isWorking").GetBoolean())));
            await desk.SendAsync("H", "11=c|55=AAPL|54=2");
            Assert.Equal(
                $"8 11=c 150=I 39=0{(indicator is null ? "" : $" {indicator}")}",
                await desk.HearAsync(1, 11, 150, 39, 636));
        }
    }

    [Fact]
    public async Task Over_FIX_an_order_is_told_as_activated_and_as_triggered_by_the_system()
    {
        await using var exchange = await ServedExchange.OpenAsync(hasFix: true);
        using var desk = await FixClient.LogOnAsync(exchange.FixAddress, "alice");
        await TradeAsync(exchange, 150);
        await exchange.Alice.Orders.PlaceListAsync(
            PlaceOrderList.OneTriggersOther(
                ServedExchange.Buy(5, 140) with { ClientOrderId = "p" }, StopLimit with { ClientOrderId = "c" }),
            Token);
        Assert.Equal("8 11=p 150=0 39=0; 8 11=c 150=0 39=0 636=N", await desk.HearAsync(2, 11, 150, 39, 636));
        await exchange.BobAsync(ServedExchange.Sell(5, 140));
        Assert.Equal(
            "8 11=p 150=F 39=2; 8 11=c 150=D 39=0 636=N 58=activated", await desk.HearAsync(2, 11, 150, 39, 636, 58));
        await TradeAsync(exchange, 152);
        Assert.Equal("8 11=c 150=D 39=0 636=Y 44=151.00 99=152.00", await desk.HearAsync(1, 11, 150, 39, 636, 44, 99));
        await desk.SendAsync("H", "11=c|55=AAPL|54=1");
        Assert.Equal("8 11=c 150=I 39=0 636=Y", await desk.HearAsync(1, 11, 150, 39, 636));
    }

    private static async Task TradeAsync(ServedExchange exchange, decimal price)
    {
        await exchange.BobAsync(ServedExchange.Sell(1, price));
        await exchange.BobAsync(ServedExchange.Buy(1, price));
    }

    private static string Working(JsonElement report) =>
        $"{Text(report, "X")} {(report.GetProperty("w").GetBoolean() ? "true" : "false")} {(report.TryGetProperty("W", out _) ? "W" : "-")}";

    private static string Text(JsonElement json, string name) => Wire.Plain(json.GetProperty(name));
}
