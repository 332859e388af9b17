using System.Diagnostics;
using QuantumCore.Contracts;
using QuantumCore.TestKit;
using Xunit;

namespace QuantumCore.History.Tests;

/// <summary>Measures the projection; asserts only that everything arrived.</summary>
[Trait("Suite", "Slow")]
public sealed class ProjectionSpeed(PostgresServer server) : IDisposable
{
    private static readonly (string Name, int Steps)[] s_runs = [("cold", 40_000), ("warm", 150_000)];

    private readonly DirectoryInfo _directory = Directory.CreateTempSubdirectory("history-");

    public void Dispose() => _directory.Delete(recursive: true);

    [Fact]
    public async Task Sqlite_keeps_up_with_a_busy_exchange()
    {
        foreach (var (file, steps) in s_runs)
        {
            await using var store = new HistoryStore(
                new SqliteHistory(Path.Combine(_directory.FullName, file + ".db")));
            await MeasureAsync(store, "SQLite " + file, steps);
        }
    }

    [Fact]
    public async Task Postgres_keeps_up_with_a_busy_exchange()
    {
        foreach (var (schema, steps) in s_runs)
        {
            await using var store = new HistoryStore(
                new PostgresHistory(await server.StartedAsync(), "speed_" + schema));
            await MeasureAsync(store, "PostgreSQL " + schema, steps);
        }
    }

    private static async Task MeasureAsync(HistoryStore store, string name, int steps)
    {
        var token = TestContext.Current.CancellationToken;
        var market = new RecordMarket(1, members: 40, symbols: 4);
        for (var i = 0; i < steps; i++)
            market.Step();
        await store.InitializeAsync(token);
        var orders = market.Streams.Values.Sum(s => s.Count(r => r is OrderAccepted));
        var trades = market.Streams.Values.Sum(s => s.OfType<OrderAccepted>().Sum(o => o.Fills.Length));
        var records = market.Streams.Values.Sum(s => s.Count);
        var done = market.Streams.Keys.ToDictionary(s => s, _ => 0);
        var started = Stopwatch.GetTimestamp();
        var before = Environment.CpuUsage;
        while (true)
        {
            var chunks = new List<HistoryChunk>();
            foreach (var (stream, all) in market.Streams)
            {
                var count = Math.Min(stream[0] == 'b' ? 1_000 : 140, all.Count - done[stream]);
                if (count > 0)
                    chunks.Add(Projecting.Chunk(stream, done[stream] + 1, all.GetRange(done[stream], count)));
                done[stream] += count;
            }

            if (chunks.Count == 0)
                break;
            Assert.True(await store.ApplyAsync(chunks, token));
        }

        var seconds = Stopwatch.GetElapsedTime(started).TotalSeconds;
        var cpu = Environment.CpuUsage;
        TestContext.Current.TestOutputHelper!.WriteLine(
            $"{name}: {orders / seconds:N0} orders/s ({records} records, {orders} orders, {trades} trades, {seconds:N1} s, "
            + $"CPU {(cpu.UserTime - before.UserTime).TotalSeconds:N1} s user, "
            + $"{(cpu.PrivilegedTime - before.PrivilegedTime).TotalSeconds:N1} s system)");
        var counted = await Projecting.RowsAsync(store, "", "SELECT COUNT(*) FROM trade", token);
        Assert.Equal([$"|{trades}"], counted);
    }
}
