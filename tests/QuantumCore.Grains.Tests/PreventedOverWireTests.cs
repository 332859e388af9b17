using System.Text.Json;
using Xunit;

namespace QuantumCore.Grains.Tests;

/// <summary>Self-trade prevention in the Binance Spot interface: queries, orders, reports.</summary>
public class PreventedOverWireTests
{
    private static CancellationToken Token => TestContext.Current.CancellationToken;

    [Fact]
    public async Task The_published_example_of_makers_that_expire_is_answered_as_published()
    {
        await using var wire = await Wire.OpenAsync();
        var makers = new List<long>();
        foreach (var (quantity, price) in new[] { (12, "101"), (13, "100"), (81, "99") })
            makers.Add(Id(await PlaceAsync(wire, "BUY", quantity, price, "NONE")));
        var taker = await PlaceAsync(wire, "SELL", 30, "99", "EXPIRE_MAKER", "&newOrderRespType=FULL");
        Assert.Equal("NEW", Text(taker, "status"));
        Assert.False(taker.TryGetProperty("preventedQuantity", out _));
        var told = taker.GetProperty("preventedMatches").EnumerateArray().ToArray();
        Assert.Equal(makers, told.Select(match => match.GetProperty("makerOrderId").GetInt64()));
        Assert.Equal(["12", "13", "81"], told.Select(match => Text(match, "makerPreventedQuantity")));
        Assert.All(told, match => Assert.False(match.TryGetProperty("takerPreventedQuantity", out _)));

        var matches =
            (await wire.AskAsync("GET", "myPreventedMatches", $"symbol=AAPL&orderId={Id(taker)}")).EnumerateArray()
                .ToArray();
        Assert.Equal(
            told.Select(match => Text(match, "preventedMatchId")),
            matches.Select(match => Text(match, "preventedMatchId")));
        var second = matches[1];
        Assert.Equal(
            [
                "symbol", "preventedMatchId", "takerOrderId", "makerSymbol", "makerOrderId", "tradeGroupId",
                "selfTradePreventionMode", "price", "makerPreventedQuantity", "transactTime"],
            second.EnumerateObject().Select(member => member.Name));
        Assert.Equal(
            ("AAPL", Id(taker), makers[1], -1, "EXPIRE_MAKER", "100", "13"),
            (Text(second, "makerSymbol"), second.GetProperty("takerOrderId").GetInt64(),
                second.GetProperty("makerOrderId").GetInt64(),
                second.GetProperty("tradeGroupId").GetInt64(), Text(second, "selfTradePreventionMode"),
                Text(second, "price"), Text(second, "makerPreventedQuantity")));

        // One of them by its id, from an id on, and of one maker.
        var ids = matches.Select(match => match.GetProperty("preventedMatchId").GetInt64()).ToArray();
        Assert.Equal(
            $"[{second}]",
            (await wire.AskAsync("GET", "myPreventedMatches", $"symbol=AAPL&preventedMatchId={ids[1]}")).ToString());
        Assert.Equal(
            $"[{second}]",
            (await wire.AskAsync("GET", "myPreventedMatches", $"symbol=AAPL&orderId={makers[1]}")).ToString());
        Assert.Equal(
            ids[1..],
            Ids(await wire.AskAsync(
                "GET", "myPreventedMatches", $"symbol=AAPL&orderId={Id(taker)}&fromPreventedMatchId={ids[1]}")));
        Assert.Equal(
            ids[1..2],
            Ids(await wire.AskAsync(
                "GET", "myPreventedMatches",
                $"symbol=AAPL&orderId={Id(taker)}&fromPreventedMatchId={ids[1]}&limit=1")));
        Assert.Equal(
            "[]",
            (await wire.AskAsync("GET", "myPreventedMatches", $"symbol=MSFT&preventedMatchId={ids[1]}")).ToString());

        var order = await wire.AskAsync("GET", "order", $"symbol=AAPL&orderId={makers[2]}");
        Assert.Equal(
            ("EXPIRED_IN_MATCH", "81", "81", ids[2]),
            (Text(order, "status"), Text(order, "origQty"), Text(order, "preventedQuantity"),
                order.GetProperty("preventedMatchId").GetInt64()));
    }

