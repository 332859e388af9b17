using QuantumCore.Gateway.Hosting;

namespace QuantumCore.Gateway.Native.Streams;

/// <summary>
/// Market-by-order (L3) channel of one connection: first all displayed orders, then every change, none left out. It
/// asks for more after the last message was sent, so a slow reader gets longer messages. If market data no longer has
/// the next changes, the reader gets a new snapshot.
/// </summary>
internal sealed class OrderByOrderSource(OrderByOrderFeed feed, bool inTicks, TimeProvider time, Pacing pacing)
    : IStreamSource
{
    private static readonly TimeSpan s_rest = TimeSpan.FromSeconds(1);

    private readonly Lock _lock = new();
    private readonly CancellationTokenSource _over = new();
    private readonly SemaphoreSlim _taken = new(0);
    private OrdersMessage? _newest;

    // Market data answered without changes, so that a reader can tell a quiet book from a silent feed.
    private long? _quietAt;

    // Message being sent, or last sent: a reader that needs the same orders meanwhile shares its bytes.
    private OrdersMessage? _told;

    /// <inheritdoc/>
    public void Start() => _ = FollowAsync(_over.Token);

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

    /// <summary>Follows the book until the connection releases it. Exceptions of the grain end here.</summary>
    private async Task FollowAsync(CancellationToken over)
    {
        // It lives as long as the channel, not as the message that asked for it.
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
                // The feed has logged it.
                after = 0;
                await Task.Delay(s_rest, time, CancellationToken.None);
            }
        }
    }
}
