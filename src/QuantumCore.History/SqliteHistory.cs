using System.Data.Common;
using System.Text;
using Microsoft.Data.Sqlite;
using SQLitePCL;
using static QuantumCore.History.HistorySchema;

namespace QuantumCore.History;

/// <summary>
/// History in a SQLite file. It may be opened and queried while the exchange runs. Commits are not forced to disk:
/// after a power loss the cursors tell where to continue.
/// </summary>
public sealed class SqliteHistory : HistoryDatabase
{
    private const string Sequences = "json_each('[' || b.seqs || ']')";

    private static readonly int s_readers = Math.Max(2, Environment.ProcessorCount);

    private readonly string _readOnly;
    private readonly string _path;
    private sqlite3? _writer;
    private readonly Dictionary<string, sqlite3_stmt> _prepared = [];
    private readonly ReadingThreads _readers = new(s_readers);

    static SqliteHistory() => Batteries_V2.Init();

    public SqliteHistory(string path)
    {
        _path = path;
        _readOnly = new SqliteConnectionStringBuilder
        {
            DataSource = path,
            Mode = SqliteOpenMode.ReadOnly,
        }.ToString();
    }

    /// <inheritdoc/>
    public override Task InitializeAsync(CancellationToken cancellationToken)
    {
        // One batch writes at a time, so the connection needs no lock of its own.
        const int flags = raw.SQLITE_OPEN_READWRITE | raw.SQLITE_OPEN_CREATE | raw.SQLITE_OPEN_NOMUTEX
            | raw.SQLITE_OPEN_URI;
        Check(raw.sqlite3_open_v2(_path, out _writer, flags, null));

        // The busy timeout is below the 5 s after which a query waiting for the batch gives up, so a foreign lock is
        // reported.
        Run("PRAGMA journal_mode = WAL; PRAGMA synchronous = NORMAL; PRAGMA busy_timeout = 4000;"
            + "PRAGMA cache_size = -65536; PRAGMA wal_autocheckpoint = 8000; PRAGMA temp_store = MEMORY");
        if (HasTable("projection") && !(Tables().All(HasTable) && HasBatchColumn()))
        {
            // Tables of an older release: they are rebuilt from the journal.
            Run("BEGIN IMMEDIATE;"
                + string.Concat(TablesOfOlder().Where(HasTable).Select(table => $"DROP TABLE {table};")) + "COMMIT");
        }

        var schema = Schema("WITHOUT ROWID", "CREATE VIEW IF NOT EXISTS", Sequences);

        // Another release may have the same tables and other views. A concurrent reader of a view sees its old version.
        Run(Views(Sequences).All(view => IsView(view.Name, view.Statement))
            ? schema
            : "BEGIN IMMEDIATE;" + string.Concat(Views(Sequences).Select(view => $"DROP VIEW IF EXISTS {view.Name};"))
                + schema + "COMMIT");
        return Task.CompletedTask;
    }

    /// <inheritdoc/>
    // A thread that completes a query has its next one queued: fetching it only then would take as long as a small
    // query.
    public override int ReadingsAtATime => 2 * s_readers;

    // SQLite works on the calling thread.
    internal override TaskScheduler Readers => Pool == TaskScheduler.Default ? _readers : Pool;

    internal override string RelationsQuery =>
        "SELECT name FROM sqlite_master WHERE type IN ('table', 'view') UNION ALL SELECT name FROM pragma_table_info('projection')";

    internal override ValueTask CloseAsync()
    {
        foreach (var statement in _prepared.Values)
        {
            statement.Dispose();
        }

        _writer?.Dispose();
        using (var reader = new SqliteConnection(_readOnly))
        {
            SqliteConnection.ClearPool(reader);
        }

        return ValueTask.CompletedTask;
    }

    internal override async Task<DbConnection> OpenAsync(CancellationToken cancellationToken)
    {
        var connection = new SqliteConnection(_readOnly);
        await connection.OpenAsync(cancellationToken);
        return connection;
    }

    internal override bool IsRefused(Exception fault) =>
        fault is SqliteException { SqliteErrorCode: raw.SQLITE_CONSTRAINT or raw.SQLITE_MISMATCH or raw.SQLITE_TOOBIG };

    internal override Task<HistoryTransaction> BeginAsync(CancellationToken cancellationToken)
    {
        Run("BEGIN IMMEDIATE");
        return Task.FromResult<HistoryTransaction>(new Transaction(this));
    }

    private bool HasTable(string name) =>
        Exists("SELECT 1 FROM sqlite_master WHERE type = 'table' AND name = ?1", name);

    private bool HasBatchColumn() =>
        Exists("SELECT 1 FROM pragma_table_info('projection') WHERE name = ?1", BatchColumn);

    /// <summary>Returns true if the view exists and was created by this statement.</summary>
    private bool IsView(string name, string statement) =>
        Exists("SELECT 1 FROM sqlite_master WHERE type = 'view' AND name = ?1 AND sql = ?2", name, statement);

    private bool Exists(string query, params ReadOnlySpan<string> parameters)
    {
        Check(raw.sqlite3_prepare_v2(_writer, query, out var statement));
        using (statement)
        {
            for (var i = 0; i < parameters.Length; i++)
            {
                Check(raw.sqlite3_bind_text(statement, i + 1, parameters[i]));
            }

            var result = raw.sqlite3_step(statement);
            Check(result);
            return result == raw.SQLITE_ROW;
        }
    }

    private void Run(string script)
    {
        Check(raw.sqlite3_exec(_writer, script));
    }

