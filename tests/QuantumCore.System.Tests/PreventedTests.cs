using Microsoft.Data.Sqlite;
using QuantumCore.Client;
using QuantumCore.TestKit;
using Xunit;

namespace QuantumCore.SystemTests;

/// <summary>
/// Prevented self-trades on real exchanges: the same after a kill, and after their history was made again.
/// </summary>
public sealed class PreventedTests(PostgresServer server)
{
    private static readonly SelfTrade[] s_modes =
        [
            SelfTrade.ExpireTaker, SelfTrade.Decrement, SelfTrade.CancelNewest, SelfTrade.ExpireMaker,
            SelfTrade.ExpireBoth, SelfTrade.CancelOldest];

    private static CancellationToken Token => TestContext.Current.CancellationToken;

    [Theory]
    [InlineData("sqlite")]
    [InlineData("postgres")]
    public async Task Prevented_matches_outlive_a_kill_and_are_made_again_from_the_journal(string kind)
    {
        using var storage = await Storage.CreateAsync(kind, server);
        IReadOnlyList<PreventedMatch> before;
        await using (var first = await StartAsync(storage))
        {
            using var alice = new QuantumCoreClient(first.Address, "demo-alice");
            foreach (var mode in s_modes)
            {
                await alice.Orders.PlaceAsync(PlaceOrder.Limit("AAPL", OrderSide.Buy, 10m, 149m), Token);
                await alice.Orders.PlaceAsync(
                    PlaceOrder.Limit("AAPL", OrderSide.Sell, 4m, 149m) with { SelfTrade = mode }, Token);
                await alice.Orders.CancelAllAsync(cancellation: Token);
            }

            await first.KillAsync();
        }

        // Nobody had asked before the kill: only the journal has them.
        await using (var second = await StartAsync(storage))
        {
            before = await AskAsync(second);
            Assert.Equal(
                [
                    SelfTrade.ExpireTaker, SelfTrade.Decrement, SelfTrade.ExpireTaker, SelfTrade.ExpireMaker,
                    SelfTrade.ExpireBoth, SelfTrade.ExpireMaker],
                before.Select(match => match.Mode));
            Assert.Equal<(decimal?, decimal?)>(
                [(4m, null), (4m, 4m), (4m, null), (null, 10m), (4m, 10m), (null, 10m)],
                before.Select(match => (match.TakerPrevented, match.MakerPrevented)));
            Assert.All(
                before,
                match => Assert.Equal(
                    (PreventedRole.Both, 149m, 4m, match.TakerOrderId - 1),
                    (match.Role, match.Price, match.Quantity, match.MakerOrderId)));
            Assert.Equal(before.Count, before.Select(match => match.MatchId).Distinct().Count());
            await second.KillAsync();
        }

        if (!storage.IsPostgres)
        {
            foreach (var file in Directory.GetFiles(storage.Folder, "history.db*"))
                File.Delete(file);
        }

        await using (var third = await StartAsync(storage))
        {
            Assert.Equal(before, await AskAsync(third));
            var (exitCode, shown) = await Programs.RunAsync(
                Programs.Cli, "prevented", "--symbol", "AAPL", "--order", $"{before[4].MakerOrderId}", "--url",
                third.Address.ToString());
            Assert.Equal(0, exitCode);
            Assert.Contains("expireBoth", shown, StringComparison.Ordinal);
            Assert.DoesNotContain("expireMaker", shown, StringComparison.Ordinal);
            Assert.Equal(0, await third.TerminateAsync());
        }

        var verified = await Programs.RunAsync(Programs.Cli, "verify", storage.Place);
        Assert.True(verified.ExitCode == 0, verified.Output);

        // An older release had no such rows: its journal passes verification all the same.
        if (!storage.IsPostgres)
        {
            await DropAsync(Path.Combine(storage.Folder, "history.db"));
            verified = await Programs.RunAsync(Programs.Cli, "verify", storage.Place);
            Assert.True(verified.ExitCode == 0, verified.Output);
            Assert.Contains("of an older release", verified.Output, StringComparison.Ordinal);
        }
    }

    private static async Task DropAsync(string history)
    {
        await using var connection = new SqliteConnection($"Data Source={history};Pooling=False");
        await connection.OpenAsync(Token);
        await using var command = connection.CreateCommand();
        command.CommandText = "DROP TABLE prevented_match";
        await command.ExecuteNonQueryAsync(Token);
    }

    /// <summary>Returns all prevented matches, page by page; checks that reads by order return them, too.</summary>
    private static async Task<IReadOnlyList<PreventedMatch>> AskAsync(SiloProcess silo)
    {
        using var alice = new QuantumCoreClient(silo.Address, "demo-alice");
        var all = new List<PreventedMatch>();
        for (var last = "0-0"; await alice.Orders.GetPreventedMatchesAfterAsync(
            "AAPL", last, 4, Token) is { Count: > 0 } page;
            last = page[^1].MatchId)
            all.AddRange(page);
        Assert.Equal(all, (await alice.Orders.GetPreventedMatchesAsync(limit: 1000, cancellation: Token)).Reverse());
        foreach (var match in all)
        {
            Assert.Equal(
                match,
                Assert.Single(await alice.Orders.GetPreventedMatchesAsync(
                    "AAPL", match.TakerOrderId, cancellation: Token)));
            Assert.Contains(
                match, await alice.Orders.GetPreventedMatchesAsync("AAPL", match.MakerOrderId, cancellation: Token));
        }

        return all;
    }

    private static Task<SiloProcess> StartAsync(Storage storage) =>
        SiloProcess.StartAsync([.. storage.Arguments, "--simulate", "none"]);
}
