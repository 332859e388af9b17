using QuantumCore.Client;
using QuantumCore.TestKit;
using Xunit;
using static QuantumCore.Grains.Tests.ServedExchange;

namespace QuantumCore.Grains.Tests;

/// <summary>Tickers and candles of the last 24 hours, and of the time before.</summary>
public sealed class TickersOverHttpTests
{
    private static CancellationToken Cancellation => TestContext.Current.CancellationToken;

    [Fact]
    public async Task Tickers_tell_what_was_traded_and_candles_what_was_before_a_time()
    {
        await using var exchange = await OpenAsync();
        var quiet =
            Assert.Single(
                await exchange.Alice.Market.GetTickersAsync(Cancellation), static ticker => ticker.Symbol == "AAPL");
        Assert.Equal(new Ticker("AAPL", TradingPhase.Continuous, null, null, null, null, 0m, 0m, 0), quiet);

        await exchange.BobAsync(Sell(3m, 150m));
        await exchange.AliceAsync(Buy(3m, 150m));

        var traded = quiet;
        await Wait.UntilAsync(
            async () =>
                (traded = Assert.Single(
                    await exchange.Alice.Market.GetTickersAsync(Cancellation),
                    static ticker => ticker.Symbol == "AAPL")).Trades > 0,
            "the ticker to have the trade");
        Assert.Equal(new Ticker("AAPL", TradingPhase.Continuous, 150m, 150m, 150m, 150m, 3m, 450m, 1), traded);
        var candles = await exchange.Alice.Market.GetCandlesAsync("AAPL", cancellation: Cancellation);
        Assert.Equal(3m, candles.Sum(static candle => candle.Volume));
        Assert.Empty(
            await exchange.Alice.Market.GetCandlesAsync(
                "AAPL", "1m", 10, isRaw: false, candles[0].Start, Cancellation));
        Assert.Equal(
            candles[0],
            Assert.Single(
                await exchange.Alice.Market.GetCandlesAsync(
                    "AAPL", "1m", 1, isRaw: false, candles[0].Start.AddTicks(1), Cancellation)));
    }
}