    private void Check(int result)
    {
        if (result is not (raw.SQLITE_OK or raw.SQLITE_ROW or raw.SQLITE_DONE))
        {
            throw new SqliteException(raw.sqlite3_errmsg(_writer).utf8_to_string(), result);
        }
    }

    private sqlite3_stmt Prepare(string statement)
    {
        if (!_prepared.TryGetValue(statement, out var prepared))
        {
            Check(raw.sqlite3_prepare_v2(_writer, statement, out prepared));
            _prepared.Add(statement, prepared);
        }

        return prepared;
    }

    /// <summary>A transaction that uses SQLite's C API directly: a row costs about a microsecond.</summary>
    private sealed class Transaction(SqliteHistory history) : HistoryTransaction
    {
        private bool _ended;

        public override Task<int> WriteAsync(RowBuffer rows, CancellationToken cancellationToken) =>
            Task.FromResult(rows.Count == 0 ? 0 : Execute(rows, null, cancellationToken));

        public override Task ReadAsync(
            RowBuffer keys, Action<IHistoryRow> found, CancellationToken cancellationToken)
        {
            if (keys.Count > 0)
            {
                Execute(keys, found, cancellationToken);
            }

            return Task.CompletedTask;
        }

        public override Task CommitAsync(CancellationToken cancellationToken)
        {
            history.Run("COMMIT");
            _ended = true;
            return Task.CompletedTask;
        }

        public override ValueTask DisposeAsync()
        {
            // Some errors end the transaction by themselves.
            if (!_ended && raw.sqlite3_get_autocommit(history._writer) == 0)
            {
                history.Run("ROLLBACK");
            }

            _ended = true;
            return ValueTask.CompletedTask;
        }

        private int Execute(RowBuffer rows, Action<IHistoryRow>? found, CancellationToken cancellationToken)
        {
            var many = rows.Statement.SqliteMany is { } statement && rows.Count >= Statement.ManyRows
                ? rows.Count - (rows.Count % Statement.ManyRows)
                : 0;
            var changed = many == 0
                ? 0
                : Execute(rows, rows.Statement.SqliteMany!, 0, many, Statement.ManyRows, null, cancellationToken);
            return changed + Execute(rows, rows.Statement.Sqlite, many, rows.Count, 1, found, cancellationToken);
        }

        /// <summary>Runs a statement for rows of the buffer, some at a time.</summary>
        private int Execute(
            RowBuffer rows, string text, int first, int end, int step, Action<IHistoryRow>? found,
            CancellationToken cancellationToken)
        {
            if (first == end)
            {
                return 0;
            }

            var statement = history.Prepare(text);
            var row = new SqliteRow(statement);
            var changed = 0;
            try
            {
                for (var i = first; i < end; i += step)
                {
                    cancellationToken.ThrowIfCancellationRequested();
                    Bind(statement, rows, i, step, isFirst: i == first);
                    int result;
                    while ((result = raw.sqlite3_step(statement)) == raw.SQLITE_ROW)
                    {
                        found!(row);
                    }

                    history.Check(result);
                    changed += found is null ? raw.sqlite3_changes(history._writer) : 0;
                    raw.sqlite3_reset(statement);
                }
            }
            finally
            {
                raw.sqlite3_reset(statement);
            }

            return changed;
        }

        // A statement keeps its parameters, so values equal to those of the run before are not bound again.
        private static void Bind(sqlite3_stmt statement, RowBuffer rows, int first, int count, bool isFirst)
        {
            for (var column = 0; column < rows.Columns; column++)
            {
                if (rows.IsNumber(column))
                {
                    var numbers = rows.Numbers(column);
                    for (var row = first; row < first + count; row++)
                    {
                        if (isFirst || numbers[row] != numbers[row - count])
                        {
                            Bind(statement, ((row - first) * rows.Columns) + column + 1, numbers[row]);
                        }
                    }
                }
                else
                {
                    var texts = rows.Texts(column);
                    for (var row = first; row < first + count; row++)
                    {
                        if (isFirst || texts[row] != texts[row - count])
                        {
                            Bind(statement, ((row - first) * rows.Columns) + column + 1, texts[row]);
                        }
                    }
                }
            }
        }

        private static int Bind(sqlite3_stmt statement, int parameter, long number) => number == RowBuffer.Null
            ? raw.sqlite3_bind_null(statement, parameter)
            : raw.sqlite3_bind_int64(statement, parameter, number);

        private static int Bind(sqlite3_stmt statement, int parameter, string? text)
        {
            if (text is null)
            {
                return raw.sqlite3_bind_null(statement, parameter);
            }

            // SQLite takes a copy. Only short texts are converted without an object.
            Span<byte> bytes = stackalloc byte[64];
            return text.Length > 0 && Encoding.UTF8.TryGetBytes(text, bytes, out var length)
                ? raw.sqlite3_bind_text(statement, parameter, bytes[..length])
                : raw.sqlite3_bind_text(statement, parameter, text);
        }
    }

    private sealed class SqliteRow(sqlite3_stmt statement) : IHistoryRow
    {
        public long Number(int column) => IsNull(column) ? RowBuffer.Null : raw.sqlite3_column_int64(statement, column);

        public string? Text(int column) =>
            IsNull(column) ? null : raw.sqlite3_column_text(statement, column).utf8_to_string();

        private bool IsNull(int column) => raw.sqlite3_column_type(statement, column) == raw.SQLITE_NULL;
    }
}
