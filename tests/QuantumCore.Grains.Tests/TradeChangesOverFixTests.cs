using System.Globalization;
using Xunit;

namespace QuantumCore.Grains.Tests;

/// <summary>Busts and corrections, reported to both sides over FIX.</summary>
public sealed class TradeChangesOverFixTests
{
    private const int Name = 11;
    private const int Commission = 12;
    private const int ExecId = 17;
    private const int TradeId = 527;

    private static readonly int[] s_told = [11, 37, 150, 39, 54, 55, 32, 31, 14, 151, 6, 12, 13, 479, 851];

    private static CancellationToken Cancellation => TestContext.Current.CancellationToken;

    [Fact]
    public async Task Void_trade_is_reported_to_both_sides_and_their_orders_stay()
    {
        await using var exchange = await ServedExchange.OpenAsync(hasFix: true);
        using var taker = await FixClient.LogOnAsync(exchange.FixAddress, "alice");
        using var maker = await FixClient.LogOnAsync(exchange.FixAddress, "bob");
        var (bought, sold) = await TradeAsync(taker, maker);
        await exchange.Admin.Operator.Trading.BustTradeAsync("AAPL", bought[0][TradeId], cancellation: Cancellation);
        var open = await taker.ReadAsync();
        Assert.Equal(
            "11=b 37=3 150=H 39=1 54=1 55=AAPL 32=1 31=150.00 14=3 151=2 6=150.6666666666 12=0.12 13=3 479=USD 851=2",
            Short(open));
        var done = await maker.ReadAsync();
        Assert.Equal(
            "11=s1 37=1 150=H 39=2 54=2 55=AAPL 32=1 31=150.00 14=1 151=0 6=150 12=0.03 13=3 479=USD 851=1",
            Short(done));
        Assert.Equal((bought[0][ExecId], sold[0][ExecId]), (open[19], done[19]));
        Assert.Equal((bought[0][TradeId], bought[0][TradeId]), (open[TradeId], done[TradeId]));
        Assert.Equal(3, bought.Append(open).Select(told => told[ExecId]).Distinct().Count());
        Assert.Equal(3, sold.Append(done).Select(told => told[ExecId]).Distinct().Count());
        Assert.NotEqual(bought[0][60], open[60]);

        await exchange.BobAsync(ServedExchange.Sell(1, 151));
        Assert.Equal("8 11=b 150=F 14=4 151=1", await taker.HearAsync(1, 11, 150, 14, 151));
    }

    [Fact]
    public async Task A_corrected_trade_is_told_to_sessions_that_were_not_there_when_it_was_made()
    {
        await using var exchange = await ServedExchange.OpenAsync(hasFix: true);
        List<Dictionary<int, string>> bought, sold;
        using (var before = await FixClient.LogOnAsync(exchange.FixAddress, "alice"))
        using (var other = await FixClient.LogOnAsync(exchange.FixAddress, "bob"))
            (bought, sold) = await TradeAsync(before, other);

        using var taker = await ListenAsync(exchange, "alice");
        using var maker = await ListenAsync(exchange, "bob");
        foreach (var price in new[] { 302, 0.01m })
        {
            var changed =
                await exchange.Admin.Operator.Trading.CorrectTradeAsync(
                    "AAPL", bought[1][TradeId], price, cancellation: Cancellation);
            var (open, done) = (await taker.ReadAsync(), await maker.ReadAsync());
            var told = string.Create(CultureInfo.InvariantCulture, $"55=AAPL 32=2 31={price:0.00}");
            var (paid, earned) = (Text(changed.BuyerFee), Text(changed.SellerFee));
            Assert.Equal(
                $"11=b 37=3 150=G 39=1 54=1 {told} 14=3 151=2 6=150.6666666666 12={paid} 13=3 479=USD 851=2",
                Short(open));
            Assert.Equal(
                $"11=s2 37=2 150=G 39=2 54=2 {told} 14=2 151=0 6=151 12={earned} 13=3 479=USD 851=1", Short(done));
            Assert.Equal((bought[1][ExecId], sold[1][ExecId]), (open[19], done[19]));
        }
    }

