using System.Data;
using Npgsql;

namespace QuantumCore.Journal;

/// <summary>The rows of a journal in PostgreSQL, within one repeatable-read transaction.</summary>
internal sealed class PostgresJournalImage : JournalImage
{
    private readonly NpgsqlConnection _connection;
    private readonly NpgsqlTransaction _transaction;

    public PostgresJournalImage(string connectionString, string schema)
    {
        var settings = new NpgsqlConnectionStringBuilder(connectionString)
        {
            SearchPath = schema,
            Pooling = false,
            CommandTimeout = 0,
        };
        _connection = new NpgsqlConnection(settings.ConnectionString);
        try
        {
            _connection.Open();
            _transaction = _connection.BeginTransaction(IsolationLevel.RepeatableRead);

            // Otherwise a scan may begin in the middle of the table, where another scan is reading.
            Execute("SET TRANSACTION READ ONLY");
            Execute("SET LOCAL synchronize_seqscans = off");
            using var there = Command("SELECT to_regclass('stream_head') IS NOT NULL");
            if (there.ExecuteScalar() is not true)
            {
                throw new JournalSetupException($"The database has no journal in its schema {schema}.");
            }
        }
        catch
        {
            _connection.Dispose();
            throw;
        }
    }

    public override IReadOnlyList<StreamRow> Streams() =>
    [
        .. Rows("SELECT stream_id, name, epoch, head, chain FROM stream_head ORDER BY stream_id", static row =>
            new StreamRow(row.GetInt64(0), row.GetString(1), row.GetInt64(2), row.GetInt64(3), row.GetInt64(4))),
    ];

    /// <remarks>
    /// A journal that no exchange of this release has run on has no places; its rows are in commit sequence.
    /// </remarks>
    public override IEnumerable<FrameRow> Frames()
    {
        using var place = Command(
            "SELECT EXISTS (SELECT 1 FROM pg_attribute WHERE attrelid = 'frame'::regclass AND attname = 'place')");
        var order = place.ExecuteScalar() is true ? "ORDER BY place" : "";
        return Rows($"SELECT writer_id, frame_no, crc, body FROM frame {order}", FrameAt);
    }

    public override FrameRow? Frame(FrameId id)
    {
        foreach (var frame in Rows(
            "SELECT writer_id, frame_no, crc, body FROM frame WHERE writer_id = $1 AND frame_no = $2",
            FrameAt,
            id.WriterId,
            id.FrameNo))
        {
            return frame;
        }

        return null;
    }

    public override IEnumerable<SliceRow> Slices(long? streamId = null)
    {
        var (condition, parameters) = streamId is { } one ? ("WHERE stream_id = $1", (object[])[one]) : ("", []);
        return Rows(
            $"""
            SELECT stream_id, first_seq, last_seq, writer_id, frame_no, position, length FROM frame_stream {condition}
            ORDER BY stream_id, first_seq
            """,
            static row => new SliceRow(
                row.GetInt64(0), row.GetInt64(1), row.GetInt64(2), new FrameId(row.GetInt64(3), row.GetInt64(4)),
                row.GetInt32(5), row.GetInt32(6)),
            parameters);
    }

    public override IEnumerable<SnapshotRow> Snapshots() => Rows(
        "SELECT stream_id, seq, epoch, crc, body FROM snapshot ORDER BY stream_id, seq", SnapshotAt);

    public override SnapshotRow? Snapshot(long streamId, long sequence) => Rows(
        "SELECT stream_id, seq, epoch, crc, body FROM snapshot WHERE stream_id = $1 AND seq = $2", SnapshotAt, streamId,
        sequence)
        .FirstOrDefault();

    /// <remarks>PostgreSQL reports a page that fails its own checks when it is read.</remarks>
    public override IReadOnlyList<string> FileDamage() => [];

    public override void Dispose()
    {
        _transaction.Dispose();
        _connection.Dispose();
    }

    private static SnapshotRow SnapshotAt(NpgsqlDataReader row) =>
        new(row.GetInt64(0), row.GetInt64(1), row.GetInt64(2), row.GetInt64(3), row.GetFieldValue<byte[]>(4));

    private static FrameRow FrameAt(NpgsqlDataReader row) =>
        new(new FrameId(row.GetInt64(0), row.GetInt64(1)), row.GetInt64(2), row.GetFieldValue<byte[]>(3));

    private IEnumerable<T> Rows<T>(string sql, Func<NpgsqlDataReader, T> row, params object[] parameters)
    {
        using var command = Command(sql, parameters);
        using var reader = command.ExecuteReader();
        while (reader.Read()) yield return row(reader);
    }

    private void Execute(string sql)
    {
        using var command = Command(sql);
        command.ExecuteNonQuery();
    }

    private NpgsqlCommand Command(string sql, params object[] parameters)
    {
#pragma warning disable CA2100 // Fixed texts of this file.
        var command = new NpgsqlCommand(sql, _connection, _transaction);
#pragma warning restore CA2100
        foreach (var value in parameters) command.Parameters.Add(new NpgsqlParameter { Value = value });
        return command;
    }
}
