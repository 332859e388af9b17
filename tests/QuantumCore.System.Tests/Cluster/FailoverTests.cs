using System.Diagnostics;
using QuantumCore.TestKit;
using Xunit;

namespace QuantumCore.SystemTests.Cluster;

/// <summary>
/// Silos of one exchange over one PostgreSQL database. One of them is killed, paused or terminated while customers
/// trade at all of them. QUANTUMCORE_CLUSTER_ROUNDS sets the number of rounds, QUANTUMCORE_CLUSTER_SEED other rounds.
/// </summary>
[TakesSeconds(110)]
public sealed class FailoverTests(PostgresServer server, ITestOutputHelper output)
{
    private static readonly Dictionary<long, string> s_keys = new() { [1001] = "demo-alice", [1002] = "demo-bob" };
    private static readonly TimeSpan s_outOfReach = TimeSpan.FromSeconds(40);
    private static readonly TimeSpan s_breath = TimeSpan.FromMilliseconds(20);

    // Of 140 rounds, a hundred are kills, twenty pauses and twenty graceful shutdowns. Six rounds include all three.
    private static readonly Fate[] s_fates =
        [Fate.Killed, Fate.Stopped, Fate.Ended, Fate.Killed, Fate.Killed, Fate.Killed, Fate.Killed];

    private enum Fate
    {
        /// <summary>SIGKILL.</summary>
        Killed,

        /// <summary>SIGSTOP, and SIGCONT once the others have taken over.</summary>
        Stopped,

        /// <summary>SIGTERM.</summary>
        Ended,
    }

    [Fact]
    [Trait("Suite", "Slow")]
    public async Task Loss_of_a_silo_stops_no_other_and_loses_or_doubles_nothing_acknowledged()
    {
        var rounds = Number("QUANTUMCORE_CLUSTER_ROUNDS", 3);
        var random = new Random(Number("QUANTUMCORE_CLUSTER_SEED", 20_261_121));
        using var storage = await Storage.CreateAsync("postgres", server);
        using var diary = new Diary(Path.Combine(storage.Folder, "diary.log"));
        var silos = await Task.WhenAll(LaunchAsync(storage), LaunchAsync(storage));
        var took = new Dictionary<Fate, List<TimeSpan>>();
        try
        {
            for (var round = 0; round < rounds; round++)
            {
                diary.NextRound();
                var fate = s_fates[round % s_fates.Length];
                var victim = random.Next(2);
                var survivor = silos[1 - victim];
                took.TryAdd(fate, []);
                took[fate].Add(await LoseAsync(silos[victim], survivor, fate, diary, round, random));
                await silos[victim].DisposeAsync();
                silos[victim] = await LaunchAsync(storage);

                using var auditor = new Auditor(survivor.Address, storage, s_keys, diary) { Markets = Traded.Eight };
                await auditor.AuditAsync($"r{round}", random, wholeHistory: round == rounds - 1);
                Assert.True(
                    auditor.Findings.Count == 0,
                    $"After round {round} ({fate}):\n{string.Join('\n', auditor.Findings.Take(20))}\n{survivor.Output}");
            }
        }
        finally
        {
            foreach (var silo in silos)
                await silo.DisposeAsync();
            output.WriteLine(
                $"{diary.All.Count(entry => entry.Reply.IsDone)} acknowledged, {diary.All.Count(entry => entry.WasUnknown)} of unknown outcome at first.");
            foreach (var (fate, times) in took)
                output.WriteLine(
                    $"{fate}: {times.Count} times; every symbol traded again after {string.Join(", ", times.Order().Select(time => $"{time.TotalSeconds:F1}"))} s.");
        }
    }

    [Fact]
    [Trait("Suite", "Slow")]
    public async Task Exchange_reopens_complete_after_all_silos_were_killed_at_once()
    {
        using var storage = await Storage.CreateAsync("postgres", server);
        using var diary = new Diary(Path.Combine(storage.Folder, "diary.log"));
        var silos = await Task.WhenAll(LaunchAsync(storage), LaunchAsync(storage));
        var floors =
            silos.Select(
                (silo, i) => new Floor(silo.Address, s_keys, diary, $"r0-{i}", 100 * i) { Markets = Traded.Eight })
                .ToList();
        diary.NextRound();
        var trading = Task.WhenAll(floors.Select(floor => floor.TradeAsync()));
        await silos[0].UntilAsync(() => diary.Round.Count(entry => entry.Reply.IsDone) > 100, "orders to flow");
        await Task.WhenAll(silos.Select(silo => silo.KillAsync()));
        floors.ForEach(floor => floor.Close());
        await trading;
        foreach (var silo in silos)
            await silo.DisposeAsync();

        await using var again = await LaunchAsync(storage);
        output.WriteLine($"Ready after {again.ReadyAfter.TotalSeconds:F1} s.");
        using var auditor = new Auditor(again.Address, storage, s_keys, diary) { Markets = Traded.Eight };
        await auditor.AuditAsync("r0", new Random(1), wholeHistory: true);
        Assert.True(auditor.Findings.Count == 0, $"{string.Join('\n', auditor.Findings.Take(20))}\n{again.Output}");
    }

