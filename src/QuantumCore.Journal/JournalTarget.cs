using Npgsql;
using NpgsqlTypes;

namespace QuantumCore.Journal;

/// <summary>
/// A new journal that is filled with the rows of another one: streams first, then the rest in any sequence. It is not
/// valid before <see cref="Complete"/>. Used by one thread.
/// </summary>
public abstract class JournalTarget : IDisposable
{
    /// <summary>
    /// Creates a journal in a file that does not exist yet, or in a database whose schema does not exist yet.
    /// </summary>
    /// <exception cref="JournalSetupException">The file or schema already exists.</exception>
    public static JournalTarget Create(string place, string schema = "journal") =>
        JournalImage.IsConnectionString(place)
        ? new PostgresJournalTarget(place, schema, [])
        : new SqliteJournalTarget(place);

    /// <summary>
    /// Creates a journal in place of existing schemas of a database. They are renamed when the new one is complete, and
    /// keep their names if it never is.
    /// </summary>
    /// <param name="connectionString">Connection string of the database.</param>
    /// <param name="schema">The schema of the new journal.</param>
    /// <param name="aside">Names of existing schemas and their new names.</param>
    /// <exception cref="JournalSetupException">An exchange is running on it.</exception>
    public static JournalTarget Replace(
        string connectionString, string schema, IReadOnlyList<(string Name, string Aside)> aside) =>
        new PostgresJournalTarget(connectionString, schema, aside);

    /// <summary>Adds a stream under its number.</summary>
    public abstract void Add(StreamRow stream);

    /// <summary>Adds a frame.</summary>
    public abstract void Add(in FrameRow frame);

    /// <summary>Adds an index entry.</summary>
    public abstract void Add(in SliceRow slice);

    /// <summary>Adds a snapshot.</summary>
    public abstract void Add(SnapshotRow snapshot);

    /// <summary>Adds a file; supported only by a journal in a file.</summary>
    public virtual void Add(FileRow file) => throw new NotSupportedException("A database keeps no files.");

    /// <summary>Adds a grain's state; supported only by a journal in a file.</summary>
    public virtual void Add(StateRow state) =>
        throw new NotSupportedException("A database keeps grain state in tables of its own.");

    /// <summary>Completes the journal: it is valid and on disk from now on.</summary>
    public abstract void Complete();

    /// <summary>Removes everything unless <see cref="Complete"/> was called.</summary>
    public abstract void Dispose();
}

/// <summary>A file, filled under another name and renamed when it is complete.</summary>
internal sealed class SqliteJournalTarget : JournalTarget
{
    private const int PartBytes = 1 << 20;
    private readonly string _path;
    private readonly string _filling;
    private readonly SqliteDatabase _database;
    private bool _closed;
    private bool _hasPacks;

    public SqliteJournalTarget(string path)
    {
        _path = Path.GetFullPath(path);
        _filling = _path + ".part";
        if (File.Exists(_path)) throw new JournalSetupException($"{_path} is there already.");
        Directory.CreateDirectory(Path.GetDirectoryName(_path)!);
        File.Delete(_filling);
        PrivateFiles.MakeFile(_filling);
        _database = SqliteDatabase.OpenToFill(_filling);

        try
        {
            // Nobody reads it before it is complete, and a crash leaves nothing that could be mistaken for it.
            _database.Execute("PRAGMA journal_mode = off");
            _database.Execute("PRAGMA synchronous = off");
            _database.Execute(SqliteJournalStore.Schema);
            _database.Execute("BEGIN");
        }
        catch
        {
            Dispose();
            throw;
        }
    }

    public override void Add(StreamRow stream) => _database
        .Statement("INSERT INTO stream_head (stream_id, name, epoch, head, chain) VALUES (?1, ?2, ?3, ?4, ?5)")
        .Bind(1, stream.StreamId).Bind(2, stream.Name).Bind(3, stream.Epoch).Bind(4, stream.Head).Bind(5, stream.Chain)
        .Step();

