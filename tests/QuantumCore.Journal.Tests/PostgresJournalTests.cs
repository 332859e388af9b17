using Npgsql;
using QuantumCore.TestKit;
using Xunit;

namespace QuantumCore.Journal.Tests;

[Trait("Suite", "Gate")]
public sealed class PostgresJournalTests(PostgresServer server) : PackContract
{
    private static int s_schemas;
    private readonly string _schema = $"contract_{Interlocked.Increment(ref s_schemas)}";
    private string _connectionString = "";
    private PostgresJournalStore _store = null!;

    [Fact]
    public async Task An_activation_waits_for_an_append_in_flight_and_sees_it()
    {
        var writer = NewWriter();
        var old = await writer.OpenAsync("book/ACME", Cancel);
        await using var inFlight = await BeginAsync();
        await ExecuteAsync(inFlight, AppendByHand(epoch: 1, first: 1));

        var activation = _store.ActivateAsync("book/ACME", Cancel);
        await UntilSomebodyWaitsForALockAsync();
        Assert.False(activation.IsCompleted);
        await ExecuteAsync(inFlight, "COMMIT");
        await Within(activation, "the activation to get the lock");
        Assert.Equal((2, 1), ((await activation).Epoch, (await activation).Head));
        old.Append(Text("behind the append by hand, and of an old epoch"));
        await Lost(old.WhenDurable(1));
    }

    [Fact]
    public async Task An_append_that_waits_for_an_activation_in_flight_is_refused()
    {
        var writer = NewWriter();
        var book = await writer.OpenAsync("book/ACME", Cancel);
        var account = await writer.OpenAsync("acct/1000", Cancel);
        await using var activating = await BeginAsync();
        await ExecuteAsync(activating, "UPDATE stream_head SET epoch = epoch + 1 WHERE name = 'book/ACME'");

        book.Append(Text("waits"));
        account.Append(Text("waits too"));
        var (refused, kept) = (book.WhenDurable(1), account.WhenDurable(1));
        await UntilSomebodyWaitsForALockAsync();
        Assert.False(refused.IsCompleted);
        await ExecuteAsync(activating, "COMMIT");
        await Lost(refused);
        await Within(kept, "the rest of the commit");
        Assert.Empty(await ReadAsync("book/ACME"));
    }

    [Fact]
    public async Task An_append_that_waits_for_an_activation_that_is_rolled_back_commits()
    {
        var book = await NewWriter().OpenAsync("book/ACME", Cancel);
        await using var activating = await BeginAsync();
        await ExecuteAsync(activating, "UPDATE stream_head SET epoch = epoch + 1 WHERE name = 'book/ACME'");
        book.Append(Text("waits"));
        await UntilSomebodyWaitsForALockAsync();
        await ExecuteAsync(activating, "ROLLBACK");
        await Durable(book);
        Assert.Equal(["1 1 waits"], await ReadAsync("book/ACME"));
    }

