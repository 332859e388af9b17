using Xunit;

namespace QuantumCore.SystemTests;

/// <summary>An exchange whose heap has a hard limit.</summary>
public sealed class LittleMemoryTests
{
    private const int Requests = 3_000;

    // 200 MB, in the runtime's hexadecimal.
    private const string Limit = "C800000";

    private static readonly Dictionary<long, string> s_keys = new() { [1001] = "demo-alice", [1002] = "demo-bob" };

    [Fact]
    [Trait("Suite", "Slow")]
    public async Task With_a_heap_of_200_MB_all_that_was_acknowledged_is_there()
    {
        using var storage = Storage.InFiles();
        using var diary = new Diary(Path.Combine(storage.Folder, "diary.log"));
        var environment = new Dictionary<string, string> { ["DOTNET_GCHeapHardLimit"] = Limit };
        await using var silo =
            await SiloProcess.StartAsync(environment, [.. storage.Arguments, "--market-maker", "off"]);
        var floor = new Floor(silo.Address, s_keys, diary, "r0", seed: 37);
        var trading = floor.TradeAsync();
        await silo.UntilAsync(
            () => diary.Round.Count(entry => entry.Reply.IsDefinite) >= Requests, $"{Requests} answers");
        floor.Close();
        await trading;

        Assert.All(diary.Round, entry => Assert.True(entry.Reply.IsDefinite, $"Not answered: {entry}"));
        using var auditor = new Auditor(silo.Address, storage, s_keys, diary);
        await auditor.AuditAsync("r0", new Random(37), wholeHistory: true);
        Assert.Empty(auditor.Findings);
        Assert.Equal(0, await silo.TerminateAsync());
        Assert.DoesNotContain(nameof(OutOfMemoryException), silo.Output, StringComparison.Ordinal);
    }
}
