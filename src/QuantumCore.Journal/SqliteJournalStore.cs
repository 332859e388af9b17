using System.Collections.Concurrent;
using System.Runtime.CompilerServices;
using SQLitePCL;

namespace QuantumCore.Journal;

/// <summary>
/// A journal in one SQLite file of one process: write-ahead log, synced at each commit, checkpoints off the writer's
/// thread. A lock file beside it keeps other processes out while this store lives.
/// </summary>
public sealed class SqliteJournalStore : IJournalStore
{
    internal const long FormatVersion = 1;

    /// <summary>Format with packs, which earlier releases cannot read.</summary>
    internal const long PackedFormatVersion = 2;
    private const int SnapshotPartBytes = 1 << 20;
    private const int IdleReaders = 4;
    private const int MoveTailWhenIdle = 1_024;
    private const int MoveTailAlways = 65_536;

    internal const string Schema = """
        CREATE TABLE stream_head (
            stream_id INTEGER PRIMARY KEY, name TEXT NOT NULL UNIQUE,
            epoch INTEGER NOT NULL, head INTEGER NOT NULL, chain INTEGER NOT NULL);
        CREATE TABLE frame (
            writer_id INTEGER NOT NULL, frame_no INTEGER NOT NULL, crc INTEGER NOT NULL, body BLOB NOT NULL,
            PRIMARY KEY (writer_id, frame_no));
        CREATE TABLE frame_stream (
            stream_id INTEGER NOT NULL, first_seq INTEGER NOT NULL, last_seq INTEGER NOT NULL,
            writer_id INTEGER NOT NULL, frame_no INTEGER NOT NULL, position INTEGER NOT NULL, length INTEGER NOT NULL,
            PRIMARY KEY (stream_id, first_seq)) WITHOUT ROWID;
        CREATE TABLE frame_stream_tail (
            tail_no INTEGER PRIMARY KEY, stream_id INTEGER NOT NULL,
            first_seq INTEGER NOT NULL, last_seq INTEGER NOT NULL,
            writer_id INTEGER NOT NULL, frame_no INTEGER NOT NULL, position INTEGER NOT NULL, length INTEGER NOT NULL);
        CREATE TABLE snapshot (
            stream_id INTEGER NOT NULL, seq INTEGER NOT NULL, epoch INTEGER NOT NULL,
            crc INTEGER NOT NULL, parts INTEGER NOT NULL, PRIMARY KEY (stream_id, seq)) WITHOUT ROWID;
        CREATE TABLE snapshot_part (
            stream_id INTEGER NOT NULL, seq INTEGER NOT NULL, part INTEGER NOT NULL, body BLOB NOT NULL,
            PRIMARY KEY (stream_id, seq, part));
        PRAGMA user_version = 1;
        """;

    private readonly string _path;
    private readonly string? _fileSystem;
    private readonly bool _checkpointsItself = true;
    private readonly ConcurrentBag<SqliteDatabase> _readers = [];
    private readonly ConcurrentQueue<Activating> _activations = new();
    private readonly CancellationTokenSource _closing = new();

    /// <summary>
    /// Serialises write transactions, of which SQLite has one at a time. Waiting here is fair; SQLite would wait by
    /// sleeping.
    /// </summary>
    private readonly SemaphoreSlim _write = new(1);
    private readonly SemaphoreSlim _move = new(1);
    private readonly SqliteSliceTail _tail = new();
    private FileStream? _lock;
    private SqliteCheckpointer? _checkpointer;
    private SqliteWitness? _witness;

    /// <summary>Uses a journal in this file; the file and its folder are created if they do not exist.</summary>
    public SqliteJournalStore(string path) => _path = Path.GetFullPath(path);

    /// <summary>
    /// Uses a journal on SQLite's file system (VFS) of this name, with automatic or manual checkpoints.
    /// </summary>
    internal SqliteJournalStore(string path, string fileSystem, bool checkpointsItself)
        : this(path)
    {
        _fileSystem = fileSystem;
        _checkpointsItself = checkpointsItself;
    }

