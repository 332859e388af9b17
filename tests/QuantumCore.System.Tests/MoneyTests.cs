using System.Text.Json;
using QuantumCore.TestKit;
using Xunit;

namespace QuantumCore.SystemTests;

/// <summary>
/// Transfers and withdrawals of money and units with <c>qc</c>, against an exchange in its own process.
/// </summary>
public sealed class MoneyTests
{
    [Fact]
    public async Task Money_moves_between_the_accounts_of_one_owner()
    {
        using var storage = Storage.InFiles();
        await using var silo = await SiloProcess.StartAsync([.. storage.Arguments, "--market-maker", "off"]);
        await RunAsync(silo, "admin", "owner", "ACC-1001", "ann");
        var strange = await RunAsync(silo, 1, "transfer", "ACC-3001", "USD", "10.00", "--money-key", "m0");
        Assert.Contains("Forbidden", strange, StringComparison.Ordinal);
        await RunAsync(silo, "admin", "owner", "ACC-3001", "ann");

        for (var again = 0; again < 2; again++)
        {
            var moved = await JsonAsync(silo, "transfer", "ACC-3001", "USD", "10.00", "--money-key", "m1");
            Assert.Equal(
                ("ACC-1001", "ACC-3001", "10.00", "done"),
                (Text(moved, "from"), Text(moved, "to"), Text(moved, "amount"), Text(moved, "state")));
        }

        var back =
            await JsonAsync(silo, "transfer", "ACC-1001", "USD", "4.00", "--from", "ACC-3001", "--money-key", "b1");
        Assert.Equal("done", Text(back, "state"));
        var listed = await JsonAsync(silo, "transfers");
        Assert.Equal(["b1", "m1"], listed.EnumerateArray().Select(transfer => Text(transfer, "key")));
        Assert.Contains(
            "KeyConflict", await RunAsync(silo, 1, "transfer", "ACC-3001", "USD", "11.00", "--money-key", "m1"),
            StringComparison.Ordinal);
    }

    [Fact]
    public async Task Money_is_paid_into_the_folder_of_payouts()
    {
        using var storage = Storage.InFiles();
        await using (var silo = await SiloProcess.StartAsync([.. storage.Arguments, "--market-maker", "off"]))
        {
            for (var again = 0; again < 2; again++)
            {
                var taken = await JsonAsync(silo, "withdraw", "USD", "10.00", "DE89 3704", "--money-key", "w1");
                Assert.Equal(("10.00", "DE89 3704"), (Text(taken, "amount"), Text(taken, "destination")));
            }

            Assert.Contains(
                "InsufficientFunds", await RunAsync(silo, 1, "withdraw", "USD", "99999999999.00", "x"),
                StringComparison.Ordinal);
            await Wait.UntilAsync(
                async () => Text((await JsonAsync(silo, "withdrawals"))[0], "state") == "final",
                "the withdrawal to be paid");
            Assert.Contains("w1", await RunAsync(silo, "withdrawals"), StringComparison.Ordinal);
            Assert.Equal(0, await silo.TerminateAsync());
        }

        var file = Assert.Single(Directory.GetFiles(Path.Combine(storage.Folder, "payouts")));
        Assert.Contains(
            "\"amount\": \"10.00\"", await File.ReadAllTextAsync(file, TestContext.Current.CancellationToken),
            StringComparison.Ordinal);
        var (exitCode, said) = await Programs.RunAsync(Programs.Cli, "verify", storage.Place);
        Assert.True(exitCode == 0, said);
        var (_, postings) = await Programs.RunAsync(Programs.Cli, "export", storage.Place, "postings", "--csv");
        Assert.Contains("pay/USD,2,0,1,0,USD,10.00", postings, StringComparison.Ordinal);

        var exported = Path.Combine(storage.Folder, "postings.csv");
        (exitCode, said) = await Programs.RunAsync(
            Programs.Cli, "export", storage.Place, "postings", "--csv", "--to", exported);
        Assert.True(exitCode == 0, said);
        Assert.Equal(postings, await File.ReadAllTextAsync(exported, TestContext.Current.CancellationToken));
        Assert.False(File.Exists(exported + ".part"), "The part is there still.");
    }

    [Fact]
    public async Task A_frozen_account_is_shown_as_such_and_let_go()
    {
        using var storage = Storage.InFiles();
        await using var silo = await SiloProcess.StartAsync([.. storage.Arguments, "--market-maker", "off"]);
        await RunAsync(silo, "buy", "AAPL", "5", "--limit", "120.00");
        Assert.Contains(
            "ACC-1001 is frozen.", await RunAsync(silo, "admin", "freeze", "ACC-1001", "--why", "lost key"),
            StringComparison.Ordinal);
        Assert.Contains(
            "AccountFrozen", await RunAsync(silo, 1, "buy", "AAPL", "5", "--limit", "120.00"),
            StringComparison.Ordinal);
        Assert.Contains(
            "AccountFrozen", await RunAsync(silo, 1, "withdraw", "USD", "5.00", "x"), StringComparison.Ordinal);
        Assert.Contains("ACC-1001 (frozen)", await RunAsync(silo, "account"), StringComparison.Ordinal);
        Assert.Contains(
            "ACC-1001 is blocked in AAPL.", await RunAsync(silo, "admin", "block", "ACC-1001"),
            StringComparison.Ordinal);
        Assert.Equal(0, (await JsonAsync(silo, "orders")).GetArrayLength());
        await RunAsync(silo, "admin", "unblock", "ACC-1001");
        await RunAsync(silo, "buy", "AAPL", "5", "--limit", "120.00");
    }

