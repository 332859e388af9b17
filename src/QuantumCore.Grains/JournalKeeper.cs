using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging;
using QuantumCore.Contracts;
using QuantumCore.History;
using QuantumCore.Journal;

namespace QuantumCore.Grains;

/// <summary>Options for packing old records of the journal.</summary>
public sealed record KeepOptions
{
    /// <summary>Age from which records are packed; zero for never. A demo sets another one when it opens.</summary>
    public TimeSpan PackAfter { get; set; } = TimeSpan.FromDays(30);

    /// <summary>Interval between checks.</summary>
    public TimeSpan Look { get; init; } = TimeSpan.FromMinutes(1);

    /// <summary>Pause between two packs, which leaves room for commits.</summary>
    public TimeSpan Pause { get; init; } = TimeSpan.FromMilliseconds(100);

    /// <summary>Limits of one pack.</summary>
    public PackLimits Limits { get; init; } = new();
}

/// <summary>
/// Packs old records of the journal, a little at a time, while the exchange trades. Any number of silos may run it: if
/// two pack the same frames, one finds them gone.
/// </summary>
public sealed class JournalKeeper(
    IJournalStore store, KeepOptions options, TimeProvider time, ILogger<JournalKeeper> log) : BackgroundService
{
    private readonly JournalPacker _packer = new(store, options.Limits);

    /// <summary>Packs everything that is old now; returns the number of frames and of packs they became.</summary>
    internal async Task<(int Frames, int Packs)> PackAsync(CancellationToken cancellationToken)
    {
        var (frames, packs) = (0, 0);
        while (await _packer.PackNextAsync(IsOld, cancellationToken) is { } pack)
        {
            GrainMetrics.Packed(
                pack.Frames.Count, pack.Slices.Sum(slice => (long)slice.Length), pack.Packed.Body.Length);
            (frames, packs) = (frames + pack.Frames.Count, packs + 1);
            await Task.Delay(options.Pause, time, cancellationToken);
        }

        return (frames, packs);
    }

    /// <inheritdoc/>
    protected override async Task ExecuteAsync(CancellationToken stoppingToken)
    {
        if (options.PackAfter == TimeSpan.Zero)
        {
            return;
        }

        using var timer = new PeriodicTimer(options.Look, time);
        do
        {
            await PackAndTellAsync(stoppingToken);
        }
        while (await timer.WaitForNextTickAsync(stoppingToken));
    }

    private async Task PackAndTellAsync(CancellationToken stoppingToken)
    {
        try
        {
            var (frames, packs) = await PackAsync(stoppingToken);
            if (packs > 0)
            {
                GrainLog.FramesPacked(log, frames, packs);
            }
        }
        catch (Exception e) when (!stoppingToken.IsCancellationRequested)
        {
            GrainLog.PackingFailed(log, e);
        }
    }

    // Catalog records carry no time.
    private bool? IsOld(string stream, ReadOnlyMemory<byte> body)
    {
        long? written = stream switch
        {
            _ when stream.StartsWith(HistoryChunk.BookPrefix, StringComparison.Ordinal) =>
                BookRecordEncoding.Decode(body.Span).TimeNanos,
            _ when stream.StartsWith(HistoryChunk.AccountPrefix, StringComparison.Ordinal) =>
                AccountRecordEncoding.Decode(body.Span).TimeNanos,
            _ when stream.StartsWith(PayoutRecord.StreamPrefix, StringComparison.Ordinal) =>
                PayoutRecordEncoding.Decode(body.Span).TimeNanos,
            _ when stream.StartsWith(SettlementRecord.StreamPrefix, StringComparison.Ordinal) =>
                SettlementRecordEncoding.Decode(body.Span).TimeNanos,
            _ => null,
        };
        return written is not { } nanos ? null : nanos <= time.UnixNanos() - options.PackAfter.Nanos();
    }
}

internal static partial class GrainLog
{
    [LoggerMessage(45, LogLevel.Information, "{Frames} old frames of the journal are packed into {Packs}.")]
    public static partial void FramesPacked(ILogger logger, int frames, int packs);

    [LoggerMessage(
        46, LogLevel.Warning,
        "Old frames of the journal could not be packed; they stay as they are, and it is tried again.")]
    public static partial void PackingFailed(ILogger logger, Exception exception);
}
