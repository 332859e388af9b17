using System.Text.RegularExpressions;
using Xunit;

namespace QuantumCore.SystemTests;

/// <summary>
/// The journal's files are damaged between two runs of an exchange, at random by seed (QUANTUMCORE_DAMAGES,
/// QUANTUMCORE_DAMAGE_SEED). Acknowledged orders are there, or their symbol or account stops, or the start fails and
/// names the place. They are never silently lost.
/// </summary>
public sealed partial class DamagedJournalTests(ITestOutputHelper output)
{
    private const int FailedStart = 70;
    private const int Repeats = 120;
    private static readonly string[] s_symbols = ["AAPL", "AMZN", "BTC-USD", "MSFT"];
    private static readonly Dictionary<long, string> s_keys = new() { [1001] = "demo-alice", [1002] = "demo-bob" };

    [Fact]
    [Trait("Suite", "Slow")]
    public async Task Damaged_journal_keeps_acknowledged_records_or_stops_and_names_the_place()
    {
        var (rounds, seed) = (Number("QUANTUMCORE_DAMAGES", 5), Number("QUANTUMCORE_DAMAGE_SEED", 20_261_120));
        using var closed = Storage.InFiles();
        using var killed = Storage.InFiles();
        using var notes = Storage.InFiles();
        using var diary = new Diary(Path.Combine(notes.Folder, "diary.log"));
        var told = new Dictionary<Storage, List<Entry>>
        {
            [closed] = await TradeAsync(closed, diary, kill: false),
            [killed] = await TradeAsync(killed, diary, kill: true),
        };
        var outcomes = new SortedDictionary<string, int>(StringComparer.Ordinal);
        for (var round = 0; round < rounds; round++)
        {
            var random = new Random(seed + round);
            var origin = random.Next(2) == 0 ? closed : killed;
            using var storage = Storage.InFiles();
            foreach (var file in Directory.GetFiles(origin.Folder))
                File.Copy(file, Path.Combine(storage.Folder, Path.GetFileName(file)));
            var damage = Damage(storage.Folder, random);
            var outcome = await OutcomeAsync(storage, told[origin], random, $"Round {round} of seed {seed}: {damage}");
            outcomes[outcome] = outcomes.GetValueOrDefault(outcome) + 1;
            output.WriteLine($"{damage}: {outcome}");
        }

        output.WriteLine(string.Join(", ", outcomes.Select(outcome => $"{outcome.Key}: {outcome.Value}")));
        Assert.True(outcomes.ContainsKey("refused") && outcomes.Count > 1, "The damage tested nothing.");
    }

    [Fact]
    [Trait("Suite", "Slow")]
    public async Task A_symbol_whose_journal_is_damaged_stops_and_the_others_trade()
    {
        using var storage = Storage.InFiles();
        var keys = new Dictionary<long, string>();
        await using (var silo = await StartWithoutDemoAsync(storage))
        {
            using var administrator = new Customer(
                silo.Address,
                (await File.ReadAllTextAsync(
                    Path.Combine(storage.Folder, "admin.key"), TestContext.Current.CancellationToken)).Trim());
            foreach (var (account, symbol) in new[] { (2001L, "AAPL"), (2002L, "MSFT") })
            {
                keys[account] = (await administrator.InsistAsync(
                    HttpMethod.Post, $"admin/accounts/ACC-{account}/keys", null)).Text("apiKey");
                await administrator.InsistAsync(
                    HttpMethod.Post, $"admin/accounts/ACC-{account}/deposits",
                    """{"key":"first","asset":"USD","amount":"10000"}""");
                using var customer = new Customer(silo.Address, keys[account]);
                for (var i = 0; i < 5; i++)
                    Assert.True((await customer.PostAsync("orders", Order(symbol, $"{symbol}-{i}"))).IsDone);
            }

            await silo.KillAsync();
        }

        await storage.ExecuteOnJournalAsync("""
            UPDATE frame SET body = (SELECT CAST(substr(frame.body, 1, s.position + s.length - 1) || 'X' || substr(frame.body, s.position + s.length + 1) AS BLOB)
              FROM frame_stream_tail s JOIN stream_head h USING (stream_id) WHERE h.name = 'book/AAPL' AND s.last_seq = 3 AND s.frame_no = frame.frame_no)
            WHERE frame_no = (SELECT s.frame_no FROM frame_stream_tail s JOIN stream_head h USING (stream_id) WHERE h.name = 'book/AAPL' AND s.last_seq = 3)
            """);
        await using var again = await StartWithoutDemoAsync(storage);
        using var other = new Customer(again.Address, keys[2002]);
        Assert.Equal("SymbolUnavailable", (await other.PostAsync("orders", Order("AAPL", "a1"))).Code);
        Assert.True((await other.PostAsync("orders", Order("MSFT", "m1"))).IsDone);
        Assert.Contains("Stream book/AAPL is damaged at sequence 3", again.Output, StringComparison.Ordinal);
    }

    [Theory]
    [Trait("Suite", "Slow")]
    [InlineData("journal.witness", "The history knows stream ")]
    [InlineData("history.db", " were acknowledged: ")]
    public async Task An_exchange_whose_journal_is_gone_does_not_begin_anew(string goneToo, string message)
    {
        using var storage = Storage.InFiles();
        await using (var silo = await SiloProcess.StartAsync([.. storage.Arguments, "--market-maker", "off"]))
        {
            using var alice = new Customer(silo.Address, "demo-alice");
            Assert.True((await alice.PostAsync("orders", Order("AAPL", "a1"))).IsDone);
            await storage.CaughtUpAsync();
            Assert.Equal(0, await silo.TerminateAsync());
        }

        foreach (var name in (string[])["journal.db", goneToo])
            File.Delete(Path.Combine(storage.Folder, name));
        await using var again = SiloProcess.Launch(storage.Arguments);
        var (exitCode, said) = await again.ExitAsync();
        Assert.Equal(FailedStart, exitCode);
        Assert.Contains(message, said, StringComparison.Ordinal);
    }

