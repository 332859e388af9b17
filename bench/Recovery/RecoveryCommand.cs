using System.Diagnostics;
using System.Globalization;
using System.Runtime;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging;
using QuantumCore.Bench.Exchange;
using QuantumCore.Contracts;
using QuantumCore.Grains;
using QuantumCore.History;
using QuantumCore.Journal;
using QuantumCore.TestKit;
using QuantumCore.Upkeep;

namespace QuantumCore.Bench.Recovery;

/// <summary><c>recovery</c>: how long an exchange takes to come back, and how long to run its whole journal again.</summary>
internal static class RecoveryCommand
{
    public static async Task<int> RunAsync(string[] arguments)
    {
        var options = new Options(
            arguments, "--commands", "--symbols", "--accounts", "--seed", "--directory", "--keep");
        var plan = new JournalPlan(
            options.Number("--commands", 10_000_000),
            options.Number("--symbols", 4),
            options.Number("--accounts", 64),
            options.Number("--seed", 1));
        var folder = Path.Combine(
            options.Text("--directory", Path.GetTempPath()), options.Text("--keep", $"quantumcore-recovery-{Environment.ProcessId}"));
        try
        {
            return await RunAsync(plan, folder);
        }
        finally
        {
            if (options.Text("--keep", "").Length == 0)
            {
                Directory.Delete(folder, recursive: true);
            }
        }
    }

    private static async Task<int> RunAsync(JournalPlan plan, string folder)
    {
        var place = Path.Combine(folder, "journal.db");
        if (!File.Exists(place))
        {
            await MakeAsync(plan, place);
        }

        // As in qc: no collection beside the work.
        GCSettings.LatencyMode = GCLatencyMode.Batch;
        GC.Collect();
        var processor = Process.GetCurrentProcess().TotalProcessorTime;
        var started = Stopwatch.GetTimestamp();
        var report = await Verification.RunAsync(new JournalPlace(place), null, CancellationToken.None);
        var seconds = Stopwatch.GetElapsedTime(started).TotalSeconds;
        var used = (Process.GetCurrentProcess().TotalProcessorTime - processor).TotalSeconds;
        GCSettings.LatencyMode = GCLatencyMode.Interactive;
        GC.Collect();

        var (without, hashes) = await ReadyAsync(folder, plan, snapshotsAfterwards: true);
        var (with, hashesAgain) = await ReadyAsync(folder, plan, snapshotsAfterwards: false);
        var verified = report.Books.ToDictionary(book => book.Symbol, book => book.StateHash, StringComparer.Ordinal);
        var isEqual = report.IsClean && verified.All(book => hashes[book.Key] == book.Value && hashesAgain[book.Key] == book.Value);
        await Console.Out.WriteLineAsync(string.Create(
            CultureInfo.InvariantCulture,
            $$"""{"records":{{report.Records}},"bookRecords":{{report.Books.Sum(book => book.Sequence)}},"bytes":{{report.Bytes}},"verifySeconds":{{seconds:F2}},"verifyCpuSeconds":{{used:F2}},"readySeconds":{{without:F2}},"readyFromSnapshotsSeconds":{{with:F2}},"stateHashesEqual":{{(isEqual ? "true" : "false")}}}"""));
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
    /// Seconds until every book answers, as at the start of a silo: storage opened, catalog read, books replayed. The
    /// history is empty and stays behind; it is made again beside.
    /// </summary>
    private static async Task<(double Seconds, Dictionary<string, string> Hashes)> ReadyAsync(
        string folder, JournalPlan plan, bool snapshotsAfterwards)
    {
        var history = new SqliteHistory(Path.Combine(folder, $"history-{Stopwatch.GetTimestamp()}.db"));
        await history.InitializeAsync(CancellationToken.None);
        var started = Stopwatch.GetTimestamp();
        await using var store = new SqliteJournalStore(Path.Combine(folder, "journal.db"));
        await store.InitializeAsync(CancellationToken.None);
        await using var cluster = await GrainCluster.StartAsync(new GrainClusterOptions
        {
            StreamProviders = [EventStreams.Provider],
            GrainAssemblies = [typeof(ExchangeGrains).Assembly],
            ConfigureServices = services => services
                .AddLogging(logging => logging.SetMinimumLevel(LogLevel.Critical))
                .AddSingleton<IJournalStore>(store)
                .AddSingleton<HistoryStore>(history)
                .AddExchangeGrains(),
        });
        var hashes = new Dictionary<string, string>(StringComparer.Ordinal);
        var books = Enumerable.Range(0, plan.Symbols).Select(JournalMaker.Symbol)
            .Select(symbol => (symbol, Grain: cluster.Grains.GetGrain<IOrderBookGrain>(symbol))).ToArray();
        await Task.WhenAll(books.Select(book => WhenOpenAsync(book.symbol, book.Grain)));
        var seconds = Stopwatch.GetElapsedTime(started).TotalSeconds;
        foreach (var (symbol, grain) in books)
        {
            hashes.Add(symbol, (await grain.StateHash(symbol)).ToString("x16", CultureInfo.InvariantCulture));
        }

        if (snapshotsAfterwards)
        {
            var maker = cluster.SiloServices(0).GetRequiredService<SnapshotMaker>();
            foreach (var head in await store.HeadsAsync("book/", CancellationToken.None))
            {
                await maker.MakeAsync(head.Name, head.Epoch, CancellationToken.None);
            }
        }

        return (seconds, hashes);
    }

    // A book with much to replay takes longer than a call may; the silo asks again too.
    private static async Task WhenOpenAsync(string symbol, IOrderBookGrain book)
    {
        while (true)
        {
            try
            {
                await book.State(symbol);
                return;
            }
            catch (TimeoutException)
            {
                await Task.Yield();
            }
        }
    }
}
