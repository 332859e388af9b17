using System.Buffers.Binary;

namespace QuantumCore.Journal;

/// <summary>
/// Stores in a small file beside the journal how many records were acknowledged. SQLite mistakes a truncated or damaged
/// log for one whose end was never synced, and goes on without it; this file reveals the difference. It is written
/// after each commit and not synced. After a killed process it is exact. After a power loss it is older or torn, and
/// then shows fewer records than there are, or none.
/// </summary>
internal sealed class SqliteWitness : IDisposable
{
    private const int Bytes = 12;

    private readonly FileStream _file;
    private readonly byte[] _bytes = new byte[Bytes];
    private long _records;

    private SqliteWitness(FileStream file, long records)
    {
        _file = file;
        _records = records;
    }

    /// <summary>Compares the journal's records with the acknowledged ones; throws if records are missing.</summary>
    /// <param name="journal">The journal's file.</param>
    /// <param name="records">Number of records in the journal: the sum of its heads.</param>
    public static SqliteWitness Open(string journal, long records)
    {
        var path = Path.ChangeExtension(journal, ".witness");
        var file = new FileStream(path, FileMode.OpenOrCreate, FileAccess.ReadWrite, FileShare.Read, bufferSize: 0);
        var acknowledged = Read(file);
        if (acknowledged <= records) return new SqliteWitness(file, records);
        file.Dispose();
        throw new JournalSetupException(
            $"{journal} ends at record {records} of all streams, and {acknowledged} were acknowledged: its end, or that "
            + $"of its log, is missing or damaged. Restore both; to go on without what is missing, delete {path}.");
    }

    /// <summary>
    /// Adds records that are durable and about to be acknowledged. Never throws: it is a witness, not the journal.
    /// </summary>
    public void Add(long records)
    {
        _records += records;
        BinaryPrimitives.WriteInt64LittleEndian(_bytes, _records);
        BinaryPrimitives.WriteUInt32LittleEndian(
            _bytes.AsSpan(sizeof(long)), Checksum.Of(_bytes.AsSpan(0, sizeof(long))));
        try
        {
            RandomAccess.Write(_file.SafeFileHandle, _bytes, 0);
        }
        catch (IOException)
        {
            // A disk that is full from the beginning has no room for twelve bytes.
        }
    }

    public void Dispose() => _file.Dispose();

    private static long Read(FileStream file)
    {
        var bytes = new byte[Bytes];
        var isWhole = RandomAccess.Read(file.SafeFileHandle, bytes, 0) == Bytes
            && BinaryPrimitives.ReadUInt32LittleEndian(bytes.AsSpan(sizeof(long))) == Checksum.Of(
                bytes.AsSpan(0, sizeof(long)));
        return isWhole ? BinaryPrimitives.ReadInt64LittleEndian(bytes) : 0;
    }
}
