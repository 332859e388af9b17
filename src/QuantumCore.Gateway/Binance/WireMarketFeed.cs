using Microsoft.Extensions.Logging;

namespace QuantumCore.Gateway.Binance;

/// <summary>
/// A stream of all symbols for all its readers: their own streams together. Best prices are told when they come; tickers once a
/// second in one list, of those symbols whose ticker was told since. A symbol that is listed meanwhile joins within a second.
/// </summary>
internal sealed class WireMarketFeed(WireStreamName name, WireFeeds feeds, Listings listings, TimeProvider time, ILogger log)
    : IWireFeed, IWireReader
{
    private static readonly TimeSpan s_second = TimeSpan.FromSeconds(1);

    private readonly Lock _lock = new();
    private readonly HashSet<IWireReader> _readers = [];
    private readonly SortedDictionary<string, ReadOnlyMemory<byte>> _waiting = new(StringComparer.Ordinal);
    private bool _running;

    /// <inheritdoc/>
    public void Join(WireStreamName name, IWireReader reader)
    {
        lock (_lock)
        {
            _readers.Add(reader);
            if (_running)
                return;
            _running = true;
        }

        _ = Run();
    }

    /// <inheritdoc/>
    public void Leave(WireStreamName name, IWireReader reader)
    {
        lock (_lock)
            _readers.Remove(reader);
    }

    /// <inheritdoc/>
    public void Offer(WireMessage message)
    {
        lock (_lock)
        {
            if (name.Kind == WireStreamKind.BookTicker)
                Tell(new WireMessage(name.Name, message.Raw));
            else
                _waiting[message.Stream] = message.Raw;
        }
    }

    /// <summary>Follows every symbol as long as there are readers. A catalog that does not answer is asked again a second later.</summary>
    private async Task Run()
    {
        var followed = new Dictionary<string, (WireFeed Feed, WireStreamName Stream)>(StringComparer.Ordinal);
        using var timer = new PeriodicTimer(s_second, time);
        do
        {
            try
            {
                foreach (var instrument in await listings.All())
                {
                    var (feed, stream) = (feeds.Of(instrument), name.Of(instrument.Symbol));
                    if (followed.TryAdd(instrument.Symbol, (feed, stream)))
                        feed.Join(stream, this);
                }
            }
            catch (Exception error)
            {
                Log.FeedInterrupted(log, name.Name, error);
            }
        }
        while (await timer.WaitForNextTickAsync(CancellationToken.None) && (TellWaiting() || !IsOver(followed)));
    }

    /// <summary>Nobody is left: follows no symbol any more. Whether it stays so: somebody may have come meanwhile, and all are followed again.</summary>
    private bool IsOver(Dictionary<string, (WireFeed Feed, WireStreamName Stream)> followed)
    {
        // Not under the lock: feeds call this one under their own.
        foreach (var (feed, stream) in followed.Values)
            feed.Leave(stream, this);
        followed.Clear();
        lock (_lock)
        {
            _waiting.Clear();
            return !(_running = _readers.Count > 0);
        }
    }

    /// <summary>Tells what waits; false when nobody is left to tell it.</summary>
    private bool TellWaiting()
    {
        lock (_lock)
        {
            if (_readers.Count == 0)
                return false;
            if (_waiting.Count == 0)
                return true;

            var list = new List<byte> { (byte)'[' };
            foreach (var ticker in _waiting.Values)
            {
                if (list.Count > 1)
                    list.Add((byte)',');
                list.AddRange(ticker.Span);
            }

            list.Add((byte)']');
            _waiting.Clear();
            Tell(new WireMessage(name.Name, list.ToArray()));
            return true;
        }
    }

    private void Tell(WireMessage message)
    {
        foreach (var reader in _readers)
            reader.Offer(message);
    }
}
