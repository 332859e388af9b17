using System.Collections.Immutable;
using Microsoft.Extensions.Logging;
using QuantumCore.Contracts;
using QuantumCore.History;
using QuantumCore.Journal;

namespace QuantumCore.Grains;

/// <summary>
/// Follows the journal and writes the history: on a notice, and every second in case one was lost. It writes one batch
/// at a time; requests go on meanwhile. A record that cannot be projected stops only its own stream.
/// </summary>
[Reentrant, KeepAlive, ImplicitStreamSubscription(EventStreams.Ledger)]
public sealed partial class LedgerGrain(
    IJournalStore journal, HistoryStore history, LedgerNotices notices, TimeProvider time, ILogger<LedgerGrain> log)
    : Grain, ILedgerGrain, IStreamSubscriptionObserver, IAsyncObserver<StreamAdvanced>
{
    /// <summary>Maximum number of records in a batch while the ledger keeps up.</summary>
    internal const int BatchLimit = 8_000;

    // A larger batch costs less for each record, and its readers wait longer. So a ledger that falls behind doubles its
    // batches up to this.
    private const int LargestBatch = 32_000;

    // A stream gets this part of a batch, so that a busy book does not delay the others.
    private const int Shares = 4;
    private static readonly string[] s_projected =
        [HistoryChunk.AccountPrefix, HistoryChunk.BookPrefix, PayoutRecord.StreamPrefix, SettlementRecord.StreamPrefix];
    private static readonly TimeSpan s_look = TimeSpan.FromSeconds(1);

    // A transaction costs as much as thousands of rows, so what comes within a moment goes together. Queries of the
    // history do not wait for this delay.
    private static readonly TimeSpan s_gather = TimeSpan.FromMilliseconds(100);

    private readonly ReadingTurns _turns = new(history.ReadingsAtATime, time);
    private readonly Dictionary<string, long> _heads = new(StringComparer.Ordinal);
    private readonly Dictionary<string, long> _stoppedAfter = new(StringComparer.Ordinal);
    private int? _findings;

    // Streams with records to project, in the sequence in which they fell behind.
    private readonly Queue<string> _behind = new();
    private readonly HashSet<string> _queued = new(StringComparer.Ordinal);
    private Dictionary<string, long> _cursors = new(StringComparer.Ordinal);
    private readonly HashSet<string> _toLookAt = new(StringComparer.Ordinal);
    private Task? _nextLook;
    private Task _look = Task.CompletedTask;
    private Task? _batch;
    private int _batchLimit = BatchLimit;
    private Task _following = Task.CompletedTask;
    private long _progressAt = time.GetTimestamp();

    // True if the database rejected the last batch.
    private bool _fails;

    /// <inheritdoc/>
    public override async Task OnActivateAsync(CancellationToken cancellationToken)
    {
        await ReloadCursorsAsync(cancellationToken);
        this.RegisterGrainTimer(
            LookAndFollowAsync,
            new GrainTimerCreationOptions { DueTime = TimeSpan.Zero, Period = s_look, Interleave = true });
        this.RegisterGrainTimer(
            ReconcileInTurnAsync,
            new GrainTimerCreationOptions { DueTime = s_reconcile, Period = s_reconcile, Interleave = true });
        notices.Recent.Follow(this);
    }

    /// <inheritdoc/>
    public override Task OnDeactivateAsync(DeactivationReason reason, CancellationToken cancellationToken)
    {
        notices.Recent.Leave(this);
        return Task.CompletedTask;
    }

    /// <inheritdoc/>
    public Task OnSubscribed(IStreamSubscriptionHandleFactory handleFactory) =>
        handleFactory.Create<StreamAdvanced>().ResumeAsync(this);

    /// <inheritdoc/>
    public Task OnNextAsync(StreamAdvanced item, StreamSequenceToken? token = null)
    {
        Note(item.Stream, item.Sequence);
        StartFollowing();
        return Task.CompletedTask;
    }

    /// <inheritdoc/>
    public Task OnErrorAsync(Exception ex) => Task.CompletedTask;

    /// <inheritdoc/>
    public async ValueTask<ImmutableArray<AccountFill>> Fills(
        long account, string? symbol, int limit, ImmutableArray<SeenSequence> seen)
    {
        await CatchUpToAsync(seen);
        return await _turns.ReadAsync(() => history.Fills.NewestAsync(account, symbol, limit, CancellationToken.None));
    }

    /// <inheritdoc/>
    public async ValueTask<ImmutableArray<AccountFill>> FillsAfter(
        long account, string symbol, TradePlace after, int limit, ImmutableArray<SeenSequence> seen)
    {
        await CatchUpToAsync(seen);
        return await _turns.ReadAsync(
            () => history.Fills.AfterAsync(account, symbol, after, limit, CancellationToken.None));
    }

    /// <inheritdoc/>
    public async ValueTask<ImmutableArray<AccountTransfer>> Transfers(long account, int limit, TransferPlace? after)
    {
        await CatchUpAsync(HistoryChunk.StreamOf(account));
        return await _turns.ReadAsync(
            () => history.Transfers.NewestAsync(account, limit, after, CancellationToken.None));
    }

    /// <inheritdoc/>
    public async ValueTask<ImmutableArray<AccountWithdrawal>> Withdrawals(long account, int limit, long? before)
    {
        await CatchUpAsync(HistoryChunk.StreamOf(account), PayoutRecord.StreamPrefix);
        return await _turns.ReadAsync(
            () => history.Withdrawals.NewestAsync(account, limit, before, CancellationToken.None));
    }

    /// <inheritdoc/>
    public async ValueTask<ImmutableArray<Candle>> Candles(CandleQuery query, ImmutableArray<SeenSequence> seen)
    {
        await CatchUpToAsync(seen);
        return await _turns.ReadAsync(() => history.Candles.FindAsync(query, CancellationToken.None));
    }

    /// <inheritdoc/>
    public async ValueTask<ImmutableArray<PublicTrade>> PublicTrades(
        TradeQuery query, ImmutableArray<SeenSequence> seen)
    {
        await CatchUpToAsync(seen);
        return await _turns.ReadAsync(() => history.Trades.FindAsync(query, CancellationToken.None));
    }

    /// <inheritdoc/>
    public async ValueTask<ImmutableArray<AccountFill>> FillsOf(FillQuery query, ImmutableArray<SeenSequence> seen)
    {
        await CatchUpToAsync(seen);
        return await _turns.ReadAsync(() => history.Fills.FindAsync(query, CancellationToken.None));
    }

    /// <inheritdoc/>
    public async ValueTask<ImmutableArray<PreventedMatch>> Prevented(
        PreventedQuery query, ImmutableArray<SeenSequence> seen)
    {
        await CatchUpToAsync(seen);
        return await _turns.ReadAsync(() => history.PreventedMatches.FindAsync(query, CancellationToken.None));
    }

    /// <inheritdoc/>
    public async ValueTask<ImmutableArray<PastOrder>> Orders(OrderQuery query, ImmutableArray<SeenSequence> seen)
    {
        await CatchUpToAsync(seen);
        return await _turns.ReadAsync(() => history.Orders.FindAsync(query, CancellationToken.None));
    }

    /// <inheritdoc/>
    public async ValueTask CatchUp() => await CatchUpAsync(s_projected);

    /// <inheritdoc/>
    public ValueTask Follow() => ValueTask.CompletedTask;

    /// <inheritdoc/>
    public ValueTask<LedgerStatus> Status()
    {
        var without = IsBehind() ? time.GetElapsedTime(_progressAt) : TimeSpan.Zero;
        return ValueTask.FromResult(
            new LedgerStatus(_heads.Values.Sum(), Behind(), without.Nanos(), Stopped(), _fails && IsBehind()));
    }

    /// <summary>Projects everything durable in these streams. A name that ends with a slash is a prefix.</summary>
    private async Task CatchUpAsync(params string[] names)
    {
        await LookTogetherAsync(names);
        var streams = _heads.Keys.Where(stream => names.Any(
            name => name.EndsWith('/') ? stream.StartsWith(name, StringComparison.Ordinal) : stream == name));
        await ProjectAsync([.. streams.Select(stream => (stream, Goal(stream)))]);
    }

    private async Task CatchUpToAsync(ImmutableArray<SeenSequence> seen)
    {
        var wanted = seen
            .Select(s => (Stream: HistoryChunk.BookPrefix + s.Symbol, s.Sequence))
            .Where(s => Cursor(s.Stream) < s.Sequence)
            .ToArray();
        if (wanted.Length > 0)
        {
            // A sequence that a client has seen is durable, so the journal has it. Do not wait for one that the journal
            // does not have.
            await LookTogetherAsync(
                [.. wanted.Where(w => _heads.GetValueOrDefault(w.Stream) < w.Sequence).Select(w => w.Stream)]);
            await ProjectAsync([.. wanted.Select(w => (w.Stream, Math.Min(w.Sequence, Goal(w.Stream))))]);
        }
    }

    private long Cursor(string stream) => _cursors.GetValueOrDefault(stream);

    /// <summary>Returns the sequence up to which a stream can be projected now.</summary>
    private long Goal(string stream) => Math.Min(
        _heads.GetValueOrDefault(stream), _stoppedAfter.GetValueOrDefault(stream, long.MaxValue));

    private void Note(string stream, long head)
    {
        if (HistoryChunk.IsProjected(stream))
        {
            _heads[stream] = Math.Max(head, _heads.GetValueOrDefault(stream));
            Queue(stream);
        }
    }

    private void Queue(string stream)
    {
        if (Cursor(stream) < Goal(stream) && _queued.Add(stream))
        {
            _behind.Enqueue(stream);
        }
    }

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

    private async Task LookAndFollowAsync(CancellationToken cancellationToken)
    {
        try
        {
            await LookAsync(s_projected, cancellationToken);
            TellLag();
            StartFollowing();
        }
        catch (Exception fault) when (!cancellationToken.IsCancellationRequested)
        {
            GrainLog.LedgerBehind(log, fault);
        }
    }

    private void TellLag()
    {
        if (!IsBehind())
        {
            _progressAt = time.GetTimestamp();
        }

        GrainMetrics.ProjectionLooked(Behind(), time.GetElapsedTime(_progressAt), _stoppedAfter.Count, _findings);
    }

    /// <summary>Returns true while there are records that the history can take.</summary>
    private bool IsBehind() => _heads.Keys.Any(stream => Cursor(stream) < Goal(stream));

    private ImmutableArray<StoppedStream> Stopped() =>
        [.. _stoppedAfter.Select(static stream => new StoppedStream(stream.Key, stream.Value + 1))
            .OrderBy(static stream => stream.Stream, StringComparer.Ordinal)];

    private long Behind() => _heads.Sum(stream => Math.Max(0, stream.Value - Cursor(stream.Key)));

    private void StartFollowing()
    {
        if (_following.IsCompleted)
        {
            _following = FollowAsync();
        }
    }

    private async Task FollowAsync()
    {
        try
        {
            while (_behind.Count > 0)
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
        while (goals.Any(goal => Cursor(goal.Stream) < Math.Min(goal.Through, Goal(goal.Stream))))
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
            while (room > 0 && _behind.TryDequeue(out var stream))
            {
                taken.Add(stream);
                _queued.Remove(stream);
                var share = _behind.Count == 0 ? room : Math.Min(room, limit / Shares);
                if (Cursor(stream) < Goal(stream) && await ReadAsync(stream, share) is { } chunk)
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
                Queue(stream);
            }
        }
    }

    private async Task<HistoryChunk?> ReadAsync(string stream, int limit)
    {
        var first = Cursor(stream) + 1;
        var (bodies, inJournalThrough) = notices.Recent.Take(stream, first, Math.Min(Goal(stream), first + limit - 1));
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
            _heads[stream] = Math.Min(_heads[stream], first - 1);
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
                    _cursors[chunk.Stream] = chunk.LastSequence;
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
        if (Cursor(chunk.Stream) == first.LastSequence)
        {
            await WriteAsync([second]);
        }
    }

    /// <summary>Stops a stream: nothing from this record on is projected until the next activation.</summary>
    private void Stop(string stream, long sequence, Exception fault)
    {
        _stoppedAfter[stream] = Math.Min(sequence - 1, _stoppedAfter.GetValueOrDefault(stream, long.MaxValue));
        notices.Recent.Stop(stream);
        GrainLog.LedgerStreamStopped(log, fault, stream, sequence);
    }

    private async Task ReloadCursorsAsync(CancellationToken cancellationToken) =>
        _cursors = new(await history.CursorsAsync(cancellationToken), StringComparer.Ordinal);
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
