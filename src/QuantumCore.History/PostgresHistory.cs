using System.Data.Common;
using System.Security.Cryptography;
using System.Text;
using Npgsql;
using NpgsqlTypes;
using static QuantumCore.History.HistorySchema;

namespace QuantumCore.History;

/// <summary>History in a schema of a PostgreSQL database.</summary>
public sealed class PostgresHistory : HistoryDatabase
{
    // Queries wait for a free connection: the server's connections are few, and commits and other silos need theirs.
    private const int MaxConnections = 16;

    // Releases the batch row's lock if a process hangs in the middle of a batch, or its machine is gone.
    private const string GivesUp = "-c idle_in_transaction_session_timeout=10s";

    // A page reads some hundred rows of plans that could return a hundred thousand. Starting parallel workers and
    // compiling code would take longer than the rows. Queries over the whole ledger may still use workers.
    private const string PlansPages = "-c parallel_setup_cost=1000000 -c jit=off";

    private const string Sequences = "LATERAL (SELECT unnest(string_to_array(b.seqs, ',')::bigint[]) AS value)";

    private readonly string _schema;
    private readonly NpgsqlDataSource _source;

    /// <param name="connectionString">Connection string of the database.</param>
    /// <param name="schema">Schema name of lower-case letters, digits and underscores; created if missing.</param>
    public PostgresHistory(string connectionString, string schema)
    {
        if (schema.Length == 0 || schema.Any(c => c is not ((>= 'a' and <= 'z') or (>= '0' and <= '9') or '_')))
        {
            throw new ArgumentException(
                "A schema's name is lower-case letters, digits and underscores.", nameof(schema));
        }

        _schema = schema;
        var settings = new NpgsqlConnectionStringBuilder(connectionString)
        {
            SearchPath = schema,
            MaxPoolSize = MaxConnections,
        };
        settings.Options = $"{GivesUp} {PlansPages} {settings.Options}";
        _source = NpgsqlDataSource.Create(settings);
    }

    /// <inheritdoc/>
    public override async Task InitializeAsync(CancellationToken cancellationToken)
    {
        var script =
            $"CREATE SCHEMA IF NOT EXISTS {_schema};\n{DropOlder()}{Schema("", "CREATE OR REPLACE VIEW", Sequences)}";
        var mark = Convert.ToHexStringLower(SHA256.HashData(Encoding.UTF8.GetBytes(script)));
        if (await MarkAsync(cancellationToken) == mark && await IsOfThisReleaseAsync(cancellationToken))
        {
            return;
        }

        await using var connection = await _source.OpenConnectionAsync(cancellationToken);
        await using var transaction = await connection.BeginTransactionAsync(cancellationToken);

        // Serializes processes that start together, as CREATE ... IF NOT EXISTS does not wait for the other. A
        // transaction that keeps reading a view is reported as a lock timeout.
        const string first = "SELECT pg_advisory_xact_lock(715001); SET LOCAL lock_timeout = '20s';\n";
#pragma warning disable CA2100 // The schema's name was checked; the rest is a fixed text.
        await using var command =
            new NpgsqlCommand($"{first}{script};\nCOMMENT ON TABLE projection IS '{mark}'", connection, transaction);
#pragma warning restore CA2100
        await command.ExecuteNonQueryAsync(cancellationToken);
        await transaction.CommitAsync(cancellationToken);
    }

    /// <summary>
    /// Returns the hash of the statements that created the tables; null if unknown. The statements of this release do
    /// not run again: they would wait for every reader of a view and writer of a table, and block everyone else.
    /// </summary>
    private Task<string?> MarkAsync(CancellationToken cancellationToken) => ReadAsync(
        "SELECT obj_description(to_regclass('projection'), 'pg_class')",
        [],
        static async (reader, token) => await reader.ReadAsync(token) && !await reader.IsDBNullAsync(0, token)
            ? reader.GetString(0)
            : null,
        cancellationToken);

    /// <summary>Returns SQL that drops tables of an older release. They are rebuilt from the journal.</summary>
    private static string DropOlder() =>
        $"""
        DO $$ BEGIN
          IF to_regclass('projection') IS NOT NULL AND ({string.Join(" OR ", Tables().Select(table => $"to_regclass('{table}') IS NULL"))}
            OR NOT EXISTS (SELECT 1 FROM pg_attribute WHERE attrelid = to_regclass('projection') AND attname = '{BatchColumn}')) THEN
            {string.Concat(TablesOfOlder().Select(table =>
                $"IF EXISTS (SELECT 1 FROM pg_class WHERE oid = to_regclass('{table}') AND relkind = 'r') THEN DROP TABLE {table} CASCADE; END IF; "))}
          END IF;
        END $$;

        """;

