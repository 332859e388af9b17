using QuantumCore.Instruments;

namespace QuantumCore.Market;

/// <summary>The trades of a minute.</summary>
/// <param name="Minute">Minutes since 1970.</param>
/// <param name="OpenTicks">First price, in ticks.</param>
/// <param name="HighTicks">Highest price, in ticks.</param>
/// <param name="LowTicks">Lowest price, in ticks.</param>
/// <param name="CloseTicks">Last price, in ticks.</param>
/// <param name="Lots">Traded lots.</param>
/// <param name="Value">Traded value, in ticks times lots.</param>
/// <param name="Trades">Number of trades.</param>
/// <param name="BoughtLots">Lots bought by takers.</param>
/// <param name="BoughtValue">Value bought by takers, in ticks times lots.</param>
public readonly record struct MinuteOfTrades(
    long Minute,
    long OpenTicks,
    long HighTicks,
    long LowTicks,
    long CloseTicks,
    long Lots,
    long Value,
    int Trades,
    long BoughtLots,
    long BoughtValue);

/// <summary>
/// Simulated history: the trades of a symbol's participants before the exchange opened, from the same models on a fast
/// clock. It has prices and trades, but no orders and no money.
/// </summary>
/// <param name="Minutes">Each minute with trades, oldest first.</param>
/// <param name="Trades">The newest trades, oldest first.</param>
public sealed record PastMarket(IReadOnlyList<MinuteOfTrades> Minutes, IReadOnlyList<MarketTrade> Trades)
{
    private const long MinuteNanos = 60_000_000_000;

    /// <summary>The last price, in ticks; 0 when nothing was traded.</summary>
    public long LastTicks => Trades.Count > 0 ? Trades[^1].PriceTicks : 0;

    /// <summary>Simulates the history of a symbol. It ends before the minute of its end.</summary>
    /// <param name="instrument">Traded instrument.</param>
    /// <param name="model">Parameters of the market.</param>
    /// <param name="seed">Seed of the whole market.</param>
    /// <param name="startTicks">Initial price, in ticks.</param>
    /// <param name="untilNanos">End of the history, in Unix nanoseconds.</param>
    /// <param name="minutes">Length, in minutes.</param>
    /// <param name="mostTrades">Most single trades to keep.</param>
    /// <param name="cancellationToken">Token that cancels the call.</param>
    public static PastMarket Make(
        Instrument instrument,
        MarketModel model,
        ulong seed,
        long startTicks,
        long untilNanos,
        int minutes,
        int mostTrades,
        CancellationToken cancellationToken)
    {
        var end = untilNanos / MinuteNanos;
        var market = new BareMarket(instrument, model, seed, startTicks, (end - minutes) * MinuteNanos);
        var candles = new List<MinuteOfTrades>(minutes);
        var newest = new Queue<MarketTrade>(mostTrades);
        while (market.TimeNanos / MinuteNanos < end)
        {
            cancellationToken.ThrowIfCancellationRequested();
            foreach (var trade in market.Step())
            {
                // The step that reaches the end belongs to the live market.
                if (trade.TimeNanos / MinuteNanos >= end)
                    break;

                Add(candles, in trade);
                if (newest.Count == mostTrades)
                    newest.Dequeue();
                newest.Enqueue(trade);
            }
        }

        return new PastMarket(candles, [.. newest]);
    }

    private static void Add(List<MinuteOfTrades> candles, in MarketTrade trade)
    {
        var (minute, price, lots) = (trade.TimeNanos / MinuteNanos, trade.PriceTicks, trade.QuantityLots);
        var value = price * lots;
        var (bought, paid) = trade.TakerSide == Side.Buy ? (lots, value) : (0, 0);
        if (candles.Count == 0 || candles[^1].Minute != minute)
        {
            candles.Add(new MinuteOfTrades(minute, price, price, price, price, lots, value, 1, bought, paid));
            return;
        }

        var open = candles[^1];
        candles[^1] = open with
        {
            HighTicks = Math.Max(open.HighTicks, price),
            LowTicks = Math.Min(open.LowTicks, price),
            CloseTicks = price,
            Lots = open.Lots + lots,
            Value = open.Value + value,
            Trades = open.Trades + 1,
            BoughtLots = open.BoughtLots + bought,
            BoughtValue = open.BoughtValue + paid,
        };
    }
}
