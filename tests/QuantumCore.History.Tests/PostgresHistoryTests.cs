using System.Data.Common;
using Npgsql;
using QuantumCore.Contracts;
using QuantumCore.TestKit;
using Xunit;

[assembly: AssemblyFixture(typeof(PostgresServer))]

namespace QuantumCore.History.Tests;

[Trait("Suite", "Gate")]
public sealed class PostgresHistoryTests(PostgresServer server) : HistoryContract, IAsyncLifetime
{
    // One schema per history; the test's own name keeps tests apart.
    private readonly string _prefix = "h" + TestContext.Current.Test!.UniqueID[..16].ToLowerInvariant() + "_";
    private string _connectionString = "";

    protected override int Seeds => 4;

    public async ValueTask InitializeAsync() => _connectionString = await server.StartedAsync();

    public ValueTask DisposeAsync() => ValueTask.CompletedTask;

    [Fact]
    public async Task A_server_that_drops_the_session_in_the_middle_of_a_batch_leaves_nothing_of_it()
    {
        var market = new RecordMarket(3);
        for (var i = 0; i < 200; i++)
            market.Step();
        await using var history = await OpenAsync("dropped");
        var chunks = market.Streams.Select(s => Projecting.Chunk(s.Key, 1, s.Value)).ToArray();

        // Another session holds the row that a batch locks first, so the batch waits inside its transaction.
        await using (var blocker = await ConnectAsync("dropped"))
        {
            await using var transaction = await blocker.BeginTransactionAsync(Token);
            await RunAsync(blocker, "UPDATE projection SET batch_number = batch_number");
            var batch = history.ApplyAsync(chunks, Token);

            // On a separate session: inside a transaction the server keeps showing the same activity.
            await using var onlooker = await ConnectAsync("dropped");
            await RunUntilOneAsync(
                onlooker,
                """
                SELECT COUNT(pg_terminate_backend(pid)) FROM pg_stat_activity
                WHERE wait_event_type = 'Lock' AND query LIKE 'UPDATE projection%'
                """);
            await Assert.ThrowsAnyAsync<NpgsqlException>(() => batch);
        }

        Assert.Empty(await history.CursorsAsync(Token));
        Assert.True(await history.ApplyAsync(chunks, Token));
        Assert.Equal(market.Streams.Count, (await history.CursorsAsync(Token)).Count);
    }

    [Fact]
    public async Task A_process_that_hangs_in_the_middle_of_a_batch_does_not_hold_up_the_others()
    {
        var market = new RecordMarket(3);
        market.Step();
        await using var hangs = await OpenAsync("hangs");
        await using var history = await OpenAsync("hangs");
        await using var batch = await hangs.Database.BeginAsync(Token);
        await batch.WriteAsync(new RowBuffer(Statements.NextBatch).Add(1), Token);

        Assert.True(
            await history.ApplyAsync([.. market.Streams.Select(s => Projecting.Chunk(s.Key, 1, s.Value))], Token));

        await Assert.ThrowsAnyAsync<NpgsqlException>(() => batch.CommitAsync(Token));
    }

    [Fact]
    public async Task A_value_that_the_server_cannot_store_is_a_fault_of_its_record()
    {
        await using var history = await OpenAsync("zero");
        var chunk = new AccountChunk(
            1_001, 1, [new Deposited(5, "good", "USD", 2, 1), new Deposited(5, "with\0zero", "USD", 2, 1)]);
        await Assert.ThrowsAsync<HistoryConflictException>(() => history.ApplyAsync([chunk], Token));
        var (first, second) = chunk.Halves();
        Assert.True(await history.ApplyAsync([first], Token));
        var fault = await Assert.ThrowsAsync<HistoryStreamException>(() => history.ApplyAsync([second], Token));
        Assert.Equal(("acct/1001", 2L), (fault.Stream, fault.Sequence));
    }

    [Fact]
    public async Task A_start_waits_for_nobody_who_reads_or_writes_a_history_of_this_release()
    {
        await using (await OpenAsync("used"))
        {
        }

        await using var user = await ConnectAsync("used");
        await using var transaction = await user.BeginTransactionAsync(Token);
        await RunAsync(user, "SELECT COUNT(*) FROM trial_balance; LOCK TABLE ord, trade IN ROW EXCLUSIVE MODE");

        await using var again = await OpenAsync("used");

        Assert.Empty(await again.CursorsAsync(Token));
    }

    [Fact]
    public async Task Views_that_another_release_made_are_made_again()
    {
        await using (await OpenAsync("views"))
        {
        }

        await using (var other = await ConnectAsync("views"))
            await RunAsync(other, "DROP VIEW trial_balance; COMMENT ON TABLE projection IS 'another release'");

        await using var again = await OpenAsync("views");

        Assert.Empty(await again.Reports.TrialBalanceAsync(Token));
    }

    [Theory]
    [InlineData("", "off")]
    [InlineData(";Options=-c jit=on", "on")]
    public async Task Page_queries_use_no_JIT_or_workers_unless_the_connection_string_says_so(
        string options, string jit)
    {
        await using var history = new HistoryStore(
            new PostgresHistory(_connectionString + options, _prefix + "plans"));
        await history.InitializeAsync(Token);
        Assert.Equal(
            [$"|{jit}|1e+06"],
            await Projecting.RowsAsync(
                history, "", "SELECT current_setting('jit'), current_setting('parallel_setup_cost')", Token));
    }

    [Fact]
    public async Task A_crowd_of_readers_leaves_the_servers_connections_to_others()
    {
        const int crowd = 64;
        const string sessions = "SELECT COUNT(*) FROM pg_stat_activity WHERE application_name = 'crowd'";
        await using (await OpenAsync("crowd"))
        {
        }

        await using var history = new HistoryStore(
            new PostgresHistory(_connectionString + ";Application Name=crowd", _prefix + "crowd"));
        await using var onlooker = await ConnectAsync("crowd");
        Task[] readings;
        await using (var blocker = await ConnectAsync("crowd"))
        {
            await using var transaction = await blocker.BeginTransactionAsync(Token);
            await RunAsync(blocker, "LOCK TABLE projector_cursor IN ACCESS EXCLUSIVE MODE");
            readings = [.. Enumerable.Range(0, crowd).Select(_ => history.CursorsAsync(Token))];
            await RunUntilOneAsync(onlooker, sessions + " AND wait_event_type = 'Lock' HAVING COUNT(*) >= 16");
        }

        await Task.WhenAll(readings);

        Assert.Equal(16L, await RunAsync(onlooker, sessions));
    }

    protected override HistoryDatabase Create(string name) => new PostgresHistory(_connectionString, _prefix + name);

    protected override async Task<DbConnection> ConnectAsync(string name)
    {
        var connection = new NpgsqlConnection(_connectionString + ";Search Path=" + _prefix + name);
        await connection.OpenAsync(Token);
        return connection;
    }

    private static async Task<object?> RunAsync(DbConnection connection, string statement)
    {
        await using var command = connection.CreateCommand();
        command.CommandText = statement;
        return await command.ExecuteScalarAsync(Token);
    }

    private static async Task RunUntilOneAsync(DbConnection connection, string query)
    {
        using var limit = CancellationTokenSource.CreateLinkedTokenSource(Token);
        limit.CancelAfter(Wait.Limit);
        while (await RunAsync(connection, query) is not > 0L)
        {
            Assert.False(limit.IsCancellationRequested, $"Never found by: {query}");
            await Task.Yield();
        }
    }
}
