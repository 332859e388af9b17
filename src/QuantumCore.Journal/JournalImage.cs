using Npgsql;

namespace QuantumCore.Journal;

/// <summary>A stream as the store keeps it.</summary>
/// <param name="StreamId">The store's number for it.</param>
/// <param name="Name">Its name.</param>
/// <param name="Epoch">Epoch of its newest activation.</param>
/// <param name="Head">Sequence of its last record.</param>
/// <param name="Chain">Chained CRC-32C of that record.</param>
public sealed record StreamRow(long StreamId, string Name, long Epoch, long Head, long Chain);

/// <summary>A frame as the store keeps it; the checksum is not checked.</summary>
/// <param name="Id">Id of the frame.</param>
/// <param name="Crc">CRC-32C stored with its body.</param>
/// <param name="Body">Slices of many streams.</param>
public readonly record struct FrameRow(FrameId Id, long Crc, byte[] Body);

/// <summary>An index entry: the place of some records of a stream.</summary>
/// <param name="StreamId">The stream's number.</param>
/// <param name="FirstSequence">Sequence of the first record.</param>
/// <param name="LastSequence">Sequence of the last record.</param>
/// <param name="Frame">The frame that holds them.</param>
/// <param name="Position">Start of their slice in the frame's body, in bytes.</param>
/// <param name="Length">Length of their slice, in bytes.</param>
public readonly record struct SliceRow(
    long StreamId, long FirstSequence, long LastSequence, FrameId Frame, int Position, int Length);

/// <summary>A snapshot as the store keeps it; the checksum is not checked.</summary>
/// <param name="StreamId">The stream's number.</param>
/// <param name="Sequence">Sequence of the record after which the state holds.</param>
/// <param name="Epoch">Epoch of the activation that stored it.</param>
/// <param name="Crc">CRC-32C stored with its body.</param>
/// <param name="Body">The state.</param>
public sealed record SnapshotRow(long StreamId, long Sequence, long Epoch, long Crc, byte[] Body);

/// <summary>A file that an exchange sent out, as a backup keeps it.</summary>
/// <param name="Folder">Folder in which it was.</param>
/// <param name="Name">Its name in the folder.</param>
/// <param name="Body">Its bytes.</param>
public sealed record FileRow(string Folder, string Name, byte[] Body);

/// <summary>State of a grain, as a backup keeps it.</summary>
/// <param name="Grain">The grain: its type and its key.</param>
/// <param name="Name">Name of the state.</param>
/// <param name="Payload">The state, as JSON.</param>
public sealed record StateRow(string Grain, string Name, string Payload);

/// <summary>
/// Every row of a journal as of one moment, for copying or examining it. It writes nothing and disturbs no activation;
/// commits go on meanwhile. Use it from one thread, and end an enumeration before beginning the next.
/// </summary>
public abstract class JournalImage : IDisposable
{
    /// <summary>Returns true if the place is a PostgreSQL connection string, not a file.</summary>
    public static bool IsConnectionString(string place)
    {
        ArgumentNullException.ThrowIfNull(place);
        return !File.Exists(place) && !Directory.Exists(place) && place.Contains('=', StringComparison.Ordinal);
    }

    /// <summary>
    /// Opens the journal of a file, of a data directory (its journal.db), or of a PostgreSQL connection string.
    /// </summary>
    /// <exception cref="FileNotFoundException">The file does not exist.</exception>
    /// <exception cref="JournalSetupException">The file or database is not a journal.</exception>
    public static JournalImage Open(string place, string schema = "journal") => IsConnectionString(place)
        ? new PostgresJournalImage(place, schema)
        : new SqliteJournalImage(FileOf(place));

    /// <summary>
    /// Returns true if an exchange now runs on the journal of a database. An exchange of this release registers while
    /// it is connected.
    /// </summary>
    public static bool IsWrittenTo(string connectionString, string schema)
    {
        using var connection = new NpgsqlConnection(
            new NpgsqlConnectionStringBuilder(connectionString) { Pooling = false }.ConnectionString);
        connection.Open();
#pragma warning disable CA2100 // A fixed text; the schema's name is checked by the store.
        using var free = new NpgsqlCommand(PostgresSchema.IsFree(schema), connection);
#pragma warning restore CA2100
        return free.ExecuteScalar() is not true;
    }

    /// <summary>Returns the journal's file for a place that is a file or a data directory.</summary>
    public static string FileOf(string place) => Directory.Exists(place) ? Path.Combine(place, "journal.db") : place;

    /// <summary>Returns all streams, sorted by number.</summary>
    public abstract IReadOnlyList<StreamRow> Streams();

    /// <summary>Returns all frames, roughly in commit sequence.</summary>
    public abstract IEnumerable<FrameRow> Frames();

    /// <summary>Returns a frame, or null if it is not there.</summary>
    public abstract FrameRow? Frame(FrameId id);

    /// <summary>Returns the index of one stream, sorted by sequence, or of all streams.</summary>
    public abstract IEnumerable<SliceRow> Slices(long? streamId = null);

    /// <summary>Returns all snapshots; those of each stream oldest first.</summary>
    public abstract IEnumerable<SnapshotRow> Snapshots();

    /// <summary>Returns a snapshot, or null if it is not there.</summary>
    public abstract SnapshotRow? Snapshot(long streamId, long sequence);

    /// <summary>Returns the files in a backup. A journal that an exchange runs on has none.</summary>
    public virtual IEnumerable<FileRow> Files() => [];

    /// <summary>Returns the grain states in a backup. A journal that an exchange runs on has none.</summary>
    public virtual IEnumerable<StateRow> States() => [];

    /// <summary>Returns the damage that the database itself finds in its file; empty if there is none.</summary>
    public abstract IReadOnlyList<string> FileDamage();

    /// <inheritdoc/>
    public abstract void Dispose();
}