    [Fact]
    public async Task An_account_is_limited_and_shown_its_limits()
    {
        using var storage = Storage.InFiles();
        await using var silo = await SiloProcess.StartAsync([.. storage.Arguments, "--market-maker", "off"]);
        var set = await JsonAsync(
            silo, "risk", "ACC-1001", "--symbol", "AAPL", "--max-quantity", "10", "--max-orders", "1", "--why", "new");
        Assert.Equal("10", Text(set.GetProperty("limits")[0], "maxOrderQuantity"));
        var refused = await RunAsync(silo, 1, "buy", "AAPL", "11", "--limit", "120.00");
        Assert.Contains("MaxQuantity", refused, StringComparison.Ordinal);
        Assert.Contains("[limit 10]", refused, StringComparison.Ordinal);
        await RunAsync(silo, "buy", "AAPL", "10", "--limit", "120.00");
        Assert.Contains(
            "OpenOrderLimit", await RunAsync(silo, 1, "buy", "AAPL", "1", "--limit", "120.00"),
            StringComparison.Ordinal);
        Assert.Contains("AAPL", await RunAsync(silo, "risk"), StringComparison.Ordinal);
        await RunAsync(silo, "risk", "ACC-1001", "--symbol", "AAPL", "--none");
        Assert.Contains("No limits.", await RunAsync(silo, "risk"), StringComparison.Ordinal);
        await RunAsync(silo, "risk", "ACC-1001", "--all", "--max-rate", "100", "--duplicates", "60000");
        await RunAsync(silo, "risk", "ACC-1001", "--paid-in", "USD", "--max-daily-loss", "5000.00");
        await RunAsync(silo, "buy", "AAPL", "3", "--limit", "120.00");
        Assert.Contains(
            "DuplicateOrder", await RunAsync(silo, 1, "buy", "AAPL", "3", "--limit", "120.00"),
            StringComparison.Ordinal);
        var everyones = await JsonAsync(silo, "risk", "--everyone", "--symbol", "MSFT", "--max-orders", "0");
        Assert.Equal(0, everyones[0].GetProperty("maxOpenOrders").GetInt32());
        var shown = await JsonAsync(silo, "risk");
        Assert.Equal(
            ["*", "*USD"], shown.GetProperty("limits").EnumerateArray().Select(limit => Text(limit, "symbol")));
        Assert.Equal("5000.00", Text(shown.GetProperty("limits")[1], "maxDailyLoss"));
        Assert.Single(shown.GetProperty("everyones").EnumerateArray());

        await RunAsync(
            silo, "risk", "ACC-1001", "--symbol", "MSFT", "--kill-orders", "1", "--kill-window", "3600",
            "--max-multiple", "20");
        await RunAsync(silo, "risk", "--everyone", "--symbol", "MSFT", "--none");
        await RunAsync(silo, "buy", "MSFT", "1", "--limit", "300.00");
        Assert.Contains(
            "KillSwitch", await RunAsync(silo, 1, "buy", "MSFT", "1", "--limit", "301.00"), StringComparison.Ordinal);
        Assert.Contains(
            "MSFT: 2 orders in 3600 s, the limit is 1", await RunAsync(silo, "risk"), StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_schedule_of_fees_is_set_and_what_an_account_pays_is_shown_on_both_interfaces()
    {
        using var storage = Storage.InFiles();
        await using var silo = await SiloProcess.StartAsync([.. storage.Arguments, "--market-maker", "off"]);
        Assert.Contains("own fees", await RunAsync(silo, "fees"), StringComparison.Ordinal);
        var set = await JsonAsync(
            silo, "fees", "--asset", "USD", "--tier", "0:150:900", "--tier", "1000000.00:-100:800", "--why", "spring");
        Assert.Equal("-100", Text(set[0].GetProperty("tiers")[1], "makerFeePpm"));
        var mine = (await JsonAsync(silo, "fees")).GetProperty("fees")[0];
        Assert.Equal(
            ("USD", "0.00", "900"), (Text(mine, "asset"), Text(mine, "volume30Days"), Text(mine, "takerFeePpm")));
        Assert.Contains(
            "tiers", await RunAsync(silo, 1, "fees", "--asset", "USD", "--tier", "0:-5000:5000"),
            StringComparison.Ordinal);
    }

    private static string Text(JsonElement element, string name) => element.GetProperty(name).ToString();

    private static async Task<JsonElement> JsonAsync(SiloProcess silo, params string[] line)
    {
        using var document = JsonDocument.Parse(await RunAsync(silo, [.. line, "--json"]));
        return document.RootElement.Clone();
    }

    private static Task<string> RunAsync(SiloProcess silo, params string[] line) => RunAsync(silo, 0, line);

    private static async Task<string> RunAsync(SiloProcess silo, int expected, params string[] line)
    {
        var (exitCode, output) = await Programs.RunAsync(
            Programs.Cli, [.. line, "--url", silo.Address.ToString()]);
        Assert.True(exitCode == expected, $"qc {string.Join(' ', line)} ended with {exitCode}: {output}");
        return output;
    }
}
