using System.Globalization;
using Xunit;

namespace QuantumCore.Grains.Tests;

/// <summary>An account and its open orders over the Binance Spot interface, on the exchange's own grains.</summary>
public sealed class AccountOverWireTests
{
    private static CancellationToken Cancellation => TestContext.Current.CancellationToken;

    [Fact]
    public async Task Execution_report_includes_trades_from_before_the_subscription_and_the_order_time()
    {
        const int Before = 1_010;
        await using var wire = await Wire.OpenAsync();
        var resting = await wire.Exchange.AliceAsync(ServedExchange.Sell(2_000, 150));
        for (var done = 0; done < Before; done += 101)
            await Task.WhenAll(
                Enumerable.Range(0, 101).Select(_ => wire.Exchange.BobAsync(ServedExchange.Buy(1, 150))));
        await wire.ListenAsync();
        await wire.Exchange.BobAsync(ServedExchange.Buy(1, 150));

        var told = Assert.Single(await wire.ReportsAsync(1));
        Assert.Equal(
            ("1011.00000000", "151650.00000000"),
            (told.GetProperty("z").GetString(), told.GetProperty("Z").GetString()));
        var shown = await wire.AskAsync(
            "GET", "order", string.Create(CultureInfo.InvariantCulture, $"symbol=AAPL&orderId={resting.OrderId}"));
        Assert.Equal("151650.00000000", shown.GetProperty("cummulativeQuoteQty").GetString());
        Assert.Equal(shown.GetProperty("time").GetInt64(), told.GetProperty("O").GetInt64());
    }

    [Fact]
    public async Task Replacement_with_a_used_name_keeps_the_old_order()
    {
        const string Terms = "symbol=AAPL&side=BUY&type=LIMIT&timeInForce=GTC&quantity=10";
        await using var wire = await Wire.OpenAsync();
        await wire.AskAsync("POST", "order", $"{Terms}&price=140&newClientOrderId=mine");
        foreach (var mode in new[] { "STOP_ON_FAILURE", "ALLOW_FAILURE" })
        {
            var refused = await wire.AskAsync(
                "POST", "order/cancelReplace",
                $"{Terms}&price=141&cancelReplaceMode={mode}&cancelOrigClientOrderId=mine&newClientOrderId=mine");
            Assert.Equal(-2010, refused.GetProperty("code").GetInt32());
        }

        var open = Assert.Single((await wire.AskAsync("GET", "openOrders", "symbol=AAPL")).EnumerateArray());
        Assert.Equal(
            ("mine", "140.00000000"),
            (open.GetProperty("clientOrderId").GetString(), open.GetProperty("price").GetString()));
        var replaced = await wire.AskAsync(
            "POST", "order/cancelReplace",
            $"{Terms}&price=141&cancelReplaceMode=STOP_ON_FAILURE&cancelOrigClientOrderId=mine&newClientOrderId=next");
        Assert.Equal("SUCCESS", replaced.GetProperty("newOrderResult").GetString());
    }

    [Fact]
    public async Task Concurrent_replacements_or_cancels_of_one_order_succeed_once()
    {
        const string Terms = "symbol=AAPL&side=BUY&type=LIMIT&timeInForce=GTC&quantity=10";
        await using var wire = await Wire.OpenAsync();
        for (var round = 0; round < 20; round++)
        {
            var order = (await wire.AskAsync("POST", "order", $"{Terms}&price=140")).GetProperty("orderId");
            var replaced = await Task.WhenAll(Enumerable.Range(141, 3).Select(price => wire.AskAsync(
                "POST", "order/cancelReplace",
                $"{Terms}&price={price}&cancelReplaceMode=STOP_ON_FAILURE&cancelOrderId={order}")));
            var fresh = Assert.Single(replaced, answer => answer.TryGetProperty("newOrderResult", out _))
                .GetProperty("newOrderResponse").GetProperty("orderId").GetInt64();
            var open = Assert.Single((await wire.AskAsync("GET", "openOrders", "symbol=AAPL")).EnumerateArray());
            Assert.Equal(fresh, open.GetProperty("orderId").GetInt64());

            var cancelled = await Task.WhenAll(
                Enumerable.Range(0, 3).Select(_ => wire.AskAsync("DELETE", "order", $"symbol=AAPL&orderId={fresh}")));
            Assert.Equal(
                [-2011, -2011, 0],
                cancelled.Select(answer => answer.TryGetProperty("code", out var code) ? code.GetInt32() : 0).Order());
        }
    }

    [Theory]
    [InlineData("DELETE", "order", "orderId")]
    [InlineData(
        "POST", "order/cancelReplace",
        "side=BUY&type=LIMIT&timeInForce=GTC&quantity=1&price=100&cancelReplaceMode=STOP_ON_FAILURE&cancelOrderId")]
    public async Task Cancel_of_a_pending_child_cancels_the_list(string method, string path, string query)
    {
        await using var wire = await Wire.OpenAsync();
        var list = (await wire.AskAsync(
            "POST",
            "orderList/otoco",
            "symbol=AAPL&workingType=LIMIT&workingSide=BUY&workingPrice=140&workingQuantity=10&workingTimeInForce=GTC&pendingSide=SELL&pendingQuantity=10"
                + "&pendingAboveType=LIMIT_MAKER&pendingAbovePrice=160&pendingBelowType=STOP_LOSS&pendingBelowStopPrice=130")).GetProperty("orders");
        var ids = list.EnumerateArray().Select(order => order.GetProperty("orderId").GetInt64()).ToArray();
        var answer = await wire.AskAsync(method, path, $"symbol=AAPL&{query}={ids[1]}");
        if (answer.TryGetProperty("cancelResponse", out var told))
            answer = told;
        Assert.Equal(
            (ids[1], "CANCELED"), (answer.GetProperty("orderId").GetInt64(), answer.GetProperty("status").GetString()));
        foreach (var id in ids)
            Assert.Equal(
                "CANCELED",
                (await wire.AskAsync("GET", "order", $"symbol=AAPL&orderId={id}")).GetProperty("status").GetString());
    }

