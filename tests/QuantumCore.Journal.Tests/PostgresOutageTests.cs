using Npgsql;
using QuantumCore.TestKit;
using Xunit;

namespace QuantumCore.Journal.Tests;

/// <summary>The real server goes away under load, in each of its ways: what was acknowledged is there exactly once.</summary>
public sealed class PostgresOutageTests : IAsyncLifetime
{
    private const int Submitters = 16;
    private readonly PostgresServer _server = new() { IsPrivate = true };

    private static CancellationToken Cancel => TestContext.Current.CancellationToken;

    public ValueTask InitializeAsync() => ValueTask.CompletedTask;

    public ValueTask DisposeAsync() => _server.DisposeAsync();

    [Theory]
    [InlineData(PostgresStop.Fast)]
    [InlineData(PostgresStop.Immediate)]
    [InlineData(PostgresStop.Kill)]
    [Trait("Suite", "Slow")]
    public async Task The_server_is_stopped_under_load_and_comes_back(PostgresStop mode) =>
        await UnderLoadAsync(
            outages: 4,
            async (_, _) =>
            {
                await _server.StopAsync(mode);
                await _server.StartAsync();
            });

    [Fact]
    [Trait("Suite", "Slow")]
    public async Task The_connection_is_cut_under_load() =>
        await UnderLoadAsync(
            outages: 25,
            async (connectionString, _) =>
            {
                await using var connection = new NpgsqlConnection(connectionString + ";Pooling=false");
                await connection.OpenAsync(Cancel);
                await using var cut = new NpgsqlCommand(
                    "SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE pid <> pg_backend_pid() AND backend_type = 'client backend'",
                    connection);
                await cut.ExecuteNonQueryAsync(Cancel);
            });

    private async Task UnderLoadAsync(int outages, Func<string, int, Task> outage)
    {
        var connectionString = await _server.StartedAsync();
        await using var store = new PostgresJournalStore(connectionString);
        await store.InitializeAsync(Cancel);
        await using var writer = new JournalWriter(store, new JournalWriterOptions(), TimeProvider.System);
        using var stop = new CancellationTokenSource();
        var acknowledged = new long[Submitters];
        var load = Enumerable.Range(0, Submitters)
            .Select(index => SubmitAsync(writer, index, acknowledged, stop.Token)).ToList();
        for (var i = 0; i < outages; i++)
        {
            await UntilEverybodyGoesOnAsync(acknowledged, $"outage {i}");
            await outage(connectionString, i);
        }

        await UntilEverybodyGoesOnAsync(acknowledged, "the end");
        await stop.CancelAsync();
        await Patience.WithinAsync(Task.WhenAll(load), "the submitters to end");
        TestContext.Current.TestOutputHelper?.WriteLine(
            $"{outages} outages, {writer.OutcomesUnknown} attempts in doubt, {writer.RecordsCommitted} records");
        Assert.True(writer.OutcomesUnknown > 0, "No commit was hit: the test showed nothing.");
        for (var index = 0; index < Submitters; index++)
        {
            var records = await store.ReadAsync($"acct/{index}", 1, long.MaxValue, Cancel).ToListAsync(Cancel);
            Assert.Equal(acknowledged[index], records.Count);
            Assert.All(records, record => Assert.Equal(record.Sequence, BitConverter.ToInt64(record.Body.Span)));
        }
    }

    private static async Task SubmitAsync(JournalWriter writer, int index, long[] acknowledged, CancellationToken stop)
    {
        var stream = await writer.OpenAsync($"acct/{index}", Cancel);
        while (!stop.IsCancellationRequested)
        {
            var sequence = stream.Append(BitConverter.GetBytes(stream.Head + 1));
            await stream.WhenDurable(sequence);
            Volatile.Write(ref acknowledged[index], sequence);
        }
    }

    /// <summary>An outage between two commits would show nothing, so the load must be running before each.</summary>
    private static async Task UntilEverybodyGoesOnAsync(long[] acknowledged, string phase)
    {
        var before = acknowledged.ToArray();
        for (var i = 0; i < 6_000; i++)
        {
            if (acknowledged.Select((now, index) => now > before[index] + 20).All(goesOn => goesOn)) return;
            await Task.Delay(10, Cancel);
        }

        Assert.Fail($"Gave up waiting for the load to go on before {phase}.");
    }
}
