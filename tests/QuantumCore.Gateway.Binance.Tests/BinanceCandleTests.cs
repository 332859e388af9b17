using QuantumCore.Contracts;
using QuantumCore.Instruments;
using Xunit;

namespace QuantumCore.Gateway.Binance.Tests;

/// <summary>Candles of one second.</summary>
public sealed class BinanceCandleTests
{
    private const long Second = 1_000_000_000;

    [Fact]
    public async Task More_trades_than_are_read_end_candles_early_and_begin_the_newest_ones_late()
    {
        await using var exchange = await OpenBinance.StartAsync();

        // 1,010 trades in each of 25 seconds.
        const int InSecond = 1_010;
        for (var i = 0; i < 25 * InSecond; i++)
            exchange.Floor.PastTrades.Add(
                Trade(i + 1, (1_000 * Second) + (i * Second / InSecond), 100 + (i / InSecond), 1, Side.Buy));
        async Task<(long Start, string Volume)[]> CandlesAsync(string query)
        {
            var reply = await exchange.SendAsync(
                "GET", $"/api/v3/klines?symbol=AAPL&interval=1s&{query}", null, null,
                TestContext.Current.CancellationToken);
            return [.. reply.Json.EnumerateArray().Select(candle => (candle[0].GetInt64(), candle[5].GetString()!))];
        }

        // 20,000 trades are 19 whole seconds and part of another, which the next request returns.
        var from = await CandlesAsync("startTime=1000000&endTime=1024999");
        Assert.Equal(Enumerable.Range(0, 19).Select(i => (1_000_000L + (i * 1_000), "1010.00000000")), from);
        Assert.Equal(
            Enumerable.Range(19, 6).Select(i => (1_000_000L + (i * 1_000), "1010.00000000")),
            await CandlesAsync("startTime=1019000&endTime=1024999"));
        Assert.Equal([(1_024_000L, "1010.00000000")], await CandlesAsync("startTime=1024000&limit=1&endTime=1024999"));

        // Of the newest 25 seconds, 19 could be read. The response has half as many, up to the newest.
        Assert.Equal(
            Enumerable.Range(15, 10).Select(i => (1_000_000L + (i * 1_000), "1010.00000000")),
            await CandlesAsync("endTime=1024999&limit=25"));
        Assert.Equal(
            [(1_023_000L, "1010.00000000"), (1_024_000L, "1010.00000000")],
            await CandlesAsync("endTime=1024999&limit=2"));
    }

    private static PublicTrade Trade(long sequence, long nanos, long ticks, long lots, Side taker) =>
        new(sequence, 0, nanos, ticks, lots, taker);
}
