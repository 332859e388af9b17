using System.Text.Json;
using Xunit;

namespace QuantumCore.Grains.Tests;

/// <summary>
/// Order lists of the Binance Spot interface: placed, found by id and by name, reported, cancelled, done.
/// </summary>
public class OrderListsOverWireTests
{
    private const string Pair =
        "symbol=AAPL&side=SELL&quantity=10&aboveType=LIMIT_MAKER&abovePrice=160&belowType=STOP_LOSS_LIMIT&belowStopPrice=140&belowPrice=139&belowTimeInForce=GTC";

    private static CancellationToken Token => TestContext.Current.CancellationToken;

    [Fact]
    public async Task A_list_is_found_by_its_id_and_by_its_name_until_it_is_done_and_after()
    {
        await using var wire = await Wire.OpenAsync();
        await wire.TradeAt150Async();
        var placed = await wire.AskAsync("POST", "orderList/oco", $"{Pair}&listClientOrderId=mine");
        var id = placed.GetProperty("orderListId").GetInt64();
        Assert.Equal(("mine", "EXECUTING"), (Text(placed, "listClientOrderId"), Text(placed, "listOrderStatus")));

        var found = await wire.AskAsync("GET", "orderList", $"orderListId={id}");
        Assert.Equal(("OCO", "EXEC_STARTED", "mine", "AAPL"), (Text(found, "contingencyType"),
            Text(found, "listStatusType"), Text(found, "listClientOrderId"), Text(found, "symbol")));
        Assert.Equal(Text(placed, "orders"), Text(found, "orders"));
        Assert.Equal(found.ToString(), (await wire.AskAsync("GET", "orderList", "origClientOrderId=mine")).ToString());
        Assert.Equal($"[{found}]", (await wire.AskAsync("GET", "openOrderList", "")).ToString());
        Assert.All(
            (await wire.AskAsync("GET", "openOrders", "symbol=AAPL")).EnumerateArray(),
            order => Assert.Equal(id, order.GetProperty("orderListId").GetInt64()));

        // One leg trades, the other one ends with it.
        await wire.Exchange.BobAsync(ServedExchange.Buy(10, 160));
        var done = await wire.AskAsync("GET", "orderList", $"orderListId={id}");
        Assert.Equal(("ALL_DONE", "ALL_DONE"), (Text(done, "listStatusType"), Text(done, "listOrderStatus")));
        Assert.Equal("[]", (await wire.AskAsync("GET", "openOrderList", "")).ToString());
        Assert.Equal($"[{done}]", (await wire.AskAsync("GET", "allOrderList", "")).ToString());
        Assert.Equal(
            id,
            (await wire.AskAsync(
                "GET", "order",
                $"symbol=AAPL&orderId={done.GetProperty("orders")[0].GetProperty("orderId")}")).GetProperty(
                    "orderListId")
                .GetInt64());
    }

    [Fact]
    public async Task A_list_is_answered_with_its_orders_and_cancelled_with_all_others_as_a_list()
    {
        await using var wire = await Wire.OpenAsync();
        await wire.TradeAt150Async();
        await wire.Exchange.AliceAsync(ServedExchange.Buy(20, 150));
        await wire.Exchange.BobAsync(ServedExchange.Sell(20, 150));
        var alone = await wire.AskAsync(
            "POST", "order", "symbol=AAPL&side=BUY&type=LIMIT&timeInForce=GTC&quantity=1&price=140");
        var placed = await wire.AskAsync("POST", "orderList/oco", Pair);
        Assert.Equal(
            ["SELL", "SELL"],
            placed.GetProperty("orderReports").EnumerateArray().Select(report => Text(report, "side")));
        var bare = await wire.AskAsync("POST", "orderList/oco", $"{Pair}&newOrderRespType=ACK");
        Assert.All(
            bare.GetProperty("orderReports").EnumerateArray(),
            report => Assert.False(report.TryGetProperty("side", out _)));

        var gone = (await wire.AskAsync("DELETE", "openOrders", "symbol=AAPL")).EnumerateArray().ToArray();
        Assert.Equal(3, gone.Length);
        Assert.Equal(Text(alone, "orderId"), Text(gone[0], "orderId"));
        Assert.Equal(
            Ids(JsonSerializer.SerializeToElement(new[] { placed, bare })),
            Ids(JsonSerializer.SerializeToElement(gone[1..])));
        foreach (var list in gone[1..])
        {
            Assert.Equal(("OCO", "ALL_DONE"), (Text(list, "contingencyType"), Text(list, "listOrderStatus")));
            Assert.Equal(
                ["CANCELED", "CANCELED"],
                list.GetProperty("orderReports").EnumerateArray().Select(report => Text(report, "status")));
            Assert.Equal(2, list.GetProperty("orders").GetArrayLength());
        }
    }

