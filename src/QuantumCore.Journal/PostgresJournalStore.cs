using System.Globalization;
using System.Runtime.CompilerServices;
using Npgsql;
using NpgsqlTypes;

namespace QuantumCore.Journal;

/// <summary>
/// A journal in PostgreSQL, shared by the silos of a cluster. Each writer has its own connection; activations and reads
/// share a small pool.
/// </summary>
public sealed class PostgresJournalStore : IJournalStore
{
    private const string AdminShutdown = "57P01";
    private const string CrashShutdown = "57P02";
    private readonly string _schema;
    private readonly NpgsqlDataSource _pool;
    private readonly string _writerConnection;

    /// <summary>Uses a journal in one schema of a database; the schema is created if it does not exist.</summary>
    /// <param name="connectionString">An Npgsql connection string.</param>
    /// <param name="schema">Lower-case letters, digits and underscores.</param>
    /// <param name="maxReadConnections">Maximum size of the connection pool for everything but commits.</param>
    public PostgresJournalStore(string connectionString, string schema = "journal", int maxReadConnections = 8)
    {
        if (schema.Length == 0
            || schema.Any(letter => !char.IsAsciiLetterLower(letter) && !char.IsAsciiDigit(letter) && letter != '_'))
        {
            throw new ArgumentException(
                "A schema's name is lower-case letters, digits and underscores.", nameof(schema));
        }

        _schema = schema;
        var settings = new NpgsqlConnectionStringBuilder(connectionString)
        {
            SearchPath = schema,
            MaxPoolSize = maxReadConnections,
            MaxAutoPrepare = 20,
            AutoPrepareMinUsages = 2,
        };
        _pool = NpgsqlDataSource.Create(settings);
        settings.Pooling = false;
        settings.MaxAutoPrepare = 0;
        settings.CommandTimeout = 10;
        settings.Timeout = 5;
        _writerConnection = settings.ConnectionString;
    }

    /// <inheritdoc/>
    public async Task InitializeAsync(CancellationToken cancellationToken)
    {
        await using var connection = await _pool.OpenConnectionAsync(cancellationToken);
        foreach (var setting in (string[])["fsync", "full_page_writes", "synchronous_commit"])
        {
            await using var show = new NpgsqlCommand($"SHOW {setting}", connection);
            var value = (string?)await show.ExecuteScalarAsync(cancellationToken);
            if (value is not ("on" or "remote_apply"))
            {
                throw new JournalSetupException(
                    $"PostgreSQL runs with {setting} = {value}: it could lose records that were acknowledged.");
            }
        }

        await using var transaction = await connection.BeginTransactionAsync(cancellationToken);
        await using var create = new NpgsqlCommand(PostgresSchema.Create(_schema), connection, transaction);
        await create.ExecuteNonQueryAsync(cancellationToken);
        await transaction.CommitAsync(cancellationToken);
    }

    /// <inheritdoc/>
    public async Task<StreamActivation> ActivateAsync(string stream, CancellationToken cancellationToken)
    {
        StreamName.Check(stream);

        // Waits for an append in flight on this stream, and then sees the head it left.
        var raised = await RowsAsync(
            """
            INSERT INTO stream_head (name, epoch, head, chain) VALUES ($1, 1, 0, 0)
            ON CONFLICT (name) DO UPDATE SET epoch = stream_head.epoch + 1
            RETURNING stream_id, epoch, head, chain
            """,
            static row =>
                new StreamActivation(row.GetInt64(0), row.GetInt64(1), row.GetInt64(2), (uint)row.GetInt64(3)),
            cancellationToken,
            stream);
        return raised[0];
    }

    /// <inheritdoc/>
    public IJournalConnection Connect() => new Connection(_writerConnection, _schema);

    /// <inheritdoc/>
    public async IAsyncEnumerable<JournalRecord> ReadAsync(
        string stream,
        long fromSequence,
        long throughSequence,
        [EnumeratorCancellation] CancellationToken cancellationToken)
    {
        var (streamId, head) = await FindAsync(stream, cancellationToken);
        var through = Math.Min(throughSequence, head);
        var records = SliceReader.ReadAsync(
            stream,
            streamId,
            fromSequence,
            through,
            chainAtEnd: null,
            next => PageAsync(streamId, next, through, cancellationToken),
            cancellationToken);
        await foreach (var record in records) yield return record;
    }

