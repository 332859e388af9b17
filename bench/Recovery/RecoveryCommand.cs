using System.Diagnostics;
using System.Globalization;
using System.Runtime;
using QuantumCore.Bench.Exchange;
using QuantumCore.Journal;
using QuantumCore.Upkeep;

namespace QuantumCore.Bench.Recovery;

/// <summary><c>recovery</c>: how long an exchange takes to come back, and how long to run its whole journal again.</summary>
internal static class RecoveryCommand
{
    public static async Task<int> RunAsync(string[] arguments)
    {
        var options = new Options(
            arguments, "--commands", "--symbols", "--accounts", "--seed", "--directory", "--storage", "--postgres", "--keep");
        var plan = new JournalPlan(
            options.Number("--commands", 10_000_000),
            options.Number("--symbols", 4),
            options.Number("--accounts", 64),
            options.Number("--seed", 1));
        var folder = Path.Combine(
            options.Text("--directory", Path.GetTempPath()), options.Text("--keep", $"quantumcore-recovery-{Environment.ProcessId}"));
        var place = Path.Combine(folder, "journal.db");
        var started = Stopwatch.GetTimestamp();
        IReadOnlyDictionary<string, string>? hashes = null;
        if (!File.Exists(place))
        {
            await using var store = new SqliteJournalStore(place);
            await store.InitializeAsync(CancellationToken.None);
            await using var maker = await JournalMaker.OpenAsync(store, plan);
            await maker.TradeAsync(plan.Commands);
            hashes = maker.StateHashes;
            await Console.Error.WriteLineAsync($"made {maker.Commands} commands in {Stopwatch.GetElapsedTime(started).TotalSeconds:F1} s");
        }

        // As in qc: no collection beside the work.
        GCSettings.LatencyMode = GCLatencyMode.Batch;
        GC.Collect();
        var processor = Process.GetCurrentProcess().TotalProcessorTime;
        started = Stopwatch.GetTimestamp();
        var report = await Verification.RunAsync(new JournalPlace(place), null, CancellationToken.None);
        var seconds = Stopwatch.GetElapsedTime(started).TotalSeconds;
        var used = Process.GetCurrentProcess().TotalProcessorTime - processor;
        var equal = hashes is null || report.Books.All(book => hashes[book.Symbol] == book.StateHash);
        await Console.Out.WriteLineAsync(string.Create(
            CultureInfo.InvariantCulture,
            $$"""{"records":{{report.Records}},"bytes":{{report.Bytes}},"verifySeconds":{{seconds:F2}},"recordsPerSecond":{{report.Records / seconds:F0}},"cpuSeconds":{{used.TotalSeconds:F2}},"collections":[{{GC.CollectionCount(0)}},{{GC.CollectionCount(1)}},{{GC.CollectionCount(2)}}],"clean":{{(report.IsClean && equal ? "true" : "false")}}}"""));
        foreach (var finding in report.Findings)
        {
            await Console.Error.WriteLineAsync($"{finding}");
        }

        if (options.Text("--keep", "").Length == 0)
        {
            Directory.Delete(folder, recursive: true);
        }

        return report.IsClean && equal ? 0 : 1;
    }
}
