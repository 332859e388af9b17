using System.Diagnostics;
using System.Globalization;
using System.Runtime;
using Microsoft.Extensions.Logging.Abstractions;
using QuantumCore.Bench.Exchange;
using QuantumCore.Grains.Books;
using QuantumCore.Journal;
using QuantumCore.Upkeep;

namespace QuantumCore.Bench.Recovery;

/// <summary>
/// <c>recovery</c>: measures how fast an exchange restarts, and how fast its whole journal is verified.
/// </summary>
internal static class RecoveryCommand
{
    public static async Task<int> RunAsync(string[] arguments)
    {
        var options = new Options(
            arguments, "--commands", "--symbols", "--accounts", "--seed", "--directory", "--keep", "--packed");
        var plan = new JournalPlan(
            options.Number("--commands", 10_000_000),
            options.Number("--symbols", 4),
            options.Number("--accounts", 64),
            options.Number("--seed", 1));
        var folder = Path.Combine(
            options.Text("--directory", Path.GetTempPath()),
            options.Text("--keep", $"quantumcore-recovery-{Environment.ProcessId}"));
        try
        {
            return await RunAsync(plan, folder, options.Text("--packed", "no") == "yes");
        }
        finally
        {
            if (options.Text("--keep", "").Length == 0)
            {
                Directory.Delete(folder, recursive: true);
            }
        }
    }

    private static async Task<int> RunAsync(JournalPlan plan, string folder, bool isPacked)
    {
        var place = Path.Combine(folder, "journal.db");
        if (!File.Exists(place))
        {
            await MakeAsync(plan, place);
        }

        if (isPacked)
        {
            await PackAsync(place);
        }

        // Batch mode as in qc: no concurrent garbage collection.
        GCSettings.LatencyMode = GCLatencyMode.Batch;
        GC.Collect();
        var processor = Process.GetCurrentProcess().TotalProcessorTime;
        var (allocated, paused) = (GC.GetTotalAllocatedBytes(), GC.GetTotalPauseDuration());
        var started = Stopwatch.GetTimestamp();
        var report = await Verification.RunAsync(new JournalPlace(place), null, CancellationToken.None);
        var seconds = Stopwatch.GetElapsedTime(started).TotalSeconds;
        var used = (Process.GetCurrentProcess().TotalProcessorTime - processor).TotalSeconds;
        allocated = GC.GetTotalAllocatedBytes() - allocated;
        paused = GC.GetTotalPauseDuration() - paused;
        GCSettings.LatencyMode = GCLatencyMode.Interactive;
        GC.Collect();

        await Console.Error.WriteLineAsync(string.Create(
            CultureInfo.InvariantCulture,
            $"verified in {seconds:F2} s, {used:F2} s of processors, {allocated / report.Records} bytes allocated for each record, {paused.TotalSeconds:F2} s paused for collections"));
        var (without, withoutUsed, hashes) = await ReadyAsync(folder, plan, snapshotsAfterwards: true);
        var (with, withUsed, hashesAgain) = await ReadyAsync(folder, plan, snapshotsAfterwards: false);
        var verified = report.Books.ToDictionary(book => book.Symbol, book => book.StateHash, StringComparer.Ordinal);
        var isEqual = report.IsClean
            && verified.All(book => hashes[book.Key] == book.Value && hashesAgain[book.Key] == book.Value);
        await Console.Out.WriteLineAsync(string.Create(
            CultureInfo.InvariantCulture,
            $$"""{"records":{{report.Records}},"bookRecords":{{report.Books.Sum(book => book.Sequence)}},"bytes":{{report.Bytes}},"verifySeconds":{{seconds:F2}},"verifyCpuSeconds":{{used:F2}},"readySeconds":{{without:F2}},"readyCpuSeconds":{{withoutUsed:F2}},"readyFromSnapshotsSeconds":{{with:F2}},"readyFromSnapshotsCpuSeconds":{{withUsed:F2}},"stateHashesEqual":{{(isEqual ? "true" : "false")}}}"""));
        return isEqual ? 0 : 1;
    }

    private static async Task MakeAsync(JournalPlan plan, string place)
    {
        await using var store = new SqliteJournalStore(place);
        await store.InitializeAsync(CancellationToken.None);
        await using var maker = await JournalMaker.OpenAsync(store, plan);
        await maker.TradeAsync(plan.Commands);
    }

