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
/// <param name="Id">Names it.</param>
/// <param name="Crc">The CRC-32C that its body was stored with.</param>
/// <param name="Body">Slices of many streams.</param>
public readonly record struct FrameRow(FrameId Id, long Crc, byte[] Body);

/// <summary>An entry of the index: where some records of a stream lie.</summary>
/// <param name="StreamId">The stream's number.</param>
/// <param name="FirstSequence">Sequence of the first record.</param>
/// <param name="LastSequence">Sequence of the last record.</param>
/// <param name="Frame">The frame that holds them.</param>
/// <param name="Position">Where their slice begins in the frame's body, in bytes.</param>
/// <param name="Length">Its bytes.</param>
public readonly record struct SliceRow(
    long StreamId, long FirstSequence, long LastSequence, FrameId Frame, int Position, int Length);

/// <summary>A snapshot as the store keeps it; the checksum is not checked.</summary>
/// <param name="StreamId">The stream's number.</param>
/// <param name="Sequence">The state after this record.</param>
/// <param name="Epoch">Epoch of the activation that it was stored under.</param>
/// <param name="Crc">The CRC-32C that its body was stored with.</param>
/// <param name="Body">The state.</param>
public sealed record SnapshotRow(long StreamId, long Sequence, long Epoch, long Crc, byte[] Body);

/// <summary>A file that went out of an exchange, as a backup keeps it.</summary>
/// <param name="Folder">Which folder it lay in.</param>
/// <param name="Name">Its name there.</param>
/// <param name="Body">Its bytes.</param>
public sealed record FileRow(string Folder, string Name, byte[] Body);

/// <summary>State of a grain, as a backup keeps it.</summary>
/// <param name="Grain">The grain: its type and its key.</param>
/// <param name="Name">The name of the state.</param>
/// <param name="Payload">The state, as JSON.</param>
public sealed record StateRow(string Grain, string Name, string Payload);

/// <summary>
/// Every row of a journal as of one moment, for those who copy or examine it: nothing is written, no activation is
/// disturbed, and commits go on meanwhile. Used by one thread; an enumeration is ended before the next one begins.
/// </summary>
public abstract class JournalImage : IDisposable
{
    /// <summary>Whether this names a PostgreSQL database and not a file.</summary>
    public static bool IsConnectionString(string place)
    {
        ArgumentNullException.ThrowIfNull(place);
        return !File.Exists(place) && !Directory.Exists(place) && place.Contains('=', StringComparison.Ordinal);
    }

    /// <summary>The journal of a file, of a data directory (its journal.db), or of a PostgreSQL connection string.</summary>
    /// <exception cref="FileNotFoundException">There is no such file.</exception>
    /// <exception cref="JournalSetupException">What is there is no journal.</exception>
    public static JournalImage Open(string place, string schema = "journal") => IsConnectionString(place)
        ? new PostgresJournalImage(place, schema)
        : new SqliteJournalImage(FileOf(place));

    /// <summary>Whether an exchange runs on the journal of a database now: one of this release, which says so while it is connected.</summary>
    public static bool IsWrittenTo(string connectionString, string schema)
    {
        using var connection = new NpgsqlConnection(new NpgsqlConnectionStringBuilder(connectionString) { Pooling = false }.ConnectionString);
        connection.Open();
#pragma warning disable CA2100 // A fixed text; the schema's name is checked by the store.
        using var free = new NpgsqlCommand(PostgresSchema.IsFree(schema), connection);
#pragma warning restore CA2100
        return free.ExecuteScalar() is not true;
    }

    /// <summary>The journal's file of a place that is a file or a data directory.</summary>
    public static string FileOf(string place) => Directory.Exists(place) ? Path.Combine(place, "journal.db") : place;

    /// <summary>All streams, by number.</summary>
    public abstract IReadOnlyList<StreamRow> Streams();

    /// <summary>All frames, roughly in the sequence of their commits.</summary>
    public abstract IEnumerable<FrameRow> Frames();

    /// <summary>One frame, if it is there.</summary>
    public abstract FrameRow? Frame(FrameId id);

    /// <summary>The index: of one stream by sequence, or of all.</summary>
    public abstract IEnumerable<SliceRow> Slices(long? streamId = null);

    /// <summary>All snapshots, of each stream the oldest first.</summary>
    public abstract IEnumerable<SnapshotRow> Snapshots();

    /// <summary>One snapshot, if it is there.</summary>
    public abstract SnapshotRow? Snapshot(long streamId, long sequence);

    /// <summary>Files that a backup took along; a journal that an exchange runs on has none.</summary>
    public virtual IEnumerable<FileRow> Files() => [];

    /// <summary>Grain state that a backup took along; a journal that an exchange runs on has none.</summary>
    public virtual IEnumerable<StateRow> States() => [];

    /// <summary>What the database itself finds wrong with its file; empty is good news.</summary>
    public abstract IReadOnlyList<string> FileDamage();

    /// <inheritdoc/>
    public abstract void Dispose();
}
