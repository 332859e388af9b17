using System.Globalization;

namespace QuantumCore.Bench.Exchange;

/// <summary>
/// <c>sweep</c>: accepted orders a second over the trading socket, by the number of messages in flight: on a silo just
/// started, and on one that is warm. Shows whether admission refuses what the exchange could carry.
/// </summary>
internal static class SweepCommand
{
    private const int MostConnections = 16;
    private const int WarmUpSeconds = 10;

    private static readonly int[] s_singles = [1, 2, 4, 8, 16, 32, 64, 128, 256, 512, 1024];
    private static readonly int[] s_batches = [1, 2, 4, 8, 16, 32, 64];

    public static async Task<int> RunAsync(string[] arguments)
    {
        var options = new Options(arguments, "--silo", "--seconds", "--batch");
        var assembly = options.Text("--silo", "");
        if (!File.Exists(assembly))
            throw new UsageException("--silo takes the path of QuantumCore.Silo.dll");

        var (seconds, batch) = (options.Number("--seconds", 3), options.Number("--batch", 100));
        var points = s_singles.Select(inFlight => (InFlight: inFlight, Batch: 1))
            .Concat(s_batches.Select(inFlight => (InFlight: inFlight, Batch: batch))).ToArray();
        var cold = new List<SocketLoad>();
        foreach (var (inFlight, size) in points)
        {
            await using var silo = await SiloProcess.StartAsync(assembly);
            cold.Add(await LoadAsync(silo, inFlight, size, seconds));
        }

        var warm = new List<SocketLoad>();
        await using (var silo = await SiloProcess.StartAsync(assembly))
        {
            await LoadAsync(silo, 64, 1, WarmUpSeconds);
            foreach (var (inFlight, size) in points)
                warm.Add(await LoadAsync(silo, inFlight, size, seconds));
        }

        await WriteAsync(points, cold, warm);
        return 0;
    }

    private static async Task<SocketLoad> LoadAsync(SiloProcess silo, int inFlight, int batch, int seconds)
    {
        var options = new Options(["--url", silo.Url.ToString()], "--url", "--key", "--symbol", "--price");
        await BenchMoney.PayInAsync(silo.Url, options, options.Key);
        var counter = await AcceptedOrders.ReadAsync(silo.Url);
        var connections = Math.Min(inFlight, MostConnections);
        var load = await SocketLoad.RunAsync(options, connections, inFlight / connections, batch, seconds);
        await counter.CheckAsync(load.Orders);
        return load;
    }

    /// <summary>
    /// Writes a Markdown table. "Of best" compares with the best of the same column and message size.
    /// </summary>
    private static async Task WriteAsync(
        (int InFlight, int Batch)[] points, List<SocketLoad> cold, List<SocketLoad> warm)
    {
        await Console.Out.WriteLineAsync(
            "| in flight | orders each | cold: orders/s | refused | of best | warm: orders/s | refused | of best |");
        await Console.Out.WriteLineAsync("| --- | --- | --- | --- | --- | --- | --- | --- |");
        for (var i = 0; i < points.Length; i++)
        {
            await Console.Out.WriteLineAsync(string.Create(
                CultureInfo.InvariantCulture,
                $"| {points[i].InFlight} | {points[i].Batch} | {Columns(cold, i)} | {Columns(warm, i)} |"));
        }

        string Columns(List<SocketLoad> loads, int i)
        {
            var best = loads.Where((_, other) => points[other].Batch == points[i].Batch).Max(load => load.PerSecond);
            return string.Create(
                CultureInfo.InvariantCulture,
                $"{loads[i].PerSecond:F0} | {loads[i].Refused} | {loads[i].PerSecond / best:F2}");
        }
    }
}