    /// <inheritdoc/>
    public override int ReadingsAtATime => MaxConnections / 2;

    internal override string RelationsQuery =>
        """
        SELECT tablename::text FROM pg_tables WHERE schemaname = current_schema()
        UNION ALL SELECT viewname::text FROM pg_views WHERE schemaname = current_schema()
        UNION ALL SELECT attname::text FROM pg_attribute WHERE attrelid = to_regclass('projection')
        """;

    internal override ValueTask CloseAsync() => _source.DisposeAsync();

    internal override async Task<DbConnection> OpenAsync(CancellationToken cancellationToken) =>
        await _source.OpenConnectionAsync(cancellationToken);

    // Standard SQLSTATE classes: data that cannot be stored (number out of range, text with a NUL), constraints, row
    // too large.
    internal override bool IsRefused(Exception fault) =>
        fault is PostgresException { SqlState: ['2', '2' or '3', ..] or ['5', '4', ..] };

    internal override async Task<HistoryTransaction> BeginAsync(CancellationToken cancellationToken)
    {
        var connection = await _source.OpenConnectionAsync(cancellationToken);
        try
        {
            return new Transaction(connection, await connection.BeginTransactionAsync(cancellationToken));
        }
        catch
        {
            await connection.DisposeAsync();
            throw;
        }
    }

    private sealed class Transaction(NpgsqlConnection connection, NpgsqlTransaction transaction) : HistoryTransaction
    {
        public override async Task<int> WriteAsync(RowBuffer rows, CancellationToken cancellationToken)
        {
            if (rows.Count == 0)
            {
                return 0;
            }

            await using var command = Command(rows);
            return await command.ExecuteNonQueryAsync(cancellationToken);
        }

        public override async Task ReadAsync(
            RowBuffer keys, Action<IHistoryRow> found, CancellationToken cancellationToken)
        {
            if (keys.Count == 0)
            {
                return;
            }

            await using var command = Command(keys);
            await using var reader = await command.ExecuteReaderAsync(cancellationToken);
            var row = new PostgresRow(reader);
            while (await reader.ReadAsync(cancellationToken))
            {
                found(row);
            }
        }

        public override Task CommitAsync(CancellationToken cancellationToken) =>
            transaction.CommitAsync(cancellationToken);

        public override async ValueTask DisposeAsync()
        {
            await transaction.DisposeAsync();
            await connection.DisposeAsync();
        }

        private NpgsqlCommand Command(RowBuffer rows)
        {
#pragma warning disable CA2100 // Fixed texts of this assembly.
            var command = new NpgsqlCommand(rows.Statement.Postgres, connection, transaction);
#pragma warning restore CA2100
            for (var column = 0; column < rows.Columns; column++)
            {
                command.Parameters.Add(rows.IsNumber(column) ? Of(rows.Numbers(column)) : Of(rows.Texts(column)));
            }

            return command;
        }

        private static NpgsqlParameter Of(ReadOnlySpan<long> numbers)
        {
            const NpgsqlDbType type = NpgsqlDbType.Array | NpgsqlDbType.Bigint;
            if (!numbers.Contains(RowBuffer.Null))
            {
                return new NpgsqlParameter<long[]> { TypedValue = numbers.ToArray(), NpgsqlDbType = type };
            }

            var nullable = new long?[numbers.Length];
            for (var i = 0; i < nullable.Length; i++)
            {
                nullable[i] = numbers[i] == RowBuffer.Null ? null : numbers[i];
            }

            return new NpgsqlParameter<long?[]> { TypedValue = nullable, NpgsqlDbType = type };
        }

        private static NpgsqlParameter<string?[]> Of(ReadOnlySpan<string?> texts) => new()
        {
            TypedValue = texts.ToArray(),
            NpgsqlDbType = NpgsqlDbType.Array | NpgsqlDbType.Text,
        };
    }

    private sealed class PostgresRow(NpgsqlDataReader reader) : IHistoryRow
    {
        public long Number(int column) => reader.IsDBNull(column) ? RowBuffer.Null : reader.GetInt64(column);

        public string? Text(int column) => reader.IsDBNull(column) ? null : reader.GetString(column);
    }
}
