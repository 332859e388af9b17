using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging;
using QuantumCore.Contracts;
using QuantumCore.Journal;

namespace QuantumCore.Grains;

/// <summary>
/// Notifies the ledger which journal streams of this silo have advanced, collected over some milliseconds into one
/// message. A notice may be lost; the ledger also checks by itself.
/// </summary>
public sealed class LedgerNotices : IDisposable
{
    // Shorter than the time for which the ledger collects records.
    private static readonly TimeSpan s_pause = TimeSpan.FromMilliseconds(10);

    private readonly IServiceProvider _services;
    private readonly ILogger<LedgerNotices> _log;
    private readonly Lock _lock = new();
    private readonly Dictionary<string, long> _heads = new(StringComparer.Ordinal);
    private readonly ITimer _timer;
    private bool _isDue;

    /// <summary>Creates the notices of a silo that provides <see cref="EventStreams.Provider"/>.</summary>
    public LedgerNotices(IServiceProvider services, TimeProvider time, ILogger<LedgerNotices> log)
    {
        _services = services;
        _log = log;
        _timer = time.CreateTimer(
            static notices => ((LedgerNotices)notices!).Send(), this, Timeout.InfiniteTimeSpan,
            Timeout.InfiniteTimeSpan);
    }

    /// <summary>Newest durable records, for a ledger on this silo.</summary>
    internal RecentRecords Recent { get; } = new();

    /// <summary>Notes the durable head of a stream, and its newest records.</summary>
    public void Note(string stream, long sequence, IReadOnlyList<RecordBody> bodies)
    {
        Recent.Add(stream, sequence, bodies);
        lock (_lock)
        {
            _heads[stream] = sequence;
            if (_isDue)
            {
                return;
            }

            _isDue = true;
        }

        _timer.Change(s_pause, Timeout.InfiniteTimeSpan);
    }

    /// <inheritdoc/>
    public void Dispose() => _timer.Dispose();

    private void Send()
    {
        StreamAdvanced[] notices;
        lock (_lock)
        {
            notices = [.. _heads.Select(head => new StreamAdvanced(head.Key, head.Value))];
            _heads.Clear();
            _isDue = false;
        }

        _ = PublishAsync(notices);
    }

    private async Task PublishAsync(StreamAdvanced[] notices)
    {
        try
        {
            await _services.GetRequiredKeyedService<IStreamProvider>(EventStreams.Provider)
                .GetStream<StreamAdvanced>(StreamId.Create(EventStreams.Ledger, EventStreams.LedgerKey))
                .OnNextBatchAsync(notices);
        }
        catch (ObjectDisposedException)
        {
            // The silo has ended.
        }
        catch (Exception e)
        {
            GrainLog.PublishFailed(_log, e, EventStreams.Ledger);
        }
    }
}
