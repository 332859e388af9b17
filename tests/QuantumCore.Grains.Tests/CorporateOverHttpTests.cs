using System.Net.Http.Json;
using System.Text.Json;
using QuantumCore.Client;
using QuantumCore.Grains.Scheduled;
using QuantumCore.TestKit;
using Xunit;
using CorporatePart = QuantumCore.Client.CorporatePart;

namespace QuantumCore.Grains.Tests;

/// <summary>Corporate actions announced and read by an administrator, over HTTP and the SDK.</summary>
public class CorporateOverHttpTests
{
    private static readonly CorporateDividend s_dividend =
        new("aapl-q4", "AAPL", 0.1251m, new DateOnly(2199, 12, 2), new DateOnly(2199, 12, 20));

    private static CancellationToken Cancellation => TestContext.Current.CancellationToken;

    [Fact]
    public async Task A_dividend_is_announced_once_and_shown_with_its_parts()
    {
        await using var exchange = await ServedExchange.OpenAsync();
        Assert.Empty(await exchange.Admin.Operator.CorporateActions.GetAsync(Cancellation));
        var announced =
            Assert.Single(await exchange.Admin.Operator.CorporateActions.AnnounceDividendAsync(
                s_dividend, "fourth quarter", Cancellation));
        Assert.Equal(
            ("aapl-q4", "AAPL", CorporateActionState.Announced, s_dividend.ExDate, s_dividend.PayDate, 0.1251m, "AAPL",
                "USD", "operator", "fourth quarter"),
            (announced.Id, announced.Symbol, announced.State, announced.ExDate, announced.PayDate, announced.Amount,
                announced.UnitAsset, announced.Asset, announced.By, announced.Why));
        Assert.Equal(
            announced, Assert.Single(await exchange.Admin.Operator.CorporateActions.AnnounceDividendAsync(
                s_dividend, null, Cancellation)));

        // As the exchange does on that day.
        var action = Assert.Single(await exchange.Grains.Catalog().CorporateActions());
        await exchange.Grains.Account(ServedExchange.AliceAccount).EnterAction(action, 100_000_000);
        await exchange.Grains.Account(ServedExchange.BobAccount).EnterAction(action, -7);
        var first = await exchange.Admin.Operator.CorporateActions.GetPartsAsync(
            "aapl-q4", limit: 1, cancellation: Cancellation);
        Assert.Equal(new CorporatePart("ACC-1001", 100_000_000m, 12_510_000m, 0m, false), Assert.Single(first.Parts));
        var second = await exchange.Admin.Operator.CorporateActions.GetPartsAsync(
            "aapl-q4", first.Next, 1, Cancellation);
        Assert.Equal(new CorporatePart("ACC-1002", -7m, -0.88m, 0m, false), Assert.Single(second.Parts));
        Assert.Null(second.Next);

        var balance = (await exchange.Alice.Account.GetAsync(Cancellation)).Balances.Single(of => of.Asset == "USD");
        Assert.Equal(12_510_000m, balance.Pending);
        var statement = await exchange.Alice.Account.GetStatementAsync(cancellation: Cancellation);
        var line = Assert.Single(statement.Entries, entry => entry.Cause == "dividend");
        Assert.Equal(("aapl-q4", 12_510_000m, true), (line.Key, line.Amount, line.Pending));
    }

