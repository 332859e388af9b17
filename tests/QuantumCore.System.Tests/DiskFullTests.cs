using System.Diagnostics;
using QuantumCore.TestKit;
using Xunit;

namespace QuantumCore.SystemTests;

/// <summary>The journal's disk runs full while customers trade, and has space again later.</summary>
public sealed class DiskFullTests(ITestOutputHelper output)
{
    private const int KeepFree = 10;
    private const int DiskFull = 74;
    private static readonly Dictionary<long, string> s_keys = new() { [1001] = "demo-alice", [1002] = "demo-bob" };

    [Fact]
    [Trait("Suite", "Slow")]
    public async Task Full_disk_rejects_orders_serves_reads_and_recovers_by_itself()
    {
        using var disk = new SmallDisk(40);
        using var storage = Storage.InFiles(disk.Folder("exchange"));
        using var notes = Storage.InFiles();
        using var diary = new Diary(Path.Combine(notes.Folder, "diary.log"));
        await using var silo = await StartAsync(storage);
        using var alice = new Customer(silo.Address, "demo-alice");
        diary.NextRound();
        var floor = new Floor(silo.Address, s_keys, diary, "r0", seed: 7);
        var trading = floor.TradeAsync();
        await silo.UntilAsync(() => Done(diary) >= 150, "orders to flow");
        var resting = (await alice.PostAsync("orders", Order("120.00", "rest"))).Number("orderId");

        using var onlooker = await OnlookerAsync(silo);
        disk.Fill(leave: 9 << 20);
        await silo.UntilAsync(() => diary.Round.Any(entry => entry.Reply.Code == "Overloaded"), "orders to be refused");
        var cancelled = await alice.DeleteAsync($"orders/AAPL/{resting}");
        Assert.True(cancelled.Text("status") == "cancelled", $"{cancelled.Status} {cancelled.Raw} {silo.Output}");

        disk.Fill(leave: 0);
        await silo.UntilAsync(
            () => silo.Output.Contains("could not commit", StringComparison.Ordinal), "the disk to be full");
        await ReadsGoOnAsync(alice, onlooker);
        disk.Free();
        var before = Done(diary);
        await silo.UntilAsync(() => Done(diary) >= before + 150, "orders to flow again");
        floor.Close();
        await trading;
        await AuditAsync(silo, storage, diary);
    }

    [Fact]
    [Trait("Suite", "Slow")]
    public async Task Exchange_killed_on_a_full_disk_reports_why_and_starts_once_there_is_room()
    {
        using var disk = new SmallDisk(40);
        using var storage = Storage.InFiles(disk.Folder("exchange"));
        using var notes = Storage.InFiles();
        using var diary = new Diary(Path.Combine(notes.Folder, "diary.log"));
        await using (var silo = await StartAsync(storage))
        {
            diary.NextRound();
            var floor = new Floor(silo.Address, s_keys, diary, "r0", seed: 8);
            var trading = floor.TradeAsync();
            await silo.UntilAsync(() => Done(diary) >= 150, "orders to flow");
            disk.Fill(leave: 0);
            await silo.UntilAsync(
                () => silo.Output.Contains("could not commit", StringComparison.Ordinal), "the disk to be full");
            await silo.KillAsync();
            floor.Close();
            await trading;
        }

        disk.Fill(leave: 0);
        await using (var refused = SiloProcess.Launch(Arguments(storage)))
        {
            var (exitCode, said) = await refused.ExitAsync();
            Assert.Equal(DiskFull, exitCode);
            Assert.Contains("full", said, StringComparison.Ordinal);
        }

        disk.Free();
        await using var again = await StartAsync(storage);
        await AuditAsync(again, storage, diary);
    }

    /// <summary>Returns a customer with an account who changes nothing.</summary>
    private static async Task<Customer> OnlookerAsync(SiloProcess silo)
    {
        using var administrator = new Customer(silo.Address, "demo-admin");
        var key =
            (await administrator.InsistAsync(HttpMethod.Post, "admin/accounts/ACC-2001/keys", null)).Text("apiKey");
        var onlooker = new Customer(silo.Address, key);
        Assert.True((await onlooker.InsistAsync(HttpMethod.Get, "account", null)).IsDone);
        return onlooker;
    }

    /// <summary>Checks that an order is rejected at once, and that durable data can be read.</summary>
    private async Task ReadsGoOnAsync(Customer alice, Customer onlooker)
    {
        // An order that came before the exchange noticed waits for its timeout.
        await alice.PostAsync("orders", Order("120.00", "full-1"));
        var started = Stopwatch.StartNew();
        var refused = await alice.PostAsync("orders", Order("120.00", "full-2"));
        output.WriteLine(
            $"On the full disk an order is answered with {refused.Status} {refused.Code} after {started.ElapsedMilliseconds} ms.");
        Assert.Equal((503, "Overloaded"), (refused.Status, refused.Code));
        foreach (var path in (string[])["book/AAPL", "account", "orders?symbol=AAPL"])
            Assert.Equal((path, 200), (path, (await onlooker.GetAsync(path)).Status));
    }

    private static async Task AuditAsync(SiloProcess silo, Storage storage, Diary diary)
    {
        using var auditor = new Auditor(silo.Address, storage, s_keys, diary);
        await auditor.AuditAsync("r0", new Random(7), wholeHistory: true);
        Assert.True(auditor.Findings.Count == 0, string.Join('\n', auditor.Findings.Take(20)) + silo.Output);
    }

    private static string[] Arguments(Storage storage) =>
        [.. storage.Arguments, "--market-maker", "off", "--keep-free", $"{KeepFree}"];

    private static Task<SiloProcess> StartAsync(Storage storage) => SiloProcess.StartAsync(Arguments(storage));

    private static int Done(Diary diary) => diary.Round.Count(entry => entry.Reply.IsDone);

    private static string Order(string price, string name) =>
        $$"""{"symbol":"AAPL","side":"buy","price":"{{price}}","quantity":"1","clientOrderId":"{{name}}"}""";
}