    /// <summary>
    /// Compresses the whole journal as if all of it were old, and reports how long each step blocked commits.
    /// </summary>
    private static async Task PackAsync(string place)
    {
        await using var store = new SqliteJournalStore(place);
        await store.InitializeAsync(CancellationToken.None);
        using var packed = new CancellationTokenSource();
        var committing = Task.Run(() => CommitAsync(store, packed.Token));
        var packer = new JournalPacker(store, new PackLimits());
        var (frames, slices, packedSlices, bytes, packedBytes) = (0L, 0L, 0L, 0L, 0L);
        var took = new List<double>();
        var processor = Process.GetCurrentProcess().TotalProcessorTime;
        var started = Stopwatch.GetTimestamp();
        for (var last = started; await packer.PackNextAsync(static (_, _) => true, CancellationToken.None) is { } pack;
            last = Stopwatch.GetTimestamp())
        {
            took.Add(Stopwatch.GetElapsedTime(last).TotalMilliseconds);
            (frames, slices, packedSlices) = (frames + pack.Frames.Count, slices + pack.Slices.Count,
                packedSlices + pack.Packed.Slices.Count);
            (bytes, packedBytes) = (bytes + pack.Slices.Sum(slice => (long)slice.Length),
                packedBytes + pack.Packed.Body.Length);
        }

        var seconds = Stopwatch.GetElapsedTime(started).TotalSeconds;
        await packed.CancelAsync();
        var commits = await committing;
        took.Sort();
        await Console.Out.WriteLineAsync(string.Create(
            CultureInfo.InvariantCulture,
            $$"""{"frames":{{frames}},"packs":{{took.Count}},"slices":{{slices}},"packedSlices":{{packedSlices}},"bytes":{{bytes}},"packedBytes":{{packedBytes}},"packMillisP50":{{took[took.Count / 2]:F1}},"packMillisMax":{{took[^1]:F1}},"commitMillisP50":{{commits[commits.Count / 2]:F1}},"commitMillisP99":{{commits[commits.Count * 99 / 100]:F1}},"commitMillisMax":{{commits[^1]:F1}},"packSeconds":{{seconds:F1}},"packCpuSeconds":{{(Process.GetCurrentProcess().TotalProcessorTime - processor).TotalSeconds:F1}}}"""));
    }

    /// <summary>Returns latencies of sequential commits meanwhile, in milliseconds, ascending.</summary>
    private static async Task<List<double>> CommitAsync(SqliteJournalStore store, CancellationToken until)
    {
        var took = new List<double>();
        await using var writer = new JournalWriter(store, new JournalWriterOptions(), TimeProvider.System);
        var stream = await writer.OpenAsync("other/beside", CancellationToken.None);
        do
        {
            var started = Stopwatch.GetTimestamp();
            await stream.WhenDurable(stream.Append(new byte[100]));
            took.Add(Stopwatch.GetElapsedTime(started).TotalMilliseconds);
        }
        while (!until.IsCancellationRequested);

        took.Sort();
        return took;
    }

    /// <summary>
    /// Returns the seconds, by the clock and of processors, until every book is at its head, opened as its grain does:
    /// raise the epoch of the stream, load the newest snapshot, run its later records again and compare. Books open
    /// concurrently; accounts recover when called.
    /// </summary>
    private static async Task<(double Seconds, double Used, Dictionary<string, string> Hashes)> ReadyAsync(
        string folder, JournalPlan plan, bool snapshotsAfterwards)
    {
        var (started, processor) = (Stopwatch.GetTimestamp(), Process.GetCurrentProcess().TotalProcessorTime);
        await using var store = new SqliteJournalStore(Path.Combine(folder, "journal.db"));
        await store.InitializeAsync(CancellationToken.None);
        await using var writer = new JournalWriter(store, new JournalWriterOptions(), TimeProvider.System);
        var books = await Task.WhenAll(Enumerable.Range(0, plan.Symbols).Select(index => Task.Run(async () =>
        {
            var symbol = JournalMaker.Symbol(index);
            var stream = await writer.OpenAsync("book/" + symbol, CancellationToken.None);
            var machine =
                await BookRecovery.NewestSnapshotAsync(store, symbol, NullLogger.Instance, CancellationToken.None);
            await BookRecovery.ReplayAsync(store, machine, stream, CancellationToken.None);
            return machine;
        })));
        var seconds = Stopwatch.GetElapsedTime(started).TotalSeconds;
        var used = (Process.GetCurrentProcess().TotalProcessorTime - processor).TotalSeconds;
        if (snapshotsAfterwards)
        {
            foreach (var book in books)
            {
                var epoch = (await store.HeadsAsync("book/" + book.Symbol, CancellationToken.None))[0].Epoch;
                await store.PutSnapshotAsync(
                    "book/" + book.Symbol, epoch, book.Sequence, book.Snapshot(), CancellationToken.None);
            }
        }

        return (seconds, used, books.ToDictionary(
            book => book.Symbol,
            book => book.Core.StateHash.ToString("x16", CultureInfo.InvariantCulture),
            StringComparer.Ordinal));
    }
}