    [Theory]
    [InlineData("EXPIRE_TAKER", "EXPIRED_IN_MATCH", "6", null, "NEW", null, "6")]
    [InlineData("EXPIRE_BOTH", "EXPIRED_IN_MATCH", "6", "10", "EXPIRED_IN_MATCH", "10", "6")]
    [InlineData("DECREMENT", "EXPIRED_IN_MATCH", "6", "6", "NEW", "6", "6")]
    public async Task An_order_has_the_quantity_it_was_entered_with_and_what_was_prevented_of_it(
        string mode, string takerStatus, string ofTaker, string? matchOfMaker, string makerStatus, string? ofMaker,
        string matchOfTaker)
    {
        await using var wire = await Wire.OpenAsync();
        var maker = Id(await PlaceAsync(wire, "BUY", 10, "100", "NONE"));
        var taker = await PlaceAsync(wire, "SELL", 6, "100", mode, "&newOrderRespType=FULL");
        Assert.Equal(
            (takerStatus, "6", ofTaker),
            (Text(taker, "status"), Text(taker, "origQty"), Text(taker, "preventedQuantity")));
        var match = Assert.Single(taker.GetProperty("preventedMatches").EnumerateArray());
        Assert.Equal(
            (matchOfTaker, matchOfMaker),
            (TextOrNull(match, "takerPreventedQuantity"), TextOrNull(match, "makerPreventedQuantity")));

        var shown = await wire.AskAsync("GET", "order", $"symbol=AAPL&orderId={Id(taker)}");
        Assert.Equal(
            (takerStatus, "6", ofTaker, Text(match, "preventedMatchId")),
            (Text(shown, "status"), Text(shown, "origQty"), Text(shown, "preventedQuantity"),
                Text(shown, "preventedMatchId")));
        shown = await wire.AskAsync("GET", "order", $"symbol=AAPL&orderId={maker}");
        Assert.Equal(
            (makerStatus, "10", ofMaker),
            (Text(shown, "status"), Text(shown, "origQty"), TextOrNull(shown, "preventedQuantity")));

        var open = (await wire.AskAsync("GET", "openOrders", "symbol=AAPL")).EnumerateArray().ToArray();
        Assert.Equal(makerStatus == "NEW" ? [shown.ToString()] : [], open.Select(order => order.ToString()));
        if (makerStatus != "NEW")
            return;

        // An amendment and a cancel speak of the same quantities.
        var amended =
            (await wire.AskAsync(
                "PUT", "order/amend/keepPriority",
                $"symbol=AAPL&orderId={maker}&newQty=9")).GetProperty("amendedOrder");
        Assert.Equal(("9", ofMaker ?? "0"), (Text(amended, "qty"), Text(amended, "preventedQty")));
        var cancelled = await wire.AskAsync("DELETE", "order", $"symbol=AAPL&orderId={maker}");
        Assert.Equal(
            ("CANCELED", "9", ofMaker),
            (Text(cancelled, "status"), Text(cancelled, "origQty"), TextOrNull(cancelled, "preventedQuantity")));
    }

