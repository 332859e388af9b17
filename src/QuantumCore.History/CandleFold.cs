using System.Collections.Immutable;
using QuantumCore.Contracts;

namespace QuantumCore.History;

/// <summary>
/// Adds up one-minute candles to longer ones without gaps, adjusted for splits. Lots are rounded once for each unit
/// they were traded in.
/// </summary>
internal sealed class CandleFold
{
    private readonly CandlePeriod _period;
    private readonly ImmutableArray<Candle>.Builder _candles = ImmutableArray.CreateBuilder<Candle>();
    private readonly int _limit;
    private readonly UnitsOfNow _units;
    private long _start;
    private Candle? _open;

    // The newest part of it as traded, all in the same units.
    private Candle? _asTraded;
    private long _lastPrice;

    /// <param name="period">Candle period.</param>
    /// <param name="from">First minute.</param>
    /// <param name="last">Last minute.</param>
    /// <param name="isNewest">True for the newest candles up to the last minute, whatever the first minute.</param>
    /// <param name="limit">Most candles.</param>
    /// <param name="units">Splits to adjust for.</param>
    public CandleFold(CandlePeriod period, long from, long last, bool isNewest, int limit, UnitsOfNow units)
    {
        (_period, _limit, _units) = (period, limit, units);
        if (isNewest)
        {
            var newest = CandleBuckets.Start(period, last);
            (_start, EndMinute) = (Math.Max(CandleBuckets.Move(period, newest, 1 - limit), 0),
                CandleBuckets.Move(period, newest, 1));
        }
        else
        {
            var first = CandleBuckets.Start(period, from);
            _start = first < from ? CandleBuckets.Move(period, first, 1) : first;
            var most = CandleBuckets.Move(period, _start, limit);
            EndMinute = Math.Min(most, CandleBuckets.Move(period, CandleBuckets.Start(period, last), 1));
        }

        FirstMinute = _start;
    }

    /// <summary>First minute needed.</summary>
    public long FirstMinute { get; }

    /// <summary>First minute that is no longer needed.</summary>
    public long EndMinute { get; }

    /// <summary>Sets the last price before the first minute; 0 for none.</summary>
    public void StartFrom(long lastPrice) => _lastPrice = lastPrice;

    /// <summary>Adds the candle of a minute as traded. Minutes must ascend.</summary>
    public void Add(long minute, Candle candle)
    {
        while (minute >= Next(_start))
        {
            Finish();
        }

        if (_asTraded is { } traded && !_units.AreSame(traded.First.Sequence, candle.First.Sequence))
        {
            Reckon();
        }

        _asTraded = Join(_asTraded, candle);
    }

    private void Reckon()
    {
        if (_asTraded is { } traded)
        {
            (_open, _asTraded) = (Join(_open, _units.Of(traded)), null);
        }
    }

    /// <summary>Merges a candle with a later one. Without an earlier candle, returns the later one.</summary>
    public static Candle Join(Candle? earlier, Candle candle) => earlier is { } open
        ? open with
        {
            HighTicks = Math.Max(open.HighTicks, candle.HighTicks),
            LowTicks = Math.Min(open.LowTicks, candle.LowTicks),
            CloseTicks = candle.CloseTicks,
            Lots = open.Lots + candle.Lots,
            Value = open.Value + candle.Value,
            Trades = open.Trades + candle.Trades,
            BoughtLots = open.BoughtLots + candle.BoughtLots,
            BoughtValue = open.BoughtValue + candle.BoughtValue,
            Last = candle.Last,
        }
        : candle;

    /// <summary>Returns all candles.</summary>
    public ImmutableArray<Candle> Candles()
    {
        while (_start < EndMinute && _candles.Count < _limit)
        {
            // Before the first trade there is no candle.
            if (_open is null && _asTraded is null && _lastPrice == 0)
            {
                break;
            }

            Finish();
        }

        return _candles.ToImmutable();
    }

    private long Next(long start) => CandleBuckets.Move(_period, start, 1);

    private void Finish()
    {
        Reckon();
        var end = Next(_start);
        if (_open is not null || _lastPrice > 0)
        {
            var candle = _open
                ?? new Candle(0, 0, _lastPrice, _lastPrice, _lastPrice, _lastPrice, 0, 0, 0, 0, 0, default, default);
            _candles.Add(
                candle with
                {
                    StartNanos = _start * CandleBuckets.MinuteNanos,
                    EndNanos = end * CandleBuckets.MinuteNanos,
                });
            _lastPrice = candle.CloseTicks;
        }

        (_open, _start) = (null, end);
    }
}
