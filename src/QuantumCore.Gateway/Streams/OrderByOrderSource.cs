using System.Text.Json;
using Microsoft.Extensions.Logging;
using QuantumCore.Contracts;
using QuantumCore.Gateway.Wire;
using QuantumCore.Instruments;

namespace QuantumCore.Gateway.Streams;

/// <summary>
/// A book order by order (L3) for one connection: all displayed orders at first, then everything that happened to one, nothing left out. It asks
/// for more when what it has was told: who reads slowly gets longer messages, and all orders anew where market data has forgotten what is next.
/// </summary>
internal sealed class OrderByOrderSource(
    Instrument instrument, bool inTicks, IGrainFactory grains, TimeProvider time, Pacing pacing, ILogger log) : IStreamSource
{
    private static readonly TimeSpan s_rest = TimeSpan.FromSeconds(1);

    private readonly Lock _lock = new();
    private readonly CancellationTokenSource _over = new();
    private readonly SemaphoreSlim _taken = new(0);
    private OrderByOrderUpdate? _newest;

    /// <summary>Begins to follow.</summary>
    public void Start() => _ = Follow(_over.Token);

    /// <inheritdoc/>
    public IReadOnlyList<ReadOnlyMemory<byte>> Take()
    {
        pacing.Told();
        OrderByOrderUpdate? newest;
        lock (_lock)
        {
            (newest, _newest) = (_newest, null);
        }

        if (newest is null)
            return [];

        _taken.Release();
        return [StreamJson.Bytes(to => Write(to, newest))];
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
        var market = grains.GetGrain<IMarketDataGrain>(instrument.Symbol);
        var after = 0L;
        while (!over.IsCancellationRequested)
        {
            try
            {
                var asked = time.GetTimestamp();
                if (await market.WaitForOrders(after) is { } update)
                {
                    lock (_lock)
                    {
                        _newest = update;
                    }

                    pacing.Due();
                    after = update.Sequence;
                    await _taken.WaitAsync(over);
                }
                else if (time.GetElapsedTime(asked) < s_rest)
                {
                    // Where too many wait already, nothing is answered at once.
                    await Task.Delay(s_rest, time, over);
                }
            }
            catch (OperationCanceledException) when (over.IsCancellationRequested)
            {
                // Nobody reads any more.
            }
            catch (Exception error)
            {
                Log.FeedInterrupted(log, instrument.Symbol, error);
                after = 0;
                await Task.Delay(s_rest, time, CancellationToken.None);
            }
        }
    }

    private void Write(Utf8JsonWriter to, OrderByOrderUpdate update)
    {
        to.WriteStartObject();
        to.WriteString("type"u8, "level3"u8);
        to.WriteBoolean("snapshot"u8, update.IsSnapshot);
        to.WriteString("symbol"u8, instrument.Symbol);
        if (!update.IsSnapshot)
            to.WriteNumber("previousSequence"u8, update.PreviousSequence);
        to.WriteNumber("sequence"u8, update.Sequence);
        to.WriteTimeNanos(update.TimeNanos);
        if (update.IsSnapshot)
        {
            to.WriteOrders("bids"u8, update.Bids, instrument, inTicks);
            to.WriteOrders("asks"u8, update.Asks, instrument, inTicks);
        }
        else
        {
            to.WriteStartArray("changes"u8);
            foreach (var change in update.Changes)
                to.WriteOrderChange(in change, instrument, inTicks);
            to.WriteEndArray();
        }

        to.WriteEndObject();
    }
}