    /// <inheritdoc/>
    public async Task<IReadOnlyList<StreamHead>> HeadsAsync(string namePrefix, CancellationToken cancellationToken) =>
        await RowsAsync(
            "SELECT name, epoch, head FROM stream_head WHERE name >= $1 AND name < $2 ORDER BY name",
            static row => new StreamHead(row.GetString(0), row.GetInt64(1), row.GetInt64(2)),
            cancellationToken,
            namePrefix,
            namePrefix + StreamName.AfterAnyName);

    /// <inheritdoc/>
    public async Task<IReadOnlyDictionary<long, long>> EpochsAsync(
        IReadOnlyCollection<long> streamIds, CancellationToken cancellationToken)
    {
        var epochs = await RowsAsync(
            "SELECT stream_id, epoch FROM stream_head WHERE stream_id = ANY($1)",
            static row => (Id: row.GetInt64(0), Epoch: row.GetInt64(1)),
            cancellationToken,
            streamIds.ToArray());
        return epochs.ToDictionary(row => row.Id, row => row.Epoch);
    }

    /// <inheritdoc/>
    public async Task<bool> PutSnapshotAsync(
        string stream, long epoch, long sequence, ReadOnlyMemory<byte> body, CancellationToken cancellationToken)
    {
        // No lock on the head: commits continue meanwhile, and a snapshot of durable records is valid whichever
        // activation wrote it.
        var stored = await RowsAsync(
            """
            INSERT INTO snapshot (stream_id, seq, epoch, crc, body)
            SELECT stream_id, $3, $2, $4, $5 FROM stream_head WHERE name = $1 AND epoch = $2 AND head >= $3
            ON CONFLICT (stream_id, seq) DO UPDATE SET epoch = excluded.epoch, crc = excluded.crc, body = excluded.body
            RETURNING stream_id
            """,
            static row => row.GetInt64(0),
            cancellationToken,
            stream,
            epoch,
            sequence,
            (long)Checksum.Of(body.Span),
            body);
        if (stored.Count == 0) return false;
        await RowsAsync(
            """
            DELETE FROM snapshot WHERE stream_id = $1 AND seq < (
                SELECT MIN(seq) FROM (
                    SELECT seq FROM snapshot WHERE stream_id = $1 ORDER BY seq DESC LIMIT $2) AS kept)
            RETURNING seq
            """,
            static row => row.GetInt64(0),
            cancellationToken,
            stored[0],
            (long)SnapshotLimits.Kept);
        return true;
    }

    /// <inheritdoc/>
    public async IAsyncEnumerable<StreamSnapshot> SnapshotsAsync(
        string stream, [EnumeratorCancellation] CancellationToken cancellationToken)
    {
        var (streamId, _) = await FindAsync(stream, cancellationToken);
        var below = long.MaxValue;
        while (await NewestBelowAsync(streamId, below, cancellationToken) is { } found)
        {
            below = found.Sequence;
            if (found.Body is not null) yield return new StreamSnapshot(stream, found.Sequence, found.Body);
        }
    }

    /// <inheritdoc/>
    public async IAsyncEnumerable<FrameId> DamagedFramesAsync(
        [EnumeratorCancellation] CancellationToken cancellationToken)
    {
        await using var command = Command("SELECT writer_id, frame_no, crc, body FROM frame");
        await using var rows = await command.ExecuteReaderAsync(cancellationToken);
        while (await rows.ReadAsync(cancellationToken))
        {
            if (Checksum.Of(await rows.GetFieldValueAsync<byte[]>(3, cancellationToken)) == rows.GetInt64(2)) continue;
            yield return new FrameId(rows.GetInt64(0), rows.GetInt64(1));
        }
    }

    /// <inheritdoc/>
    public async Task<UnpackedFrames> UnpackedAsync(PackLimits limits, CancellationToken cancellationToken)
    {
        var newest = (await RowsAsync(
            "SELECT frame_no, place FROM frame WHERE writer_id = $1 ORDER BY frame_no DESC LIMIT 1",
            static row => (No: row.GetInt64(0), Place: row.GetInt64(1)),
            cancellationToken,
            JournalPack.WriterId)).FirstOrDefault();
        var frames = await RowsAsync(
            """
            SELECT writer_id, frame_no, crc, body FROM (
                SELECT *, SUM(length(body)) OVER (ORDER BY place) - length(body) AS before FROM (
                    SELECT * FROM frame WHERE place > $1 ORDER BY place LIMIT $2) AS oldest) AS sized
            WHERE before < $3 ORDER BY place
            """,
            static row => new FrameRow(
                new FrameId(row.GetInt64(0), row.GetInt64(1)), row.GetInt64(2), row.GetFieldValue<byte[]>(3)),
            cancellationToken,
            newest.Place,
            limits.MaxFrames,
            (long)limits.MaxBytes);
        var isFull = frames.Count == limits.MaxFrames || frames.Sum(frame => frame.Body.Length) >= limits.MaxBytes;
        return new UnpackedFrames(frames, isFull, newest.No + 1);
    }