    /// <inheritdoc/>
    public Task InitializeAsync(CancellationToken cancellationToken) => Task.Run(
        () =>
        {
            _lock = TakeLock();
            try
            {
                Start();
            }
            catch (SqliteFailureException failure) when (failure.IsDamage())
            {
                throw new JournalSetupException($"{_path} is damaged: {failure.Message}", failure);
            }
        },
        cancellationToken);

    /// <inheritdoc/>
    public async Task<StreamActivation> ActivateAsync(string stream, CancellationToken cancellationToken)
    {
        StreamName.Check(stream);
        var mine = new Activating(stream, new(TaskCreationOptions.RunContinuationsAsynchronously));
        _activations.Enqueue(mine);
        await _write.WaitAsync(CancellationToken.None);
        try
        {
            // The first caller raises the epochs of all who wait, in one transaction with one sync.
            if (!mine.Done.Task.IsCompleted) await Task.Run(ActivateWaiting, CancellationToken.None);
        }
        finally
        {
            _write.Release();
        }

        return await mine.Done.Task;
    }

    /// <inheritdoc/>
    public IJournalConnection Connect() => new Connection(this);

    /// <inheritdoc/>
    public async IAsyncEnumerable<JournalRecord> ReadAsync(
        string stream,
        long fromSequence,
        long throughSequence,
        [EnumeratorCancellation] CancellationToken cancellationToken)
    {
        var (streamId, _, head, chain) = await FindAsync(stream);
        var through = Math.Min(throughSequence, head);
        var records = SliceReader.ReadAsync(
            stream,
            streamId,
            fromSequence,
            through,
            through == head ? chain : null,
            next => SqliteSoundness.OfStreamAsync(
                stream, next, ReadOnPoolAsync(reader => Page(reader, streamId, next, through))),
            cancellationToken);
        await foreach (var record in records) yield return record;
    }

    /// <inheritdoc/>
    public Task<IReadOnlyList<StreamHead>> HeadsAsync(string namePrefix, CancellationToken cancellationToken) =>
        ReadOnPoolAsync<IReadOnlyList<StreamHead>>(reader =>
        {
            var heads = new List<StreamHead>();
            var rows = reader.Statement(
                    "SELECT name, epoch, head FROM stream_head WHERE name >= ?1 AND name < ?2 ORDER BY name")
                .Bind(1, namePrefix)
                .Bind(2, namePrefix + StreamName.AfterAnyName);
            while (rows.Step()) heads.Add(new StreamHead(rows.Text(0), rows.Long(1), rows.Long(2)));
            return heads;
        });

    /// <inheritdoc/>
    public Task<IReadOnlyDictionary<long, long>> EpochsAsync(
        IReadOnlyCollection<long> streamIds, CancellationToken cancellationToken) =>
        ReadOnPoolAsync<IReadOnlyDictionary<long, long>>(reader =>
        {
            var epochs = new Dictionary<long, long>(streamIds.Count);
            foreach (var id in streamIds)
            {
                var row = reader.Statement("SELECT epoch FROM stream_head WHERE stream_id = ?1").Bind(1, id);
                if (row.Step()) epochs[id] = row.Long(0);
                row.Reset();
            }

            return epochs;
        });

    /// <inheritdoc/>
    public async Task<bool> PutSnapshotAsync(
        string stream, long epoch, long sequence, ReadOnlyMemory<byte> body, CancellationToken cancellationToken)
    {
        var streamId = (await FindAsync(stream)).StreamId;

        // In parts, so that the writer's commits get in between. The snapshot exists once its last transaction commits.
        var parts = (body.Length + SnapshotPartBytes - 1) / SnapshotPartBytes;
        for (var part = 0; part < parts; part++)
        {
            var slice = body.Slice(
                part * SnapshotPartBytes, Math.Min(SnapshotPartBytes, body.Length - part * SnapshotPartBytes));
            var at = part;
            if (!await WriteAsync(
                database => SqliteSnapshots.PutPart(database, streamId, epoch, sequence, at, slice.Span)))
                return false;
        }

        var crc = Checksum.Of(body.Span);
        return await WriteAsync(database => SqliteSnapshots.Finish(database, streamId, epoch, sequence, crc, parts));
    }