    [Fact]
    public async Task Open_orders_are_shown_as_a_dividend_and_a_split_leave_them()
    {
        var time = new ShiftedTime();
        await using var exchange = await ServedExchange.OpenAsync(time: time, grainTime: time, hasFix: true);
        using var desk = await FixClient.LogOnAsync(exchange.FixAddress, "alice", time: time);
        var buy = await exchange.AliceAsync(ServedExchange.Buy(10, 100.00m));
        var kept = await exchange.AliceAsync(ServedExchange.Buy(4, 99.00m) with { DoNotReduce = true });
        Assert.True(kept.DoNotReduce);
        Assert.Equal("8 150=0; 8 150=0", await desk.HearAsync(2, 150));
        var sell = await exchange.BobAsync(ServedExchange.Sell(9, 110.00m));
        await exchange.Admin.Operator.CorporateActions.AnnounceDividendAsync(
            new CorporateDividend("q4", "AAPL", 0.125m), null, Cancellation);
        await PassAsync(exchange, time, "q4");
        await RequireOpenAsync(exchange.Alice, [(99.87m, 10m), (99.00m, 4m)], buy, kept);
        await RequireOpenAsync(exchange.Bob, [(110.00m, 9m)], sell);
        Assert.Equal("8 150=D 378=0 44=99.87 38=10", await desk.HearAsync(1, 150, 378, 44, 38));
        await exchange.ShownAsync(
            static book => book.Bids is [{ Price: 99.87m, Quantity: 10m }, { Price: 99.00m, Quantity: 4m }]);

        await exchange.Admin.Operator.Trading.SetPhaseAsync(
            "AAPL", TradingPhase.Halt, cancellation: Cancellation);
        await exchange.Admin.Operator.CorporateActions.AnnounceSplitAsync(
            new CorporateSplit("3-2", "AAPL", 3, 2, 70.00m), null, Cancellation);
        await PassAsync(exchange, time, "3-2");
        await RequireOpenAsync(exchange.Alice, [(66.58m, 15m), (66.00m, 6m)], buy, kept);
        await RequireOpenAsync(exchange.Bob, [(73.34m, 13m)], sell);
        Assert.Equal(
            "8 150=D 378=0 44=66.58 38=15; 8 150=D 378=0 44=66.00 38=6", await desk.HearAsync(2, 150, 378, 44, 38));
        Assert.True((await ServedExchange.NowAsync(exchange.Alice, kept)).DoNotReduce);
    }

    private static async Task PassAsync(ServedExchange exchange, ShiftedTime time, string id)
    {
        var work = exchange.Exchange.Service<CorporateActionRounds>();
        await exchange.Exchange.RefreshCatalogsAsync();

        // The exchange carries actions too, each second: it may be ahead of these rounds.
        await UntilAsync("begun", static state => state != CorporateActionState.Announced);
        time.Advance(TimeSpan.FromSeconds(10));
        await UntilAsync("paid", static state => state == CorporateActionState.Paid);

        Task UntilAsync(string name, Predicate<CorporateActionState> isReached) => Wait.UntilAsync(
            async () =>
            {
                await work.CarryActionsAsync(Cancellation);
                var actions = await exchange.Admin.Operator.CorporateActions.GetAsync(Cancellation);
                return isReached(actions.Single(action => action.Id == id).State);
            },
            $"{id} to be {name}");
    }

    // Actions that a book takes by itself are reported a moment later.
    private static Task RequireOpenAsync(
        QuantumCoreClient owner, (decimal Price, decimal Quantity)[] expected,
        params Order[] orders) => Wait.UntilAsync(
        async () =>
        {
            var now = await Task.WhenAll(orders.Select(order => ServedExchange.NowAsync(owner, order)));
            return expected.SequenceEqual(now.Select(order => (order.Price ?? 0, order.Quantity)));
        },
        $"orders to be {string.Join(", ", expected)}");