    [Fact]
    public async Task Order_with_a_corrected_trade_reports_its_traded_quantity_to_a_later_session()
    {
        await using var exchange = await ServedExchange.OpenAsync(hasFix: true);
        await exchange.BobAsync(ServedExchange.Sell(1, 150));
        await exchange.AliceAsync(ServedExchange.Buy(3, 150));
        var trade = Assert.Single(await exchange.Alice.Orders.GetFillsAsync(cancellation: Cancellation)).TradeId;
        await exchange.Admin.Operator.Trading.CorrectTradeAsync("AAPL", trade, 149, cancellation: Cancellation);
        using var desk = await ListenAsync(exchange, "alice");
        await exchange.Admin.Operator.Trading.CorrectTradeAsync("AAPL", trade, 148, cancellation: Cancellation);
        Assert.Equal("8 150=G 31=148.00 14=1 151=2 6=150", await desk.HearAsync(1, 150, 31, 14, 151, 6));
    }

    [Fact]
    public async Task Both_sides_of_a_trade_with_oneself_are_told_under_the_last_names_of_their_orders()
    {
        await using var exchange = await ServedExchange.OpenAsync(hasFix: true);
        using var desk = await FixClient.LogOnAsync(exchange.FixAddress, "alice");
        await desk.SendAllAsync(
            ("D", "11=s|55=AAPL|54=2|38=3|40=2|44=150|59=1"), ("G", "11=t|41=s|55=AAPL|54=2|40=2|38=2|44=150"));
        Assert.Equal("8 11=s 150=0; 8 11=t 150=5", await desk.HearAsync(2, 11, 150));
        await desk.SendAsync("D", "11=b|55=AAPL|54=1|38=2|40=2|44=150|59=1");
        Assert.Equal("8 11=b 150=0", await desk.HearAsync(1, 11, 150));
        var traded = new[] { await desk.ReadAsync(), await desk.ReadAsync() };
        await exchange.Admin.Operator.Trading.BustTradeAsync("AAPL", traded[0][TradeId], cancellation: Cancellation);
        var told = new[] { await desk.ReadAsync(), await desk.ReadAsync() };
        Assert.Equal(
            ["b H 2 2", "t H 2 2"], told.Select(side => $"{side[Name]} {side[150]} {side[39]} {side[14]}").Order());
        foreach (var side in told)
            Assert.Equal(traded.Single(trade => trade[54] == side[54])[ExecId], side[19]);
        Assert.Equal(4, traded.Concat(told).Select(report => report[ExecId]).Distinct().Count());
    }

    /// <summary>Returns a session with running reports: it has received the report of an order of its own.</summary>
    private static async Task<FixClient> ListenAsync(ServedExchange exchange, string who)
    {
        var desk = await FixClient.LogOnAsync(exchange.FixAddress, who);
        await desk.SendAsync("D", "11=first|55=AAPL|54=1|38=1|40=2|44=1|59=1");
        Assert.Equal("8 11=first 150=0", await desk.HearAsync(1, 11, 150));
        return desk;
    }

    /// <summary>
    /// Trades: Bob sells 1 at 150 (s1) and 2 at 151 (s2), Alice buys both and has 2 left to buy (b). Returns both
    /// sides' reports.
    /// </summary>
    private static async Task<(List<Dictionary<int, string>> Bought, List<Dictionary<int, string>> Sold)> TradeAsync(
        FixClient taker, FixClient maker)
    {
        await maker.SendAllAsync(
            ("D", "11=s1|55=AAPL|54=2|38=1|40=2|44=150|59=1"), ("D", "11=s2|55=AAPL|54=2|38=2|40=2|44=151|59=1"));
        Assert.Equal("8 11=s1 150=0; 8 11=s2 150=0", await maker.HearAsync(2, 11, 150));
        await taker.SendAsync("D", "11=b|55=AAPL|54=1|38=5|40=2|44=151|59=1");
        Assert.Equal("8 11=b 150=0", await taker.HearAsync(1, 11, 150));
        List<Dictionary<int, string>> bought = [await taker.ReadAsync(), await taker.ReadAsync()];
        List<Dictionary<int, string>> sold = [await maker.ReadAsync(), await maker.ReadAsync()];
        Assert.All(bought.Concat(sold), told => Assert.Equal("F", told[150]));
        return (bought, sold);
    }

    private static string Text(decimal fee) => fee.ToString("0.##", CultureInfo.InvariantCulture);

    private static string Short(Dictionary<int, string> told) =>
        string.Join(' ', s_told.Where(told.ContainsKey).Select(tag => $"{tag}={told[tag]}"));
}
