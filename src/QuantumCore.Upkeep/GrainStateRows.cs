using System.Data.Common;
using Microsoft.Data.Sqlite;
using Npgsql;
using QuantumCore.Journal;

namespace QuantumCore.Upkeep;

/// <summary>
/// Grain state in backups: state other than money, such as price alerts. It is read before the journal, so it never
/// refers to a record that the copy lacks.
/// </summary>
internal static class GrainStateRows
{
    private const string InPostgres = GrainStateTables.Schema + ".grain";
    private const string InFile = "grain";

    /// <summary>Returns the state beside a journal, or in a backup; empty if an older release made it.</summary>
    public static async Task<IReadOnlyList<StateRow>> ReadAsync(JournalPlace place, CancellationToken cancellationToken)
    {
        if (place.IsPostgres)
        {
            if (!await place.HasTableAsync(InPostgres, cancellationToken))
            {
                return [];
            }

            await using var postgres = new NpgsqlConnection(
                new NpgsqlConnectionStringBuilder(place.Text) { Pooling = false }.ConnectionString);
            return await ReadAsync(postgres, InPostgres, cancellationToken);
        }

        if (place.StateFile is { } file && File.Exists(file))
        {
            await using var sqlite = new SqliteConnection(
                new SqliteConnectionStringBuilder
                {
                    DataSource = file,
                    Mode = SqliteOpenMode.ReadOnly,
                    Pooling = false,
                }.ToString());
            return await ReadAsync(sqlite, InFile, cancellationToken);
        }

        using var image = JournalImage.Open(place.Text);
        return [.. image.States()];
    }

    /// <summary>Writes state to a new file.</summary>
    public static async Task FillAsync(string file, IEnumerable<StateRow> rows, CancellationToken cancellationToken)
    {
        File.Delete(file);
        await using var sqlite =
            new SqliteConnection(new SqliteConnectionStringBuilder { DataSource = file, Pooling = false }.ToString());
        GrainStateTables.Open(sqlite);
        await FillAsync(sqlite, InFile, "strftime('%Y-%m-%dT%H:%M:%SZ')", rows, cancellationToken);
    }

    /// <summary>Writes state to a database without any.</summary>
    public static async Task FillPostgresAsync(
        string postgres, IEnumerable<StateRow> rows, CancellationToken cancellationToken)
    {
        await GrainStateTables.CreateAsync(postgres, cancellationToken);
        await using var connection = new NpgsqlConnection(postgres);
        await connection.OpenAsync(cancellationToken);
        await FillAsync(connection, InPostgres, "now()", rows, cancellationToken);
    }

#pragma warning disable CA2100 // Tables and clocks are this class's own text.
    private static async Task<IReadOnlyList<StateRow>> ReadAsync(
        DbConnection connection, string table, CancellationToken cancellationToken)
    {
        await connection.OpenAsync(cancellationToken);
        await using var query = connection.CreateCommand();
        query.CommandText = $"SELECT grain, name, payload FROM {table} WHERE payload IS NOT NULL ORDER BY grain, name";
        await using var reader = await query.ExecuteReaderAsync(cancellationToken);
        var rows = new List<StateRow>();
        while (await reader.ReadAsync(cancellationToken))
        {
            rows.Add(new StateRow(reader.GetString(0), reader.GetString(1), reader.GetString(2)));
        }

        return rows;
    }

    private static async Task FillAsync(
        DbConnection connection, string table, string now, IEnumerable<StateRow> rows,
        CancellationToken cancellationToken)
    {
        await using var transaction = await connection.BeginTransactionAsync(cancellationToken);
        foreach (var row in rows)
        {
            await using var insert = connection.CreateCommand();
            insert.Transaction = transaction;
            insert.CommandText =
                $"INSERT INTO {table} (grain, name, version, payload, written) VALUES (@grain, @name, 1, @payload, {now})";
            foreach (var (name,
                value) in new[] { ("@grain", row.Grain), ("@name", row.Name), ("@payload", row.Payload) })
            {
                var parameter = insert.CreateParameter();
                (parameter.ParameterName, parameter.Value) = (name, value);
                insert.Parameters.Add(parameter);
            }

            await insert.ExecuteNonQueryAsync(cancellationToken);
        }

        await transaction.CommitAsync(cancellationToken);
    }
#pragma warning restore CA2100
}
