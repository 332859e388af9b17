using Microsoft.Extensions.Logging;
using QuantumCore.Gateway.Markets;

namespace QuantumCore.Gateway.Binance;

/// <summary>
/// Stream of all symbols for all its readers, made of the symbols' streams. Best prices are sent at once. Tickers are
/// sent once a second in one list, with the symbols whose ticker was sent since. A newly listed symbol joins within a
/// second.
/// </summary>
internal sealed class WireMarketFeed(
    WireStreamName name, WireFeeds feeds, Listings listings, TimeProvider time, ILogger log)
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

        _ = RunAsync();
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

    /// <summary>
    /// Follows every symbol as long as there are readers. If the catalog does not answer, it is asked again a second
    /// later.
    /// </summary>
    private async Task RunAsync()
    {
        var followed = new Dictionary<string, (WireFeed Feed, WireStreamName Stream)>(StringComparer.Ordinal);
        using var timer = new PeriodicTimer(s_second, time);
        do
        {
            try
            {
                foreach (var instrument in await listings.AllAsync())
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

    /// <summary>
    /// Leaves all symbols if no readers are left. Returns false if a reader has joined meanwhile; all symbols are then
    /// followed again.
    /// </summary>
    private bool IsOver(Dictionary<string, (WireFeed Feed, WireStreamName Stream)> followed)
    {
        // Outside the lock, because feeds call this one under their own lock.
        foreach (var (feed, stream) in followed.Values)
            feed.Leave(stream, this);
        followed.Clear();
        lock (_lock)
        {
            _waiting.Clear();
            return !(_running = _readers.Count > 0);
        }
    }

    /// <summary>Sends waiting tickers; false if no readers are left.</summary>
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
