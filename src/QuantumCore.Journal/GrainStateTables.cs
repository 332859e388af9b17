using System.Data.Common;
using Npgsql;

namespace QuantumCore.Journal;

/// <summary>
/// Tables of grain state, beside the journal: what grains store that is not money, such as price alerts. They are alike
/// in PostgreSQL and in SQLite.
/// </summary>
public static class GrainStateTables
{
    /// <summary>Schema of the tables in PostgreSQL.</summary>
    public const string Schema = "state";

    private const long FormatVersion = 1;

    /// <summary>Creates missing tables in PostgreSQL.</summary>
    /// <param name="postgres">Connection string of the database.</param>
    /// <param name="cancellationToken">Cancels the attempt.</param>
    public static async Task CreateAsync(string postgres, CancellationToken cancellationToken)
    {
        await using var connection = new NpgsqlConnection(postgres);
        await connection.OpenAsync(cancellationToken);
        await using var transaction = await connection.BeginTransactionAsync(cancellationToken);
        using var text =
            new StreamReader(typeof(GrainStateTables).Assembly.GetManifestResourceStream("GrainState.sql")!);
#pragma warning disable CA2100 // The statements are this assembly's own text.
        await using var create =
            new NpgsqlCommand(await text.ReadToEndAsync(cancellationToken), connection, transaction);
#pragma warning restore CA2100
        await create.ExecuteNonQueryAsync(cancellationToken);
        await transaction.CommitAsync(cancellationToken);
    }

    /// <summary>Opens a SQLite file and creates its table if it is missing.</summary>
    /// <param name="file">Connection to the file, closed.</param>
    /// <exception cref="JournalSetupException">A newer release wrote the file.</exception>
    public static void Open(DbConnection file)
    {
        ArgumentNullException.ThrowIfNull(file);
        file.Open();
        using var command = file.CreateCommand();
        command.CommandText = "PRAGMA user_version";
        if (command.ExecuteScalar() is long and > FormatVersion)
            throw new JournalSetupException($"{file.DataSource} was written by a newer release.");

        command.CommandText =
            """
            PRAGMA journal_mode = wal;
            PRAGMA synchronous = FULL;
            PRAGMA busy_timeout = 5000;
            CREATE TABLE IF NOT EXISTS grain (
                grain TEXT NOT NULL, name TEXT NOT NULL, version INTEGER NOT NULL, payload TEXT, written TEXT NOT NULL,
                PRIMARY KEY (grain, name)) WITHOUT ROWID;
            PRAGMA user_version = 1;
            """;
        command.ExecuteNonQuery();
    }
}
