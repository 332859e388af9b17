using QuantumCore.Gateway.Wire;
using QuantumCore.Instruments;

namespace QuantumCore.Gateway.Streams;

/// <summary>What a connection follows beside whole books: merged ones, tickers, an account.</summary>
internal sealed partial class StreamReader
{
    private const int LongestInterval = 1_000;

    /// <summary>The channel of a symbol's orders.</summary>
    private const string Level3 = "level3";

    private readonly Dictionary<string, IStreamSource> _sources = new(StringComparer.Ordinal);

    // Those that wait in the queue, each once.
    private readonly HashSet<IStreamSource> _asking = [];

    private Refusal? FollowChannel(string channel) => channel switch
    {
        "tickers" => Add(channel, () => sources.Tickers(Ready)),
        "account" or "alerts" when holder.Account == 0 => new Refusal(RejectReason.Unauthorized, "channel"),
        "account" => Add(channel, () => sources.Account(holder, Ready)),
        "alerts" => Add(channel, () => sources.Alerts(holder, Ready)),
        _ => Refusal.Malformed("channel", "tickers, account, alerts or level3."),
    };

    private Refusal? FollowMerged(Instrument instrument, StreamText message) => Read(message, out var inTicks, out var interval)
        ?? Add(instrument.Symbol, () => sources.Book(instrument, inTicks, interval, Ready));

    private Refusal? FollowOrders(Instrument instrument, StreamText message) =>
        Read(message with { Conflate = message.Conflate ?? 0 }, out var inTicks, out var interval)
        ?? Add(Level3Of(instrument), () => sources.OrderByOrder(instrument, inTicks, interval, Ready));

    /// <summary>The name of what is followed then; no symbol has a slash.</summary>
    private static string Level3Of(Instrument instrument) => $"{Level3}/{instrument.Symbol}";

    private static Refusal? Read(StreamText message, out bool inTicks, out TimeSpan interval)
    {
        (inTicks, interval) = (message.Units == "ticks", default);
        if (message.Units is not (null or "decimal" or "ticks"))
            return Refusal.Malformed("units", "decimal or ticks.");
        if (message.Conflate is not (>= 0 and <= LongestInterval))
            return new Refusal(RejectReason.BadRequest, "conflate", $"{LongestInterval}", $"Milliseconds, 0 to {LongestInterval}.");

        interval = TimeSpan.FromMilliseconds(message.Conflate.Value);
        return null;
    }

    /// <summary>Follows something under a name; nothing is done where it is followed already.</summary>
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

        // Not under the lock: a source that starts may have something to say at once.
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
        return new Refusal(RejectReason.BadRequest, "symbol", limit, "This connection follows as much as it may.");
    }

    /// <summary>A source has something to say: it is asked for it when its turn comes.</summary>
    private void Ready(IStreamSource source)
    {
        lock (_lock)
        {
            // One that is followed no more may say so once more: its timer was on its way.
            if (!_sources.ContainsValue(source) || !_asking.Add(source))
                return;
            _queue.Enqueue(new Outgoing(null, default, null, 0, source));
        }

        _wake.Writer.TryWrite(true);
    }
}
