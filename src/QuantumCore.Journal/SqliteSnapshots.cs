namespace QuantumCore.Journal;

/// <summary>The tables of snapshots. Each change is in a transaction of the store.</summary>
internal static class SqliteSnapshots
{
    private static bool IsFenced(SqliteDatabase database, long streamId, long epoch, long sequence)
    {
        var row = database.Statement("SELECT 1 FROM stream_head WHERE stream_id = ?1 AND epoch = ?2 AND head >= ?3")
            .Bind(1, streamId).Bind(2, epoch).Bind(3, sequence);
        var stands = row.Step();
        row.Reset();
        return !stands;
    }

    public static bool PutPart(
        SqliteDatabase database, long streamId, long epoch, long sequence, int part, ReadOnlySpan<byte> body)
    {
        if (IsFenced(database, streamId, epoch, sequence)) return false;
        database.Statement("INSERT OR REPLACE INTO snapshot_part (stream_id, seq, part, body) VALUES (?1, ?2, ?3, ?4)")
            .Bind(1, streamId).Bind(2, sequence).Bind(3, part).Bind(4, body).Step();
        return true;
    }

    public static bool Finish(
        SqliteDatabase database, long streamId, long epoch, long sequence, uint crc, int parts)
    {
        if (IsFenced(database, streamId, epoch, sequence)) return false;
        database.Statement(
                "INSERT OR REPLACE INTO snapshot (stream_id, seq, epoch, crc, parts) VALUES (?1, ?2, ?3, ?4, ?5)")
            .Bind(1, streamId).Bind(2, sequence).Bind(3, epoch).Bind(4, crc).Bind(5, parts).Step();
        database.Statement("""
            DELETE FROM snapshot WHERE stream_id = ?1 AND seq NOT IN (
                SELECT seq FROM snapshot WHERE stream_id = ?1 ORDER BY seq DESC LIMIT ?2)
            """).Bind(1, streamId).Bind(2, SnapshotLimits.Kept).Step();

        // Parts of deleted snapshots, and of those that a crash cut off.
        database.Statement("""
            DELETE FROM snapshot_part WHERE stream_id = ?1 AND seq NOT IN (
                SELECT seq FROM snapshot WHERE stream_id = ?1)
            """).Bind(1, streamId).Step();
        return true;
    }

    /// <summary>
    /// Returns the newest snapshot below a sequence. A damaged page counts as no snapshot, because the records are
    /// there.
    /// </summary>
    public static (long Sequence, byte[]? Body)? NewestBelowOrNone(SqliteDatabase reader, long streamId, long below)
    {
        try
        {
            return NewestBelow(reader, streamId, below);
        }
        catch (SqliteFailureException failure) when (failure.IsDamage())
        {
            return null;
        }
    }

    private static (long Sequence, byte[]? Body)? NewestBelow(SqliteDatabase reader, long streamId, long below)
    {
        var row = reader.Statement("""
            SELECT seq, crc, parts FROM snapshot WHERE stream_id = ?1 AND seq < ?2 ORDER BY seq DESC LIMIT 1
            """).Bind(1, streamId).Bind(2, below);
        if (!row.Step()) return null;
        var (sequence, crc, count) = (row.Long(0), row.Long(1), row.Long(2));
        row.Reset();
        var body = new List<byte[]>();
        var parts = reader.Statement("""
            SELECT body FROM snapshot_part WHERE stream_id = ?1 AND seq = ?2 AND part < ?3 ORDER BY part
            """).Bind(1, streamId).Bind(2, sequence).Bind(3, count);
        while (parts.Step()) body.Add(parts.Blob(0));
        var whole = Joined(body);
        return (sequence, Checksum.Of(whole) == crc ? whole : null);
    }

    private static byte[] Joined(List<byte[]> parts)
    {
        if (parts is [var only]) return only;
        var whole = new byte[parts.Sum(static part => part.Length)];
        var at = 0;
        foreach (var part in parts)
        {
            part.CopyTo(whole, at);
            at += part.Length;
        }

        return whole;
    }
}
