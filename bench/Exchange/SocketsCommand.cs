using System.Globalization;
using System.Text;

namespace QuantumCore.Bench.Exchange;

/// <summary>
/// <c>sockets</c>: measures JSON orders over the trading socket of a running silo, with a fixed number of messages in
/// flight on each connection.
/// </summary>
internal static class SocketsCommand
{
    private const int BatchLimit = 500;

    public static async Task<int> RunAsync(string[] arguments)
    {
        var options = new Options(
            arguments, "--url", "--key", "--symbol", "--price", "--connections", "--in-flight", "--batch", "--seconds",
            "--pid", "--resting", "--followers");
        var (resting, followers) = (options.Number("--resting", 0), options.Number("--followers", 0));
        await BenchMoney.PayInAsync(options.Silo, options, options.Key);
        await RestAsync(options, resting);
        using var over = new CancellationTokenSource();
        var following = Task.WhenAll(Enumerable.Range(0, followers).Select(_ => FollowAsync(options, over.Token)));
        var (connections, inFlight, batch) = (options.Number("--connections", 8), options.Number("--in-flight", 16),
            options.Number("--batch", 1));
        var server = ServerProcess.Of(options);
        await SocketLoad.RunAsync(options, connections, inFlight, batch, 3);
        var counter = await AcceptedOrders.ReadAsync(options.Silo);
        var before = server.Used;
        var load = await SocketLoad.RunAsync(options, connections, inFlight, batch, options.Number("--seconds", 5));
        var used = server.Used - before;
        await counter.CheckAsync(load.Orders);
        await over.CancelAsync();
        await following;
        await Console.Out.WriteLineAsync(string.Create(
            CultureInfo.InvariantCulture,
            $$"""{"resting":{{resting}},"followers":{{followers}},"connections":{{connections}},"inFlight":{{inFlight}},"batch":{{batch}},"orders":{{load.Orders}},"refused":{{load.Refused}},"ordersPerSecond":{{load.PerSecond:F0}},"p50Micros":{{load.P50}},"p99Micros":{{load.P99}},"serverCpuMicrosPerOrder":{{server.MicrosEach(used, load.Orders)}}}"""));
        return 0;
    }

    /// <summary>Places orders of the account that stay open, far from the others.</summary>
    private static async Task RestAsync(Options options, int count)
    {
        using var socket = await BenchSocket.OpenAsync(options, "trading");
        for (var placed = 0; placed < count; placed += BatchLimit)
        {
            var orders = string.Join(',', Enumerable.Range(placed, Math.Min(BatchLimit, count - placed)).Select(
                i => BenchOrder.Json(
                    options, BenchOrder.NextName(), "buy",
                    string.Create(CultureInfo.InvariantCulture, $"{1 + (0.01m * (i % 5_000))}"))));
            await socket.SendAsync($$"""{"id":0,"op":"batch","orders":[{{orders}}]}""");
            var answer = await socket.ReceiveAsync(CancellationToken.None);
            if (answer.Span.IndexOf("\"error\":"u8) >= 0)
                throw new InvalidOperationException(
                    $"The silo said: {Encoding.UTF8.GetString(answer.Span[..Math.Min(answer.Length, 500)])}");
        }
    }

    private static async Task FollowAsync(Options options, CancellationToken over)
    {
        using var socket = await BenchSocket.OpenAsync(options, "stream");
        await socket.SendAsync("""{"op":"subscribe","channel":"account"}""");
        try
        {
            while (true)
                await socket.ReceiveAsync(over);
        }
        catch (OperationCanceledException)
        {
            // The measurement is over.
        }
    }
}
