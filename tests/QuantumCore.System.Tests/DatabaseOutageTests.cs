using QuantumCore.TestKit;
using Xunit;

namespace QuantumCore.SystemTests;

/// <summary>The database goes away while customers trade, and comes back.</summary>
public sealed class DatabaseOutageTests
{
    private const int Outages = 3;

    [Theory]
    [InlineData(PostgresStop.Immediate)]
    [InlineData(PostgresStop.Kill)]
    [Trait("Suite", "Slow")]
    public async Task After_an_outage_all_that_was_acknowledged_is_there_once_and_trading_goes_on(PostgresStop stop)
    {
        await using var server = new PostgresServer { IsPrivate = true };
        using var storage = await Storage.CreateAsync("postgres", server);
        using var diary = new Diary(Path.Combine(storage.Folder, "diary.log"));
        var keys = new Dictionary<long, string> { [1001] = "demo-alice", [1002] = "demo-bob" };
        await using var silo = await SiloProcess.StartAsync([.. storage.Arguments, "--market-maker", "off"]);
        for (var outage = 0; outage < Outages; outage++)
        {
            diary.NextRound();
            var floor = new Floor(silo.Address, keys, diary, $"r{outage}", seed: 100 + outage);
            var trading = floor.TradeAsync();
            await UntilDoneAsync(diary, 150, "orders to flow before the outage", silo);
            await server.StopAsync(stop);
            await UntilAsync(() => diary.Round.Any(entry => entry.Reply.Status == 503), "a 503", silo);
            await server.StartAsync();
            var before = Done(diary);
            await UntilDoneAsync(diary, before + 150, "orders to flow after the outage", silo);
            floor.Close();
            await trading;

            Assert.All(diary.Round, entry => Assert.True(
                entry.Reply.Status == 200 || entry.Reply.IsRefused || (entry.Reply.Status == 503 && entry.Reply.Code is "Overloaded" or "OutcomeUnknown"),
                $"Neither an answer nor a clear 503: {entry}"));
            using var auditor = new Auditor(silo.Address, storage, keys, diary);
            await auditor.AuditAsync($"r{outage}", new Random(outage), wholeHistory: true);
            Assert.True(auditor.Findings.Count == 0, string.Join('\n', auditor.Findings.Take(20)) + silo.Output);
        }
    }

    private static int Done(Diary diary) => diary.Round.Count(entry => entry.Reply.IsDone);

    private static Task UntilDoneAsync(Diary diary, int count, string phase, SiloProcess silo) =>
        UntilAsync(() => Done(diary) >= count, phase, silo);

    private static async Task UntilAsync(Func<bool> isTrue, string phase, SiloProcess silo)
    {
        for (var attempt = 0; !isTrue(); attempt++)
        {
            Assert.True(attempt < 3_000, $"Waited 60 s for {phase}. The exchange said: {silo.Output}");
            await Task.Delay(20, TestContext.Current.CancellationToken);
        }
    }
}
