using System.Collections.Immutable;
using QuantumCore.Contracts;
using QuantumCore.Instruments;

namespace QuantumCore.Gateway.MarketFeeds;

/// <summary>Folds trades into one-second candles.</summary>
internal static class SecondFold
{
    private const long SecondNanos = 1_000_000_000;

    /// <summary>Returns a candle for every second from the first to the last; none before there is a price.</summary>
    /// <param name="trades">Trades, oldest first; those of other seconds are left out.</param>
    /// <param name="first">First second, since 1970.</param>
    /// <param name="last">Last second, since 1970.</param>
    /// <param name="priceTicks">Price before the first second, in ticks; 0 for none.</param>
    public static ImmutableArray<Candle> Of(IReadOnlyList<PublicTrade> trades, long first, long last, long priceTicks)
    {
        var candles = ImmutableArray.CreateBuilder<Candle>();
        var at = 0;
        for (var second = first; second <= last; second++)
        {
            while (at < trades.Count && trades[at].TimeNanos < second * SecondNanos)
                at++;
            var from = at;
            while (at < trades.Count && trades[at].TimeNanos < (second + 1) * SecondNanos)
                at++;
            if (from == at && priceTicks == 0)
                continue;

            var candle = Sum(trades, from, at, priceTicks);
            candles.Add(candle with { StartNanos = second * SecondNanos, EndNanos = (second + 1) * SecondNanos });
            priceTicks = candle.CloseTicks;
        }

        return candles.ToImmutable();
    }

    private static Candle Sum(IReadOnlyList<PublicTrade> trades, int from, int to, long priceTicks)
    {
        if (from == to)
            return new Candle(0, 0, priceTicks, priceTicks, priceTicks, priceTicks, 0, 0, 0, 0, 0, default, default);

        var (high, low) = (long.MinValue, long.MaxValue);
        var (lots, value, boughtLots, boughtValue) = (Int128.Zero, Int128.Zero, Int128.Zero, Int128.Zero);
        for (var i = from; i < to; i++)
        {
            var trade = trades[i];
            (high, low) = (Math.Max(high, trade.PriceTicks), Math.Min(low, trade.PriceTicks));
            var paid = (Int128)trade.PriceTicks * trade.QuantityLots;
            (lots, value) = (lots + trade.QuantityLots, value + paid);
            if (trade.Aggressor == Side.Buy)
                (boughtLots, boughtValue) = (boughtLots + trade.QuantityLots, boughtValue + paid);
        }

        var (opens, closes) = (trades[from], trades[to - 1]);
        return new Candle(
            0, 0, opens.PriceTicks, high, low, closes.PriceTicks, lots, value, to - from, boughtLots, boughtValue,
            new TradePlace(opens.Sequence, opens.Index), new TradePlace(closes.Sequence, closes.Index));
    }
}
