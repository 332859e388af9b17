using System.Text.Json;
using QuantumCore.TestKit;
using Xunit;

namespace QuantumCore.SystemTests;

/// <summary>The operator's commands on real exchanges: lost data comes back from a backup only.</summary>
public sealed class UpkeepTests(PostgresServer server)
{
    [Theory]
    [InlineData("sqlite", "postgres")]
    [InlineData("postgres", "sqlite")]
    public Task Lost_exchange_is_restored_from_its_backup_into_the_other_store(
        string from, string to) =>
        ComeBackAsync(from, to);

    [Theory]
    [Trait("Suite", "Slow")]
    [Trait("Suite", "Nightly")]
    [InlineData("sqlite")]
    [InlineData("postgres")]
    public Task An_exchange_whose_everything_is_lost_comes_back_from_its_backup(string kind) =>
        ComeBackAsync(kind, kind);

    private async Task ComeBackAsync(string from, string to)
    {
        using var storage = await Storage.CreateAsync(from, server);
        using var restored = await Storage.CreateAsync(to, server);
        var backup = Path.Combine(restored.Folder, "backup", "monday.db");
        string account, book, orders, fills, paid;
        long resting;
        string[] Folders(Storage of, string data) => of.IsPostgres
            ? ["--payouts", Path.Combine(data, "payouts"), "--settlements", Path.Combine(data, "settlements")]
            : [];
        await using (var first = await StartAsync(storage))
        {
            using var alice = new Customer(first.Address, "demo-alice");
            using var bob = new Customer(first.Address, "demo-bob");
            resting = (await alice.PostAsync("orders", Order("buy", "149.00", 10, "a1"))).Number("orderId");
            await bob.PostAsync("orders", Order("sell", "149.00", 4, "b1"));
            await alice.PostAsync("orders", Order("buy", "148.00", 3, "a2"));
            Assert.True(
                (await alice.PostAsync(
                    "withdrawals", """{"key":"w1","asset":"USD","amount":"25.00","destination":"DE89"}""")).IsDone);
            paid = await PaidAsync(storage.Folder);
            (account, book) = ((await alice.GetAsync("account")).Raw, (await alice.BookAsync("AAPL")).Raw);
            (orders, fills) = ((await alice.GetAsync("orders?open=true")).Raw, (await alice.GetAsync("fills")).Raw);
            await QcAsync(0, ["backup", storage.Place, backup, .. Folders(storage, storage.Folder)]);

            // Orders after the backup are lost with the exchange.
            await alice.PostAsync("orders", Order("buy", "147.00", 9, "a3"));
            await first.KillAsync();
        }

        var where = restored.IsPostgres ? restored.Place : Path.Combine(restored.Folder, "data");
        var data = restored.IsPostgres ? restored.Folder : where;
        await QcAsync(0, ["restore", backup, where, .. Folders(restored, data)]);
        await QcAsync(2, ["restore", backup, where, .. Folders(restored, data)]);
        Assert.Equal(paid, await PaidAsync(data));
        string[] arguments = restored.IsPostgres ? [.. restored.Arguments] : ["--data", where];
        await using (var second = await SiloProcess.StartAsync([.. arguments, "--market-maker", "off"]))
        {
            using var alice = new Customer(second.Address, "demo-alice");
            Assert.Equal(account, (await alice.GetAsync("account")).Raw);
            Assert.Equal(book, (await alice.BookAsync("AAPL")).Raw);
            Assert.Equal(orders, (await alice.GetAsync("orders?open=true")).Raw);
            await HasFillsAsync(alice, fills);
            Assert.Equal(
                resting, (await alice.PostAsync("orders", Order("buy", "149.00", 10, "a1"))).Number("orderId"));
            Assert.Equal(404, (await alice.GetAsync($"orders/AAPL/{resting + 3}")).Status);
            Assert.Equal("cancelled", (await alice.DeleteAsync($"orders/AAPL/{resting}")).Text("status"));
            Assert.Equal(0, await second.TerminateAsync());
        }

        await QcAsync(0, "verify", where);
    }