    [Fact]
    public async Task Concurrent_amendments_keep_the_order_and_its_priority()
    {
        await using var wire = await Wire.OpenAsync();
        for (var round = 0; round < 20; round++)
        {
            var order =
                (await wire.AskAsync(
                    "POST", "order",
                    "symbol=AAPL&side=BUY&type=LIMIT&timeInForce=GTC&quantity=20&price=140")).GetProperty("orderId")
                .GetInt64();
            var answers = await Task.WhenAll(Enumerable.Range(0, 4).Select(at => wire.AskAsync(
                "PUT", "order/amend/keepPriority",
                $"symbol=AAPL&orderId={order}&newQty={(round % 2 == 0 ? 16 + at : 19 - at)}")));
            Assert.All(answers, answer => Assert.Equal(
                order, answer.TryGetProperty("code", out var code)
                    ? code.GetInt32() == -2038 ? order : code.GetInt32()
                    : answer.GetProperty("amendedOrder").GetProperty("orderId").GetInt64()));
            var open = Assert.Single((await wire.AskAsync("GET", "openOrders", "symbol=AAPL")).EnumerateArray());
            Assert.Equal(
                (order, "16.00000000"),
                (open.GetProperty("orderId").GetInt64(), open.GetProperty("origQty").GetString()));
            await wire.AskAsync("DELETE", "order", $"symbol=AAPL&orderId={order}");
        }
    }

    [Fact]
    public async Task Both_sides_of_a_trade_with_oneself_are_found_page_by_page()
    {
        await using var wire = await Wire.OpenAsync();
        for (var i = 0; i < 3; i++)
        {
            await wire.AskAsync(
                "POST", "order", "symbol=AAPL&side=SELL&type=LIMIT&timeInForce=GTC&quantity=1&price=150");
            await wire.AskAsync(
                "POST", "order", "symbol=AAPL&side=BUY&type=LIMIT&timeInForce=GTC&quantity=1&price=150");
        }

        foreach (var limit in new[] { 1, 2, 3, 4, 6 })
        {
            var (seen, from) = (new List<(long, long)>(), 0L);
            while (true)
            {
                var page =
                    (await wire.AskAsync(
                        "GET", "myTrades", $"symbol=AAPL&fromId={from}&limit={limit}")).EnumerateArray()
                    .Select(
                        trade => (Id: trade.GetProperty("id").GetInt64(),
                            OrderId: trade.GetProperty("orderId").GetInt64())).ToArray();
                if (page.Length == 0)
                    break;
                seen.AddRange(page);
                from = page[^1].Id + 1;
            }

            Assert.Equal([1L, 2, 3, 4, 5, 6], seen.Select(side => side.Item2).Order());
        }

        var first = await wire.Exchange.Alice.Orders.GetFillsAfterAsync("AAPL", "0-0", 1, Cancellation);
        Assert.Equal([1L, 2], first.Select(fill => fill.OrderId).Order());
        Assert.Equal(4, (await wire.AskAsync("GET", "myTrades", "symbol=AAPL&limit=3")).GetArrayLength());
        Assert.Equal(2, (await wire.AskAsync("GET", "myTrades", "symbol=AAPL&limit=2")).GetArrayLength());
    }

    [Fact]
    public async Task A_frozen_account_can_not_trade_and_says_so()
    {
        await using var wire = await Wire.OpenAsync();
        Assert.True((await wire.AskAsync("GET", "account", "")).GetProperty("canTrade").GetBoolean());
        await wire.Exchange.Admin.Operator.Accounts.FreezeAsync("ACC-1001", cancellation: Cancellation);
        Assert.False((await wire.AskAsync("GET", "account", "")).GetProperty("canTrade").GetBoolean());
    }

    [Fact]
    public async Task An_amendment_that_is_named_as_its_order_leaves_it_its_name()
    {
        await using var wire = await Wire.OpenAsync();
        var order = await wire.AskAsync(
            "POST", "order",
            "symbol=AAPL&side=BUY&type=LIMIT&timeInForce=GTC&quantity=10&price=140&newClientOrderId=mine");
        foreach (var quantity in new[] { 9, 8 })
        {
            var amended = await wire.AskAsync(
                "PUT", "order/amend/keepPriority",
                $"symbol=AAPL&orderId={order.GetProperty("orderId")}&newQty={quantity}&newClientOrderId=mine");
            Assert.Equal(
                ("mine", $"{quantity}.00000000"),
                (amended.GetProperty("amendedOrder").GetProperty("clientOrderId").GetString(),
                    amended.GetProperty("amendedOrder").GetProperty("qty").GetString()));
        }

        // A client order id of another order still belongs to that order.
        var refused = await wire.AskAsync(
            "POST", "order",
            "symbol=AAPL&side=BUY&type=LIMIT&timeInForce=GTC&quantity=10&price=140&newClientOrderId=other");
        Assert.Equal("NEW", refused.GetProperty("status").GetString());
        refused = await wire.AskAsync(
            "PUT", "order/amend/keepPriority", "symbol=AAPL&origClientOrderId=mine&newQty=7&newClientOrderId=other");
        Assert.Equal(-2010, refused.GetProperty("code").GetInt32());
    }
}
