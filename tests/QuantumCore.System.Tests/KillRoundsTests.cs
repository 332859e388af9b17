using System.Diagnostics;
using QuantumCore.TestKit;
using Xunit;

namespace QuantumCore.SystemTests;

/// <summary>
/// An exchange that is killed during trading, again and again on the same records. No acknowledged order is lost or
/// duplicated, and all amounts add up.
/// </summary>
public abstract class KillRoundsTests(PostgresServer server, ITestOutputHelper output)
{
    private const string RoundsVariable = "QUANTUMCORE_KILL_ROUNDS";
    private const string SeedVariable = "QUANTUMCORE_KILL_SEED";
    private const int RoundsOfAnExchange = 100;
    private const int ManyRounds = 50;
    private const int AuditHistoryEvery = 25;

    /// <summary>Number of rounds after which days pass and due trades settle while the exchange is killed.</summary>
    private const int DayEvery = 5;

    protected async Task KillRoundsAsync(string kind)
    {
        var rounds = Number(RoundsVariable, DayEvery + 2);
        var seed = Number(SeedVariable, 20_261_120);
        var tally = new Tally();
        for (var done = 0; done < rounds; done += RoundsOfAnExchange)
        {
            await KillAgainAndAgainAsync(
                kind, Math.Min(RoundsOfAnExchange, rounds - done), seed + (done * 1_000), tally);
            // A run of hours that ends early has reported every exchange that was done.
            output.WriteLine($"{kind}, seed {seed}: {tally}");
        }

        // A few rounds on a busy machine do not meet everything that many do.
        Assert.True(tally.Trades > 0 && tally.Unknown > 0, $"The rounds tested nothing: {tally}");
        Assert.True(
            rounds < ManyRounds || (tally.Strategies > 0 && tally.Transfers > 0 && tally.Withdrawals > 0
                && tally.Batches > 0 && tally.SettledTrades > 0 && tally.Holidays > 0 && tally.Debts > 0),
            $"The rounds did not test everything: {tally}");
    }

    private static int Number(string variable, int otherwise) =>
        Environment.GetEnvironmentVariable(variable) is { Length: > 0 } text ? int.Parse(text) : otherwise;

    private async Task KillAgainAndAgainAsync(string kind, int rounds, int seed, Tally tally)
    {
        var random = new Random(seed);
        using var storage = await Storage.CreateAsync(kind, server);
        using var diary = new Diary(Path.Combine(storage.Folder, "diary.log"));
        storage.PassDays(0);
        var clearing = new ClearingAudit(storage);
        var silo = await StartAsync(storage);
        try
        {
            var keys = await OpenAccountsAsync(silo);
            // At its start, a demo gives its customers units of the instruments listed since.
            await silo.DisposeAsync();
            silo = await StartAsync(storage);
            await storage.CaughtUpAsync();
            var atFirst = await Auditor.PaidInAsync(storage);
            for (var round = 0; round < rounds; round++)
            {
                diary.NextRound();
                var isNewDay = round % DayEvery == DayEvery - 1;
                if (isNewDay)
                    storage.PassDays(random.Next(1, 4));
                var floor = new Floor(silo.Address, keys, diary, $"r{round}", seed + (round * 100)) { Clears = true };
                await TradeUntilKilledAsync(silo, floor, random.Next(5, isNewDay ? 2_000 : 500));
                await silo.DisposeAsync();
                if (isNewDay)
                    await VerifyAsync(storage, $"{seed}-{round}");
                if (random.Next(5) == 0)
                {
                    await KillInRecoveryAsync(storage, random);
                    tally.Kills++;
                }

                silo = await StartAsync(storage);
                await AuditAsync(
                    silo, storage, keys, diary, random, round, round == rounds - 1, seed, atFirst, clearing, tally);
            }

            // Everything once more, with a history that has caught up.
            await silo.KillAsync();
            await VerifyAsync(storage, $"{seed}-end");
        }
        finally
        {
            await silo.DisposeAsync();
            output.WriteLine($"The exchange said last: {silo.Output}");
        }
    }

    private static Task<SiloProcess> StartAsync(Storage storage) =>
        SiloProcess.StartAsync(ClockOf(storage), [.. storage.Arguments, "--market-maker", "off", "--pack-after", "1"]);

