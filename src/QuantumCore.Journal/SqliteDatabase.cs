using SQLitePCL;

namespace QuantumCore.Journal;

/// <summary>SQLite refused or failed; <see cref="Code"/> is its extended result code.</summary>
public sealed class SqliteFailureException(int code, string message) : Exception($"SQLite error {code}: {message}")
{
    /// <summary>Extended result code, as in sqlite3.h.</summary>
    public int Code { get; } = code;

    /// <summary>True if the disk is full.</summary>
    public bool IsDiskFull => (Code & 0xFF) == raw.SQLITE_FULL;
}

/// <summary>
/// A connection to a file with its prepared statements; used by one thread at a time. A commit's statements run
/// thousands of times a second, so they go to SQLite without ADO.NET. Its transaction object would also throw on
/// disposal after a full disk and hide the cause.
/// </summary>
internal sealed class SqliteDatabase : IDisposable
{
    private readonly sqlite3 _handle;
    private readonly Dictionary<string, SqliteStatement> _statements = [];

    // Memory statistics are unused, and counting would make all threads share a lock at each allocation.
    static SqliteDatabase()
    {
        Batteries_V2.Init();
        _ = raw.sqlite3_config(raw.SQLITE_CONFIG_MEMSTATUS, 0);
    }

    private SqliteDatabase(sqlite3 handle) => _handle = handle;

    /// <summary>Number of rows changed by the last statement.</summary>
    public int Changes => raw.sqlite3_changes(_handle);

    /// <summary>
    /// Opens or creates a file. Every connection uses the write-ahead log and syncs each commit, or is refused.
    /// </summary>
    /// <param name="path">The file.</param>
    /// <param name="fileSystem">SQLite's name of the file system (VFS); null for the default one.</param>
    /// <param name="patienceMillis">Maximum time to wait for a lock of another connection, milliseconds.</param>
    public static SqliteDatabase Open(string path, string? fileSystem, int patienceMillis = 5_000)
    {
        var database = OpenRaw(
            path, raw.SQLITE_OPEN_READWRITE | raw.SQLITE_OPEN_CREATE, patienceMillis, fileSystem);
        try
        {
            database.Require("PRAGMA journal_mode = wal", "PRAGMA journal_mode", "wal");
            database.Require("PRAGMA synchronous = FULL", "PRAGMA synchronous", "2");
            database.Require("PRAGMA wal_autocheckpoint = 0", "PRAGMA wal_autocheckpoint", "0");
            return database;
        }
        catch
        {
            database.Dispose();
            throw;
        }
    }

    /// <summary>Opens an existing file, read-only.</summary>
    public static SqliteDatabase OpenToRead(string path) => OpenRaw(path, raw.SQLITE_OPEN_READONLY, 5_000);

    /// <summary>
    /// Creates a file that nobody uses before it is complete: written without a log, synced at its end.
    /// </summary>
    public static SqliteDatabase OpenToFill(string path) =>
        OpenRaw(path, raw.SQLITE_OPEN_READWRITE | raw.SQLITE_OPEN_CREATE, 5_000);

    private static SqliteDatabase OpenRaw(string path, int flags, int patienceMillis, string? fileSystem = null)
    {
        var code = raw.sqlite3_open_v2(path, out var handle, flags | raw.SQLITE_OPEN_NOMUTEX, fileSystem);
        var database = new SqliteDatabase(handle);
        try
        {
            database.Check(code);
            database.Check(raw.sqlite3_extended_result_codes(handle, 1));
            database.Check(raw.sqlite3_busy_timeout(handle, patienceMillis));
            return database;
        }
        catch
        {
            database.Dispose();
            throw;
        }
    }

    public void Execute(string sql) => Check(raw.sqlite3_exec(_handle, sql));

    /// <summary>Returns the prepared statement for this text, ready for binding.</summary>
    public SqliteStatement Statement(string sql)
    {
        if (!_statements.TryGetValue(sql, out var statement))
        {
            Check(raw.sqlite3_prepare_v2(_handle, sql, out var prepared));
            statement = new SqliteStatement(this, prepared);
            _statements.Add(sql, statement);
        }

        statement.Reset();
        return statement;
    }

    /// <summary>Runs the work in a transaction; false from the work rolls it back.</summary>
    public bool InTransaction(Func<bool> work)
    {
        Execute("BEGIN IMMEDIATE");
        try
        {
            var done = work();
            Execute(done ? "COMMIT" : "ROLLBACK");
            return done;
        }
        catch
        {
            // A full disk has already rolled it back. Ignore a failed rollback: the first error is the cause.
            _ = raw.sqlite3_exec(_handle, "ROLLBACK");
            throw;
        }
    }

