using QuantumCore.Instruments;

namespace QuantumCore.Market;

/// <summary>
/// Candles of the days before a simulated past, coarser and without single trades. They are a walk backward from its
/// first price with the model's volatility, so that charts of hours and days begin full. No participants are simulated
/// for them, which would take minutes.
/// </summary>
public static class EarlierDays
{
    /// <summary>Length of a candle, in minutes.</summary>
    public const int StepMinutes = 5;

    private const int MinutesPerDay = 1_440;

    // Half-life of the pull to the home price. Over weeks it is far weaker than within a day, so that a chart of days
    // has trends.
    private const double HalfLifeDays = 8;

    /// <summary>Makes five-minute candles that end where a past begins, oldest first.</summary>
    /// <param name="past">Past that follows them.</param>
    /// <param name="instrument">Traded instrument.</param>
    /// <param name="model">Parameters of the market.</param>
    /// <param name="seed">Seed of the whole market.</param>
    /// <param name="days">Number of days.</param>
    public static IReadOnlyList<MinuteOfTrades> Make(
        PastMarket past, Instrument instrument, MarketModel model, ulong seed, int days)
    {
        if (past.Minutes is not [var first, ..])
            return [];

        var chance = new Chance(seed, "earlier days of " + instrument.Symbol);
        var (home, count) =
            ((double)(instrument.ReferencePriceTicks > 0 ? instrument.ReferencePriceTicks : first.OpenTicks),
            days * MinutesPerDay / StepMinutes);
        var step = model.DailyVolatility * Math.Sqrt((double)StepMinutes / MinutesPerDay);
        var pull = 0.693 * StepMinutes / (HalfLifeDays * MinutesPerDay);
        var (lots, trades) = (past.Minutes.Average(minute => (double)minute.Lots) * StepMinutes,
            past.Minutes.Average(minute => (double)minute.Trades) * StepMinutes);
        var deviation = Chance.Ln(first.OpenTicks / home);
        var (minute, close) = ((first.Minute - 1) / StepMinutes * StepMinutes, first.OpenTicks);
        var candles = new MinuteOfTrades[count];
        for (var i = count - 1; i >= 0; i--, minute -= StepMinutes)
        {
            // Such a walk looks the same in both directions.
            deviation += (-pull * deviation) + (step * chance.Normal());
            var open = Math.Max(1, (long)(home * Chance.Exp(deviation)));
            candles[i] = Candle(
                minute, open, close, step, Math.Max(2, (long)(lots * Busyness(chance))),
                Math.Max(2, (int)(trades * Busyness(chance))), chance);
            close = open;
        }

        return candles;
    }

    private static double Busyness(Chance chance) => 0.4 + chance.Exponential(0.6);

    private static MinuteOfTrades Candle(
        long minute, long open, long close, double step, long lots, int trades, Chance chance)
    {
        var (top, bottom, middle) = (Math.Max(open, close), Math.Min(open, close), (open + close) / 2);
        var high = top + (long)(top * step * 0.5 * Math.Abs(chance.Normal()));
        var low = Math.Max(1, bottom - (long)(bottom * step * 0.5 * Math.Abs(chance.Normal())));
        var bought = Math.Clamp((lots / 2) + (Math.Sign(close - open) * lots / 10), 1, lots - 1);
        return new MinuteOfTrades(minute, open, high, low, close, lots, lots * middle, trades, bought, bought * middle);
    }
}
