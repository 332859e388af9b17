using System.Diagnostics;
using QuantumCore.TestKit;
using Xunit;

namespace QuantumCore.Journal.Tests;

/// <summary>A real process, killed repeatedly in the middle of its commits: nothing acknowledged is lost.</summary>
public sealed class KillTests(PostgresServer server)
{
    private const int Rounds = 10;

    private static CancellationToken Cancel => TestContext.Current.CancellationToken;

    [Fact]
    [Trait("Suite", "Slow")]
    public async Task Killed_on_sqlite_every_acknowledged_record_is_there_once()
    {
        var folder = Directory.CreateTempSubdirectory("quantumcore-kill-").FullName;
        await KillAgainAndAgainAsync("sqlite", Path.Combine(folder, "journal.db"), seed: 20_260_101);
        Directory.Delete(folder, recursive: true);
    }

    [Fact]
    [Trait("Suite", "Slow")]
    public async Task Killed_on_postgres_every_acknowledged_record_is_there_once() =>
        await KillAgainAndAgainAsync("postgres", await server.StartedAsync(), seed: 20_260_102);

    private static async Task KillAgainAndAgainAsync(string kind, string target, int seed)
    {
        var random = new Random(seed);
        var acknowledged = new HashSet<string>(StringComparer.Ordinal);
        for (var round = 0; round < Rounds; round++)
        {
            await KillAfterAsync(random.Next(1, 3_000), kind, target, acknowledged);
            await CheckAsync(kind, target, acknowledged);
        }
    }

    private static async Task KillAfterAsync(
        int acknowledgements, string kind, string target, HashSet<string> acknowledged)
    {
        var start = new ProcessStartInfo(Environment.ProcessPath!)
        {
            RedirectStandardOutput = true,
            UseShellExecute = false,
        };
        foreach (var word in (string[])[DoomedAppender.Argument, kind, target]) start.ArgumentList.Add(word);
        using var process = Process.Start(start)!;
        for (var i = 0; i < acknowledgements; i++)
        {
            var line = await process.StandardOutput.ReadLineAsync(Cancel);
            Assert.True(line is not null, "The appender ended by itself.");
            Assert.True(acknowledged.Add(line), $"Acknowledged twice: {line}");
        }

        process.Kill();

        // Everything acknowledged before the kill counts, read or not; its last line may be torn.
        var rest = await process.StandardOutput.ReadToEndAsync(Cancel);
        foreach (var line in rest.Split('\n')[..^1]) acknowledged.Add(line);
        await process.WaitForExitAsync(Cancel);
    }

    private static async Task CheckAsync(string kind, string target, HashSet<string> acknowledged)
    {
        await using var store = DoomedAppender.Store(kind, target);
        await store.InitializeAsync(Cancel);
        var found = new HashSet<string>(StringComparer.Ordinal);
        foreach (var head in await store.HeadsAsync("acct/", Cancel))
        {
            var next = 1L;
            await foreach (var record in store.ReadAsync(head.Name, 1, long.MaxValue, Cancel))
            {
                Assert.Equal(next++, record.Sequence);
                Assert.Equal(DoomedAppender.Body(head.Name, record.Epoch, record.Sequence), record.Body.ToArray());
                found.Add($"{head.Name} {record.Epoch} {record.Sequence}");
            }

            // The server may still have been processing a commit of the dead process when the heads were read.
            Assert.True(next - 1 >= head.Head, $"{head.Name} ends at {next - 1}, its head is {head.Head}.");
        }

        Assert.Empty(acknowledged.Except(found));
        var pair = (await store.HeadsAsync("acct/", Cancel)).Where(head => DoomedAppender.Paired.Contains(head.Name));
        Assert.True(
            pair.Select(head => head.Head).Distinct().Count() <= 1, "Half of a pair is there without the other.");
    }
}