    /// <inheritdoc/>
    public async IAsyncEnumerable<StreamSnapshot> SnapshotsAsync(
        string stream, [EnumeratorCancellation] CancellationToken cancellationToken)
    {
        var streamId = (await FindAsync(stream)).StreamId;
        var below = long.MaxValue;
        while (await ReadOnPoolAsync(reader => SqliteSnapshots.NewestBelowOrNone(reader, streamId, below)) is { } found)
        {
            cancellationToken.ThrowIfCancellationRequested();
            below = found.Sequence;
            if (found.Body is not null) yield return new StreamSnapshot(stream, found.Sequence, found.Body);
        }
    }

    /// <inheritdoc/>
    public async IAsyncEnumerable<FrameId> DamagedFramesAsync(
        [EnumeratorCancellation] CancellationToken cancellationToken)
    {
        var after = new FrameId(long.MinValue, long.MinValue);
        while (await ReadOnPoolAsync(reader => SqliteSoundness.NextFrame(reader, after)) is { } found)
        {
            cancellationToken.ThrowIfCancellationRequested();
            after = found.Id;
            if (!found.IsSound) yield return found.Id;
        }
    }

    /// <inheritdoc/>
    public Task<UnpackedFrames> UnpackedAsync(PackLimits limits, CancellationToken cancellationToken) =>
        ReadOnPoolAsync(reader => SqlitePacks.Unpacked(reader, limits));

    /// <inheritdoc/>
    public Task<IReadOnlyDictionary<long, string>> NamesAsync(
        IReadOnlyCollection<long> streamIds, CancellationToken cancellationToken) =>
        ReadOnPoolAsync(reader => SqlitePacks.Names(reader, streamIds));

    /// <inheritdoc/>
    public async Task<bool> PackAsync(JournalPack pack, CancellationToken cancellationToken)
    {
        await MoveTailNowAsync();
        return await WriteAsync(database => SqlitePacks.Put(database, pack));
    }

    /// <inheritdoc/>
    public async ValueTask DisposeAsync()
    {
        if (_closing.IsCancellationRequested) return;
        await _closing.CancelAsync();
        if (_checkpointer is not null) await _checkpointer.DisposeAsync();
        while (_readers.TryTake(out var reader)) reader.Dispose();
        _witness?.Dispose();
        if (_lock is not null) await _lock.DisposeAsync();
    }

    private void Start()
    {
        using var database = Open();
        var version = database.Statement("PRAGMA user_version");
        var found = version.Step() ? version.Long(0) : 0;
        version.Reset();
        if (found == 0) database.InTransaction(() => Create(database));
        else CheckFormat(_path, found);

        _tail.Load(database);
        _witness = SqliteWitness.Open(_path, SqliteSoundness.CheckHeads(database, _path));
        SyncWhatWasFound(database);
        if (_checkpointsItself)
        {
            _checkpointer = new SqliteCheckpointer(
                () => SqliteDatabase.Open(_path, _fileSystem, patienceMillis: 0), _write, MoveTailAsync);
        }
    }

    /// <summary>Does one round of the checkpointer, including the newest part of the index.</summary>
    internal async Task CheckpointAsync(int mode)
    {
        await MoveTailNowAsync();
        using var database = Open();
        database.Checkpoint(mode, out _);
    }

    /// <summary>
    /// Makes commits durable that a dying process wrote to the log but did not sync. They are readable there but would
    /// not survive a power loss, so they are synced before anyone reads them.
    /// </summary>
    private void SyncWhatWasFound(SqliteDatabase database)
    {
        try
        {
            if (!database.Checkpoint(raw.SQLITE_CHECKPOINT_PASSIVE, out _))
            {
                throw new JournalSetupException($"{_path} is being written by somebody else.");
            }
        }
        catch (SqliteFailureException full) when (full.IsDiskFull)
        {
            // The log is synced before the file grows, and only that matters.
        }
    }

