using System.Text.Json;
using QuantumCore.TestKit;
using Xunit;

namespace QuantumCore.SystemTests;

/// <summary>A recorded trading day through the whole exchange has the fills and the books of the real one.</summary>
public sealed class RecordedFlowTests
{
    [Fact]
    public Task Recorded_flow_has_the_recorded_fills_and_books_and_the_ledger_adds_up() =>
        ReplayAsync("MSFT_2012-06-21_50_1000rows.cmds.csv.gz", "MSFT.L", 35, 80);

    [Fact]
    [Trait("Suite", "Slow")]
    [Trait("Suite", "Nightly")]
    public Task A_recorded_hour_has_the_recorded_fills_and_books_and_the_ledger_adds_up() =>
        ReplayAsync("AAPL_2012-06-21_50_1h.cmds.csv.gz", "AAPL.L", 3_282, 7_688);

    private static async Task ReplayAsync(string file, string symbol, int aggressive, int rows)
    {
        var path = OrderFlowFiles.Find(file);
        using var storage = Storage.InFiles();
        string book;
        await using (var silo = await StartAsync(storage))
        {
            // An hour's orders are sent one after the other.
            var replay = Programs.StartOf(
                Programs.Cli,
                ["replay", path, "--symbol", symbol, "--list", "--json", "--url", silo.Address.ToString()]);
            var (exitCode, output) = await Programs.RunAsync(replay, TimeSpan.FromMinutes(13));
            Assert.True(exitCode == 0, output);
            using var report = JsonDocument.Parse(output.Split('\n').Last(line => line.StartsWith('{')));
            foreach (var (member,
                expected) in new[] { ("ioc", aggressive), ("iocExact", aggressive), ("q", rows), ("qExact", rows) })
                Assert.Equal((member, expected), (member, report.RootElement.GetProperty(member).GetInt32()));

            await storage.CaughtUpAsync();
            Assert.Empty(await LedgerAudit.ViolationsAsync(storage));
            book = await BookAsync(silo, symbol);
            await silo.KillAsync();
        }

        await using var again = await StartAsync(storage);
        Assert.Equal(book, await BookAsync(again, symbol));
    }

    private static Task<SiloProcess> StartAsync(Storage storage) =>
        SiloProcess.StartAsync([.. storage.Arguments, "--market-maker", "off"]);

    private static async Task<string> BookAsync(SiloProcess silo, string symbol)
    {
        using var anyone = new Customer(silo.Address, null);
        var book = await anyone.InsistAsync(HttpMethod.Get, $"book/{symbol}?depth=1000", null);
        Assert.True(book.IsDone, book.Raw);
        return book.Raw;
    }
}
