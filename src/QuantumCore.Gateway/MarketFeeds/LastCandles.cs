using System.Collections.Immutable;
using Microsoft.Extensions.Logging;
using QuantumCore.Contracts;

namespace QuantumCore.Gateway.MarketFeeds;

/// <summary>
/// Reads the newest candles. If the history fails or is late, it returns those that had ended when they were last read,
/// for two minutes.
/// </summary>
internal sealed class LastCandles(MarketHistory history, TimeProvider time, ILogger<LastCandles> log)
{
    /// <summary>Maximum number of answers that are kept.</summary>
    private const int Most = 128;

    private readonly Lock _gate = new();
    private readonly Dictionary<CandleQuery, (ImmutableArray<Candle> Candles, long At)> _known = [];

    // Readings that go on although their request is answered. No others of the same candles start meanwhile.
    private readonly HashSet<CandleQuery> _late = [];

    /// <summary>Returns candles. Only the newest ones may be old ones.</summary>
    /// <param name="query">The candles. Its end is the current time where the newest ones are requested.</param>
    /// <param name="isNewest">True if the request names no time.</param>
    public async ValueTask<ImmutableArray<Candle>> ReadAsync(CandleQuery query, bool isNewest)
    {
        if (!isNewest)
            return await history.CandlesAsync(query);

        var key = query with { ThroughNanos = 0 };
        if (Known(key) is not { } last)
            return await ReadAsync(query, key);
        if (IsLate(key))
            return last;

        var reading = ReadAsync(query, key);
        try
        {
            return await reading.WaitAsync(MarketPulse.Patience, time);
        }
        catch (Exception error)
        {
            if (error is not TimeoutException)
                Log.FeedInterrupted(log, "candles", error);
            _ = AwaitAsync(key, reading);
            return last;
        }
    }

    private async Task<ImmutableArray<Candle>> ReadAsync(CandleQuery query, CandleQuery key)
    {
        var candles = await history.CandlesAsync(query);
        // The last one still grows: later it would look like a finished one.
        Keep(key, [.. candles.Where(candle => candle.EndNanos <= query.ThroughNanos)]);
        return candles;
    }

    private async Task AwaitAsync(CandleQuery key, Task reading)
    {
        lock (_gate)
            _late.Add(key);
        await reading.ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        lock (_gate)
            _late.Remove(key);
    }

    private bool IsLate(CandleQuery key)
    {
        lock (_gate)
            return _late.Contains(key);
    }

    private ImmutableArray<Candle>? Known(CandleQuery key)
    {
        lock (_gate)
        {
            return _known.TryGetValue(key, out var last) && time.GetElapsedTime(last.At) < MarketPulse.LongestAge
                ? last.Candles
                : null;
        }
    }

    private void Keep(CandleQuery key, ImmutableArray<Candle> candles)
    {
        lock (_gate)
        {
            if (_known.Count == Most && !_known.ContainsKey(key))
                _known.Remove(_known.MinBy(static known => known.Value.At).Key);
            _known[key] = (candles, time.GetTimestamp());
        }
    }
}
