using Npgsql;
using QuantumCore.History;
using QuantumCore.Journal;

namespace QuantumCore.Upkeep;

/// <summary>
/// Location of an exchange's data, as its operator gives it: a data directory, a journal file (for example a backup),
/// or the connection string of a PostgreSQL database.
/// </summary>
/// <param name="Text">Path or connection string.</param>
/// <param name="JournalSchema">Schema of the journal in PostgreSQL.</param>
/// <param name="HistorySchema">Schema of the history in PostgreSQL.</param>
public sealed record JournalPlace(string Text, string JournalSchema = "journal", string HistorySchema = "history")
{
    /// <summary>Path or connection string.</summary>
    /// <exception cref="JournalSetupException">It names another machine without an SSL Mode.</exception>
    public string Text { get; } = Checked(Text);

    /// <summary>True for a PostgreSQL database.</summary>
    public bool IsPostgres => JournalImage.IsConnectionString(Text);

    /// <summary>Journal file, for a location in files.</summary>
    public string JournalFile => Path.GetFullPath(JournalImage.FileOf(Text));

    /// <summary>History file in a data directory; null for a single journal file.</summary>
    public string? HistoryFile => Directory.Exists(Text) ? Path.Combine(Path.GetFullPath(Text), "history.db") : null;

    /// <summary>Grain state file in a data directory; null for a single journal file.</summary>
    public string? StateFile => Directory.Exists(Text) ? Path.Combine(Path.GetFullPath(Text), "state.db") : null;

    /// <summary>Display name, without the connection string, which may hold a password.</summary>
    public string Title => IsPostgres ? "PostgreSQL" : JournalFile;

    /// <summary>
    /// Prevents an exchange from starting on the files meanwhile. Returns null if one is running on them, or on the
    /// database. Without a lock file nothing is held. A database is never held, so that an exchange can reconnect after
    /// a lost connection.
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

    /// <summary>Returns the history beside the journal; null if there is none.</summary>
    public async Task<HistoryStore?> FindHistoryAsync(CancellationToken cancellationToken)
    {
        if (!IsPostgres)
        {
            return HistoryFile is { } file && File.Exists(file) ? new HistoryStore(new SqliteHistory(file)) : null;
        }

        return await HasTableAsync(HistorySchema + ".projector_cursor", cancellationToken)
            ? new HistoryStore(new PostgresHistory(Text, HistorySchema))
            : null;
    }

    /// <summary>Returns true if an exchange, or a part of one, exists there.</summary>
    public async Task<bool> IsOccupiedAsync(CancellationToken cancellationToken) => IsPostgres
        ? await HasTableAsync(JournalSchema + ".stream_head", cancellationToken)
            || await HasTableAsync(HistorySchema + ".projector_cursor", cancellationToken)
        : File.Exists(JournalFile) || (HistoryFile is { } history && File.Exists(history));

    private static string Checked(string text) =>
        JournalImage.IsConnectionString(text) && PostgresHosts.Problem(text) is { } problem
            ? throw new JournalSetupException(problem + ".")
            : text;

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
