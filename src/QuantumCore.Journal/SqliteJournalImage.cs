using SQLitePCL;

namespace QuantumCore.Journal;

/// <summary>The rows of a journal's SQLite file, within one read transaction.</summary>
internal sealed class SqliteJournalImage : JournalImage
{
    private const string SliceColumns = "stream_id, first_seq, last_seq, writer_id, frame_no, position, length";
    private const int DamageLines = 20;
    private readonly SqliteDatabase _database;

    public SqliteJournalImage(string path)
    {
        if (!File.Exists(path)) throw new FileNotFoundException($"There is no journal at {path}.", path);
        _database = SqliteDatabase.OpenToRead(path);
        try
        {
            var version = _database.Statement("PRAGMA user_version");
            var found = version.Step() ? version.Long(0) : 0;
            version.Reset();
            SqliteJournalStore.CheckFormat(path, found);

            // The transaction sees what is committed at its first read.
            _database.Execute("BEGIN");
            _database.Execute("SELECT COUNT(*) FROM stream_head");
        }
        catch
        {
            _database.Dispose();
            throw;
        }
    }

    // A changed byte can break the table's keys. Readers rely on both keys, so they are checked here once for all.
    public override IReadOnlyList<StreamRow> Streams()
    {
        var streams = new List<StreamRow>();
        var names = new HashSet<string>(StringComparer.Ordinal);
        var rows =
            _database.Statement("SELECT stream_id, name, epoch, head, chain FROM stream_head ORDER BY stream_id");
        while (rows.Step())
        {
            if (rows.IsNull(1) || !names.Add(rows.Text(1))
                || (streams.Count > 0 && rows.Long(0) <= streams[^1].StreamId))
            {
                var number = rows.Long(0);
                rows.Reset();
                throw new SqliteFailureException(
                    raw.SQLITE_CORRUPT,
                    $"the list of streams has an entry {number} without a name, or two of one number or name");
            }

            streams.Add(new StreamRow(rows.Long(0), rows.Text(1), rows.Long(2), rows.Long(3), rows.Long(4)));
        }

        return streams;
    }

    public override IEnumerable<FrameRow> Frames()
    {
        var rows = _database.Statement("SELECT writer_id, frame_no, crc, body FROM frame ORDER BY rowid");
        while (rows.Step()) yield return FrameAt(rows);
    }

    public override IEnumerable<FileRow> Files()
    {
        if (!HasTable("outgoing_file")) yield break;

        var rows = _database.Statement("SELECT folder, name, body FROM outgoing_file ORDER BY folder, name");
        while (rows.Step()) yield return new FileRow(rows.Text(0), rows.Text(1), rows.Blob(2));
    }

    public override IEnumerable<StateRow> States()
    {
        if (!HasTable("grain_state")) yield break;

        var rows = _database.Statement("SELECT grain, name, payload FROM grain_state ORDER BY grain, name");
        while (rows.Step()) yield return new StateRow(rows.Text(0), rows.Text(1), rows.Text(2));
    }

    private bool HasTable(string name)
    {
        var table = _database.Statement("SELECT COUNT(*) FROM sqlite_master WHERE name = ?1").Bind(1, name);
        var isThere = table.Step() && table.Long(0) > 0;
        table.Reset();
        return isThere;
    }

    public override FrameRow? Frame(FrameId id)
    {
        var row = _database.Statement(
                "SELECT writer_id, frame_no, crc, body FROM frame WHERE writer_id = ?1 AND frame_no = ?2")
            .Bind(1, id.WriterId).Bind(2, id.FrameNo);
        FrameRow? found = row.Step() ? FrameAt(row) : null;
        row.Reset();
        return found;
    }

    /// <remarks>An interrupted move leaves an entry in both tables; it counts once.</remarks>
    public override IEnumerable<SliceRow> Slices(long? streamId = null)
    {
        var one = streamId is null ? "" : "WHERE stream_id = ?1";
        var rows = _database.Statement($"""
            SELECT {SliceColumns} FROM frame_stream {one} UNION SELECT {SliceColumns} FROM frame_stream_tail {one}
            ORDER BY 1, 2
            """);
        if (streamId is { } only) rows.Bind(1, only);
        while (rows.Step())
        {
            yield return new SliceRow(
                rows.Long(0), rows.Long(1), rows.Long(2), new FrameId(rows.Long(3), rows.Long(4)),
                rows.Int(5), rows.Int(6));
        }
    }

    public override IEnumerable<SnapshotRow> Snapshots()
    {
        var rows =
            _database.Statement("SELECT stream_id, seq, epoch, crc, parts FROM snapshot ORDER BY stream_id, seq");
        while (rows.Step()) yield return SnapshotAt(rows);
    }

    public override SnapshotRow? Snapshot(long streamId, long sequence)
    {
        var rows =
            _database.Statement(
                "SELECT stream_id, seq, epoch, crc, parts FROM snapshot WHERE stream_id = ?1 AND seq = ?2")
            .Bind(1, streamId).Bind(2, sequence);
        return rows.Step() ? SnapshotAt(rows) : null;
    }

    public override IReadOnlyList<string> FileDamage()
    {
        var damage = new List<string>();
        var rows = _database.Statement($"PRAGMA integrity_check({DamageLines})");
        while (rows.Step())
        {
            if (rows.Text(0) is var line and not "ok") damage.Add(line);
        }

        return damage;
    }

    public override void Dispose() => _database.Dispose();

    private SnapshotRow SnapshotAt(SqliteStatement row)
    {
        using var body = new MemoryStream();
        var parts = _database.Statement("""
            SELECT body FROM snapshot_part WHERE stream_id = ?1 AND seq = ?2 AND part < ?3 ORDER BY part
            """).Bind(1, row.Long(0)).Bind(2, row.Long(1)).Bind(3, row.Long(4));
        while (parts.Step()) body.Write(parts.Blob(0));
        return new SnapshotRow(row.Long(0), row.Long(1), row.Long(2), row.Long(3), body.ToArray());
    }

    private static FrameRow FrameAt(SqliteStatement row) =>
        new(new FrameId(row.Long(0), row.Long(1)), row.Long(2), row.Blob(3));
}
