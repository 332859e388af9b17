using System.Diagnostics;
using System.Globalization;
using QuantumCore.Journal;

namespace QuantumCore.Bench.Exchange;

/// <summary>
/// <c>durable</c>: measures the cost of durability. Each round runs a bare group commit on the store, the exchange
/// without storage, and the exchange on the store, back to back on the same machine. The median round counts.
/// </summary>
internal static class DurableCommand
{
    /// <summary>Records per order: a hold, and the order with its results.</summary>
    private const int RecordsPerOrder = 2;
    private const int BodyBytes = 150;

    public static async Task<int> RunAsync(string[] arguments)
    {
        var options = new Options(
            arguments, "--storage", "--postgres", "--directory", "--batch", "--callers", "--seconds", "--rounds");
        var storage = options.Text("--storage", "sqlite");
        var postgres = options.Text("--postgres", "");
        var directory = options.Text("--directory", Path.GetTempPath());
        var (callers, batch) = (options.Number("--callers", 256), options.Number("--batch", 1));
        var length = TimeSpan.FromSeconds(options.Number("--seconds", 5));
        var rounds = new List<Round>();
        for (var left = options.Number("--rounds", 3); left > 0; left--)
        {
            rounds.Add(new Round(
                await CommitAsync(storage, postgres, directory, callers, batch, length),
                await OrdersAsync("volatile", "", directory, callers, batch, length),
                await OrdersAsync(storage, postgres, directory, callers, batch, length)));
        }

        var median = rounds.OrderBy(round => round.OfVolatile).ElementAt(rounds.Count / 2);
        await Console.Out.WriteLineAsync(string.Create(
            CultureInfo.InvariantCulture,
            $$"""{"storage":"{{storage}}","callers":{{callers}},"batch":{{batch}},"rounds":{{rounds.Count}},"bareRecordsPerSecond":{{median.BareRecords:F0}},"volatileOrdersPerSecond":{{median.VolatileOrders:F0}},"ordersPerSecond":{{median.Orders:F0}},"ofVolatile":{{median.OfVolatile:F2}},"ofBare":{{median.OfBare:F2}}}"""));
        return 0;
    }

    private static async Task<double> OrdersAsync(
        string storage, string postgres, string directory, int callers, int batch, TimeSpan length)
    {
        await using var exchange =
            await EmbeddedExchange.StartAsync(storage, postgres, directory, symbols: 8, accounts: 64);
        await GrainsCommand.LoadAsync(exchange, callers, batch, symbols: 8, accounts: 64, TimeSpan.FromSeconds(2));
        var started = Stopwatch.GetTimestamp();
        var results = await GrainsCommand.LoadAsync(exchange, callers, batch, symbols: 8, accounts: 64, length);
        return results.Sum(result => result.Orders) / Stopwatch.GetElapsedTime(started).TotalSeconds;
    }

    /// <summary>Returns records per second of callers that append and wait, without an exchange.</summary>
    private static async Task<double> CommitAsync(
        string storage, string postgres, string directory, int callers, int batch, TimeSpan length)
    {
        await using var scratch = new ScratchJournal(storage, postgres, directory);
        await scratch.Store.InitializeAsync(CancellationToken.None);
        await using var writer = new JournalWriter(scratch.Store, new JournalWriterOptions(), TimeProvider.System);
        var streams = new JournalStream[64];
        for (var i = 0; i < streams.Length; i++)
            streams[i] = await writer.OpenAsync(
                string.Create(CultureInfo.InvariantCulture, $"bare/{i}"), CancellationToken.None);

        var end = Stopwatch.GetTimestamp() + (long)(length.TotalSeconds * Stopwatch.Frequency);
        var started = Stopwatch.GetTimestamp();
        await Task.WhenAll(Enumerable.Range(0, callers).Select(caller => Task.Run(
            () => AppendAsync(streams[caller % streams.Length], batch, end), CancellationToken.None)));
        return writer.RecordsCommitted / Stopwatch.GetElapsedTime(started).TotalSeconds;
    }

    private static async Task AppendAsync(JournalStream stream, int batch, long end)
    {
        var body = new byte[BodyBytes];
        while (Stopwatch.GetTimestamp() < end)
        {
            var last = 0L;
            for (var i = 0; i < batch; i++)
                last = stream.Append(body);
            await stream.WhenDurable(last);
        }
    }

    private readonly record struct Round(double BareRecords, double VolatileOrders, double Orders)
    {
        public double OfVolatile => Orders / VolatileOrders;

        public double OfBare => Orders * RecordsPerOrder / BareRecords;
    }

    /// <summary>A temporary journal, deleted after the measurement.</summary>
    private sealed class ScratchJournal : IAsyncDisposable
    {
        private readonly DirectoryInfo _folder;

        public ScratchJournal(string storage, string postgres, string directory)
        {
            _folder = Directory.CreateDirectory(Path.Combine(directory, $"quantumcore-bare-{Environment.ProcessId}"));
            Store = storage switch
            {
                "sqlite" => new SqliteJournalStore(Path.Combine(_folder.FullName, "journal.db")),
                "postgres" => new PostgresJournalStore(
                    postgres, string.Create(CultureInfo.InvariantCulture, $"bare{Environment.ProcessId}")),
                _ => throw new UsageException("--storage is sqlite or postgres"),
            };
        }

        public IJournalStore Store { get; }

        public async ValueTask DisposeAsync()
        {
            await Store.DisposeAsync();
            _folder.Delete(recursive: true);
        }
    }
}
