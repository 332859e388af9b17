using SQLitePCL;

namespace QuantumCore.Journal;

/// <summary>
/// Finds damage that no record's checksum shows, because it is in SQLite's own pages or in the heads.
/// </summary>
internal static class SqliteSoundness
{
    /// <summary>Returns true if SQLite reports a damaged file.</summary>
    public static bool IsDamage(this SqliteFailureException failure) =>
        (failure.Code & 0xFF) is raw.SQLITE_CORRUPT or raw.SQLITE_NOTADB;

    /// <summary>
    /// Checks the table of heads with its index by name, because a stream that is not found there would start again
    /// from nothing. Returns the sum of the heads.
    /// </summary>
    public static long CheckHeads(SqliteDatabase database, string path)
    {
        var verdict = database.Statement("PRAGMA integrity_check(stream_head)");
        var found = verdict.Step() ? verdict.Text(0) : "nothing";
        verdict.Reset();
        if (found != "ok")
        {
            throw new JournalSetupException($"{path} is damaged where it holds the heads of its streams: {found}");
        }

        var sum = database.Statement("SELECT COALESCE(SUM(head), 0) FROM stream_head");
        sum.Step();
        var records = sum.Long(0);
        sum.Reset();
        return records;
    }

    /// <summary>Checks that the index ends at the head; otherwise records were lost. Returns null if it does.</summary>
    public static JournalCorruptionException? DamageAtHead(
        SqliteDatabase database, SqliteSliceTail tail, string stream, in StreamActivation activation)
    {
        try
        {
            var row = database.Statement(
                    "SELECT last_seq FROM frame_stream WHERE stream_id = ?1 ORDER BY first_seq DESC LIMIT 1")
                .Bind(1, activation.StreamId);
            var last = Math.Max(row.Step() ? row.Long(0) : 0, tail.LastOf(activation.StreamId, database));
            row.Reset();
            var (head, first) = (activation.Head, Math.Min(last, activation.Head) + 1);
            return last == head ? null : new(stream, first, $"its head is {head}, and its records end at {last}");
        }
        catch (SqliteFailureException failure) when (failure.IsDamage())
        {
            return new(stream, 1, failure.Message);
        }
    }

    /// <summary>Returns the next frame by its id, and true if its checksum is right; null after the last one.</summary>
    public static (FrameId Id, bool IsSound)? NextFrame(SqliteDatabase reader, FrameId after)
    {
        var row = reader.Statement("""
            SELECT writer_id, frame_no, crc, body FROM frame WHERE (writer_id, frame_no) > (?1, ?2)
            ORDER BY writer_id, frame_no LIMIT 1
            """).Bind(1, after.WriterId).Bind(2, after.FrameNo);
        if (!row.Step()) return null;
        var found = (new FrameId(row.Long(0), row.Long(1)), Checksum.Of(row.Blob(3)) == row.Long(2));
        row.Reset();
        return found;
    }

    /// <summary>Converts damage of SQLite's own pages, met while reading a stream, into damage of the stream.</summary>
    public static Exception OfStream(string stream, long sequence, Exception failure) =>
        failure is SqliteFailureException inFile && inFile.IsDamage()
            ? new JournalCorruptionException(stream, sequence, inFile.Message)
            : failure;

    /// <summary>Reads a part of a stream.</summary>
    public static async Task<T> OfStreamAsync<T>(string stream, long sequence, Task<T> read)
    {
        try
        {
            return await read;
        }
        catch (SqliteFailureException failure) when (failure.IsDamage())
        {
            throw OfStream(stream, sequence, failure);
        }
    }
}
