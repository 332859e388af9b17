namespace QuantumCore.Journal;

/// <summary>Place of a slice.</summary>
internal readonly record struct SliceAt(
    long StreamId, long FirstSequence, long LastSequence, FrameId Frame, int Position, int Length);

/// <summary>
/// The newest entries of the index of slices. Putting every slice into an index by stream at once would write a page
/// for each stream of each commit. So a commit appends its entries to a log table, and this class holds the same
/// entries in memory by stream. Later many at a time are moved into the index. Only one process has the file, and all
/// changes are made under the store's write lock.
/// </summary>
internal sealed class SqliteSliceTail
{
    private const int EntriesPerMove = 512;
    private const int EntriesDeletedAtOnce = 4_096;

    private readonly Lock _gate = new();
    private readonly Dictionary<long, List<SliceAt>> _byStream = [];
    private long _lastNo;
    private int _loads;
    private int _count;

    /// <summary>Number of entries that wait to be moved.</summary>
    public int Count => Volatile.Read(ref _count);

    /// <summary>
    /// True after a failed commit: until the next load, memory may hold entries that the table does not.
    /// </summary>
    public bool IsUnsure { get; set; }

    public void Load(SqliteDatabase database)
    {
        lock (_gate)
        {
            _byStream.Clear();
            _count = 0;
            var rows = database.Statement("""
                SELECT tail_no, stream_id, first_seq, last_seq, writer_id, frame_no, position, length
                FROM frame_stream_tail ORDER BY tail_no
                """);
            while (rows.Step())
            {
                _lastNo = rows.Long(0);
                var frame = new FrameId(rows.Long(4), rows.Long(5));
                Add(new(rows.Long(1), rows.Long(2), rows.Long(3), frame, rows.Int(6), rows.Int(7)));
            }

            _loads++;
            IsUnsure = false;
        }
    }

    /// <summary>
    /// Appends a frame's entries inside the commit's transaction; readers do not look beyond the durable head.
    /// </summary>
    public void Append(JournalFrame frame, SqliteStatement insert)
    {
        lock (_gate)
        {
            foreach (var slice in frame.Slices)
            {
                insert.Bind(1, ++_lastNo).Bind(2, slice.StreamId).Bind(3, slice.FirstSequence)
                    .Bind(4, slice.LastSequence).Bind(5, frame.Id.WriterId).Bind(6, frame.Id.FrameNo)
                    .Bind(7, slice.Position).Bind(8, slice.Length).Step();
                Add(new(
                    slice.StreamId, slice.FirstSequence, slice.LastSequence, frame.Id, slice.Position, slice.Length));
            }
        }
    }

    /// <summary>Returns the last sequence of a stream here, or 0. Only while no commit is in flight.</summary>
    public long LastOf(long streamId, SqliteDatabase database)
    {
        lock (_gate)
        {
            if (!IsUnsure) return _byStream.TryGetValue(streamId, out var entries) ? entries[^1].LastSequence : 0;
        }

        var row = database.Statement("SELECT COALESCE(MAX(last_seq), 0) FROM frame_stream_tail WHERE stream_id = ?1")
            .Bind(1, streamId);
        row.Step();
        var last = row.Long(0);
        row.Reset();
        return last;
    }

    /// <summary>
    /// Returns the entries that hold the sequence and what follows it. Returns none if the sequence is in the index
    /// already; <paramref name="startsAt"/> is then where the index ends for this stream.
    /// </summary>
    public List<SliceAt> From(long streamId, long sequence, out long startsAt)
    {
        lock (_gate)
        {
            startsAt = long.MaxValue;
            if (!_byStream.TryGetValue(streamId, out var entries)) return [];
            startsAt = entries[0].FirstSequence;
            if (sequence < startsAt) return [];
            var from = Math.Max(0, entries.FindLastIndex(entry => entry.FirstSequence <= sequence));
            return entries.GetRange(from, Math.Min(entries.Count - from, SliceReader.PageSlices));
        }
    }

    /// <summary>
    /// Moves the present entries into the index, in its order and some at a time, so that commits get in between. An
    /// interrupted move may leave an entry in both places; both copies are equal.
    /// </summary>
    public async Task MoveAsync(Func<Func<SqliteDatabase, bool>, Task<bool>> write)
    {
        SliceAt[] taken = [];
        var (through, load) = (0L, 0);
        await write(_ =>
        {
            lock (_gate)
            {
                taken = [.. _byStream.OrderBy(pair => pair.Key).SelectMany(pair => pair.Value)];
                (through, load) = (_lastNo, _loads);
            }

            return true;
        });
        foreach (var part in taken.Chunk(EntriesPerMove))
        {
            if (!await write(database => IsAsOf(load) && Index(database, part))) return;
        }

        if (!await write(_ => IsAsOf(load) && Forget(taken))) return;
        for (var first = through - taken.Length; first <= through; first += EntriesDeletedAtOnce)
        {
            var last = Math.Min(first + EntriesDeletedAtOnce, through);
            await write(database => Delete(database, last));
        }
    }

    /// <summary>
    /// Returns true if the taken entries are still the front of the tail, and all of it is in the table.
    /// </summary>
    private bool IsAsOf(int load) => !IsUnsure && _loads == load;

    private static bool Index(SqliteDatabase database, SliceAt[] entries)
    {
        var insert = database.Statement("""
            INSERT OR IGNORE INTO frame_stream (stream_id, first_seq, last_seq, writer_id, frame_no, position, length)
            VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7)
            """);
        foreach (var entry in entries)
        {
            insert.Bind(1, entry.StreamId).Bind(2, entry.FirstSequence).Bind(3, entry.LastSequence)
                .Bind(4, entry.Frame.WriterId).Bind(5, entry.Frame.FrameNo)
                .Bind(6, entry.Position).Bind(7, entry.Length).Step();
        }

        return true;
    }

    private void Add(SliceAt entry)
    {
        if (!_byStream.TryGetValue(entry.StreamId, out var entries)) _byStream.Add(entry.StreamId, entries = []);
        entries.Add(entry);
        _count++;
    }

    private static bool Delete(SqliteDatabase database, long through)
    {
        database.Statement("DELETE FROM frame_stream_tail WHERE tail_no <= ?1").Bind(1, through).Step();
        return true;
    }

    private bool Forget(SliceAt[] moved)
    {
        lock (_gate)
        {
            foreach (var (streamId, entries) in moved.CountBy(entry => entry.StreamId))
            {
                var held = _byStream[streamId];
                held.RemoveRange(0, entries);
                _count -= entries;
                if (held.Count == 0) _byStream.Remove(streamId);
            }
        }

        return true;
    }
}