    private SqliteDatabase Open() => SqliteDatabase.Open(_path, _fileSystem);

    private FileStream TakeLock()
    {
        Directory.CreateDirectory(Path.GetDirectoryName(_path)!);
        var lockPath = Path.ChangeExtension(_path, ".lock");
        try
        {
            return new FileStream(lockPath, FileMode.OpenOrCreate, FileAccess.ReadWrite, FileShare.None);
        }
        catch (IOException inUse)
        {
            throw new JournalSetupException($"{_path} is in use by another process (it holds {lockPath}).", inUse);
        }
    }

    /// <summary>Rejects a file that another program wrote.</summary>
    internal static void CheckFormat(string path, long found)
    {
        if (found is not (FormatVersion or PackedFormatVersion))
        {
            throw new JournalSetupException(
                $"{path} has format {found}; this program knows {FormatVersion} and {PackedFormatVersion}.");
        }
    }

    private static bool Create(SqliteDatabase database)
    {
        database.Execute(Schema);
        return true;
    }

    private void ActivateWaiting()
    {
        var taken = new List<(Activating Activating, StreamActivation Activation, Exception? Damage)>();
        try
        {
            using var database = RentReader();
            database.Value.InTransaction(() =>
            {
                while (_activations.TryDequeue(out var next)) taken.Add((next, default, null));
                for (var i = 0; i < taken.Count; i++)
                {
                    var (activation, damage) = Activate(database.Value, taken[i].Activating.Stream);
                    taken[i] = (taken[i].Activating, activation, damage);
                }

                return true;
            });
            database.KeepForReuse();
        }
        catch (Exception failure)
        {
            while (_activations.TryDequeue(out var next)) taken.Add((next, default, null));
            foreach (var (activating, _, _) in taken)
            {
                activating.Done.TrySetException(SqliteSoundness.OfStream(activating.Stream, 1, failure));
            }

            return;
        }

        _checkpointer?.CommitDone();
        foreach (var (activating, activation, damage) in taken)
        {
            if (damage is null) activating.Done.TrySetResult(activation);
            else activating.Done.TrySetException(damage);
        }
    }

    private (StreamActivation Activation, JournalCorruptionException? Damage) Activate(
        SqliteDatabase database, string stream)
    {
        var row = database.Statement("""
            INSERT INTO stream_head (name, epoch, head, chain) VALUES (?1, 1, 0, 0)
            ON CONFLICT (name) DO UPDATE SET epoch = epoch + 1
            RETURNING stream_id, epoch, head, chain
            """).Bind(1, stream);
        row.Step();
        var activation = new StreamActivation(row.Long(0), row.Long(1), row.Long(2), (uint)row.Long(3));
        row.Step();
        return (activation, SqliteSoundness.DamageAtHead(database, _tail, stream, activation));
    }

    private Task<(long StreamId, long Epoch, long Head, uint Chain)> FindAsync(string stream) =>
        ReadOnPoolAsync(reader => Find(reader, stream));

    private static (long StreamId, long Epoch, long Head, uint Chain) Find(SqliteDatabase reader, string stream)
    {
        var row =
            reader.Statement("SELECT stream_id, epoch, head, chain FROM stream_head WHERE name = ?1").Bind(1, stream);
        var found = row.Step() ? (row.Long(0), row.Long(1), row.Long(2), (uint)row.Long(3)) : default;
        row.Reset();
        return found;
    }