    /// <inheritdoc/>
    public async Task<IReadOnlyDictionary<long, string>> NamesAsync(
        IReadOnlyCollection<long> streamIds, CancellationToken cancellationToken)
    {
        var names = await RowsAsync(
            "SELECT stream_id, name FROM stream_head WHERE stream_id = ANY($1)",
            static row => (Id: row.GetInt64(0), Name: row.GetString(1)),
            cancellationToken,
            streamIds.ToArray());
        return names.ToDictionary(row => row.Id, row => row.Name);
    }

    /// <inheritdoc/>
    public async Task<bool> PackAsync(JournalPack pack, CancellationToken cancellationToken)
    {
        // A repeat after an outage finds its frames gone and reports that; the pack itself stays.
        try
        {
            await RowsAsync(
                PostgresPacks.Put, static row => row.IsDBNull(0), cancellationToken, PostgresPacks.Parameters(pack));
            return true;
        }
        catch (PostgresException other) when (other.SqlState == PostgresPacks.Otherwise)
        {
            return false;
        }
    }

    /// <inheritdoc/>
    public ValueTask DisposeAsync() => _pool.DisposeAsync();

    /// <summary>
    /// Returns all rows of one statement. An outage leaves broken connections in the pool, which only their use
    /// reveals. Then the pool is emptied and the statement is sent again, once. Every statement here may be sent twice:
    /// only raising an epoch has an effect, and epochs may have gaps.
    /// </summary>
    private async Task<List<T>> RowsAsync<T>(
        string sql, Func<NpgsqlDataReader, T> row, CancellationToken cancellationToken, params object[] parameters)
    {
        try
        {
            return await RowsOnceAsync(sql, row, parameters, cancellationToken);
        }
        catch (NpgsqlException broken) when (broken.IsTransient || broken.SqlState is AdminShutdown or CrashShutdown)
        {
            _pool.Clear();
            return await RowsOnceAsync(sql, row, parameters, cancellationToken);
        }
    }

    private async Task<List<T>> RowsOnceAsync<T>(
        string sql, Func<NpgsqlDataReader, T> row, object[] parameters, CancellationToken cancellationToken)
    {
        await using var command = Command(sql, parameters);
        await using var reader = await command.ExecuteReaderAsync(cancellationToken);
        var rows = new List<T>();
        while (await reader.ReadAsync(cancellationToken)) rows.Add(row(reader));
        return rows;
    }

    private NpgsqlCommand Command(string sql, params object[] parameters)
    {
        var command = _pool.CreateCommand(sql);
        foreach (var value in parameters) command.Parameters.Add(new NpgsqlParameter { Value = value });
        return command;
    }

    private async Task<(long StreamId, long Head)> FindAsync(string stream, CancellationToken cancellationToken)
    {
        var found = await RowsAsync(
            "SELECT stream_id, head FROM stream_head WHERE name = $1",
            static row => (row.GetInt64(0), row.GetInt64(1)),
            cancellationToken,
            stream);
        return found.FirstOrDefault();
    }

    /// <summary>
    /// Reads a page of slices. The running sum limits its bytes and reads only the small rows of the index.
    /// </summary>
    private Task<List<StoredSlice>> PageAsync(
        long streamId, long next, long through, CancellationToken cancellationToken) =>
        RowsAsync(
            """
            SELECT s.first_seq, s.last_seq, COALESCE(substr(f.body, s.position + 1, s.length), '')
            FROM (
                SELECT *, SUM(length) OVER (ORDER BY first_seq) - length AS before FROM (
                    SELECT * FROM frame_stream
                    WHERE stream_id = $1 AND first_seq <= $3 AND first_seq >= (
                        SELECT COALESCE(MAX(first_seq), 0) FROM frame_stream WHERE stream_id = $1 AND first_seq <= $2)
                    ORDER BY first_seq LIMIT $4) AS following) AS s
            LEFT JOIN frame f ON f.writer_id = s.writer_id AND f.frame_no = s.frame_no
            WHERE s.before < $5
            ORDER BY s.first_seq
            """,
            static row => new StoredSlice(row.GetInt64(0), row.GetInt64(1), row.GetFieldValue<byte[]>(2)),
            cancellationToken,
            streamId,
            next,
            through,
            SliceReader.PageSlices,
            (long)SliceReader.PageBytes);

