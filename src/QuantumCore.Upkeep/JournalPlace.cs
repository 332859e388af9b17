using Npgsql;
using QuantumCore.History;
using QuantumCore.Journal;

namespace QuantumCore.Upkeep;

/// <summary>
/// Where an exchange keeps what it has, as its operator names it: a data directory, a journal's file (a backup, say), or
/// the connection string of a PostgreSQL database.
/// </summary>
/// <param name="Text">The name.</param>
/// <param name="JournalSchema">The journal's schema in PostgreSQL.</param>
/// <param name="HistorySchema">The history's schema in PostgreSQL.</param>
public sealed record JournalPlace(string Text, string JournalSchema = "journal", string HistorySchema = "history")
{
    /// <summary>Whether it is a PostgreSQL database.</summary>
    public bool IsPostgres => JournalImage.IsConnectionString(Text);

    /// <summary>The journal's file, of a place in files.</summary>
    public string JournalFile => Path.GetFullPath(JournalImage.FileOf(Text));

    /// <summary>The history's file in a data directory; none for a journal's file by itself.</summary>
    public string? HistoryFile => Directory.Exists(Text) ? Path.Combine(Path.GetFullPath(Text), "history.db") : null;

    /// <summary>The file of grain state in a data directory; none for a journal's file by itself.</summary>
    public string? StateFile => Directory.Exists(Text) ? Path.Combine(Path.GetFullPath(Text), "state.db") : null;

    /// <summary>What a person calls it; a connection string may hold a password.</summary>
    public string Title => IsPostgres ? "PostgreSQL" : JournalFile;

    /// <summary>
    /// Keeps an exchange from starting on the files meanwhile. Null: one is running on them, or on the database. A place without a
    /// lock file has nothing to hold, and a database is not held: an exchange whose connection broke has to come back to it.
    /// </summary>
    public IDisposable? TryHold()
    {
        if (IsPostgres)
        {
            return JournalImage.IsWrittenTo(Text, JournalSchema) ? null : new MemoryStream();
        }

        var path = Path.ChangeExtension(JournalFile, ".lock");
        if (!File.Exists(path))
        {
            return new MemoryStream();
        }

        try
        {
            return new FileStream(path, FileMode.Open, FileAccess.ReadWrite, FileShare.None);
        }
        catch (IOException)
        {
            return null;
        }
    }

    /// <summary>The history beside the journal; null where there is none.</summary>
    public async Task<HistoryStore?> FindHistoryAsync(CancellationToken cancellationToken)
    {
        if (!IsPostgres)
        {
            return HistoryFile is { } file && File.Exists(file) ? new SqliteHistory(file) : null;
        }

        return await HasTableAsync(HistorySchema + ".projector_cursor", cancellationToken)
            ? new PostgresHistory(Text, HistorySchema)
            : null;
    }

    /// <summary>Whether an exchange, or a part of one, is there already.</summary>
    public async Task<bool> IsOccupiedAsync(CancellationToken cancellationToken) => IsPostgres
        ? await HasTableAsync(JournalSchema + ".stream_head", cancellationToken)
            || await HasTableAsync(HistorySchema + ".projector_cursor", cancellationToken)
        : File.Exists(JournalFile) || (HistoryFile is { } history && File.Exists(history));

    internal async Task<bool> HasTableAsync(string table, CancellationToken cancellationToken)
    {
        await using var connection = new NpgsqlConnection(
            new NpgsqlConnectionStringBuilder(Text) { Pooling = false }.ConnectionString);
        await connection.OpenAsync(cancellationToken);
        await using var command = new NpgsqlCommand("SELECT to_regclass($1) IS NOT NULL", connection);
        command.Parameters.Add(new NpgsqlParameter { Value = table });
        return await command.ExecuteScalarAsync(cancellationToken) is true;
    }
}