    [Fact]
    public async Task Order_lists_are_the_newest_or_those_from_an_id_on()
    {
        await using var wire = await Wire.OpenAsync();
        await wire.TradeAt150Async();
        var ids = new List<long>();
        for (var i = 0; i < 4; i++)
        {
            await wire.Exchange.AliceAsync(ServedExchange.Buy(1, 100));
            ids.Add((await wire.AskAsync("POST", "orderList/oco", Pair)).GetProperty("orderListId").GetInt64());
        }

        Assert.Equal(ids[2..], Ids(await wire.AskAsync("GET", "allOrderList", "limit=2")));
        Assert.Equal(ids[1..3], Ids(await wire.AskAsync("GET", "allOrderList", $"limit=2&fromId={ids[1]}")));
        Assert.Equal(ids, Ids(await wire.AskAsync("GET", "openOrderList", "")));
        Assert.Equal(
            -1128,
            (await wire.AskAsync("GET", "allOrderList", $"fromId=1&startTime=1")).GetProperty("code").GetInt32());
    }

    [Fact]
    public async Task A_list_is_cancelled_whole_once_by_its_id_or_its_name()
    {
        await using var wire = await Wire.OpenAsync();
        await wire.TradeAt150Async();
        await wire.AskAsync("POST", "orderList/oco", $"{Pair}&listClientOrderId=first");
        var second = (await wire.AskAsync(
            "POST",
            "orderList/otoco",
            "symbol=AAPL&workingType=LIMIT&workingSide=BUY&workingPrice=120&workingQuantity=5&workingTimeInForce=GTC&pendingSide=SELL&pendingQuantity=5"
                + "&pendingAboveType=LIMIT_MAKER&pendingAbovePrice=160&pendingBelowType=STOP_LOSS&pendingBelowStopPrice=110&listClientOrderId=second"))
            .GetProperty("orderListId").GetInt64();

        var cancelled = await wire.AskAsync("DELETE", "orderList", "symbol=AAPL&listClientOrderId=first");
        Assert.Equal("ALL_DONE", Text(cancelled, "listOrderStatus"));
        Assert.Equal(
            ["CANCELED", "CANCELED"],
            cancelled.GetProperty("orderReports").EnumerateArray().Select(report => Text(report, "status")));
        Assert.Equal(
            -2011,
            (await wire.AskAsync("DELETE", "orderList", "symbol=AAPL&listClientOrderId=first")).GetProperty("code")
                .GetInt32());
        Assert.Equal(
            -2011,
            (await wire.AskAsync("DELETE", "orderList", $"symbol=MSFT&orderListId={second}")).GetProperty("code")
                .GetInt32());
        Assert.Equal(
            3,
            (await wire.AskAsync(
                "DELETE", "orderList", $"symbol=AAPL&orderListId={second}")).GetProperty("orderReports")
                .GetArrayLength());
        Assert.Equal("[]", (await wire.AskAsync("GET", "openOrders", "")).ToString());
    }