    [Theory]
    [InlineData("id", """{"id":"a b","type":"dividend","symbol":"AAPL","amount":"0.1"}""")]
    [InlineData("id", """{"type":"dividend","symbol":"AAPL","amount":"0.1"}""")]
    [InlineData("type", """{"id":"a","type":"merger","symbol":"AAPL","amount":"0.1"}""")]
    [InlineData("symbol", """{"id":"a","type":"dividend","symbol":"NONE","amount":"0.1"}""")]
    [InlineData("symbol", """{"id":"a","type":"dividend","amount":"0.1"}""")]
    [InlineData("amount", """{"id":"a","type":"dividend","symbol":"AAPL"}""")]
    [InlineData("amount", """{"id":"a","type":"dividend","symbol":"AAPL","amount":"0"}""")]
    [InlineData("amount", """{"id":"a","type":"dividend","symbol":"AAPL","amount":"-1"}""")]
    [InlineData("amount", """{"id":"a","type":"dividend","symbol":"AAPL","amount":"0.12345678901"}""")]
    [InlineData("amount", """{"id":"a","type":"dividend","symbol":"AAPL","amount":"99999999999"}""")]
    [InlineData("exDate", """{"id":"a","type":"dividend","symbol":"AAPL","amount":"0.1","exDate":"tomorrow"}""")]
    [InlineData("exDate", """{"id":"a","type":"dividend","symbol":"AAPL","amount":"0.1","exDate":"2020-01-01"}""")]
    [InlineData("payDate", """{"id":"a","type":"dividend","symbol":"AAPL","amount":"0.1","payDate":"2026-13-01"}""")]
    [InlineData(
        "payDate",
        """{"id":"a","type":"dividend","symbol":"AAPL","amount":"0.1","exDate":"2199-01-02","payDate":"2199-01-01"}""")]
    [InlineData("ratio", """{"id":"a","type":"dividend","symbol":"AAPL","amount":"0.1","ratio":"2:1"}""")]
    [InlineData("ratio", """{"id":"a","type":"split","symbol":"AAPL","amount":"0.1"}""")]
    [InlineData("ratio", """{"id":"a","type":"split","symbol":"AAPL","amount":"0.1","ratio":"2"}""")]
    [InlineData("ratio", """{"id":"a","type":"split","symbol":"AAPL","amount":"0.1","ratio":"2:2"}""")]
    [InlineData("ratio", """{"id":"a","type":"split","symbol":"AAPL","amount":"0.1","ratio":"0:1"}""")]
    [InlineData("ratio", """{"id":"a","type":"split","symbol":"AAPL","amount":"0.1","ratio":"10001:1"}""")]
    [InlineData(
        "payDate", """{"id":"a","type":"split","symbol":"AAPL","amount":"0.1","ratio":"2:1","payDate":"2199-01-01"}""")]
    [InlineData("amount", """{"id":"a","type":"split","symbol":"AAPL","ratio":"2:1"}""")]
    [InlineData("newSymbol", """{"id":"a","type":"symbolChange","symbol":"AAPL"}""")]
    [InlineData(
        "newSymbol", """{"id":"a","type":"symbolChange","symbol":"AAPL","newSymbol":"MSFT","newAsset":"APLX"}""")]
    [InlineData("newSymbol", """{"id":"a","type":"symbolChange","symbol":"AAPL","newSymbol":"b d"}""")]
    [InlineData("newAsset", """{"id":"a","type":"symbolChange","symbol":"AAPL","newSymbol":"APLX","newAsset":"USD"}""")]
    [InlineData("amount", """{"id":"a","type":"symbolChange","symbol":"AAPL","newSymbol":"APLX","amount":"1"}""")]
    [InlineData("ratio", """{"id":"a","type":"symbolChange","symbol":"AAPL","newSymbol":"APLX","ratio":"2:1"}""")]
    [InlineData("newSymbol", """{"id":"a","type":"dividend","symbol":"AAPL","amount":"0.1","newSymbol":"APLX"}""")]
    [InlineData("why", """{"id":"a","type":"dividend","symbol":"AAPL","amount":"0.1","why":"\u0007"}""")]
    public async Task A_malformed_announcement_is_refused_with_the_name_of_its_field(string field, string body)
    {
        await using var exchange = await ServedExchange.OpenAsync();
        using var http = new HttpClient();
        using var request =
            new HttpRequestMessage(HttpMethod.Post, new Uri(exchange.Address, "api/qc/v1/admin/corporate-actions"))
            {
                Content = new StringContent(body, System.Text.Encoding.UTF8, "application/json"),
            };
        request.Headers.Add("X-Api-Key", "operator");
        using var response = await http.SendAsync(request, Cancellation);
        Assert.InRange((int)response.StatusCode, 400, 404);
        var refusal = await response.Content.ReadFromJsonAsync<JsonElement>(Cancellation);
        Assert.Equal(field, refusal.GetProperty("field").GetString());
        Assert.Empty(await exchange.Grains.Catalog().CorporateActions());
    }

    [Fact]
    public async Task Value_beyond_a_limit_is_rejected_with_the_limit()
    {
        await using var exchange = await ServedExchange.OpenAsync();
        var refused = await Assert.ThrowsAsync<QuantumCoreException>(
            () => exchange.Admin.Operator.CorporateActions.AnnounceDividendAsync(
                new CorporateDividend("a", "AAPL", 115_292_150.47m), null, Cancellation));
        Assert.Equal(("amount", "115292150.4606846976"), (refused.Field, refused.Limit));
        refused = await Assert.ThrowsAsync<QuantumCoreException>(
            () => exchange.Admin.Operator.CorporateActions.AnnounceDividendAsync(
                new CorporateDividend("a", "AAPL", 0.1m, new DateOnly(2200, 1, 1)), null, Cancellation));
        Assert.Equal("exDate", refused.Field);
        Assert.Contains("at most 2199-12-31", refused.Message, StringComparison.Ordinal);
        await exchange.Admin.Operator.CorporateActions.AnnounceDividendAsync(
            new CorporateDividend("a", "AAPL", 0.1m, new DateOnly(2199, 12, 31)), null, Cancellation);
        await exchange.Admin.Operator.CorporateActions.AnnounceDividendAsync(
            new CorporateDividend("b", "AAPL", 115_292_150.46m, new DateOnly(2199, 12, 31)), null, Cancellation);
    }

