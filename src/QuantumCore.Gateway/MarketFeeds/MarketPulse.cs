using System.Collections.Concurrent;
using System.Collections.Immutable;
using Microsoft.Extensions.Logging;
using QuantumCore.Contracts;
using QuantumCore.Gateway.Markets;
using QuantumCore.Instruments;

namespace QuantumCore.Gateway.MarketFeeds;

/// <summary>Snapshot of a symbol at one second: phase, prices and last day.</summary>
/// <param name="Instrument">The instrument.</param>
/// <param name="State">State of its book.</param>
/// <param name="Day">
/// Its trades of the last 24 hours as one candle, in whole minutes; empty before the first trade.
/// </param>
internal sealed record SymbolPulse(Instrument Instrument, BookState State, Candle Day);

/// <summary>Snapshots of all symbols at one second.</summary>
/// <param name="TimeNanos">Clock of the exchange, Unix nanoseconds.</param>
/// <param name="Symbols">Every symbol that could be read.</param>
internal sealed record MarketSecond(long TimeNanos, ImmutableSortedDictionary<string, SymbolPulse> Symbols);

/// <summary>
/// Reads every symbol once a second for all its listeners, while there are any. A symbol that cannot be read is missing
/// from that second, so that its readers see that nothing comes.
/// </summary>
internal sealed class MarketPulse(
    IGrainFactory grains, Listings listings, MarketHistory history, TimeProvider time, ILogger<MarketPulse> log)
{
    /// <summary>
    /// Timeout for a symbol. After it, the last snapshot is used if it is no older than <see cref="LongestAge"/>.
    /// </summary>
    internal static readonly TimeSpan Patience = TimeSpan.FromMilliseconds(500);

    /// <summary>Maximum age of a snapshot that is used while its symbol does not answer.</summary>
    internal static readonly TimeSpan LongestAge = TimeSpan.FromMinutes(2);

    private static readonly TimeSpan s_second = TimeSpan.FromSeconds(1);

    // While the journal does not commit, a book answers nothing that it might have to retract: the last snapshot is
    // still valid.
    private readonly ConcurrentDictionary<string, (SymbolPulse Pulse, long At)> _known = new(StringComparer.Ordinal);

    private readonly Lock _lock = new();
    private readonly HashSet<Action<MarketSecond>> _listeners = [];
    private MarketSecond? _last;
    private bool _running;

    /// <summary>
    /// Adds a listener for each second, the last one at once. It must return at once and not call back.
    /// </summary>
    public void Join(Action<MarketSecond> listener)
    {
        lock (_lock)
        {
            if (!_listeners.Add(listener))
                return;
            if (_running)
            {
                if (_last is { } last)
                    listener(last);
                return;
            }

            _running = true;
        }

        _ = BeatAsync();
    }

    /// <summary>Removes a listener.</summary>
    public void Leave(Action<MarketSecond> listener)
    {
        lock (_lock)
        {
            _listeners.Remove(listener);
        }
    }

    private async Task BeatAsync()
    {
        using var timer = new PeriodicTimer(s_second, time);
        do
        {
            var second = await ReadAsync();
            lock (_lock)
            {
                if (_listeners.Count == 0)
                {
                    (_running, _last) = (false, null);
                    return;
                }

                _last = second;
                foreach (var listener in _listeners)
                    listener(second);
            }
        }
        while (await timer.WaitForNextTickAsync(CancellationToken.None));
    }

    /// <summary>Reads every symbol now. Exceptions of grains end here.</summary>
    public async Task<MarketSecond> ReadAsync()
    {
        var symbols = ImmutableSortedDictionary.CreateBuilder<string, SymbolPulse>(StringComparer.Ordinal);
        try
        {
            var instruments = await listings.AllAsync();
            foreach (var pulse in await Task.WhenAll(instruments.Select(ReadAsync)))
            {
                if (pulse is not null)
                    symbols.Add(pulse.Instrument.Symbol, pulse);
            }
        }
        catch (Exception error)
        {
            Log.FeedInterrupted(log, "tickers", error);
        }

        return new MarketSecond(time.UnixNanos(), symbols.ToImmutable());
    }

    private async Task<SymbolPulse?> ReadAsync(Instrument instrument)
    {
        try
        {
            var pulse = await AskAsync(instrument).WaitAsync(Patience, time);
            _known[instrument.Symbol] = (pulse, time.GetTimestamp());
            return pulse;
        }
        catch (Exception error)
        {
            if (error is not TimeoutException)
                Log.FeedInterrupted(log, instrument.Symbol, error);
            return _known.TryGetValue(instrument.Symbol, out var last) && time.GetElapsedTime(last.At) < LongestAge
                ? last.Pulse
                : null;
        }
    }

    private async Task<SymbolPulse> AskAsync(Instrument instrument)
    {
        var state = await grains.Book(instrument.BookKey).State(instrument.Symbol);
        return new SymbolPulse(
            instrument, state, await history.OverAsync(instrument, MarketHistory.DayMinutes) ?? default);
    }
}
