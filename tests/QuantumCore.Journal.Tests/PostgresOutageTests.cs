using System.Diagnostics;
using QuantumCore.TestKit;
using Xunit;

namespace QuantumCore.Journal.Tests;

/// <summary>
/// The real server fails under load, in each of its ways: everything acknowledged is there exactly once.
/// </summary>
public sealed class PostgresOutageTests : IAsyncLifetime
{
    private const string OutagesVariable = "QUANTUMCORE_OUTAGES";
    private const string LongestVariable = "QUANTUMCORE_OUTAGE_SECONDS";
    private const string SeedVariable = "QUANTUMCORE_OUTAGE_SEED";
    private const int EnoughForBothWays = 100;
    private const int Submitters = 16;
    private readonly PostgresServer _server = new() { IsPrivate = true };

    private static CancellationToken Cancel => TestContext.Current.CancellationToken;

    public ValueTask InitializeAsync() => ValueTask.CompletedTask;

    public ValueTask DisposeAsync() => _server.DisposeAsync();

    [Fact]
    [Trait("Suite", "Slow")]
    public async Task The_server_goes_away_in_any_way_under_load_and_comes_back()
    {
        var outages = Number(OutagesVariable, 8);
        var longest = TimeSpan.FromSeconds(Number(LongestVariable, 1));
        var drawn = PostgresOutage.Draw(new Random(Number(SeedVariable, 20_261_120)), outages, longest);
        var count = await UnderLoadAsync(drawn);
        if (outages < EnoughForBothWays) return;
        Assert.True(
            count.Committed >= outages / 20 && count.Gone >= outages / 20,
            $"The run is void, as one way was too rare: {count}");
    }

    [Fact]
    [Trait("Suite", "Slow")]
    public async Task The_connection_is_cut_under_load()
    {
        var cuts = Enumerable.Repeat(new PostgresOutage(PostgresStop.Sessions, TimeSpan.Zero), 25);
        await UnderLoadAsync(cuts);
    }

    private async Task<DoubtCount> UnderLoadAsync(IEnumerable<PostgresOutage> outages)
    {
        await using var store = new DoubtCountingStore(new PostgresJournalStore(await _server.StartedAsync()));
        await store.InitializeAsync(Cancel);
        await using var writer = new JournalWriter(store, new JournalWriterOptions(), TimeProvider.System);
        using var stop = new CancellationTokenSource();
        var acknowledged = new long[Submitters];
        var load = Enumerable.Range(0, Submitters)
            .Select(index => SubmitAsync(writer, index, acknowledged, stop.Token)).ToList();
        var back = new List<TimeSpan>();
        foreach (var outage in outages)
        {
            await UntilEverybodyGoesOnAsync(acknowledged, $"{outage}");
            await _server.GoAwayAsync(outage);
            var sinceBack = Stopwatch.StartNew();
            await UntilSomebodyGoesOnAsync(acknowledged, $"the end of {outage}");
            back.Add(sinceBack.Elapsed);
        }

        await UntilEverybodyGoesOnAsync(acknowledged, "the end");
        await stop.CancelAsync();
        await Patience.WithinAsync(Task.WhenAll(load), "the submitters to end");
        back.Sort();
        TestContext.Current.TestOutputHelper?.WriteLine(
            $"{back.Count} outages, {store.Count}, {writer.RecordsCommitted} records; the first acknowledgement came "
            + $"{back[back.Count / 2].TotalMilliseconds:F0} ms (p50), {back[^1].TotalMilliseconds:F0} ms (at most) after the end of an outage");
        Assert.True(writer.OutcomesUnknown > 0, "No commit was hit: the test showed nothing.");
        for (var index = 0; index < Submitters; index++)
        {
            var records = await store.ReadAsync($"acct/{index}", 1, long.MaxValue, Cancel).ToListAsync(Cancel);
            Assert.Equal(acknowledged[index], records.Count);
            Assert.All(records, record => Assert.Equal(record.Sequence, BitConverter.ToInt64(record.Body.Span)));
        }

        return store.Count;
    }

    private static int Number(string variable, int otherwise) =>
        Environment.GetEnvironmentVariable(variable) is { Length: > 0 } text ? int.Parse(text) : otherwise;

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

    /// <summary>Waits until the load is running: an outage between two commits would show nothing.</summary>
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

    private static async Task UntilSomebodyGoesOnAsync(long[] acknowledged, string phase)
    {
        var before = acknowledged.Sum();
        for (var i = 0; i < 12_000; i++)
        {
            if (acknowledged.Sum() > before) return;
            await Task.Delay(5, Cancel);
        }

        Assert.Fail($"Gave up waiting for an acknowledgement after {phase}.");
    }
}
