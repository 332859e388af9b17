using System.Diagnostics.Metrics;
using QuantumCore.Client;
using QuantumCore.Gateway;
using QuantumCore.TestKit;
using Xunit;
using static QuantumCore.Grains.Tests.ServedExchange;

namespace QuantumCore.Grains.Tests;

/// <summary>The market-wide breaker follows the exchange's own index of last trades.</summary>
public sealed class MarketIndexTests
{
    // The index is computed every five seconds, and a level acts on the second look.
    private const int TimersFaster = 10;

    private static CancellationToken Cancellation => TestContext.Current.CancellationToken;

    [Theory]
    [InlineData(false, 86, 1)]
    // By traded value, AAPL weighs a hundred times as much as MSFT, which does not fall.
    [InlineData(true, 86, 2)]
    public async Task Fall_of_the_index_stops_every_symbol_once_a_day_without_an_operator(
        bool byVolume, int price, int level)
    {
        var time = new ShiftedTime(TimersFaster);
        var options = new GatewayOptions { Index = ["AAPL", "MSFT", "GONE"], IndexByVolume = byVolume };
        await using var exchange = await OpenAsync(options, time, grainTime: time);
        await TradeAsync(exchange, "AAPL", 100m, 1_000m);
        await TradeAsync(exchange, "MSFT", 100m, 10m);
        time.Advance(TimeSpan.FromDays(1));
        await TradeAsync(exchange, "AAPL", price, 1m);

        await Wait.UntilAsync(async () => (await exchange.Grains.Catalog().BreakerUsed()).Level == level);
        Assert.Equal("index", (await exchange.Grains.Catalog().BreakerUsed()).By);
        foreach (var symbol in (string[])["AAPL", "MSFT"])
        {
            var state = await exchange.Admin.Market.GetStateAsync(symbol, Cancellation);
            Assert.Equal((TradingPhase.Halt, Client.PhaseReason.MarketWideBreaker), (state.Phase, state.PhaseReason));
        }
    }

    [Fact]
    public async Task Level_that_an_operator_has_used_up_is_not_used_again()
    {
        var time = new ShiftedTime(TimersFaster);
        await using var exchange = await OpenAsync(new GatewayOptions { Index = ["AAPL"] }, time, grainTime: time);
        await TradeAsync(exchange, "AAPL", 100m, 10m);
        time.Advance(TimeSpan.FromDays(1));
        await exchange.Admin.Operator.Trading.ReportIndexAsync(930, 1_000, Cancellation);
        foreach (var phase in (TradingPhase[])[TradingPhase.Volatility, TradingPhase.Continuous])
            await exchange.Admin.Operator.Trading.SetPhaseAsync("AAPL", phase, cancellation: Cancellation);
        using var shown = new Shown();
        await TradeAsync(exchange, "AAPL", 92m, 1m);
        await Wait.UntilAsync(() => shown.Last() == 9_200);

        // The fall by 8 per cent stops nothing more. Level 3 does.
        await TradeAsync(exchange, "AAPL", 80m, 1m);
        await Wait.UntilAsync(async () => (await exchange.Grains.Catalog().BreakerUsed()).Level == 3);
        Assert.Equal(TradingPhase.Closed, (await exchange.Admin.Market.GetStateAsync("MSFT", Cancellation)).Phase);
    }

    private static async Task TradeAsync(ServedExchange exchange, string symbol, decimal price, decimal quantity)
    {
        await exchange.AliceAsync(PlaceOrder.Limit(symbol, OrderSide.Sell, quantity, price));
        var bought = await exchange.BobAsync(PlaceOrder.Limit(symbol, OrderSide.Buy, quantity, price));
        Assert.Equal(OrderStatus.Filled, bought.Status);
    }

    /// <summary>The index as the metrics show it.</summary>
    private sealed class Shown : IDisposable
    {
        private readonly MeterListener _listener = new();
        private long _last;

        public Shown()
        {
            _listener.InstrumentPublished = (instrument, listener) =>
            {
                if (instrument.Name == "quantumcore_index_basis_points")
                    listener.EnableMeasurementEvents(instrument);
            };
            _listener.SetMeasurementEventCallback<long>((_, value, _, _) => _last = value);
            _listener.Start();
        }

        public long Last()
        {
            _listener.RecordObservableInstruments();
            return _last;
        }

        public void Dispose() => _listener.Dispose();
    }
}