    private async Task<(long Sequence, byte[]? Body)?> NewestBelowAsync(
        long streamId, long below, CancellationToken cancellationToken)
    {
        var found = await RowsAsync(
            "SELECT seq, crc, body FROM snapshot WHERE stream_id = $1 AND seq < $2 ORDER BY seq DESC LIMIT 1",
            static row => (Sequence: row.GetInt64(0), Crc: row.GetInt64(1), Body: row.GetFieldValue<byte[]>(2)),
            cancellationToken,
            streamId,
            below);
        if (found.Count == 0) return null;
        return (found[0].Sequence, Checksum.Of(found[0].Body) == found[0].Crc ? found[0].Body : null);
    }

    private sealed class Connection : IJournalConnection
    {
        private readonly NpgsqlConnection _connection;
        private readonly NpgsqlCommand _append;
        private readonly NpgsqlCommand _holds;

        public Connection(string connectionString, string schema)
        {
            _connection = new NpgsqlConnection(connectionString);
            try
            {
                _connection.Open();
                using (var held = new NpgsqlCommand(PostgresSchema.Run(schema), _connection)) held.ExecuteNonQuery();
                _append = new NpgsqlCommand(
                    "SELECT append_frame($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11)", _connection);
                NpgsqlDbType[] types = [
                    NpgsqlDbType.Bigint, NpgsqlDbType.Bigint, NpgsqlDbType.Bigint, NpgsqlDbType.Bytea, Longs,
                    Longs, Longs, Longs, Longs, Ints, Ints];
                foreach (var type in types) _append.Parameters.Add(new NpgsqlParameter { NpgsqlDbType = type });
                _append.Prepare();
                _holds = new NpgsqlCommand(
                    "SELECT EXISTS (SELECT 1 FROM frame WHERE writer_id = $1 AND frame_no = $2)", _connection);
                _holds.Parameters.Add(new NpgsqlParameter { NpgsqlDbType = NpgsqlDbType.Bigint });
                _holds.Parameters.Add(new NpgsqlParameter { NpgsqlDbType = NpgsqlDbType.Bigint });
            }
            catch
            {
                _connection.Dispose();
                throw;
            }
        }

        private const NpgsqlDbType Longs = NpgsqlDbType.Array | NpgsqlDbType.Bigint;
        private const NpgsqlDbType Ints = NpgsqlDbType.Array | NpgsqlDbType.Integer;

        public IReadOnlyCollection<long> Commit(JournalFrame frame)
        {
            var slices = frame.Slices;
            var values = _append.Parameters;
            values[0].Value = frame.Id.WriterId;
            values[1].Value = frame.Id.FrameNo;
            values[2].Value = (long)frame.Crc;
            values[3].Value = frame.Body;
            values[4].Value = Column(slices, static slice => slice.StreamId);
            values[5].Value = Column(slices, static slice => slice.Epoch);
            values[6].Value = Column(slices, static slice => slice.FirstSequence);
            values[7].Value = Column(slices, static slice => slice.LastSequence);
            values[8].Value = Column(slices, static slice => (long)slice.Chain);
            values[9].Value = Column(slices, static slice => slice.Position);
            values[10].Value = Column(slices, static slice => slice.Length);
            try
            {
                _append.ExecuteNonQuery();
                return [];
            }
            catch (PostgresException refusal) when (refusal.SqlState == PostgresSchema.Refused)
            {
                return [.. refusal.MessageText.Split(',').Select(id => long.Parse(id, CultureInfo.InvariantCulture))];
            }
        }

        public bool Holds(FrameId frame)
        {
            _holds.Parameters[0].Value = frame.WriterId;
            _holds.Parameters[1].Value = frame.FrameNo;
            return (bool)_holds.ExecuteScalar()!;
        }

        public void Dispose()
        {
            try
            {
                _append.Dispose();
                _holds.Dispose();
                _connection.Dispose();
            }
            catch (Exception broken) when (broken is NpgsqlException or IOException or InvalidOperationException)
            {
                // The connection was dropped because it broke; its server process ends with the socket.
            }
        }

        private static T[] Column<T>(IReadOnlyList<FrameSlice> slices, Func<FrameSlice, T> value)
        {
            var column = new T[slices.Count];
            for (var i = 0; i < column.Length; i++) column[i] = value(slices[i]);
            return column;
        }
    }
}
