using System.Globalization;
using System.Text.Json;
using QuantumCore.Client;
using Xunit;

namespace QuantumCore.Grains.Tests;

/// <summary>
/// Auction trades have no taker side, wherever they are reported; trades before and after the auction have one.
/// </summary>
public sealed class AuctionTradesTests
{
    private static CancellationToken Cancellation => TestContext.Current.CancellationToken;

    [Fact]
    public async Task A_trade_of_an_auction_has_no_side_that_took_wherever_it_is_told()
    {
        await using var exchange = await ServedExchange.OpenAsync();
        using var nobody = new QuantumCoreClient(exchange.Address);
        await using var feed = nobody.Market.WatchBooksAsync(["AAPL"], Cancellation).GetAsyncEnumerator(Cancellation);
        Assert.True(await feed.MoveNextAsync());
        await exchange.BobAsync(ServedExchange.Sell(1, 150));
        await exchange.AliceAsync(ServedExchange.Buy(1, 150));
        await exchange.Admin.Operator.Trading.SetPhaseAsync(
            "AAPL", TradingPhase.Volatility, cancellation: Cancellation);
        await exchange.BobAsync(ServedExchange.Sell(2, 149));
        await exchange.BobAsync(ServedExchange.Sell(3, 149));
        await exchange.AliceAsync(ServedExchange.Buy(5, 151));
        await exchange.Admin.Operator.Trading.SetPhaseAsync(
            "AAPL", TradingPhase.Continuous, cancellation: Cancellation);
        await exchange.BobAsync(ServedExchange.Buy(1, 150));
        await exchange.AliceAsync(ServedExchange.Sell(1, 150));

        var told = new List<Trade>();
        while (told.Count < 4)
        {
            Assert.True(await feed.MoveNextAsync());
            told.AddRange(feed.Current.Trades);
        }

        OrderSide?[] sides = [OrderSide.Buy, null, null, OrderSide.Sell];
        Assert.Equal(sides, told.Select(trade => trade.TakerSide));
        Assert.Equal(
            sides.Reverse(),
            (await nobody.Market.GetTradesAsync("AAPL", cancellation: Cancellation)).Select(trade => trade.TakerSide));

        // Also for a trade that an operator changes.
        await exchange.Admin.Operator.Trading.CorrectTradeAsync(
            "AAPL", told[1].TradeId, 149, cancellation: Cancellation);
        while (feed.Current.TradeChanges.Count == 0)
            Assert.True(await feed.MoveNextAsync());
        Assert.Equal(
            (told[1].TradeId, null), (feed.Current.TradeChanges[0].TradeId, feed.Current.TradeChanges[0].TakerSide));
        Assert.Equal(
            sides.Reverse(),
            (await nobody.Market.GetTradesAsync("AAPL", cancellation: Cancellation)).Select(trade => trade.TakerSide));
    }

    [Fact]
    public async Task Taker_volume_of_auction_trades_agrees_in_trades_and_candles()
    {
        await using var exchange = await ServedExchange.OpenAsync();
        await exchange.Admin.Operator.Trading.SetPhaseAsync(
            "AAPL", TradingPhase.Volatility, cancellation: Cancellation);
        await exchange.AliceAsync(ServedExchange.Buy(5, 151));
        await exchange.BobAsync(ServedExchange.Sell(2, 149));
        await exchange.BobAsync(ServedExchange.Sell(3, 149));
        await exchange.Admin.Operator.Trading.SetPhaseAsync(
            "AAPL", TradingPhase.Continuous, cancellation: Cancellation);
        await exchange.BobAsync(ServedExchange.Sell(7, 150));
        await exchange.AliceAsync(ServedExchange.Buy(7, 150));

        using var http = new HttpClient { BaseAddress = new Uri(exchange.Address, "/api/v3/") };
        (decimal, bool)[] expected = [(2m, true), (3m, true), (7m, false)];
        foreach (var call in new[] { "trades?symbol=AAPL", "historicalTrades?symbol=AAPL&fromId=0" })
        {
            await TestKit.Wait.UntilAsync(async () => (await ListAsync(call)).Length == 3);
            Assert.Equal(
                expected,
                (await ListAsync(call)).Select(
                    trade => (Number(trade.GetProperty("qty")), trade.GetProperty("isBuyerMaker").GetBoolean())));
        }

        Assert.Equal(
            [(5m, true), (7m, false)],
            (await ListAsync("aggTrades?symbol=AAPL&fromId=0")).Select(
                trade => (Number(trade.GetProperty("q")), trade.GetProperty("m").GetBoolean())));
        foreach (var interval in new[] { "1s", "1M" })
        {
            var candles = await ListAsync($"klines?symbol=AAPL&interval={interval}");
            Assert.Equal(
                (12m, 7m), (candles.Sum(candle => Number(candle[5])), candles.Sum(candle => Number(candle[9]))));
        }

        async Task<JsonElement[]> ListAsync(string call) =>
            [.. JsonDocument.Parse(await http.GetStringAsync(call, Cancellation)).RootElement.EnumerateArray()];

        static decimal Number(JsonElement text) => decimal.Parse(text.GetString()!, CultureInfo.InvariantCulture);
    }
}
