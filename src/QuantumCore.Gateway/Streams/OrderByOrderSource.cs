namespace QuantumCore.Gateway.Streams;

/// <summary>
/// A book order by order (L3) for one connection: all displayed orders at first, then everything that happened to one, nothing left out. It asks
/// for more when what it has was told: who reads slowly gets longer messages, and all orders anew where market data has forgotten what is next.
/// </summary>
internal sealed class OrderByOrderSource(OrderByOrderFeed feed, bool inTicks, TimeProvider time, Pacing pacing) : IStreamSource
{
    private static readonly TimeSpan s_rest = TimeSpan.FromSeconds(1);

    private readonly Lock _lock = new();
    private readonly CancellationTokenSource _over = new();
    private readonly SemaphoreSlim _taken = new(0);
    private OrdersMessage? _newest;

    // Market data answered that there is nothing new: whoever reads can tell a quiet book from one of which nothing is heard.
    private long? _quietAt;

    // What is being sent, or was sent last: who comes meanwhile, to the same orders, shares its bytes.
    private OrdersMessage? _told;

    /// <inheritdoc/>
    public void Start() => _ = Follow(_over.Token);

    /// <inheritdoc/>
    public IReadOnlyList<ReadOnlyMemory<byte>> Take()
    {
        pacing.Told();
        OrdersMessage? newest;
        long? quietAt;
        lock (_lock)
        {
            (newest, _newest, quietAt, _quietAt) = (_newest, null, _quietAt, null);
            _told = newest ?? _told;
        }

        if (newest is null)
            return quietAt is { } sequence ? [feed.Heartbeat(sequence)] : [];

        _taken.Release();
        return [newest.Bytes(inTicks)];
    }

    /// <inheritdoc/>
    public void Dispose()
    {
        pacing.Dispose();
        _over.Cancel();
        _over.Dispose();
    }

    /// <summary>Follows the book until the connection lets go of it. What the grain throws ends here.</summary>
    private async Task Follow(CancellationToken over)
    {
        // For as long as it is read, not for the message that asked for it.
        RequestTrace.Leave();
        var after = 0L;
        while (!over.IsCancellationRequested)
        {
            try
            {
                if (await feed.NextAsync(after) is { } message)
                {
                    lock (_lock)
                    {
                        _newest = message;
                    }

                    pacing.Due();
                    after = message.Sequence;
                    await _taken.WaitAsync(over);
                }
                else
                {
                    lock (_lock)
                    {
                        _quietAt = after;
                    }

                    pacing.Due();
                }
            }
            catch (OperationCanceledException) when (over.IsCancellationRequested)
            {
                // Nobody reads any more.
            }
            catch (Exception)
            {
                // Said in the log by the feed.
                after = 0;
                await Task.Delay(s_rest, time, CancellationToken.None);
            }
        }
    }
}
