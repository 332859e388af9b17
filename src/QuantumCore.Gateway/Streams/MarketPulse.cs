using System.Collections.Concurrent;
using System.Collections.Immutable;
using Microsoft.Extensions.Logging;
using QuantumCore.Contracts;
using QuantumCore.Instruments;

namespace QuantumCore.Gateway.Streams;

/// <summary>A symbol at a second: its phase and prices, and its last day.</summary>
/// <param name="Instrument">The instrument.</param>
/// <param name="State">Its book in short.</param>
/// <param name="Day">Its trades of the last 24 hours, in whole minutes; nothing before the first trade.</param>
internal sealed record SymbolPulse(Instrument Instrument, BookState State, Candle Day);

/// <summary>All symbols at a second, by symbol.</summary>
/// <param name="TimeNanos">The exchange's clock, Unix nanoseconds.</param>
/// <param name="Symbols">Every symbol that could be read.</param>
internal sealed record MarketSecond(long TimeNanos, ImmutableSortedDictionary<string, SymbolPulse> Symbols);

/// <summary>
/// Reads every symbol once a second while anyone listens, for all who listen. A symbol that can't be read is missing
/// from that second: who waits for it sees that nothing comes.
/// </summary>
internal sealed class MarketPulse(
    IGrainFactory grains, Listings listings, MarketHistory history, TimeProvider time, ILogger<MarketPulse> log)
{
    /// <summary>A symbol that does not answer within this time is told as it was last, if that is no older than <see cref="LongestAge"/>.</summary>
    internal static readonly TimeSpan Patience = TimeSpan.FromMilliseconds(500);

    /// <summary>Oldest reading of a symbol that is told while it does not answer.</summary>
    internal static readonly TimeSpan LongestAge = TimeSpan.FromMinutes(2);

    private static readonly TimeSpan s_second = TimeSpan.FromSeconds(1);

    // While the journal does not commit, a book tells nothing that it would have to take back: the last reading still holds.
    private readonly ConcurrentDictionary<string, (SymbolPulse Pulse, long At)> _known = new(StringComparer.Ordinal);

    private readonly Lock _lock = new();
    private readonly HashSet<Action<MarketSecond>> _listeners = [];
    private MarketSecond? _last;
    private bool _running;

    /// <summary>Starts to give the listener each second; the last one at once. It must return at once and not call back.</summary>
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

        _ = Beat();
    }

    /// <summary>Gives the listener nothing more.</summary>
    public void Leave(Action<MarketSecond> listener)
    {
        lock (_lock)
        {
            _listeners.Remove(listener);
        }
    }

    private async Task Beat()
    {
        using var timer = new PeriodicTimer(s_second, time);
        do
        {
            var second = await Read();
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

    /// <summary>Reads every symbol now. What grains throw ends here.</summary>
    public async Task<MarketSecond> Read()
    {
        var symbols = ImmutableSortedDictionary.CreateBuilder<string, SymbolPulse>(StringComparer.Ordinal);
        try
        {
            var instruments = await listings.All();
            foreach (var pulse in await Task.WhenAll(instruments.Select(Read)))
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

    private async Task<SymbolPulse?> Read(Instrument instrument)
    {
        try
        {
            var pulse = await Ask(instrument).WaitAsync(Patience, time);
            _known[instrument.Symbol] = (pulse, time.GetTimestamp());
            return pulse;
        }
        catch (Exception error)
        {
            if (error is not TimeoutException)
                Log.FeedInterrupted(log, instrument.Symbol, error);
            return _known.TryGetValue(instrument.Symbol, out var last) && time.GetElapsedTime(last.At) < LongestAge ? last.Pulse : null;
        }
    }

    private async Task<SymbolPulse> Ask(Instrument instrument)
    {
        var state = await grains.Book(instrument.BookKey).State(instrument.Symbol);
        return new SymbolPulse(instrument, state, await history.Over(instrument, MarketHistory.DayMinutes) ?? default);
    }
}