    public override void Add(in FrameRow frame)
    {
        _hasPacks |= frame.Id.WriterId == JournalPack.WriterId;
        _database.Statement("INSERT INTO frame (writer_id, frame_no, crc, body) VALUES (?1, ?2, ?3, ?4)")
            .Bind(1, frame.Id.WriterId).Bind(2, frame.Id.FrameNo).Bind(3, frame.Crc).Bind(4, frame.Body).Step();
    }

    public override void Add(in SliceRow slice) => _database
        .Statement("""
            INSERT INTO frame_stream (stream_id, first_seq, last_seq, writer_id, frame_no, position, length)
            VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7)
            """)
        .Bind(1, slice.StreamId).Bind(2, slice.FirstSequence).Bind(3, slice.LastSequence)
        .Bind(4, slice.Frame.WriterId).Bind(5, slice.Frame.FrameNo).Bind(6, slice.Position).Bind(7, slice.Length)
        .Step();

    public override void Add(SnapshotRow snapshot)
    {
        var parts = 0;
        for (var at = 0; at < snapshot.Body.Length; at += PartBytes, parts++)
        {
            _database.Statement("INSERT INTO snapshot_part (stream_id, seq, part, body) VALUES (?1, ?2, ?3, ?4)")
                .Bind(1, snapshot.StreamId).Bind(2, snapshot.Sequence).Bind(3, parts)
                .Bind(4, snapshot.Body.AsSpan(at, Math.Min(PartBytes, snapshot.Body.Length - at))).Step();
        }

        _database.Statement("INSERT INTO snapshot (stream_id, seq, epoch, crc, parts) VALUES (?1, ?2, ?3, ?4, ?5)")
            .Bind(1, snapshot.StreamId).Bind(2, snapshot.Sequence).Bind(3, snapshot.Epoch).Bind(4, snapshot.Crc)
            .Bind(5, parts).Step();
    }

    public override void Add(FileRow file)
    {
        _database.Execute(
            "CREATE TABLE IF NOT EXISTS outgoing_file (folder TEXT NOT NULL, name TEXT NOT NULL, body BLOB NOT NULL, PRIMARY KEY (folder, name))");
        _database.Statement("INSERT INTO outgoing_file (folder, name, body) VALUES (?1, ?2, ?3)")
            .Bind(1, file.Folder).Bind(2, file.Name).Bind(3, file.Body).Step();
    }

    public override void Add(StateRow state)
    {
        _database.Execute(
            "CREATE TABLE IF NOT EXISTS grain_state (grain TEXT NOT NULL, name TEXT NOT NULL, payload TEXT NOT NULL, PRIMARY KEY (grain, name))");
        _database.Statement("INSERT INTO grain_state (grain, name, payload) VALUES (?1, ?2, ?3)")
            .Bind(1, state.Grain).Bind(2, state.Name).Bind(3, state.Payload).Step();
    }

    public override void Complete()
    {
        if (_hasPacks) SqlitePacks.Mark(_database);
        _database.Execute("COMMIT");
        _database.Dispose();
        _closed = true;
        using (var file = new FileStream(_filling, FileMode.Open, FileAccess.ReadWrite)) file.Flush(flushToDisk: true);
        File.Move(_filling, _path);
    }

    public override void Dispose()
    {
        if (_closed) return;
        _closed = true;
        _database.Dispose();
        File.Delete(_filling);
    }
}

/// <summary>A schema of a database, filled in one transaction.</summary>
internal sealed class PostgresJournalTarget : JournalTarget
{
    private readonly NpgsqlConnection _connection;
    private readonly NpgsqlTransaction _transaction;
    private NpgsqlBinaryImporter? _rows;
    private string _table = "";