    private static Dictionary<string, string> ClockOf(Storage storage) => new()
    {
        ["DOTNET_STARTUP_HOOKS"] = typeof(StartupHook).Assembly.Location,
        [StartupHook.FileVariable] = storage.ClockFile,
    };

    private static async Task<Dictionary<long, string>> OpenAccountsAsync(SiloProcess silo)
    {
        var keys = new Dictionary<long, string> { [1001] = "demo-alice", [1002] = "demo-bob" };
        using var administrator = new Customer(silo.Address, "demo-admin");
        foreach (var account in (long[])[2001, 2002, 2003, 2004])
        {
            keys[account] = (await administrator.InsistAsync(
                HttpMethod.Post, $"admin/accounts/ACC-{account}/keys", null)).Text("apiKey");
            foreach (var (asset, amount) in ClearingAudit.MayOwe(account)
                ? []
                : new[] { ("USD", "500000"), ("AAPL", "2000"), ("AMZN", "2000"), ("BTC", "50"), ("MSFT", "2000") })
            {
                var body = $$"""{"key":"opening-{{asset}}","asset":"{{asset}}","amount":"{{amount}}"}""";
                var reply =
                    await administrator.InsistAsync(HttpMethod.Post, $"admin/accounts/ACC-{account}/deposits", body);
                Assert.True(reply.IsDone, reply.Raw);
            }
        }

        await ClearingAudit.OpenAsync(administrator, keys.Keys);
        return keys;
    }

    private static async Task TradeUntilKilledAsync(SiloProcess silo, Floor floor, int milliseconds)
    {
        var trading = floor.TradeAsync();
        await Task.Delay(milliseconds, TestContext.Current.CancellationToken);
        await silo.KillAsync();
        floor.Close();
        await trading;
    }

    /// <summary>Kills the exchange at a random moment between its first instruction and being ready.</summary>
    private static async Task KillInRecoveryAsync(Storage storage, Random random)
    {
        await using var silo =
            SiloProcess.Launch(ClockOf(storage), [.. storage.Arguments, "--market-maker", "off", "--pack-after", "1"]);
        await Task.Delay(random.Next(100, 900), TestContext.Current.CancellationToken);
        await silo.KillAsync();
    }

    private static async Task AuditAsync(
        SiloProcess silo, Storage storage, Dictionary<long, string> keys, Diary diary, Random random, int round,
        bool isLast, int seed,
        Dictionary<string, decimal> atFirst, ClearingAudit clearing, Tally tally)
    {
        var started = Stopwatch.StartNew();
        using var auditor = new Auditor(silo.Address, storage, keys, diary) { Clearing = clearing };
        tally.Note(diary);
        await auditor.AuditAsync(
            $"r{round}", random, wholeHistory: isLast || round % AuditHistoryEvery == AuditHistoryEvery - 1);
        await auditor.CompareDepositsAsync(atFirst);
        if (auditor.Findings.Count > 0)
        {
            await silo.KillAsync();
            Assert.Fail($"""
                After kill {round} of seed {seed} on {(storage.IsPostgres ? "PostgreSQL" : "SQLite")} {auditor.Findings.Count} things are wrong (the files are in {Keep(storage, $"{seed}-{round}")}):
                {string.Join('\n', auditor.Findings.Take(20))}
                The exchange said: {silo.Output}
                """);
        }

        tally.Rounds++;
        (tally.Batches, tally.SettledTrades, tally.Debts) = (clearing.Batches, clearing.SettledTrades, clearing.Debts);
        tally.Kills++;
        tally.DurableUnanswered += auditor.DurableUnanswered;
        tally.Ready.Add(silo.ReadyAfter);
        tally.Audit.Add(started.Elapsed);
        tally.Packs = Storage.Whole(
            (await storage.JournalAsync($"SELECT COUNT(*) FROM frame WHERE writer_id = {long.MinValue}"))[0][0]);
        tally.Trades = Storage.Whole((await storage.HistoryAsync("SELECT COUNT(*) FROM trade"))[0][0]);
    }

    /// <summary>Runs the product's own verification on the files as the kill left them.</summary>
    private static async Task VerifyAsync(Storage storage, string when)
    {
        var (exitCode, said) = await Programs.RunAsync(Programs.Cli, "verify", storage.Place);
        if (exitCode != 0)
            Assert.Fail($"{said}\n(the files are in {Keep(storage, when)})");
    }

