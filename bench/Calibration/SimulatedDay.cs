using QuantumCore.Instruments;
using QuantumCore.Market;
using QuantumCore.Matching;

namespace QuantumCore.Bench.Calibration;

/// <summary>A day of the simulated participants at the bare core, as a recording would show it.</summary>
public static class SimulatedDay
{
    private const double NanosPerSecond = 1e9;

    /// <summary>Runs the simulation.</summary>
    /// <param name="seed">Seed of the market.</param>
    /// <param name="hours">Length, in hours.</param>
    /// <param name="priceTicks">Initial price, in cents.</param>
    public static MarketStatistics Run(ulong seed, int hours, long priceTicks)
    {
        var share = ListedShare.Of("AMZN") with
        {
            MaxPriceTicks = 100_000_000,
            MaxQuantityLots = 1_000_000_000,
            ReferencePriceTicks = priceTicks,
        };
        var market = new BareMarket(share, new MarketModel(), seed, priceTicks, 0);
        var statistics = new MarketStatistics();
        market.Watch = intent => Tell(statistics, market, intent);
        var (bids, asks) = (new (double, double)[MarketStatistics.Levels],
            new (double, double)[MarketStatistics.Levels]);
        while (market.TimeNanos < hours * 3_600L * 1_000_000_000)
        {
            var (bid, ask) = (Levels(market, Side.Buy, bids), Levels(market, Side.Sell, asks));
            statistics.At((market.TimeNanos / NanosPerSecond) + 0.1, bids.AsSpan(0, bid), asks.AsSpan(0, ask));
            foreach (var trade in market.Step())
                statistics.Traded(trade.QuantityLots);
        }

        return statistics;
    }

    /// <summary>Records an intent. A recording has only orders within its levels.</summary>
    private static void Tell(MarketStatistics statistics, BareMarket market, OrderIntent intent)
    {
        if (intent.Kind == IntentKind.Cancel)
        {
            statistics.Died(intent.Handle);
        }
        else if (intent.Kind == IntentKind.Rest)
        {
            Span<PriceLevel> levels = stackalloc PriceLevel[MarketStatistics.Levels];
            var shown = market.Book.CopyLevels(intent.Side, levels);
            if (shown < MarketStatistics.Levels || (intent.Side == Side.Buy
                ? intent.PriceTicks >= levels[shown - 1].PriceTicks
                : intent.PriceTicks <= levels[shown - 1].PriceTicks))
            {
                statistics.Born(intent.Handle);
            }
        }
    }

    private static int Levels(BareMarket market, Side side, (double, double)[] into)
    {
        Span<PriceLevel> levels = stackalloc PriceLevel[MarketStatistics.Levels];
        var shown = market.Book.CopyLevels(side, levels);
        for (var i = 0; i < shown; i++)
            into[i] = (levels[i].PriceTicks, levels[i].Lots);
        return shown;
    }
}
