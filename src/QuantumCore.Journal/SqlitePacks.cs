namespace QuantumCore.Journal;

/// <summary>Packs in the tables of frames and of the index. Each change is in a transaction of the store.</summary>
internal static class SqlitePacks
{
    /// <summary>Returns the oldest frames after the newest pack. Rows of frames are in commit sequence.</summary>
    public static UnpackedFrames Unpacked(SqliteDatabase reader, PackLimits limits)
    {
        var newest =
            reader.Statement("SELECT rowid, frame_no FROM frame WHERE writer_id = ?1 ORDER BY frame_no DESC LIMIT 1")
            .Bind(1, JournalPack.WriterId);
        var (place, number) = newest.Step() ? (newest.Long(0), newest.Long(1)) : (0, 0);
        newest.Reset();
        var frames = new List<FrameRow>();
        var bytes = 0;
        var rows = reader.Statement("SELECT writer_id, frame_no, crc, body FROM frame WHERE rowid > ?1 ORDER BY rowid")
            .Bind(1, place);
        while (frames.Count < limits.MaxFrames && bytes < limits.MaxBytes && rows.Step())
        {
            frames.Add(new FrameRow(new FrameId(rows.Long(0), rows.Long(1)), rows.Long(2), rows.Blob(3)));
            bytes += frames[^1].Body.Length;
        }

        rows.Reset();
        return new UnpackedFrames(frames, frames.Count >= limits.MaxFrames || bytes >= limits.MaxBytes, number + 1);
    }

    public static IReadOnlyDictionary<long, string> Names(SqliteDatabase reader, IReadOnlyCollection<long> streamIds)
    {
        var names = new Dictionary<long, string>(streamIds.Count);
        foreach (var id in streamIds)
        {
            var row = reader.Statement("SELECT name FROM stream_head WHERE stream_id = ?1").Bind(1, id);
            if (row.Step()) names[id] = row.Text(0);
            row.Reset();
        }

        return names;
    }

    /// <summary>
    /// Puts a pack in the place of its first frame. Returns false if something differs, and then all must be rolled
    /// back.
    /// </summary>
    public static bool Put(SqliteDatabase database, JournalPack pack)
    {
        var place = PlaceOf(database, pack.Frames[0]);
        if (place == 0 || !IsIndexed(database, pack.Frames[^1]) || !DropFrames(database, pack)
            || !DropSlices(database, pack))
            return false;
        var (id, crc, body, slices) = pack.Packed;
        database.Statement("INSERT INTO frame (rowid, writer_id, frame_no, crc, body) VALUES (?1, ?2, ?3, ?4, ?5)")
            .Bind(1, place).Bind(2, id.WriterId).Bind(3, id.FrameNo).Bind(4, crc).Bind(5, body).Step();
        foreach (var slice in slices)
        {
            database.Statement("""
                INSERT INTO frame_stream (stream_id, first_seq, last_seq, writer_id, frame_no, position, length)
                VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7)
                """)
                .Bind(1, slice.StreamId).Bind(2, slice.FirstSequence).Bind(3, slice.LastSequence)
                .Bind(4, id.WriterId).Bind(5, id.FrameNo).Bind(6, slice.Position).Bind(7, slice.Length).Step();
        }

        Mark(database);
        return true;
    }

    /// <summary>Marks the file as unreadable for releases without packs.</summary>
    public static void Mark(SqliteDatabase database) =>
        database.Execute($"PRAGMA user_version = {SqliteJournalStore.PackedFormatVersion}");

    private static long PlaceOf(SqliteDatabase database, FrameId frame)
    {
        var row = database.Statement("SELECT rowid FROM frame WHERE writer_id = ?1 AND frame_no = ?2")
            .Bind(1, frame.WriterId).Bind(2, frame.FrameNo);
        var place = row.Step() ? row.Long(0) : 0;
        row.Reset();
        return place;
    }

    /// <summary>
    /// Returns true if the newest part of the index begins after a frame, so that the frame's entries are all in the
    /// index.
    /// </summary>
    private static bool IsIndexed(SqliteDatabase database, FrameId frame)
    {
        var oldest = database.Statement("SELECT writer_id, frame_no FROM frame_stream_tail ORDER BY tail_no LIMIT 1");
        FrameId? inTail = oldest.Step() ? new FrameId(oldest.Long(0), oldest.Long(1)) : null;
        oldest.Reset();
        return inTail is not { } first || PlaceOf(database, first) > PlaceOf(database, frame);
    }

    private static bool DropFrames(SqliteDatabase database, JournalPack pack) => pack.Frames.All(frame =>
    {
        database.Statement("DELETE FROM frame WHERE writer_id = ?1 AND frame_no = ?2")
            .Bind(1, frame.WriterId).Bind(2, frame.FrameNo).Step();
        return database.Changes == 1;
    });

    private static bool DropSlices(SqliteDatabase database, JournalPack pack) => pack.Slices.All(slice =>
    {
        database.Statement("""
            DELETE FROM frame_stream
            WHERE stream_id = ?1 AND first_seq = ?2 AND last_seq = ?3 AND writer_id = ?4 AND frame_no = ?5
            """)
            .Bind(1, slice.StreamId).Bind(2, slice.FirstSequence).Bind(3, slice.LastSequence)
            .Bind(4, slice.Frame.WriterId).Bind(5, slice.Frame.FrameNo).Step();
        return database.Changes == 1;
    });
}