    [Fact]
    [Trait("Suite", "Slow")]
    public async Task A_gateway_serves_customers_from_silos_that_come_and_go()
    {
        using var storage = await Storage.CreateAsync("postgres", server);
        using var diary = new Diary(Path.Combine(storage.Folder, "diary.log"));
        diary.NextRound();
        var first =
            await LaunchAsync(storage, "--role", "matching", "--gateway-port", SiloProcess.FreePort().ToString());
        await using var gateway = await LaunchAsync(storage, "--role", "gateway");
        await using var second =
            await LaunchAsync(storage, "--role", "matching", "--gateway-port", SiloProcess.FreePort().ToString());
        using (var noCustomer = new Customer(first.Address, "demo-alice"))
            Assert.Equal(404, (await noCustomer.GetAsync("instruments")).Status);

        await Task.WhenAll(Traded.Eight.Select(market => UntilTradedAsync(gateway, market, diary, "r0-p")));
        await first.UntilAsync(() => second.Output.Contains("moves from", StringComparison.Ordinal)
            || first.Output.Contains("moves from", StringComparison.Ordinal), "a book to move");
        await first.KillAsync();
        await first.DisposeAsync();
        await Task.WhenAll(Traded.Eight.Select(market => UntilTradedAsync(gateway, market, diary, "r0-q")));
        using var auditor = new Auditor(gateway.Address, storage, s_keys, diary) { Markets = Traded.Eight };
        await auditor.AuditAsync("r0", new Random(1), wholeHistory: true);
        Assert.True(auditor.Findings.Count == 0, $"{string.Join('\n', auditor.Findings.Take(20))}\n{gateway.Output}");
    }

    private static Task<SiloProcess> LaunchAsync(Storage storage, params string[] more) => SiloProcess.StartAsync(
        [
            .. storage.Arguments, "--exchange", Traded.WriteEight(storage.Folder), "--market-maker", "off",
            "--long-turn", "0", .. more]);

    /// <summary>
    /// Trades at both silos while one meets its fate; returns the time until the other silo traded every symbol.
    /// </summary>
    private static async Task<TimeSpan> LoseAsync(
        SiloProcess victim, SiloProcess survivor, Fate fate, Diary diary, int round, Random random)
    {
        var seed = random.Next();
        var floors = new[]
        {
            new Floor(victim.Address, s_keys, diary, $"r{round}-a", seed) { Markets = Traded.Eight },
            new Floor(survivor.Address, s_keys, diary, $"r{round}-b", seed + 100) { Markets = Traded.Eight },
        };
        var trading = Task.WhenAll(floors.Select(floor => floor.TradeAsync()));
        await Task.Delay(random.Next(200, 1_500), TestContext.Current.CancellationToken);
        var deaths = survivor.Output.Split(Environment.NewLine).Count(IsDeath);
        var ending = fate switch
        {
            Fate.Killed => victim.KillAsync(),
            Fate.Stopped => victim.FreezeAsync(),
            _ => victim.TerminateAsync(),
        };
        var since = Stopwatch.StartNew();
        await Task.WhenAll(Traded.Eight.Select(market => UntilTradedAsync(survivor, market, diary, $"r{round}-p")));
        var took = since.Elapsed;
        await ending;
        if (fate == Fate.Stopped)
        {
            // The silo goes on as before, until it learns that it was declared dead. The fences reject its writes.
            await survivor.LinesAsync(IsDeath, deaths + 1);
            await victim.ThawAsync();
            var end = await victim.ExitAsync();
            Assert.Equal(75, end.ExitCode);
            Assert.Single(end.Output.Split('\n'), line => line.Contains("declared silo", StringComparison.Ordinal));
        }

        Array.ForEach(floors, floor => floor.Close());
        await trading;
        return took;
    }

    private static bool IsDeath(string line) => line.Contains(" is Dead (version", StringComparison.Ordinal);

    /// <summary>Places orders of one symbol until one that was sent after the fate is acknowledged.</summary>
    private static async Task UntilTradedAsync(SiloProcess silo, Traded market, Diary diary, string round)
    {
        using var alice = new Customer(silo.Address, "demo-alice");
        var since = Stopwatch.StartNew();
        for (var n = 0; since.Elapsed < s_outOfReach; n++)
        {
            var name = $"{round}-{market.Symbol}-{n}";
            var body =
                $$"""{"symbol":"{{market.Symbol}}","side":"buy","price":"{{Traded.Text(market.Reference)}}","quantity":"{{Traded.Text(market.Lot)}}","clientOrderId":"{{name}}"}""";
            var entry = new Entry(Wish.Place, 1001, market.Symbol, name, HttpMethod.Post, "orders", body);
            diary.Sent(entry);
            diary.Answered(entry, await alice.PostAsync("orders", body));
            if (entry.Reply.IsDone && n > 0)
                return;
            await Task.Delay(s_breath, TestContext.Current.CancellationToken);
        }

        throw new TimeoutException($"{market.Symbol} did not trade for {s_outOfReach}: {silo.Output}");
    }

    private static int Number(string variable, int otherwise) =>
        Environment.GetEnvironmentVariable(variable) is { Length: > 0 } text ? int.Parse(text) : otherwise;
}