    private List<StoredSlice> Page(SqliteDatabase reader, long streamId, long next, long through)
    {
        var newest = _tail.From(streamId, next, out var tailStartsAt);
        if (newest.Count == 0) return PageOfIndex(reader, streamId, next, Math.Min(through, tailStartsAt - 1));
        var page = PageOfTail(reader, newest, through);
        if (page.Count > 0) return page;

        // Since the lookup here, the entry has gone into the index and its frame into a pack; or the frame is lost.
        page = PageOfIndex(reader, streamId, next, through);
        return page.Exists(slice => slice.LastSequence >= next)
            ? page
            : [new StoredSlice(newest[0].FirstSequence, newest[0].LastSequence, ReadOnlyMemory<byte>.Empty)];
    }

    /// <summary>Returns a page of the tail, up to the first slice whose frame is missing.</summary>
    private static List<StoredSlice> PageOfTail(SqliteDatabase reader, List<SliceAt> newest, long through)
    {
        // The newest of all may be in a commit in flight: only up to the durable head are they all there.
        var slices = new List<StoredSlice>();
        var bytes = 0;
        foreach (var slice in newest.TakeWhile(slice => slice.FirstSequence <= through))
        {
            var row = reader.Statement(
                    "SELECT rowid FROM frame WHERE writer_id = ?1 AND frame_no = ?2")
                .Bind(1, slice.Frame.WriterId).Bind(2, slice.Frame.FrameNo);
            if (!row.Step()) break;
            var body = SliceBody(reader, row.Long(0), slice.Position, slice.Length);
            row.Reset();
            slices.Add(new StoredSlice(slice.FirstSequence, slice.LastSequence, body));
            bytes += slice.Length;
            if (bytes >= SliceReader.PageBytes) break;
        }

        return slices;
    }

    private static List<StoredSlice> PageOfIndex(SqliteDatabase reader, long streamId, long next, long through)
    {
        var slices = new List<StoredSlice>();
        var bytes = 0;
        var rows = reader.Statement("""
            SELECT s.first_seq, s.last_seq, s.position, s.length, COALESCE(f.rowid, 0)
            FROM frame_stream s LEFT JOIN frame f ON f.writer_id = s.writer_id AND f.frame_no = s.frame_no
            WHERE s.stream_id = ?1 AND s.first_seq <= ?3 AND s.first_seq >= (
                SELECT COALESCE(MAX(first_seq), 0) FROM frame_stream WHERE stream_id = ?1 AND first_seq <= ?2)
            ORDER BY s.first_seq
            """).Bind(1, streamId).Bind(2, next).Bind(3, through);
        while (bytes < SliceReader.PageBytes && slices.Count < SliceReader.PageSlices && rows.Step())
        {
            var frame = rows.Long(4);
            var body = frame == 0 ? [] : SliceBody(reader, frame, rows.Int(2), rows.Int(3));
            bytes += body.Length;
            slices.Add(new StoredSlice(rows.Long(0), rows.Long(1), body));
        }

        rows.Reset();
        return slices;
    }

    private static byte[] SliceBody(SqliteDatabase reader, long frame, int position, int length) =>
        reader.ReadBlob("frame", "body", frame, position, length);

    private async Task MoveTailAsync(bool isIdle)
    {
        if (_tail.Count >= (isIdle ? MoveTailWhenIdle : MoveTailAlways)) await MoveTailNowAsync();
    }

    /// <summary>
    /// Moves the tail, one call at a time: the taken entries must still be at the front when they are in the index.
    /// </summary>
    private async Task MoveTailNowAsync()
    {
        await _move.WaitAsync(_closing.Token);
        try
        {
            await _tail.MoveAsync(WriteAsync);
        }
        finally
        {
            _move.Release();
        }
    }

    private async Task<bool> WriteAsync(Func<SqliteDatabase, bool> work)
    {
        await _write.WaitAsync(_closing.Token);
        try
        {
            return await Task.Run(
                () =>
                {
                    using var database = RentReader();
                    var done = database.Value.InTransaction(() => work(database.Value));
                    database.KeepForReuse();
                    _checkpointer?.CommitDone();
                    return done;
                },
                _closing.Token);
        }
        finally
        {
            _write.Release();
        }
    }

