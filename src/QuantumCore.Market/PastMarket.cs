using QuantumCore.Instruments;

namespace QuantumCore.Market;

/// <summary>The trades of a minute.</summary>
/// <param name="Minute">Minutes since 1970.</param>
/// <param name="OpenTicks">First price.</param>
/// <param name="HighTicks">Highest price.</param>
/// <param name="LowTicks">Lowest price.</param>
/// <param name="CloseTicks">Last price.</param>
/// <param name="Lots">Traded lots.</param>
/// <param name="Value">Ticks times lots.</param>
/// <param name="Trades">Number of trades.</param>
/// <param name="BoughtLots">What takers bought of it, in lots.</param>
/// <param name="BoughtValue">What they paid, in ticks times lots.</param>
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
/// A past that never was: what a symbol's participants would have traded before the exchange opened, by the same models on
/// a fast clock. Prices and prints, no orders and no money.
/// </summary>
/// <param name="Minutes">Each minute with trades, oldest first.</param>
/// <param name="Trades">The newest trades, oldest first.</param>
public sealed record PastMarket(IReadOnlyList<MinuteOfTrades> Minutes, IReadOnlyList<MarketTrade> Trades)
{
    private const long MinuteNanos = 60_000_000_000;

    /// <summary>The last price, in ticks; 0 when nothing was traded.</summary>
    public long LastTicks => Trades.Count > 0 ? Trades[^1].PriceTicks : 0;

    /// <summary>Makes the past of a symbol; all of it is before the minute in which it ends.</summary>
    /// <param name="instrument">What is traded.</param>
    /// <param name="model">The parameters.</param>
    /// <param name="seed">The seed of the whole market.</param>
    /// <param name="startTicks">The price to begin with, in ticks.</param>
    /// <param name="untilNanos">When the present begins, Unix nanoseconds.</param>
    /// <param name="minutes">How long it is.</param>
    /// <param name="mostTrades">How many trades are kept one by one.</param>
    /// <param name="cancellationToken">Gives it up.</param>
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
                // The step that reaches the end belongs to the present.
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