    [Theory]
    [InlineData("GET", "orderList", "", -1102)]
    [InlineData("GET", "orderList", "orderListId=77", -2013)]
    [InlineData("GET", "orderList", "origClientOrderId=nobody", -2013)]
    [InlineData("GET", "orderList", "origClientOrderId=a'%20OR%201=1", -2013)]
    [InlineData("DELETE", "orderList", "symbol=AAPL", -1102)]
    [InlineData("DELETE", "orderList", "symbol=AAPL&orderListId=77", -2011)]
    [InlineData("GET", "allOrderList", "startTime=1&endTime=90000000", -1127)]
    public async Task A_list_that_is_not_there_is_told_as_clients_know_it(
        string method, string path, string query, int code)
    {
        await using var wire = await Wire.OpenAsync();
        Assert.Equal(code, (await wire.AskAsync(method, path, query)).GetProperty("code").GetInt32());
    }

    [Fact]
    public async Task A_lists_name_is_used_once_and_is_no_orders_name()
    {
        await using var wire = await Wire.OpenAsync();
        await wire.TradeAt150Async();
        await wire.AskAsync("POST", "orderList/oco", $"{Pair}&listClientOrderId=mine");
        Assert.Equal(
            -2010,
            (await wire.AskAsync("POST", "orderList/oco", $"{Pair}&listClientOrderId=mine")).GetProperty("code")
                .GetInt32());
        Assert.Equal(
            -2010,
            (await wire.AskAsync(
                "POST", "order",
                "symbol=AAPL&side=BUY&type=LIMIT&timeInForce=GTC&quantity=1&price=100&newClientOrderId=mine")).GetProperty("code")
                .GetInt32());
        Assert.Equal(
            -2010,
            (await wire.AskAsync(
                "POST", "orderList/oco", $"{Pair}&listClientOrderId=same&aboveClientOrderId=same")).GetProperty("code")
                .GetInt32());
        Assert.Single((await wire.AskAsync("GET", "openOrderList", "")).EnumerateArray());
    }

    [Fact]
    public async Task Order_list_is_reported_when_it_starts_updates_and_completes()
    {
        await using var wire = await Wire.OpenAsync();
        await wire.TradeAt150Async();
        await wire.ListenAsync();
        await wire.AskAsync(
            "POST",
            "orderList/oto",
            "symbol=AAPL&workingType=LIMIT&workingSide=BUY&workingPrice=120&workingQuantity=5&workingTimeInForce=GTC&pendingType=LIMIT&pendingSide=SELL&pendingPrice=170&pendingQuantity=5&pendingTimeInForce=GTC&listClientOrderId=mine");
        Assert.Equal(["NEW", "NEW", "EXEC_STARTED EXECUTING OTO mine 2"], await wire.HearAsync(3));
        await wire.Exchange.BobAsync(ServedExchange.Sell(5, 120));
        Assert.Equal(["TRADE", "UPDATED EXECUTING OTO mine 2", "NEW"], await wire.HearAsync(3));
        await wire.Exchange.BobAsync(ServedExchange.Buy(5, 170));
        Assert.Equal(["TRADE", "ALL_DONE ALL_DONE OTO mine 2"], await wire.HearAsync(2));
    }

    [Fact]
    public async Task Order_list_from_before_the_subscription_is_reported_when_it_completes()
    {
        await using var wire = await Wire.OpenAsync();
        await wire.TradeAt150Async();
        var id =
            (await wire.AskAsync("POST", "orderList/oco", $"{Pair}&listClientOrderId=mine")).GetProperty("orderListId")
            .GetInt64();
        await wire.ListenAsync();
        await wire.AskAsync("DELETE", "orderList", $"symbol=AAPL&orderListId={id}");
        Assert.Equal(["CANCELED", "CANCELED", "ALL_DONE ALL_DONE OCO mine 2"], await wire.HearAsync(3));
    }

    private static string? Text(JsonElement json, string name) => json.GetProperty(name).ToString();

    private static IEnumerable<long> Ids(JsonElement lists) =>
        lists.EnumerateArray().Select(list => list.GetProperty("orderListId").GetInt64());
}