    [Fact]
    public async Task A_journal_with_a_wrong_byte_is_told_with_exit_code_1()
    {
        using var storage = Storage.InFiles();
        await using (var silo = await StartAsync(storage))
        {
            using var alice = new Customer(silo.Address, "demo-alice");
            await alice.PostAsync("orders", Order("buy", "149.00", 10, "needle-in-the-journal"));
            Assert.Equal(0, await silo.TerminateAsync());
        }

        await QcAsync(0, "verify", storage.Folder);
        var journal = Path.Combine(storage.Folder, "journal.db");
        var bytes = await File.ReadAllBytesAsync(journal, TestContext.Current.CancellationToken);
        // Everywhere: the free space of a page that was split still has the records that went to the other half.
        while (bytes.AsSpan().IndexOf("needle-in-the-journal"u8) is >= 0 and var at)
            bytes[at] ^= 1;
        await File.WriteAllBytesAsync(journal, bytes, TestContext.Current.CancellationToken);

        var said = await QcAsync(1, "verify", storage.Folder, "--json");

        using var report = JsonDocument.Parse(said);
        var kinds = report.RootElement.GetProperty("findings").EnumerateArray()
            .Select(finding => finding.GetProperty("kind").GetString()).ToArray();
        Assert.Contains("frameDamaged", kinds);
        Assert.Contains("recordDamaged", kinds);
    }

    [Fact]
    public async Task A_history_that_can_not_be_read_is_a_finding_and_names_itself_at_a_start()
    {
        using var storage = Storage.InFiles();
        await using (var silo = await StartAsync(storage))
            Assert.Equal(0, await silo.TerminateAsync());

        var history = Path.Combine(storage.Folder, "history.db");
        Array.ForEach(Directory.GetFiles(storage.Folder, "history.db*"), File.Delete);
        await File.WriteAllBytesAsync(history, new byte[20_000], TestContext.Current.CancellationToken);

        using var report = JsonDocument.Parse(await QcAsync(1, "verify", storage.Folder, "--json"));
        var finding = Assert.Single(report.RootElement.GetProperty("findings").EnumerateArray());
        Assert.Equal("historyUnreadable", finding.GetProperty("kind").GetString());
        Assert.StartsWith(history, finding.GetProperty("what").GetString(), StringComparison.Ordinal);
        Assert.Contains(
            "Nothing is wrong.", await QcAsync(0, "verify", storage.Folder, "--no-history"), StringComparison.Ordinal);
        var (exitCode, output) = await Programs.RunAsync(Programs.Silo, storage.Arguments);
        Assert.Equal(70, exitCode);
        Assert.StartsWith($"The exchange could not start: {history}, ", output, StringComparison.Ordinal);
    }

    /// <summary>Returns the only file of payouts, with its name.</summary>
    private static async Task<string> PaidAsync(string data)
    {
        var folder = Path.Combine(data, "payouts");
        string[] files = [];
        await Wait.UntilAsync(
            () => Directory.Exists(folder) && (files = Directory.GetFiles(folder, "*.json")).Length == 1,
            "what is paid");
        return Path.GetFileName(files[0]) + " "
            + await File.ReadAllTextAsync(files[0], TestContext.Current.CancellationToken);
    }

    /// <summary>Checks that the history is made again from the journal, while the exchange is already open.</summary>
    private static Task HasFillsAsync(Customer customer, string expected) =>
        Wait.UntilAsync(async () => (await customer.GetAsync("fills")).Raw == expected, $"these fills: {expected}");

    private static async Task<string> QcAsync(int expected, params string[] arguments)
    {
        var (exitCode, output) = await Programs.RunAsync(Programs.Cli, arguments);
        Assert.True(expected == exitCode, $"qc {arguments[0]} ended with {exitCode}: {output}");
        return output;
    }

    private static Task<SiloProcess> StartAsync(Storage storage) =>
        SiloProcess.StartAsync([.. storage.Arguments, "--market-maker", "off"]);

    private static string Order(string side, string price, int quantity, string name) =>
        $$"""{"symbol":"AAPL","side":"{{side}}","price":"{{price}}","quantity":"{{quantity}}","clientOrderId":"{{name}}"}""";
}