    [Fact]
    public async Task A_symbol_change_is_announced_and_shown_and_its_book_never_opens_again()
    {
        await using var exchange = await ServedExchange.OpenAsync();
        var change = new CorporateSymbolChange("aapl-aplx", "AAPL", "APLX");
        var announced =
            Assert.Single(await exchange.Admin.Operator.CorporateActions.AnnounceSymbolChangeAsync(
                change, "new name", Cancellation));
        Assert.Equal(
            (CorporateActionType.SymbolChange, "AAPL", "APLX", "AAPL", "APLX", 1m, CorporateActionState.Announced),
            (announced.Type, announced.Symbol, announced.NewSymbol, announced.UnitAsset, announced.Asset,
                announced.Amount, announced.State));
        Assert.Equal(
            announced, Assert.Single(await exchange.Admin.Operator.CorporateActions.AnnounceSymbolChangeAsync(
                change, null, Cancellation)));
        var line = Assert.Single(await exchange.Admin.Operator.GetAuditAsync(limit: 1, cancellation: Cancellation));
        Assert.Equal(
            ("corporateActionAnnounced", "aapl-aplx AAPL", "operator", "new name"),
            (line.What, line.Subject, line.By, line.Detail));
        await exchange.Admin.Operator.Trading.SetPhaseAsync(
            "AAPL", TradingPhase.Halt, cancellation: Cancellation);
        await exchange.Grains.Catalog().BeginAction("aapl-aplx");
        var refused = await Assert.ThrowsAsync<QuantumCoreException>(
            () => exchange.Admin.Operator.Trading.SetPhaseAsync(
                "AAPL", TradingPhase.Continuous, cancellation: Cancellation));
        Assert.Equal("phase", refused.Field);
    }

    [Fact]
    public async Task The_book_of_a_split_that_is_to_begin_at_any_moment_does_not_open()
    {
        await using var exchange = await ServedExchange.OpenAsync();
        foreach (var symbol in new[] { "AAPL", "MSFT" })
            await exchange.Admin.Operator.Trading.SetPhaseAsync(
                symbol, TradingPhase.Halt, cancellation: Cancellation);
        await exchange.Admin.Operator.CorporateActions.AnnounceSplitAsync(
            new CorporateSplit("soon", "AAPL", 3, 2, 70.00m), null, Cancellation);
        await exchange.Admin.Operator.CorporateActions.AnnounceSplitAsync(
            new CorporateSplit("later", "MSFT", 3, 2, 70.00m, new DateOnly(2199, 12, 31)), null, Cancellation);
        await exchange.Admin.Operator.Trading.SetPhaseAsync(
            "MSFT", TradingPhase.Opening, cancellation: Cancellation);
        var refused = await Assert.ThrowsAsync<QuantumCoreException>(
            () => exchange.Admin.Operator.Trading.SetPhaseAsync(
                "AAPL", TradingPhase.Opening, cancellation: Cancellation));
        Assert.Equal("phase", refused.Field);
        await exchange.Admin.Operator.Trading.SetPhaseAsync(
            "AAPL", TradingPhase.Closed, cancellation: Cancellation);
    }

    [Fact]
    public async Task Only_an_administrator_announces_and_sees_them()
    {
        await using var exchange = await ServedExchange.OpenAsync();
        await Assert.ThrowsAsync<QuantumCoreException>(
            () => exchange.Alice.Operator.CorporateActions.AnnounceDividendAsync(s_dividend, null, Cancellation));
        await Assert.ThrowsAsync<QuantumCoreException>(
            () => exchange.Alice.Operator.CorporateActions.GetAsync(Cancellation));
        Assert.Equal((400, "id"), await exchange.GetRawAsync("admin/corporate-actions/none", "operator"));
        await exchange.Admin.Operator.CorporateActions.AnnounceDividendAsync(s_dividend, null, Cancellation);
        Assert.Equal((400, "after"), await exchange.GetRawAsync("admin/corporate-actions/aapl-q4?after=x", "operator"));
        var conflict = await Assert.ThrowsAsync<QuantumCoreException>(
            () => exchange.Admin.Operator.CorporateActions.AnnounceDividendAsync(
                s_dividend with { Amount = 0.2m }, null, Cancellation));
        Assert.Equal("id", conflict.Field);
    }
}