    /// <summary>
    /// Reads a part of a blob that an index names, without the rest of it. If it is missing, the file is damaged.
    /// </summary>
    public byte[] ReadBlob(string table, string column, long rowId, int position, int length)
    {
        if (length < 0) throw new SqliteFailureException(raw.SQLITE_CORRUPT, $"a part of {length} bytes is named");
        CheckNamed(raw.sqlite3_blob_open(_handle, "main", table, column, rowId, 0, out var blob));
        using (blob)
        {
            var part = new byte[Math.Clamp((long)raw.sqlite3_blob_bytes(blob) - position, 0, length)];
            CheckNamed(raw.sqlite3_blob_read(blob, part, position));
            return part;
        }
    }

    /// <summary>
    /// Checks a result code. SQLite reports a missing row, or a place outside its blob, as the caller's mistake; here
    /// it is damage.
    /// </summary>
    private void CheckNamed(int code)
    {
        if ((code & 0xFF) != raw.SQLITE_ERROR) Check(code);
        else throw new SqliteFailureException(raw.SQLITE_CORRUPT, raw.sqlite3_errmsg(_handle).utf8_to_string());
    }

    /// <summary>
    /// Moves the write-ahead log into the file and returns the pages left in the log. Returns false if another reader
    /// still needs them.
    /// </summary>
    public bool Checkpoint(int mode, out int pagesInLog)
    {
        var code = raw.sqlite3_wal_checkpoint_v2(_handle, "main", mode, out pagesInLog, out _);
        if (code is raw.SQLITE_BUSY) return false;
        Check(code);
        return true;
    }

    public void Check(int code)
    {
        if (code is raw.SQLITE_OK or raw.SQLITE_ROW or raw.SQLITE_DONE) return;
        throw new SqliteFailureException(
            raw.sqlite3_extended_errcode(_handle), raw.sqlite3_errmsg(_handle).utf8_to_string());
    }

    /// <summary>Ends an open transaction without committing it. Never throws.</summary>
    public void Dispose()
    {
        foreach (var statement in _statements.Values) statement.Dispose();
        _handle.Dispose();
    }

    private void Require(string set, string get, string expected)
    {
        Execute(set);
        var statement = Statement(get);
        var found = statement.Step() ? statement.Text(0) : "nothing";
        statement.Reset();
        if (found != expected) throw new JournalSetupException($"{get} is '{found}' and must be '{expected}'.");
    }
}

/// <summary>A prepared statement. Parameters count from 1, columns from 0.</summary>
internal sealed class SqliteStatement(SqliteDatabase database, sqlite3_stmt handle) : IDisposable
{
    public SqliteStatement Bind(int parameter, long value)
    {
        database.Check(raw.sqlite3_bind_int64(handle, parameter, value));
        return this;
    }

    public SqliteStatement Bind(int parameter, string value)
    {
        database.Check(raw.sqlite3_bind_text(handle, parameter, value));
        return this;
    }

    public SqliteStatement Bind(int parameter, ReadOnlySpan<byte> value)
    {
        database.Check(raw.sqlite3_bind_blob(handle, parameter, value));
        return this;
    }

    /// <summary>Moves to the next row. Returns false if there is none; the statement is then reset.</summary>
    public bool Step()
    {
        var code = raw.sqlite3_step(handle);
        if (code == raw.SQLITE_ROW) return true;
        try
        {
            database.Check(code);
        }
        finally
        {
            Reset();
        }

        return false;
    }

    public long Long(int column) => raw.sqlite3_column_int64(handle, column);

    /// <summary>
    /// Returns a number clamped to 32 bits. A larger one comes from a damaged file and so stays out of every range.
    /// </summary>
    public int Int(int column) => (int)Math.Clamp(Long(column), int.MinValue, int.MaxValue);

    public string Text(int column) => raw.sqlite3_column_text(handle, column).utf8_to_string();

    public bool IsNull(int column) => raw.sqlite3_column_type(handle, column) == raw.SQLITE_NULL;

    public byte[] Blob(int column) => raw.sqlite3_column_blob(handle, column).ToArray();

    /// <summary>Releases the rows, so that no read transaction stays open. Its code repeats the last step's.</summary>
    public void Reset() => _ = raw.sqlite3_reset(handle);

    public void Dispose() => handle.Dispose();
}
