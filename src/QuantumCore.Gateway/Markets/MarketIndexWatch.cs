using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging;
using QuantumCore.Contracts;
using QuantumCore.Gateway.Hosting;
using QuantumCore.Gateway.Http;
using QuantumCore.Gateway.MarketFeeds;
using QuantumCore.Gateway.Orders;

namespace QuantumCore.Gateway.Markets;

/// <summary>
/// Computes the index from last trades, and lets the market-wide breaker follow it. A level stops trading once a day;
/// what an operator resumes stays so. Any number of processes may run it: the level used is on record.
/// </summary>
internal sealed class MarketIndexWatch(
    GatewayOptions options,
    MarketHistory history,
    Listings listings,
    BookControl operations,
    IGrainFactory grains,
    ExchangeReadiness readiness,
    GatewayMetrics metrics,
    TimeProvider time,
    ILogger<MarketIndexWatch> log) : BackgroundService
{
    /// <summary>Label of the breaker's use on record, in place of the label of an operator's key.</summary>
    public const string Label = "index";

    /// <summary>Interval between two computations of the index.</summary>
    public static readonly TimeSpan Interval = TimeSpan.FromSeconds(5);

    private static readonly TimeSpan s_weighed = TimeSpan.FromDays(7);

    private readonly Dictionary<string, long> _weights = new(StringComparer.Ordinal);
    private long _weighedOn = -1;

    // Level of the previous look. Both prices of a symbol change their unit with a split, but are read one by one.
    private int _seen;

    // Symbols that the last stop did not reach, and the stop, which is tried again with its own time.
    private (MarketStop Stop, int Level, IReadOnlyList<string> Symbols)? _left;
    private bool _isChecked;

    /// <inheritdoc/>
    protected override async Task ExecuteAsync(CancellationToken stoppingToken)
    {
        using var timer = new PeriodicTimer(Interval, time);
        while (await timer.WaitForNextTickAsync(stoppingToken))
        {
            try
            {
                if (readiness.IsReady)
                {
                    await CheckAsync();
                    await StopRestAsync();
                    await LookAsync();
                }
            }
            catch (Exception e) when (!stoppingToken.IsCancellationRequested)
            {
                _seen = 0;
                // The history or a book does not answer now.
                Log.IndexUnknown(log, e);
            }
        }
    }

    private async Task LookAsync()
    {
        var now = time.GetUtcNow();
        var local = TimeZoneInfo.ConvertTime(now, options.TimeZone).DateTime;
        var members = new List<IndexMember>();
        foreach (var symbol in options.Index)
        {
            if (await MemberAsync(symbol, now, local) is { } member)
                members.Add(member);
        }

        if (MarketIndex.Value(members) is not { } index)
        {
            _seen = 0;
            return;
        }

        metrics.IndexIs(index);
        var used = await grains.Catalog().BreakerUsed();
        var call = MarketWideBreaker.Judge(index, MarketIndex.PreviousClose, local, used);
        var isSeen = _seen >= call.Level;
        _seen = call.Level;
        if (isSeen && call.Acts && !(used.Day == MarketWideBreaker.DayOf(local) && used.Level >= call.Level))
            await StopAsync(call.Level, index, now, local);
    }

    private async Task StopAsync(int level, long index, DateTimeOffset now, DateTime local)
    {
        var stop = new MarketStop(operations, now, options.TimeZone);
        var failed = new PartialFailure("symbol");
        var stopped = await stop.StopAsync(await listings.AllAsync(), level, failed, leavesHalted: true);
        Log.IndexFell(log, index, level, stopped.Length);
        _left = failed.Refusal is null ? null : (stop, level, failed.Names);

        // On record even if some symbols are left: another round over all of them would stop again what an operator has
        // resumed.
        await grains.Catalog().UseBreaker(new BreakerUse(MarketWideBreaker.DayOf(local), level, Label));
    }

    /// <summary>Stops the symbols that the last stop did not reach.</summary>
    private async Task StopRestAsync()
    {
        if (_left is not var (stop, level, symbols))
            return;

        var failed = new PartialFailure("symbol");
        await stop.StopAsync(
            (await listings.AllAsync()).Where(instrument => symbols.Contains(instrument.Symbol)), level, failed,
            leavesHalted: true);
        _left = failed.Refusal is null ? null : (stop, level, failed.Names);
        if (failed.Refusal is { } refusal)
            Log.IndexStoppedInPart(log, level, refusal.Detail!);
    }

    /// <summary>Warns once of symbols that are not listed, and of weights that can't be compared.</summary>
    private async Task CheckAsync()
    {
        if (_isChecked)
            return;

        var quotes = new HashSet<string>(StringComparer.Ordinal);
        foreach (var symbol in options.Index)
        {
            if (await listings.FindAsync(symbol) is { } instrument)
                quotes.Add(instrument.Quote.Name);
            else
                Log.IndexSymbolUnknown(log, symbol);
        }

        if (options.IndexByVolume && quotes.Count > 1)
            Log.IndexQuotesDiffer(log, string.Join(", ", quotes.Order(StringComparer.Ordinal)));
        _isChecked = true;
    }

    /// <summary>Returns a symbol's part of the index; null if it has not traded before today.</summary>
    private async ValueTask<IndexMember?> MemberAsync(string symbol, DateTimeOffset now, DateTime local)
    {
        var midnight = new DateTimeOffset(local.Date, options.TimeZone.GetUtcOffset(local.Date));
        if (await listings.FindAsync(symbol) is null
            || await CloseAsync(symbol, midnight.UnixNanos() - 1) is not (> 0 and var close)
            || await CloseAsync(symbol, now.UnixNanos()) is not (> 0 and var last))
        {
            return null;
        }

        return new IndexMember(
            last, close,
            options.IndexByVolume ? await WeightAsync(symbol, midnight, MarketWideBreaker.DayOf(local)) : 1);
    }

    private async ValueTask<long> CloseAsync(string symbol, long throughNanos) =>
        await history.CandlesAsync(new CandleQuery(symbol, CandlePeriod.Minute, null, throughNanos, 1)) is [var candle]
            ? candle.CloseTicks
            : 0;

    /// <summary>Returns the value that a symbol traded in the week before today.</summary>
    private async ValueTask<long> WeightAsync(string symbol, DateTimeOffset midnight, long day)
    {
        if (_weighedOn != day)
        {
            _weights.Clear();
            _weighedOn = day;
        }

        if (!_weights.TryGetValue(symbol, out var weight))
        {
            var week = new CandleQuery(symbol, null, (midnight - s_weighed).UnixNanos(), midnight.UnixNanos() - 1, 1);
            weight = await history.CandlesAsync(week) is [var candle] ? await InMoneyAsync(symbol, candle.Value) : 0;
            _weights[symbol] = weight;
        }

        return weight;
    }

    // Ticks and lots of two symbols are different units; amounts in one quote currency are comparable.
    private async ValueTask<long> InMoneyAsync(string symbol, Int128 ticksTimesLots) =>
        (long)Int128.Min(
            Int128.Min(ticksTimesLots, long.MaxValue) * (await listings.FindAsync(symbol))!.TickLotValue,
            long.MaxValue);
}