    [Fact]
    public async Task A_database_that_may_lose_commits_is_refused()
    {
        await using var store =
            new PostgresJournalStore(_connectionString + ";Options=-c synchronous_commit=off", _schema);
        var refusal = await Assert.ThrowsAsync<JournalSetupException>(() => store.InitializeAsync(Cancel));
        Assert.Contains("synchronous_commit", refusal.Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Silos_that_start_together_make_the_schema_once()
    {
        var stores = Enumerable.Range(0, 6).Select(_ => new PostgresJournalStore(_connectionString, _schema + "_start"))
            .ToList();
        await Task.WhenAll(stores.Select(store => store.InitializeAsync(Cancel)));
        await Task.WhenAll(stores.Select(store => store.ActivateAsync("book/ACME", Cancel)));
        Assert.Equal([new("book/ACME", 6, 0)], await stores[0].HeadsAsync("", Cancel));
        foreach (var store in stores) await store.DisposeAsync();
    }

    protected override async Task<IJournalStore> NewStoreAsync()
    {
        _connectionString = await server.StartedAsync();
        return _store = new PostgresJournalStore(_connectionString, _schema);
    }

    protected override async ValueTask DropStoreAsync()
    {
        await using var connection = new NpgsqlConnection(_connectionString);
        await connection.OpenAsync(CancellationToken.None);
        await ExecuteAsync(connection, $"DROP SCHEMA IF EXISTS {_schema} CASCADE");
        await ExecuteAsync(connection, $"DROP SCHEMA IF EXISTS {_schema}_start CASCADE");
    }

    [Fact]
    public async Task Frames_of_a_journal_from_before_packs_get_places_in_their_sequence()
    {
        await FillAsync(frames: 30, seed: 9);
        var before = await AllAsync();
        await using (var connection = await OpenAsync())
        {
            await ExecuteAsync(connection, "ALTER TABLE frame DROP COLUMN place");
            await ExecuteAsync(connection, $"DROP FUNCTION {_schema}.put_pack");
        }

        await using var again = new PostgresJournalStore(_connectionString, _schema);
        await again.InitializeAsync(Cancel);
        await again.InitializeAsync(Cancel);
        var frames = (await again.UnpackedAsync(new PackLimits(), Cancel)).Frames;
        Assert.Equal(Enumerable.Range(1, 30).Select(no => (long)no), frames.Select(frame => frame.Id.FrameNo));
        Assert.Equal(3, (await PackAsync(SmallPacks)).Count);
        await FillAsync(frames: 10, seed: 10);
        var after = await AllAsync();
        Assert.All(before, stream => Assert.Equal(stream.Value, after[stream.Key].Take(stream.Value.Count)));
        Assert.Equal(2, (await PackAsync(SmallPacks)).Count);
        Assert.Equal(after, await AllAsync());
    }

    protected override IJournalConnection InnerConnect() => _store.Connect();

    protected override async Task DamageRecordAsync(string stream, long sequence)
    {
        await using var connection = await OpenAsync();
        await ExecuteAsync(connection, $"""
            UPDATE frame f SET body = set_byte(body, s.position + s.length - 1, get_byte(body, s.position + s.length - 1) # 1)
            FROM frame_stream s JOIN stream_head h USING (stream_id)
            WHERE h.name = '{stream}' AND s.last_seq = {sequence} AND (f.writer_id, f.frame_no) = (s.writer_id, s.frame_no)
            """);
    }

    protected override async Task DamageSnapshotAsync(string stream, long sequence)
    {
        await using var connection = await OpenAsync();
        await ExecuteAsync(connection, $"UPDATE snapshot SET body = set_byte(body, 0, 0) WHERE seq = {sequence}");
    }

    private static string AppendByHand(int epoch, int first) => $"""
        SELECT append_frame(1, 1, 0, '', ARRAY[stream_id], ARRAY[{epoch}], ARRAY[{first}], ARRAY[{first}], ARRAY[0], ARRAY[0], ARRAY[0])
        FROM stream_head WHERE name = 'book/ACME'
        """;

    private async Task<NpgsqlConnection> OpenAsync()
    {
        var connection = new NpgsqlConnection($"{_connectionString};Search Path={_schema}");
        await connection.OpenAsync(Cancel);
        return connection;
    }

    private async Task<NpgsqlConnection> BeginAsync()
    {
        var connection = await OpenAsync();
        await ExecuteAsync(connection, "BEGIN");
        return connection;
    }

    private static async Task ExecuteAsync(NpgsqlConnection connection, string sql)
    {
        await using var command = new NpgsqlCommand(sql, connection);
        await command.ExecuteNonQueryAsync(CancellationToken.None);
    }

    private async Task UntilSomebodyWaitsForALockAsync()
    {
        await using var connection = await OpenAsync();
        await using var waiting = new NpgsqlCommand("SELECT COUNT(*) FROM pg_locks WHERE NOT granted", connection);
        for (var i = 0; i < 6_000; i++)
        {
            if ((long)(await waiting.ExecuteScalarAsync(Cancel))! > 0) return;
            await Task.Delay(10, Cancel);
        }

        Assert.Fail("Gave up waiting for somebody to wait for the lock.");
    }
}