    private void UnderWriteLock(Action write)
    {
        _write.Wait(_closing.Token);
        try
        {
            write();
        }
        finally
        {
            _write.Release();
        }
    }

    private Task<T> ReadOnPoolAsync<T>(Func<SqliteDatabase, T> read) => Task.Run(
        () =>
        {
            using var reader = RentReader();
            var result = read(reader.Value);
            reader.KeepForReuse();
            return result;
        },
        _closing.Token);

    private Rented RentReader() =>
        new(this, _readers.TryTake(out var idle) ? idle : Open());

    private sealed record Activating(string Stream, TaskCompletionSource<StreamActivation> Done);

    /// <summary>A borrowed connection; closed on return unless its work succeeded.</summary>
    private sealed class Rented(SqliteJournalStore store, SqliteDatabase database) : IDisposable
    {
        private bool _keep;

        public SqliteDatabase Value { get; } = database;

        public void KeepForReuse() =>
            _keep = store._readers.Count < IdleReaders && !store._closing.IsCancellationRequested;

        public void Dispose()
        {
            if (_keep) store._readers.Add(Value);
            else Value.Dispose();
        }
    }

    private sealed class Connection : IJournalConnection
    {
        private readonly SqliteJournalStore _store;
        private readonly SqliteDatabase _database;
        private readonly SqliteStatement _moveHead;
        private readonly SqliteStatement _insertFrame;
        private readonly SqliteStatement _insertSlice;

        public Connection(SqliteJournalStore store)
        {
            _store = store;
            _database = store.Open();
            _moveHead = _database.Statement("""
                UPDATE stream_head SET head = ?1, chain = ?2 WHERE stream_id = ?3 AND epoch = ?4 AND head = ?5 - 1
                """);
            _insertFrame = _database.Statement(
                "INSERT INTO frame (writer_id, frame_no, crc, body) VALUES (?1, ?2, ?3, ?4)");
            _insertSlice = _database.Statement("""
                INSERT INTO frame_stream_tail
                    (tail_no, stream_id, first_seq, last_seq, writer_id, frame_no, position, length)
                VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8)
                """);
            store.UnderWriteLock(() => store._tail.Load(_database));
        }

        public IReadOnlyCollection<long> Commit(JournalFrame frame)
        {
            var refused = new List<long>();
            _store.UnderWriteLock(() =>
            {
                try
                {
                    var isStored = _database.InTransaction(() => Move(frame, refused) && Insert(frame));
                    if (isStored)
                        _store._witness!.Add(frame.Slices.Sum(slice => slice.LastSequence - slice.FirstSequence + 1));
                }
                catch
                {
                    _store._tail.IsUnsure = true;
                    throw;
                }
            });
            _store._checkpointer?.CommitDone();
            return refused;
        }

        public bool Holds(FrameId frame)
        {
            var row = _database.Statement("SELECT 1 FROM frame WHERE writer_id = ?1 AND frame_no = ?2")
                .Bind(1, frame.WriterId).Bind(2, frame.FrameNo);
            var there = row.Step();
            row.Reset();
            return there;
        }

        public void Dispose() => _database.Dispose();

        private bool Move(JournalFrame frame, List<long> refused)
        {
            foreach (var slice in frame.Slices)
            {
                _moveHead.Bind(1, slice.LastSequence).Bind(2, slice.Chain).Bind(3, slice.StreamId)
                    .Bind(4, slice.Epoch).Bind(5, slice.FirstSequence).Step();
                if (_database.Changes != 1) refused.Add(slice.StreamId);
            }

            return refused.Count == 0;
        }

        private bool Insert(JournalFrame frame)
        {
            _insertFrame.Bind(1, frame.Id.WriterId).Bind(2, frame.Id.FrameNo)
                .Bind(3, frame.Crc).Bind(4, frame.Body).Step();
            _store._tail.Append(frame, _insertSlice);
            return true;
        }
    }
}
