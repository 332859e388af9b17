using QuantumCore.Gateway.Http;
using QuantumCore.Gateway.Native.Json;
using QuantumCore.Instruments;

namespace QuantumCore.Gateway.Native.Streams;

/// <summary>Channels of a connection other than whole books: merged books, tickers, an account.</summary>
internal sealed partial class StreamReader
{
    private const int LongestInterval = 1_000;

    /// <summary>Name of the market-by-order channel.</summary>
    private const string Level3 = "level3";

    private readonly Dictionary<string, IStreamSource> _sources = new(StringComparer.Ordinal);

    // Sources in the queue, each once.
    private readonly HashSet<IStreamSource> _asking = [];

    private Refusal? FollowChannel(string channel) => channel switch
    {
        "tickers" => Add(channel, () => sources.Tickers(Ready)),
        "account" or "alerts" when holder.Account == 0 => new Refusal(RejectReason.Unauthorized, "channel"),
        "account" => Add(channel, () => sources.Account(holder, Ready)),
        "alerts" => Add(channel, () => sources.Alerts(holder, Ready)),
        _ => Refusal.NotOneOf("channel", channel, "tickers", "account", "alerts", Level3),
    };

    private Refusal? FollowMerged(Instrument instrument, StreamText message) =>
        Read(message, out var inTicks, out var interval)
        ?? Add(instrument.Symbol, () => sources.Book(instrument, inTicks, interval, Ready));

    private Refusal? FollowOrders(Instrument instrument, StreamText message) =>
        Read(message with { Conflate = message.Conflate ?? 0 }, out var inTicks, out var interval)
        ?? Add(Level3Of(instrument), () => sources.OrderByOrder(instrument, inTicks, interval, Ready));

    /// <summary>Returns the name of a symbol's market-by-order channel; no symbol has a slash.</summary>
    private static string Level3Of(Instrument instrument) => $"{Level3}/{instrument.Symbol}";

    private static Refusal? Read(StreamText message, out bool inTicks, out TimeSpan interval)
    {
        (inTicks, interval) = (message.Units == "ticks", default);
        if (message.Units is not (null or "decimal" or "ticks"))
            return Refusal.NotOneOf("units", message.Units, "decimal", "ticks");
        if (message.Conflate is not (>= 0 and <= LongestInterval))
            return Refusal.NotInRange("conflate", $"{message.Conflate}", 0, LongestInterval);

        interval = TimeSpan.FromMilliseconds(message.Conflate.Value);
        return null;
    }

    /// <summary>Adds a source under a name; does nothing if the name is subscribed already.</summary>
    private Refusal? Add(string name, Func<IStreamSource> make)
    {
        IStreamSource source;
        lock (_lock)
        {
            if (_sources.ContainsKey(name) || _followed.ContainsKey(name))
                return null;
            if (TooMany() is { } refusal)
                return refusal;

            source = make();
            _sources.Add(name, source);
        }

        // Outside the lock: a source may have something to send as it starts.
        source.Start();
        return null;
    }

    private void Remove(string name)
    {
        IStreamSource? source;
        lock (_lock)
        {
            if (_sources.Remove(name, out source) && _asking.Remove(source))
                Forget(waiting => waiting.Source == source);
        }

        source?.Dispose();
    }

    private Refusal? TooMany()
    {
        if (_followed.Count + _sources.Count < options.StreamSubscriptions)
            return null;

        var limit = options.StreamSubscriptions.ToString(System.Globalization.CultureInfo.InvariantCulture);
        return new Refusal(
            RejectReason.BadRequest, "symbol", limit,
            $"This connection has its maximum of {limit} subscriptions; unsubscribe from one first.");
    }

    /// <summary>Queues a source that has something to send; it is asked in its turn.</summary>
    private void Ready(IStreamSource source)
    {
        lock (_lock)
        {
            // A removed source may call once more, because its timer was already running.
            if (!_sources.ContainsValue(source) || !_asking.Add(source))
                return;
            _queue.Enqueue(new Outgoing(null, default, null, 0, source));
        }

        _wake.Writer.TryWrite(true);
    }
}