    /// <summary>Copies the files for the analysis of a failure; returns the folder.</summary>
    private static string Keep(Storage storage, string when)
    {
        var kept =
            Path.Combine(Path.GetTempPath(), $"quantumcore-kill-{(storage.IsPostgres ? "postgres" : "sqlite")}-{when}");
        Directory.CreateDirectory(kept);
        foreach (var file in Directory.GetFiles(storage.Folder))
            File.Copy(file, Path.Combine(kept, Path.GetFileName(file)), overwrite: true);
        return kept;
    }

    /// <summary>Counts of the test, for its report.</summary>
    private sealed class Tally
    {
        public int Rounds { get; set; }

        public int Kills { get; set; }

        public int Done { get; set; }

        public int Refused { get; set; }

        public int Unknown { get; set; }

        public int UnknownOrders { get; set; }

        public int DurableUnanswered { get; set; }

        public long Trades { get; set; }

        /// <summary>Number of old journal frames that were compressed into one, in the last exchange.</summary>
        public long Packs { get; set; }

        public int Strategies { get; set; }

        public int Transfers { get; set; }

        public int Withdrawals { get; set; }

        /// <summary>Number of settlement batches of the last exchange.</summary>
        public int Batches { get; set; }

        public int SettledTrades { get; set; }

        public int Holidays { get; set; }

        public int Debts { get; set; }

        public List<TimeSpan> Ready { get; } = [];

        public List<TimeSpan> Audit { get; } = [];

        public void Note(Diary diary)
        {
            foreach (var entry in diary.Round)
            {
                Done += entry.Reply.IsDone ? 1 : 0;
                Refused += entry.Reply.IsRefused ? 1 : 0;
                Unknown += entry.Reply.IsDefinite ? 0 : 1;
                Strategies += entry is { Wish: Wish.Strategy, Reply.IsDone: true } ? 1 : 0;
                Transfers += entry is { Wish: Wish.Transfer, Reply.IsDone: true } ? 1 : 0;
                Withdrawals += entry is { Wish: Wish.Withdraw, Reply.IsDone: true } ? 1 : 0;
                Holidays += entry is { Wish: Wish.Holidays, Reply.IsDone: true } ? 1 : 0;
                UnknownOrders += !entry.Reply.IsDefinite && entry.Wish is Wish.Place or Wish.Amend ? 1 : 0;
            }
        }

        public override string ToString() =>
            $"{Rounds} rounds, {Kills} kills, {Done} acknowledged, {Refused} refused, {Unknown} of unknown outcome ({UnknownOrders} orders, "
            + $"{DurableUnanswered} of them durable), {Strategies} strategies, {Transfers} transfers, {Withdrawals} withdrawals, {Holidays} orders about holidays, {Trades} trades in the last exchange, {SettledTrades} of them settled in {Batches} batches, {Packs} packs, margin accounts found owing {Debts} times; ready after {Spread(Ready)}, audit {Spread(Audit)}";

        private static string Spread(List<TimeSpan> times)
        {
            if (times.Count == 0)
                return "-";
            times.Sort();
            return $"{times[times.Count / 2].TotalMilliseconds:F0} ms (p50), {times[times.Count * 99 / 100].TotalMilliseconds:F0} ms (p99)";
        }
    }
}

/// <summary>The kill rounds on SQLite.</summary>
[TakesSeconds(50)]
public sealed class SqliteKillRoundsTests(PostgresServer server, ITestOutputHelper output)
    : KillRoundsTests(server, output)
{
    [Fact]
    [Trait("Suite", "Slow")]
    public Task Killed_while_trading_nothing_acknowledged_is_lost_or_doubled() => KillRoundsAsync("sqlite");
}

/// <summary>The kill rounds on PostgreSQL.</summary>
[TakesSeconds(75)]
public sealed class PostgresKillRoundsTests(PostgresServer server, ITestOutputHelper output)
    : KillRoundsTests(server, output)
{
    [Fact]
    [Trait("Suite", "Slow")]
    public Task Killed_while_trading_nothing_acknowledged_is_lost_or_doubled() => KillRoundsAsync("postgres");
}
