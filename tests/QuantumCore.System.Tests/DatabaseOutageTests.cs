using System.Diagnostics;
using QuantumCore.TestKit;
using Xunit;

namespace QuantumCore.SystemTests;

/// <summary>
/// The database fails while customers trade, in each of several ways, and comes back. QUANTUMCORE_OUTAGES sets the
/// number of outages, QUANTUMCORE_OUTAGE_SECONDS their length, QUANTUMCORE_OUTAGE_SEED other outages.
/// </summary>
public sealed class DatabaseOutageTests(ITestOutputHelper output)
{
    private const int AuditHistoryEvery = 25;
    private static readonly Dictionary<long, string> s_keys = new() { [1001] = "demo-alice", [1002] = "demo-bob" };
    private readonly List<TimeSpan> _back = [];

    [Fact]
    [Trait("Suite", "Slow")]
    public async Task Database_outages_lose_or_double_nothing_and_trading_continues()
    {
        await using var server = new PostgresServer { IsPrivate = true };
        using var storage = await Storage.CreateAsync("postgres", server);
        using var diary = new Diary(Path.Combine(storage.Folder, "diary.log"));
        await using var silo = await SiloProcess.StartAsync([.. storage.Arguments, "--market-maker", "off"]);
        var seed = Number("QUANTUMCORE_OUTAGE_SEED", 100);
        var outages = PostgresOutage
            .Draw(
                new Random(seed), Number("QUANTUMCORE_OUTAGES", 5),
                TimeSpan.FromSeconds(Number("QUANTUMCORE_OUTAGE_SECONDS", 1))).ToList();
        var (memory, most, unknown) = (0L, 0L, 0);
        for (var i = 0; i < outages.Count; i++)
        {
            diary.NextRound();
            var floor = new Floor(silo.Address, s_keys, diary, $"r{i}", seed + (i * 100));
            most = Math.Max(most, await TradeThroughAsync(floor, outages[i], server, diary, silo));
            unknown += diary.Round.Count(entry => !entry.Reply.IsDefinite);
            using var auditor = new Auditor(silo.Address, storage, s_keys, diary);
            await auditor.AuditAsync(
                $"r{i}", new Random(i),
                wholeHistory: i == outages.Count - 1 || i % AuditHistoryEvery == AuditHistoryEvery - 1);
            Assert.True(
                auditor.Findings.Count == 0,
                $"After {outages[i]}, {i} of seed {seed}:\n{string.Join('\n', auditor.Findings.Take(20))}{silo.Output}");

            // The first outages warm the process up.
            if (i == 3) (memory, most) = (silo.ResidentBytes, 0);
        }

        _back.Sort();
        output.WriteLine($"""
            {outages.Count} outages, seed {seed}: {diary.All.Count(entry => entry.Reply.IsDone)} acknowledged, {unknown} of unknown outcome at first.
            The first acknowledgement came {_back[_back.Count / 2].TotalMilliseconds:F0} ms (p50), {_back[^1].TotalMilliseconds:F0} ms (at most) after the end of an outage.
            Memory: {memory >> 20} MiB after the fourth outage, at most {most >> 20} MiB in a later one.
            """);
        Assert.True(
            memory == 0 || most <= (memory * 3 / 2) + (64 << 20),
            $"The memory grew from {memory >> 20} to {most >> 20} MiB.");
    }

    [Fact]
    [Trait("Suite", "Slow")]
    public async Task Order_during_a_database_outage_is_rejected_at_once_and_accepted_afterwards()
    {
        await using var server = new PostgresServer { IsPrivate = true };
        using var storage = await Storage.CreateAsync("postgres", server);
        await using var silo = await SiloProcess.StartAsync([.. storage.Arguments, "--market-maker", "off"]);
        using var alice = new Customer(silo.Address, "demo-alice");
        using var bob = new Customer(silo.Address, "demo-bob");
        Assert.True((await alice.PostAsync("orders", Order("a0"))).IsDone);
        await server.StopAsync(PostgresStop.Immediate);
        var first = await alice.PostAsync("orders", Order("a1"));
        Assert.Equal((503, "OutcomeUnknown"), (first.Status, first.Code));
        var started = Stopwatch.StartNew();
        foreach (var customer in (Customer[])[alice, bob])
        {
            var refused = await customer.PostAsync("orders", Order("a2"));
            Assert.Equal((503, "Overloaded"), (refused.Status, refused.Code));
        }

        output.WriteLine($"Two orders were refused in {started.ElapsedMilliseconds} ms while the database was away.");
        await server.StartAsync();

        // A hold that took longer than five seconds to its book may have been voided by now, which is final, too. The
        // client order id of a rejected order is free.
        var doubted = await alice.InsistAsync(HttpMethod.Post, "orders", Order("a1"));
        Assert.True(doubted.IsDone || doubted.Code == "Voided", $"{doubted}\n{silo.Output}");
        var again = await alice.InsistAsync(HttpMethod.Post, "orders", Order("a2"));
        Assert.True(again.IsDone, $"{again}\n{silo.Output}");
        var open = (await alice.InsistAsync(HttpMethod.Get, "orders?symbol=AAPL", null)).Items("orders");
        Assert.Equal(
            doubted.IsDone ? "a0 a1 a2" : "a0 a2",
            string.Join(' ', open.Select(order => order.GetProperty("clientOrderId").GetString()).Order()));
    }

    /// <summary>
    /// Trades before, during and after an outage; returns the memory that the exchange had at the end.
    /// </summary>
    private async Task<long> TradeThroughAsync(
        Floor floor, PostgresOutage outage, PostgresServer server, Diary diary, SiloProcess silo)
    {
        var trading = floor.TradeAsync();
        await silo.UntilAsync(() => Done(diary) >= 150, $"orders to flow before {outage}");
        await server.GoAwayAsync(outage);
        var sinceBack = Stopwatch.StartNew();
        var (memory, before) = (silo.ResidentBytes, Done(diary));
        await silo.UntilAsync(() => Done(diary) > before, $"an acknowledgement after {outage}");
        _back.Add(sinceBack.Elapsed);
        await silo.UntilAsync(() => Done(diary) >= before + 150, $"orders to flow after {outage}");
        floor.Close();
        await trading;
        Assert.All(diary.Round, entry => Assert.True(
            entry.Reply.Status == 200 || entry.Reply.IsRefused
                || (entry.Reply.Status == 503 && entry.Reply.Code is "Overloaded" or "OutcomeUnknown"),
            $"Neither an answer nor a clear 503: {entry}"));
        return memory;
    }

    private static string Order(string name) =>
        $$"""{"symbol":"AAPL","side":"buy","price":"120.00","quantity":"1","clientOrderId":"{{name}}"}""";

    private static int Number(string variable, int otherwise) =>
        Environment.GetEnvironmentVariable(variable) is { Length: > 0 } text ? int.Parse(text) : otherwise;

    private static int Done(Diary diary) => diary.Round.Count(entry => entry.Reply.IsDone);
}