    [Fact]
    public async Task User_data_stream_reports_prevented_matches_with_their_counterparty()
    {
        await using var wire = await Wire.OpenAsync();
        var first = Id(await PlaceAsync(wire, "BUY", 10, "100", "NONE"));
        await PlaceAsync(wire, "SELL", 4, "100", "DECREMENT");
        await wire.ListenAsync();

        // Earlier prevented quantities are known: 4 of 10, then 5 more, then it trades 1.
        var taker = Id(await PlaceAsync(wire, "SELL", 5, "100", "DECREMENT"));
        var told = await wire.ReportsAsync(3);
        Assert.Equal(
            ["NEW NEW", "TRADE_PREVENTION NEW", "TRADE_PREVENTION EXPIRED_IN_MATCH"],
            told.OrderBy(report => Text(report, "X") == "EXPIRED_IN_MATCH")
                .Select(report => $"{Text(report, "x")} {Text(report, "X")}"));
        var maker = told.Single(report => report.GetProperty("i").GetInt64() == first);
        Assert.Equal(
            ("10", "0", "9", "5", "5", "100", "500", "AAPL"),
            (Text(maker, "q"), Text(maker, "z"), Text(maker, "A"), Text(maker, "B"), Text(maker, "pl"),
                Text(maker, "pL"), Text(maker, "pY"), Text(maker, "Cs")));
        Assert.Equal((taker, -1), (maker.GetProperty("U").GetInt64(), maker.GetProperty("u").GetInt64()));
        var ended = told[^1];
        Assert.Equal(
            (taker, "5", "5", "5"),
            (ended.GetProperty("i").GetInt64(), Text(ended, "q"), Text(ended, "A"), Text(ended, "B")));
        Assert.Equal(first, ended.GetProperty("U").GetInt64());
        Assert.Equal(Text(maker, "v"), Text(ended, "v"));

        await wire.Exchange.BobAsync(ServedExchange.Sell(1, 100));
        var trade = Assert.Single(await wire.ReportsAsync(1));
        Assert.Equal(
            ("TRADE", "FILLED", "10", "1", "9"),
            (Text(trade, "x"), Text(trade, "X"), Text(trade, "q"), Text(trade, "z"), Text(trade, "A")));
        Assert.False(trade.TryGetProperty("B", out _));

        // An order that expires completely reports its remainder.
        var resting = Id(await PlaceAsync(wire, "BUY", 7, "100", "NONE"));
        var last = Id(await PlaceAsync(wire, "SELL", 2, "100", "EXPIRE_BOTH"));
        told = await wire.ReportsAsync(4);
        Assert.Equal(
            [$"NEW {resting} ", $"NEW {last} ", $"TRADE_PREVENTION {resting} 7", $"TRADE_PREVENTION {last} 2"],
            told.Select(report => $"{Text(report, "x")} {report.GetProperty("i")} {TextOrNull(report, "B")}"));

        var asked = await wire.CallAsync(
            "myPreventedMatches", new Dictionary<string, object> { ["symbol"] = "AAPL", ["orderId"] = last });
        Assert.Equal(200, asked.GetProperty("status").GetInt32());
        Assert.Equal(
            (await wire.AskAsync("GET", "myPreventedMatches", $"symbol=AAPL&orderId={last}")).ToString(),
            asked.GetProperty("result").ToString());
    }

    [Theory]
    [InlineData("orderId=1", -1102)]
    [InlineData("symbol=AAPL", -1128)]
    [InlineData("symbol=AAPL&fromPreventedMatchId=1", -1128)]
    [InlineData("symbol=AAPL&preventedMatchId=1&orderId=1", -1128)]
    [InlineData("symbol=AAPL&preventedMatchId=1&fromPreventedMatchId=1", -1128)]
    [InlineData("symbol=AAPL&preventedMatchId=1&limit=5", -1128)]
    [InlineData("symbol=NONE&orderId=1", -1121)]
    [InlineData("symbol=AAPL&orderId=x", -1100)]
    [InlineData("symbol=AAPL&orderId=1&startTime=1", -1104)]
    public async Task Invalid_prevented_matches_query_gets_a_Binance_error(string query, int code)
    {
        await using var wire = await Wire.OpenAsync();
        Assert.Equal(code, (await wire.AskAsync("GET", "myPreventedMatches", query)).GetProperty("code").GetInt32());
    }

    [Theory]
    [InlineData("symbol=AAPL&orderId=1", 20)]
    [InlineData("symbol=AAPL&preventedMatchId=1", 2)]
    [InlineData("symbol=NONE&orderId=1", 2)]
    public async Task A_question_weighs_what_is_published(string query, int weight)
    {
        await using var wire = await Wire.OpenAsync();
        await wire.AskAsync("GET", "order", "symbol=AAPL&orderId=1");
        var before = await wire.UsedAsync("openOrders", "symbol=AAPL");
        Assert.Equal(weight, await wire.UsedAsync("myPreventedMatches", query) - before);
    }

    private static async Task<JsonElement> PlaceAsync(
        Wire wire, string side, int quantity, string price, string mode, string more = "")
    {
        var placed = await wire.AskAsync(
            "POST", "order",
            $"symbol=AAPL&side={side}&type=LIMIT&timeInForce=GTC&quantity={quantity}&price={price}&selfTradePreventionMode={mode}{more}");
        Assert.True(placed.TryGetProperty("orderId", out _), placed.ToString());
        return placed;
    }

    private static long Id(JsonElement order) => order.GetProperty("orderId").GetInt64();

    private static IEnumerable<long> Ids(JsonElement matches) =>
        matches.EnumerateArray().Select(match => match.GetProperty("preventedMatchId").GetInt64());

    private static string Text(JsonElement json, string name) => Wire.Plain(json.GetProperty(name));

    private static string? TextOrNull(JsonElement json, string name) =>
        json.TryGetProperty(name, out var value) ? Wire.Plain(value) : null;
}
