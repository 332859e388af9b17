using System.Globalization;
using Microsoft.Data.Sqlite;
using QuantumCore.Journal;

namespace QuantumCore.Grains.Storage;

/// <summary>
/// Grain state in one SQLite file of one process, in a table like the one in PostgreSQL. Every write is on disk before
/// it is answered. A write or a clear with an old etag is rejected.
/// </summary>
/// <param name="path">The file. It is created if it does not exist.</param>
public sealed class SqliteGrainStorage(string path) : IGrainStorage, IDisposable
{
    private readonly StateSerializer _serializer = new();
    private readonly SqliteConnection _connection =
        new(new SqliteConnectionStringBuilder { DataSource = path, Pooling = false }.ToString());

    // One connection, one statement at a time. A write waits for the disk, so none runs on a grain's thread.
    private readonly SemaphoreSlim _turn = new(1);

    /// <summary>Opens the file and creates its table.</summary>
    /// <exception cref="JournalSetupException">A newer release wrote the file.</exception>
    public Task InitializeAsync(CancellationToken cancellationToken) =>
        Task.Run(() => GrainStateTables.Open(_connection), cancellationToken);

    /// <inheritdoc/>
    public async Task ReadStateAsync<T>(string stateName, GrainId grainId, IGrainState<T> grainState)
    {
        ArgumentNullException.ThrowIfNull(grainState);
        var (version, payload) = await InTurnAsync(() => Read(grainId, stateName));
        grainState.State = payload is null
            ? Activator.CreateInstance<T>()
            : _serializer.Deserialize<T>(BinaryData.FromString(payload));
        (grainState.ETag, grainState.RecordExists) = (version, version is not null);
    }

    /// <inheritdoc/>
    public async Task WriteStateAsync<T>(string stateName, GrainId grainId, IGrainState<T> grainState)
    {
        ArgumentNullException.ThrowIfNull(grainState);
        var payload = _serializer.Serialize(grainState.State).ToString();
        var etag = grainState.ETag;
        var version = await InTurnAsync(() => Run(
            etag is null
                ? """
                  INSERT INTO grain (grain, name, version, payload, written)
                  VALUES (@grain, @name, 1, @payload, strftime('%Y-%m-%dT%H:%M:%SZ'))
                  ON CONFLICT (grain, name) DO UPDATE
                    SET version = version + 1, payload = excluded.payload, written = excluded.written
                    WHERE payload IS NULL
                  RETURNING version
                  """
                : """
                  UPDATE grain SET version = version + 1, payload = @payload, written = strftime('%Y-%m-%dT%H:%M:%SZ')
                  WHERE grain = @grain AND name = @name AND version = @version RETURNING version
                  """,
            grainId,
            stateName,
            etag,
            payload));
        (grainState.ETag,
            grainState.RecordExists) = (version ?? throw Conflict("write", stateName, grainId, etag), true);
    }

    /// <inheritdoc/>
    public async Task ClearStateAsync<T>(string stateName, GrainId grainId, IGrainState<T> grainState)
    {
        ArgumentNullException.ThrowIfNull(grainState);
        if (grainState.ETag is { } etag)
        {
            // The row stays, so that its version is never reused.
            grainState.ETag = await InTurnAsync(() => Run(
                """
                UPDATE grain SET version = version + 1, payload = NULL, written = strftime('%Y-%m-%dT%H:%M:%SZ')
                WHERE grain = @grain AND name = @name AND version = @version RETURNING version
                """,
                grainId,
                stateName,
                etag)) ?? throw Conflict("clear", stateName, grainId, etag);
        }

        (grainState.State, grainState.RecordExists) = (Activator.CreateInstance<T>(), false);
    }

    /// <inheritdoc/>
    public void Dispose()
    {
        _connection.Dispose();
        _turn.Dispose();
    }

    private static InconsistentStateException Conflict(string what, string name, GrainId grain, string? etag) =>
        new(
            $"The {what} of state '{name}' of {grain} is refused: "
            + $"it has changed since version {etag ?? "none"} was read.");

    private (string? Version, string? Payload) Read(GrainId grain, string name)
    {
        using var command = _connection.CreateCommand();
        command.CommandText =
            "SELECT version, payload FROM grain WHERE grain = @grain AND name = @name AND payload IS NOT NULL";
        command.Parameters.AddWithValue("@grain", grain.ToString());
        command.Parameters.AddWithValue("@name", name);
        using var row = command.ExecuteReader();
        return row.Read() ? (row.GetInt64(0).ToString(CultureInfo.InvariantCulture), row.GetString(1)) : default;
    }

    /// <summary>Changes a row and returns its new version; null if its version is not the expected one.</summary>
    private string? Run(string sql, GrainId grain, string name, string? etag, string? payload = null)
    {
        using var command = _connection.CreateCommand();
#pragma warning disable CA2100 // The statements are this class's own text.
        command.CommandText = sql;
#pragma warning restore CA2100
        command.Parameters.AddWithValue("@grain", grain.ToString());
        command.Parameters.AddWithValue("@name", name);
        if (etag is not null)
            command.Parameters.AddWithValue("@version", long.Parse(etag, CultureInfo.InvariantCulture));
        if (payload is not null)
            command.Parameters.AddWithValue("@payload", payload);
        return (command.ExecuteScalar() as long?)?.ToString(CultureInfo.InvariantCulture);
    }

    private async Task<TResult> InTurnAsync<TResult>(Func<TResult> work)
    {
        await _turn.WaitAsync();
        try
        {
            return await Task.Run(work);
        }
        finally
        {
            _turn.Release();
        }
    }
}
