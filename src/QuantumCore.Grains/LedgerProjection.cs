using System.Collections.Immutable;
using Microsoft.Extensions.Logging;
using QuantumCore.Contracts;
using QuantumCore.History;
using QuantumCore.Journal;

namespace QuantumCore.Grains;

/// <summary>
/// Writes the history from the journal, one batch at a time. A record that cannot be projected stops only its own
/// stream.
/// </summary>
internal sealed class LedgerProjection(
    IJournalStore journal, HistoryStore history, LedgerNotices notices, TimeProvider time, ILogger log)
{
    /// <summary>Maximum number of records in a batch while the ledger keeps up.</summary>
    private const int BatchLimit = 8_000;

    // A larger batch costs less for each record, and its readers wait longer. So a ledger that falls behind doubles its
    // batches up to this.
    private const int LargestBatch = 32_000;

    // A stream gets this part of a batch, so that a busy book does not delay the others.
    private const int Shares = 4;
    private static readonly string[] s_projected =
        [HistoryChunk.AccountPrefix, HistoryChunk.BookPrefix, PayoutRecord.StreamPrefix, SettlementRecord.StreamPrefix];

    // A transaction costs as much as thousands of rows, so what comes within a moment goes together. Queries of the
    // history do not wait for this delay.
    private static readonly TimeSpan s_gather = TimeSpan.FromMilliseconds(100);

    private readonly ProjectedStreams _streams = new();
    private readonly HashSet<string> _toLookAt = new(StringComparer.Ordinal);
    private Task? _nextLook;
    private Task _look = Task.CompletedTask;
    private Task? _batch;
    private int _batchLimit = BatchLimit;
    private Task _following = Task.CompletedTask;
    private long _progressAt = time.GetTimestamp();

    // True if the database rejected the last batch.
    private bool _fails;

    /// <summary>Progress of the history.</summary>
    public LedgerStatus Status
    {
        get
        {
            var isBehind = _streams.IsBehind;
            var without = isBehind ? time.GetElapsedTime(_progressAt) : TimeSpan.Zero;
            return new LedgerStatus(
                _streams.Records, _streams.Lag, without.Nanos(), _streams.Stopped, _fails && isBehind);
        }
    }

    /// <summary>The first stream whose history has stopped, or null.</summary>
    public string? FirstStopped => _streams.FirstStopped;

    /// <summary>Notes that a stream has a record.</summary>
    public void Note(string stream, long head) => _streams.Note(stream, head);

    /// <summary>Projects everything durable.</summary>
    public Task CatchUpAsync() => CatchUpAsync(s_projected);

    /// <summary>Projects everything durable in these streams. A name that ends with a slash is a prefix.</summary>
    public async Task CatchUpAsync(params string[] names)
    {
        await LookTogetherAsync(names);
        var streams = _streams.Names.Where(stream => names.Any(
            name => name.EndsWith('/') ? stream.StartsWith(name, StringComparison.Ordinal) : stream == name));
        await ProjectAsync([.. streams.Select(stream => (stream, _streams.Goal(stream)))]);
    }

    /// <summary>Projects what a client has seen of books.</summary>
    public async Task CatchUpToAsync(ImmutableArray<SeenSequence> seen)
    {
        var wanted = seen
            .Select(s => (Stream: HistoryChunk.BookPrefix + s.Symbol, s.Sequence))
            .Where(s => _streams.Cursor(s.Stream) < s.Sequence)
            .ToArray();
        if (wanted.Length > 0)
        {
            // A sequence that a client has seen is durable, so the journal has it. Do not wait for one that the journal
            // does not have.
            await LookTogetherAsync(
                [.. wanted.Where(w => _streams.Head(w.Stream) < w.Sequence).Select(w => w.Stream)]);
            await ProjectAsync([.. wanted.Select(w => (w.Stream, Math.Min(w.Sequence, _streams.Goal(w.Stream))))]);
        }
    }

    /// <summary>Projects what a grain has shown, which is durable.</summary>
    public Task CatchUpToAsync((string Stream, long Sequence)[] shown)
    {
        foreach (var (stream, sequence) in shown)
        {
            Note(stream, sequence);
        }

        return ProjectAsync(shown);
    }

    /// <summary>Reads the heads of all streams, in case a notice was lost.</summary>
    public Task LookAsync(CancellationToken cancellationToken) => LookAsync(s_projected, cancellationToken);

    /// <summary>Reports the lag, with the number of findings of the last reconciliation.</summary>
    public void TellLag(int? findings)
    {
        if (!_streams.IsBehind)
        {
            _progressAt = time.GetTimestamp();
        }

        GrainMetrics.ProjectionLooked(
            _streams.Lag, time.GetElapsedTime(_progressAt), _streams.StoppedCount, findings);
    }

    /// <summary>Writes what is missing, unless that is being done.</summary>
    public void StartFollowing()
    {
        if (_following.IsCompleted)
        {
            _following = FollowAsync();
        }
    }

    /// <summary>Takes the history's own cursors over.</summary>
    public async Task ReloadCursorsAsync(CancellationToken cancellationToken) =>
        _streams.Reload(await history.CursorsAsync(cancellationToken));

    /// <summary>
    /// Reads the heads of these streams, once for all callers during another read. It begins after they asked, and so
    /// sees what was durable then.
    /// </summary>
    private Task LookTogetherAsync(string[] names)
    {
        _toLookAt.UnionWith(names);
        return names.Length == 0 ? Task.CompletedTask : _nextLook ??= NextLookAsync();
    }

    private async Task NextLookAsync()
    {
        await Task.Yield();
        await _look.ConfigureAwait(
            ConfigureAwaitOptions.SuppressThrowing | ConfigureAwaitOptions.ContinueOnCapturedContext);
        string[] names = [.. _toLookAt];
        _toLookAt.Clear();
        _nextLook = null;
        await (_look = LookAsync(names, CancellationToken.None));
    }

    private async Task LookAsync(string[] prefixes, CancellationToken cancellationToken)
    {
        foreach (var prefix in prefixes)
        {
            foreach (var stream in await journal.HeadsAsync(prefix, cancellationToken))
            {
                Note(stream.Name, stream.Head);
            }
        }
    }

    private async Task FollowAsync()
    {
        try
        {
            while (_streams.Waiting > 0)
            {
                // A larger limit means that the last batch left records behind.
                if (_batchLimit == BatchLimit)
                {
                    await Task.Delay(s_gather, time);
                }

                await NextBatchAsync();
            }
        }
        catch (Exception fault)
        {
            GrainLog.LedgerBehind(log, fault);
        }
    }

    /// <summary>Projects until these streams are complete; an error of the database goes to the caller.</summary>
    private async Task ProjectAsync(IReadOnlyList<(string Stream, long Through)> goals)
    {
        while (goals.Any(goal => _streams.Cursor(goal.Stream) < Math.Min(goal.Through, _streams.Goal(goal.Stream))))
        {
            await NextBatchAsync();
        }
    }

    /// <summary>Returns the batch being written, or a new one.</summary>
    private Task NextBatchAsync()
    {
        if (_batch is null or { IsCompleted: true })
        {
            _batch = WriteBatchAsync();
        }

        return _batch;
    }

    private async Task WriteBatchAsync()
    {
        var chunks = new List<HistoryChunk>();
        var taken = new List<string>();
        try
        {
            // A batch that fails is repeated after a pause.
            var (limit, room, isFull) = (_batchLimit, _batchLimit, false);
            _batchLimit = BatchLimit;
            while (room > 0 && _streams.TryTake(out var stream))
            {
                taken.Add(stream);
                var share = _streams.Waiting == 0 ? room : Math.Min(room, limit / Shares);
                if (_streams.Cursor(stream) < _streams.Goal(stream) && await ReadAsync(stream, share) is { } chunk)
                {
                    chunks.Add(chunk);
                    room -= chunk.Count;
                    isFull |= chunk.Count == share;
                }
            }

            await WriteAsync(chunks);
            _batchLimit = isFull ? Math.Min(2 * limit, LargestBatch) : BatchLimit;
        }
        finally
        {
            foreach (var stream in taken)
            {
                _streams.Queue(stream);
            }
        }
    }

    private async Task<HistoryChunk?> ReadAsync(string stream, int limit)
    {
        var first = _streams.Cursor(stream) + 1;
        var (bodies, inJournalThrough) = notices.Recent.Take(
            stream, first, Math.Min(_streams.Goal(stream), first + limit - 1));
        try
        {
            if (bodies.Count == 0)
            {
                bodies = await ReadJournalAsync(stream, first, inJournalThrough);
            }

            if (bodies.Count > 0)
            {
                return HistoryChunk.Decode(
                    stream, first, [.. bodies.Select(static body => body.Bytes)], i => bodies[i].Record);
            }

            // The notice names a sequence that the journal does not have; waiting for it would never end.
            _streams.Lower(stream, first - 1);
        }
        catch (JournalCorruptionException damage)
        {
            Stop(stream, damage.Sequence, damage);
        }
        catch (HistoryStreamException fault)
        {
            Stop(stream, fault.Sequence, fault);
        }

        return null;
    }

    private async Task<List<RecordBody>> ReadJournalAsync(string stream, long first, long through)
    {
        var bodies = new List<RecordBody>();
        await foreach (var record in journal.ReadAsync(stream, first, through, CancellationToken.None))
        {
            bodies.Add(record.Body);
        }

        return bodies;
    }

    private async Task WriteAsync(List<HistoryChunk> chunks)
    {
        if (chunks.Count == 0)
        {
            return;
        }

        try
        {
            if (await history.ApplyAsync(chunks, CancellationToken.None))
            {
                foreach (var chunk in chunks)
                {
                    _streams.Advance(chunk.Stream, chunk.LastSequence);
                }

                (_progressAt, _fails) = (time.GetTimestamp(), false);
            }
            else
            {
                await ReloadCursorsAsync(CancellationToken.None);
            }
        }
        catch (HistoryStreamException fault)
        {
            // Nothing was written. The streams are still behind, and the next batch ends before this record.
            Stop(fault.Stream, fault.Sequence, fault);
        }
        catch (HistoryConflictException)
        {
            foreach (var chunk in chunks)
            {
                await WriteAloneAsync(chunk, isSuspect: chunks.Count == 1);
            }
        }
        catch
        {
            // A commit with an unknown outcome: the history itself knows its cursors.
            _fails = true;
            await ReloadCursorsAsync(CancellationToken.None);
            throw;
        }
    }

    /// <summary>Writes a chunk by itself. If it fails, everything before the faulty record is written.</summary>
    private async Task WriteAloneAsync(HistoryChunk chunk, bool isSuspect)
    {
        if (!isSuspect)
        {
            await WriteAsync([chunk]);
            return;
        }

        var (first, second) = chunk.Halves();
        await WriteAsync([first]);
        if (_streams.Cursor(chunk.Stream) == first.LastSequence)
        {
            await WriteAsync([second]);
        }
    }

    /// <summary>Stops a stream: nothing from this record on is projected until the next activation.</summary>
    private void Stop(string stream, long sequence, Exception fault)
    {
        _streams.Stop(stream, sequence);
        notices.Recent.Stop(stream);
        GrainLog.LedgerStreamStopped(log, fault, stream, sequence);
    }
}

internal static partial class GrainLog
{
    [LoggerMessage(40, LogLevel.Warning, "The history is behind and goes on in a second.")]
    public static partial void LedgerBehind(ILogger logger, Exception exception);

    [LoggerMessage(41, LogLevel.Critical, "The history of {Stream} stops before sequence {Sequence}.")]
    public static partial void LedgerStreamStopped(ILogger logger, Exception exception, string stream, long sequence);

    [LoggerMessage(42, LogLevel.Warning, "Market data of {Symbol} could not look for lost messages; it tries again.")]
    public static partial void MarketDataBehind(ILogger logger, Exception exception, string symbol);
}
