using System.Data.Common;
using Microsoft.Data.Sqlite;
using Xunit;

namespace QuantumCore.History.Tests;

public sealed class SqliteHistoryTests : HistoryContract, IDisposable
{
    private readonly DirectoryInfo _directory = Directory.CreateTempSubdirectory("history-");

    [Fact]
    public async Task Statement_page_is_read_by_time_and_sorts_lines_of_one_time_only()
    {
        await using var history = await OpenAsync("plan");
        var plan = await history.Database.ReadAsync(
            "EXPLAIN QUERY PLAN " + StatementQueries.LinesQuery,
            [
                ("@account", 1L), ("@start", 0L), ("@to", 0L), ("@time", 0L), ("@stream", ""), ("@seq", 0L),
                ("@idx", 0L), ("@leg", 0L), ("@limit", 0L)],
            static async (reader, token) =>
            {
                var steps = new List<string>();
                while (await reader.ReadAsync(token))
                    steps.Add(reader.GetString(3));
                return steps;
            },
            Token);

        Assert.Contains(
            plan, step => step.EndsWith("posting_other (account=? AND time>? AND time<?)", StringComparison.Ordinal));
        Assert.Contains(
            plan, step => step.EndsWith("trade_buyer (buyer=? AND time>? AND time<?)", StringComparison.Ordinal));
        Assert.Contains(
            plan, step => step.EndsWith("trade_seller (seller=? AND time>? AND time<?)", StringComparison.Ordinal));
        Assert.Equal(2, plan.Count(step => step.StartsWith("USE TEMP B-TREE FOR RIGHT PART", StringComparison.Ordinal)
            || step.StartsWith("USE TEMP B-TREE FOR LAST", StringComparison.Ordinal)));
    }

    [Fact]
    public async Task Reader_holds_no_pool_thread()
    {
        await using var history = await OpenAsync("threads");
        var ofPool = await Task.WhenAll(Enumerable.Range(0, 20).Select(_ => history.Database.ReadAsync(
            "SELECT 1", [], static (_, _) => Task.FromResult(Thread.CurrentThread.IsThreadPoolThread), Token)));
        Assert.DoesNotContain(true, ofPool);
    }

    [Fact]
    public async Task Views_of_another_release_are_made_again_and_those_of_this_one_are_left_alone()
    {
        await (await OpenAsync("views")).DisposeAsync();
        var made = await ViewsAsync();
        Assert.Contains(made, view => view.StartsWith("CREATE VIEW fee_revenue AS", StringComparison.Ordinal));
        await (await OpenAsync("views")).DisposeAsync();
        Assert.Equal(made, await ViewsAsync());

        await using (var connection = await ConnectAsync("views"))
        {
            await using var command = connection.CreateCommand();
            command.CommandText =
                "DROP VIEW fee_revenue; CREATE VIEW fee_revenue AS SELECT 1 AS day; DROP VIEW trade_now";
            await command.ExecuteNonQueryAsync(Token);
        }

        await (await OpenAsync("views")).DisposeAsync();
        Assert.Equal(made[1..], (await ViewsAsync())[1..]);

        // Each change of the schema increases its version.
        async Task<string[]> ViewsAsync()
        {
            await using var connection = await ConnectAsync("views");
            await using var command = connection.CreateCommand();
            command.CommandText =
                "SELECT schema_version FROM pragma_schema_version UNION ALL SELECT * FROM (SELECT sql FROM sqlite_master WHERE type = 'view' ORDER BY name)";
            await using var reader = await command.ExecuteReaderAsync(Token);
            var rows = new List<string>();
            while (await reader.ReadAsync(Token))
                rows.Add(reader.GetValue(0).ToString()!);
            return [.. rows];
        }
    }

    public void Dispose() => _directory.Delete(recursive: true);

    protected override HistoryDatabase Create(string name) => new SqliteHistory(PathOf(name));

    protected override async Task<DbConnection> ConnectAsync(string name)
    {
        var connection = new SqliteConnection($"Data Source={PathOf(name)};Pooling=False");
        await connection.OpenAsync(Token);
        return connection;
    }

    private string PathOf(string name) => Path.Combine(_directory.FullName, name + ".db");
}