    private static Task<SiloProcess> StartWithoutDemoAsync(Storage storage) =>
        SiloProcess.StartAsync([.. storage.Arguments, "--market-maker", "off", "--demo", "off"]);

    private static string Order(string symbol, string name) =>
        $$"""{"symbol":"{{symbol}}","side":"buy","price":"20.00","quantity":"1","clientOrderId":"{{name}}"}""";

    private static async Task<List<Entry>> TradeAsync(Storage storage, Diary diary, bool kill)
    {
        diary.NextRound();
        await using var silo = await SiloProcess.StartAsync([.. storage.Arguments, "--market-maker", "off"]);
        var floor = new Floor(silo.Address, s_keys, diary, kill ? "k" : "c", seed: 11);
        var trading = floor.TradeAsync();
        await silo.UntilAsync(() => diary.Round.Count(entry => entry.Reply.IsDone) >= 600, "orders to flow");

        if (kill)
            await silo.KillAsync();
        floor.Close();
        await trading;
        if (!kill)
            Assert.Equal(0, await silo.TerminateAsync());
        return [.. diary.Round.Where(entry => entry.Wish == Wish.Place && entry.Reply.IsDone)];
    }

    /// <summary>Damages a random place of the journal or its log; returns a description.</summary>
    private static string Damage(string folder, Random random)
    {
        var log = Path.Combine(folder, "journal.db-wal");
        var isLog = File.Exists(log) && new FileInfo(log).Length > 0 && random.Next(2) == 0;
        var path = isLog ? log : Path.Combine(folder, "journal.db");
        var bytes = File.ReadAllBytes(path);
        var at = random.Next(bytes.Length);
        var what = random.Next(5);
        switch (what)
        {
            case 0:
                Array.Resize(ref bytes, at);
                break;
            case 1:
                at -= at % 4_096;
                bytes.AsSpan(at, Math.Min(4_096, bytes.Length - at)).Clear();
                break;
            default:
                bytes[at] ^= (byte)(1 << random.Next(8));
                break;
        }

        File.WriteAllBytes(path, bytes);
        return $"{Path.GetFileName(path)} {(what == 0 ? "cut off" : what == 1 ? "with a page of zeros" : "with a flipped bit")} at {at}";
    }

    private static async Task<string> OutcomeAsync(Storage storage, List<Entry> told, Random random, string damage)
    {
        await using var silo = SiloProcess.Launch([.. storage.Arguments, "--market-maker", "off"]);
        try
        {
            await silo.ReadyAsync();
        }
        catch (InvalidOperationException)
        {
            var (exitCode, said) = await silo.ExitAsync();
            Assert.True(
                exitCode == FailedStart && Names().IsMatch(said),
                $"{damage}: ended with {exitCode} and does not say where: {said}");
            return "refused";
        }

        var customers = s_keys.ToDictionary(key => key.Key, key => new Customer(silo.Address, key.Value));
        try
        {
            return await CompareAsync(customers, told, random, damage, silo);
        }
        finally
        {
            foreach (var customer in customers.Values)
                customer.Dispose();
        }
    }

    private static async Task<string> CompareAsync(
        Dictionary<long, Customer> customers, List<Entry> told, Random random, string damage, SiloProcess silo)
    {
        var halted = new List<string>();
        foreach (var symbol in s_symbols)
        {
            var probe =
                $$"""{"symbol":"{{symbol}}","side":"buy","price":"{{(symbol == "BTC-USD" ? 10_000 : 10)}}","quantity":"{{(symbol == "BTC-USD" ? "0.001" : "1")}}","clientOrderId":"probe-{{symbol}}"}""";
            var replies = await Task.WhenAll(customers.Values.Select(customer => customer.PostAsync("orders", probe)));
            if (!replies.Any(reply => reply.IsDone))
                halted.Add(symbol);
        }

        Assert.True(halted.Count < s_symbols.Length, $"{damage}: nothing trades. {silo.Output}");
        var orders = told.ToArray();
        random.Shuffle(orders);
        var stopped = 0;
        await Parallel.ForEachAsync(orders.Take(Repeats), CancellationToken.None, async (entry, _) =>
        {
            var again = await customers[entry.Account].SendAsync(entry.Method, entry.Path, entry.Body);
            if (again.Status == 503)
            {
                Interlocked.Increment(ref stopped);
                return;
            }

            Assert.True(
                again.IsDone && again.Number("orderId") == entry.Reply.Number("orderId")
                    && again.Decimal("filled") == entry.Reply.Decimal("filled"),
                $"{damage}: {entry} is answered with {again.Status} {again.Raw} now. {silo.Output}");
        });
        if (stopped == 0)
            return "all there";
        Assert.Matches(Names(), silo.Output);
        return halted.Count > 0 ? "a symbol stopped" : "an account stopped";
    }

    private static int Number(string variable, int otherwise) =>
        Environment.GetEnvironmentVariable(variable) is { Length: > 0 } text ? int.Parse(text) : otherwise;

    /// <summary>Matches a stream and its sequence, or the file if no stream can be named.</summary>
    [GeneratedRegex(
        @"Stream \S+ is damaged at sequence \d+|stream \S+ up to sequence \d+|journal\.db (ends at record|is damaged)")]
    private static partial Regex Names();
}
