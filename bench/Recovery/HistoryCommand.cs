using System.Diagnostics;
using System.Globalization;
using Npgsql;
using QuantumCore.Bench.Exchange;
using QuantumCore.Contracts;
using QuantumCore.History;
using QuantumCore.Journal;

namespace QuantumCore.Bench.Recovery;

/// <summary>
/// <c>history</c>: measures the CPU time of projecting a generated journal into the history, in batches of fixed size.
/// </summary>
internal static class HistoryCommand
{
    public static async Task<int> RunAsync(string[] arguments)
    {
        var options = new Options(
            arguments, "--storage", "--postgres", "--directory", "--commands", "--batch", "--symbols", "--accounts",
            "--seed");
        var plan = new JournalPlan(
            options.Number("--commands", 200_000), options.Number("--symbols", 8), options.Number("--accounts", 64),
            options.Number("--seed", 1));
        var (storage, postgres) = (options.Text("--storage", "sqlite"), options.Text("--postgres", ""));
        var folder = Directory.CreateDirectory(
            Path.Combine(
                options.Text("--directory", Path.GetTempPath()), $"quantumcore-history-{Environment.ProcessId}"));
        try
        {
            await using var journal = new SqliteJournalStore(Path.Combine(folder.FullName, "journal.db"));
            await using var history = new HistoryStore(storage switch
            {
                "sqlite" => new SqliteHistory(Path.Combine(folder.FullName, "history.db")),
                "postgres" =>
                    new PostgresHistory(
                        postgres, string.Create(CultureInfo.InvariantCulture, $"bench{Environment.ProcessId}h")),
                _ => throw new UsageException("--storage is sqlite or postgres"),
            });
            await journal.InitializeAsync(CancellationToken.None);
            await history.InitializeAsync(CancellationToken.None);
            await using var server = storage == "postgres" ? NpgsqlDataSource.Create(postgres) : null;
            return await RunAsync(journal, history, server, plan, options.Number("--batch", 4_000));
        }
        finally
        {
            folder.Delete(recursive: true);
        }
    }

    private static async Task<int> RunAsync(
        SqliteJournalStore journal, HistoryStore history, NpgsqlDataSource? server, JournalPlan plan, int batch)
    {
        // The first fifth is practice.
        var slices = new List<IReadOnlyList<StreamHead>>();
        await using (var maker = await JournalMaker.OpenAsync(journal, plan))
        {
            while (maker.Commands < plan.Commands)
            {
                await maker.TradeAsync(batch);
                slices.Add(await journal.HeadsAsync("", CancellationToken.None));
            }
        }

        var measured = new Measured();
        var cursors = new Dictionary<string, long>(StringComparer.Ordinal);
        for (var i = 0; i < slices.Count; i++)
        {
            if (i == slices.Count / 5)
            {
                measured = new Measured { ServerBefore = await ServerCpuAsync(server) };
            }

            await ProjectAsync(journal, history, slices[i], cursors, measured);
        }

        var serverCpu = await ServerCpuAsync(server) - measured.ServerBefore;
        var own = measured.Read + measured.Decode + measured.Apply;
        await Console.Out.WriteLineAsync(string.Create(
            CultureInfo.InvariantCulture,
            $$"""{"batch":{{batch}},"records":{{measured.Records}},"orders":{{measured.Orders}},"trades":{{measured.Trades}},"seconds":{{measured.Seconds:F2}},"ordersPerSecond":{{measured.Orders / measured.Seconds:F0}},"cpuMicrosPerOrder":{{PerOrder(own + serverCpu)}},"readMicrosPerOrder":{{PerOrder(measured.Read)}},"decodeMicrosPerOrder":{{PerOrder(measured.Decode)}},"applyMicrosPerOrder":{{PerOrder(measured.Apply)}},"serverMicrosPerOrder":{{PerOrder(serverCpu)}}}"""));
        return 0;

        string PerOrder(TimeSpan cpu) =>
            (cpu.TotalMicroseconds / measured.Orders).ToString("F2", CultureInfo.InvariantCulture);
    }

    private static async Task ProjectAsync(
        SqliteJournalStore journal, HistoryStore history, IReadOnlyList<StreamHead> heads,
        Dictionary<string, long> cursors, Measured measured)
    {
        var started = Stopwatch.GetTimestamp();
        var cpu = Environment.CpuUsage.TotalTime;
        var read = new List<(string Stream, long First, List<ReadOnlyMemory<byte>> Bodies)>();
        foreach (var head in heads.Where(
            head => HistoryChunk.IsProjected(head.Name) && head.Head > cursors.GetValueOrDefault(head.Name)))
        {
            var (first, bodies) = (cursors.GetValueOrDefault(head.Name) + 1, new List<ReadOnlyMemory<byte>>());
            await foreach (var record in journal.ReadAsync(head.Name, first, head.Head, CancellationToken.None))
            {
                bodies.Add(record.Body);
            }

            read.Add((head.Name, first, bodies));
            cursors[head.Name] = head.Head;
        }

        measured.Read += Lap(ref cpu);
        var chunks = read.ConvertAll(static stream => HistoryChunk.Decode(stream.Stream, stream.First, stream.Bodies));
        measured.Decode += Lap(ref cpu);
        if (!await history.ApplyAsync(chunks, CancellationToken.None))
        {
            throw new InvalidOperationException("The history is not where it was left.");
        }

        measured.Apply += Lap(ref cpu);
        measured.Seconds += Stopwatch.GetElapsedTime(started).TotalSeconds;
        measured.Records += chunks.Sum(static chunk => chunk.Count);
        var orders =
            chunks.OfType<BookChunk>().SelectMany(static book => book.Records).OfType<OrderAccepted>().ToList();
        measured.Orders += orders.Count;
        measured.Trades += orders.Sum(static order => order.Fills.Length);
    }

    private static TimeSpan Lap(ref TimeSpan cpu)
    {
        var now = Environment.CpuUsage.TotalTime;
        var lap = now - cpu;
        cpu = now;
        return lap;
    }

    /// <summary>
    /// Returns the CPU time of all processes of the database server on this machine; none without one.
    /// </summary>
    private static async Task<TimeSpan> ServerCpuAsync(NpgsqlDataSource? server)
    {
        if (server is null)
        {
            return TimeSpan.Zero;
        }

        var cpu = TimeSpan.Zero;
        await using var command = server.CreateCommand("SELECT pid FROM pg_stat_activity");
        await using var reader = await command.ExecuteReaderAsync(CancellationToken.None);
        while (await reader.ReadAsync(CancellationToken.None))
        {
            using var process = Process.GetProcessById(reader.GetInt32(0));
            cpu += process.TotalProcessorTime;
        }

        return cpu;
    }

    private sealed class Measured
    {
        public TimeSpan Read { get; set; }

        public TimeSpan Decode { get; set; }

        public TimeSpan Apply { get; set; }

        public TimeSpan ServerBefore { get; init; }

        public double Seconds { get; set; }

        public long Records { get; set; }

        public long Orders { get; set; }

        public long Trades { get; set; }
    }
}