    public PostgresJournalTarget(
        string connectionString, string schema, IReadOnlyList<(string Name, string Aside)> aside)
    {
        var settings = new NpgsqlConnectionStringBuilder(connectionString)
        {
            SearchPath = schema,
            Pooling = false,
            CommandTimeout = 0,
        };
        _connection = new NpgsqlConnection(settings.ConnectionString);
        try
        {
            _connection.Open();
            _transaction = _connection.BeginTransaction();
            SetAside(schema, aside);

            using (var there = Command($"SELECT to_regclass('{schema}.stream_head') IS NOT NULL"))
            {
                if (there.ExecuteScalar() is true)
                {
                    throw new JournalSetupException($"The database has a journal in its schema {schema} already.");
                }
            }

            using var create = Command(PostgresSchema.Create(schema));
            create.ExecuteNonQuery();
        }
        catch
        {
            _connection.Dispose();
            throw;
        }
    }

    private void SetAside(string schema, IReadOnlyList<(string Name, string Aside)> aside)
    {
        if (aside.Count == 0)
        {
            return;
        }

        using (var free = Command(PostgresSchema.IsFree(schema)))
        {
            if (free.ExecuteScalar() is not true)
            {
                throw new JournalSetupException("An exchange is running on PostgreSQL.");
            }
        }

        foreach (var (name, other) in aside)
        {
            using var rename = Command($"ALTER SCHEMA {name} RENAME TO {other}");
            rename.ExecuteNonQuery();
        }
    }

    public override void Add(StreamRow stream)
    {
        using var insert = Command("""
            INSERT INTO stream_head (stream_id, name, epoch, head, chain) OVERRIDING SYSTEM VALUE
            VALUES ($1, $2, $3, $4, $5)
            """);
        foreach (var value in (object[])[stream.StreamId, stream.Name, stream.Epoch, stream.Head, stream.Chain])
        {
            insert.Parameters.Add(new NpgsqlParameter { Value = value });
        }

        insert.ExecuteNonQuery();
    }

    public override void Add(in FrameRow frame)
    {
        Longs("frame (writer_id, frame_no, crc, body)", frame.Id.WriterId, frame.Id.FrameNo, frame.Crc);
        _rows!.Write(frame.Body, NpgsqlDbType.Bytea);
    }

    public override void Add(in SliceRow slice)
    {
        Longs(
            "frame_stream (stream_id, first_seq, last_seq, writer_id, frame_no, position, length)",
            slice.StreamId, slice.FirstSequence, slice.LastSequence, slice.Frame.WriterId, slice.Frame.FrameNo);
        _rows!.Write(slice.Position, NpgsqlDbType.Integer);
        _rows.Write(slice.Length, NpgsqlDbType.Integer);
    }

    public override void Add(SnapshotRow snapshot)
    {
        Longs(
            "snapshot (stream_id, seq, epoch, crc, body)",
            snapshot.StreamId, snapshot.Sequence, snapshot.Epoch, snapshot.Crc);
        _rows!.Write(snapshot.Body, NpgsqlDbType.Bytea);
    }

    public override void Complete()
    {
        EndRows();
        using (var next = Command("""
            SELECT setval(pg_get_serial_sequence('stream_head', 'stream_id'), (SELECT MAX(stream_id) FROM stream_head))
            """))
        {
            next.ExecuteNonQuery();
        }

        _transaction.Commit();
    }

    public override void Dispose()
    {
        _rows?.Dispose();
        _transaction.Dispose();
        _connection.Dispose();
    }

    /// <summary>Begins a row of a table, and a COPY into that table if none is under way.</summary>
    private void Longs(string table, params ReadOnlySpan<long> values)
    {
        if (_table != table)
        {
            EndRows();
            _table = table;
            _rows = _connection.BeginBinaryImport($"COPY {table} FROM STDIN (FORMAT binary)");
        }

        _rows!.StartRow();
        foreach (var value in values) _rows.Write(value, NpgsqlDbType.Bigint);
    }

    private void EndRows()
    {
        _rows?.Complete();
        _rows?.Dispose();
        _rows = null;
        _table = "";
    }

    private NpgsqlCommand Command(string sql)
    {
#pragma warning disable CA2100 // Fixed texts; the schemas' names are checked by the stores.
        return new NpgsqlCommand(sql, _connection, _transaction);
#pragma warning restore CA2100
    }
}
