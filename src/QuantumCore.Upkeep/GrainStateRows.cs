using Microsoft.Data.Sqlite;
using Npgsql;
using QuantumCore.Grains.Storage;
using QuantumCore.Journal;

namespace QuantumCore.Upkeep;

/// <summary>
/// Grain state in backups: what is not money, such as price alerts. It is read before the journal, so that it never knows
/// of a record that the copy lacks.
/// </summary>
internal static class GrainStateRows
{
    /// <summary>The state beside a journal, or in a backup; none where an older release made it.</summary>
    public static async Task<IReadOnlyList<StateRow>> ReadAsync(JournalPlace place, CancellationToken cancellationToken)
    {
        if (place.IsPostgres)
        {
            return await place.HasTableAsync("state.grain", cancellationToken) ? await ReadPostgresAsync(place, cancellationToken) : [];
        }

        if (place.StateFile is { } file && File.Exists(file))
        {
            return await Task.Run(() => ReadFile(file), cancellationToken);
        }

        using var image = JournalImage.Open(place.Text);
        return [.. image.States()];
    }

    /// <summary>Puts state into a new file.</summary>
    public static async Task FillAsync(string file, IEnumerable<StateRow> rows, CancellationToken cancellationToken)
    {
        File.Delete(file);
        using (var storage = new SqliteGrainStorage(file))
        {
            await storage.InitializeAsync(cancellationToken);
        }

        await using var connection = new SqliteConnection(new SqliteConnectionStringBuilder { DataSource = file, Pooling = false }.ToString());
        await connection.OpenAsync(cancellationToken);
        await using var transaction = await connection.BeginTransactionAsync(cancellationToken);
        foreach (var row in rows)
        {
            await using var insert = connection.CreateCommand();
            insert.Transaction = (SqliteTransaction)transaction;
            insert.CommandText =
                "INSERT INTO grain (grain, name, version, payload, written) VALUES (@grain, @name, 1, @payload, strftime('%Y-%m-%dT%H:%M:%SZ'))";
            insert.Parameters.AddWithValue("@grain", row.Grain);
            insert.Parameters.AddWithValue("@name", row.Name);
            insert.Parameters.AddWithValue("@payload", row.Payload);
            await insert.ExecuteNonQueryAsync(cancellationToken);
        }

        await transaction.CommitAsync(cancellationToken);
    }

    /// <summary>Puts state into a database that has none.</summary>
    public static async Task FillPostgresAsync(string postgres, IEnumerable<StateRow> rows, CancellationToken cancellationToken)
    {
        await GrainStateHosting.CreateTablesAsync(postgres, cancellationToken);
        await using var connection = new NpgsqlConnection(postgres);
        await connection.OpenAsync(cancellationToken);
        await using var transaction = await connection.BeginTransactionAsync(cancellationToken);
        foreach (var row in rows)
        {
            await using var insert = new NpgsqlCommand(
                "INSERT INTO state.grain (grain, name, version, payload, written) VALUES ($1, $2, 1, $3, now())", connection, transaction);
            insert.Parameters.Add(new NpgsqlParameter { Value = row.Grain });
            insert.Parameters.Add(new NpgsqlParameter { Value = row.Name });
            insert.Parameters.Add(new NpgsqlParameter { Value = row.Payload });
            await insert.ExecuteNonQueryAsync(cancellationToken);
        }

        await transaction.CommitAsync(cancellationToken);
    }

    private static async Task<IReadOnlyList<StateRow>> ReadPostgresAsync(JournalPlace place, CancellationToken cancellationToken)
    {
        await using var connection = new NpgsqlConnection(new NpgsqlConnectionStringBuilder(place.Text) { Pooling = false }.ConnectionString);
        await connection.OpenAsync(cancellationToken);
        await using var command = connection.CreateCommand();
        command.CommandText = "SELECT grain, name, payload FROM state.grain WHERE payload IS NOT NULL ORDER BY grain, name";
        await using var reader = await command.ExecuteReaderAsync(cancellationToken);
        var rows = new List<StateRow>();
        while (await reader.ReadAsync(cancellationToken))
        {
            rows.Add(new StateRow(reader.GetString(0), reader.GetString(1), reader.GetString(2)));
        }

        return rows;
    }

    private static List<StateRow> ReadFile(string file)
    {
        using var connection = new SqliteConnection(
            new SqliteConnectionStringBuilder { DataSource = file, Mode = SqliteOpenMode.ReadOnly, Pooling = false }.ToString());
        connection.Open();
        using var command = connection.CreateCommand();
        command.CommandText = "SELECT grain, name, payload FROM grain WHERE payload IS NOT NULL ORDER BY grain, name";
        using var reader = command.ExecuteReader();
        var rows = new List<StateRow>();
        while (reader.Read())
        {
            rows.Add(new StateRow(reader.GetString(0), reader.GetString(1), reader.GetString(2)));
        }

        return rows;
    }
}
