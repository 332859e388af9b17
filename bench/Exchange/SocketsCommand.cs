using System.Buffers.Text;
using System.Diagnostics;
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
            arguments, "--url", "--key", "--symbol", "--price", "--connections", "--in-flight", "--batch", "--seconds", "--pid", "--resting", "--followers");
        var (resting, followers) = (options.Number("--resting", 0), options.Number("--followers", 0));
        await RestAsync(options, resting);
        using var over = new CancellationTokenSource();
        var following = Task.WhenAll(Enumerable.Range(0, followers).Select(_ => FollowAsync(options, over.Token)));
        var (connections, inFlight, batch) = (options.Number("--connections", 8), options.Number("--in-flight", 16), options.Number("--batch", 1));
        var server = ServerProcess.Of(options);
        await LoadAsync(options, connections, inFlight, batch, 3);
        var before = server.Used;
        var load = await LoadAsync(options, connections, inFlight, batch, options.Number("--seconds", 5));
        var used = server.Used - before;
        await over.CancelAsync();
        await following;
        await Console.Out.WriteLineAsync(string.Create(
            CultureInfo.InvariantCulture,
            $$"""{"resting":{{resting}},"followers":{{followers}},"connections":{{connections}},"inFlight":{{inFlight}},"batch":{{batch}},"orders":{{load.Orders}},"refused":{{load.Refused}},"ordersPerSecond":{{load.PerSecond:F0}},"p50Micros":{{load.P50}},"p99Micros":{{load.P99}},"serverCpuMicrosPerOrder":{{server.MicrosEach(used, load.Orders)}}}"""));
        return 0;
    }

    private static async Task<Load> LoadAsync(Options options, int connections, int inFlight, int batch, int seconds)
    {
        var started = Stopwatch.GetTimestamp();
        var end = started + (seconds * Stopwatch.Frequency);
        var results = await Task.WhenAll(Enumerable.Range(0, connections).Select(_ => TradeAsync(options, inFlight, batch, end)));
        var took = Stopwatch.GetElapsedTime(started).TotalSeconds;
        var orders = results.Sum(result => result.Orders);
        var (p50, p99) = Latencies.Percentiles(results.Select(result => result.Latencies));
        return new Load(orders, results.Sum(result => result.Refused), orders / took, p50, p99);
    }

    /// <summary>Places orders of the account that stay open, far from the others.</summary>
    private static async Task RestAsync(Options options, int count)
    {
        using var socket = await OpenAsync(options, "trading");
        for (var placed = 0; placed < count; placed += BatchLimit)
        {
            var orders = string.Join(',', Enumerable.Range(placed, Math.Min(BatchLimit, count - placed)).Select(
                i => BenchOrder.Json(options, BenchOrder.NextName(), "buy", string.Create(CultureInfo.InvariantCulture, $"{1 + (0.01m * (i % 5_000))}"))));
            await socket.SendAsync($$"""{"id":0,"op":"batch","orders":[{{orders}}]}""");
            var answer = await socket.ReceiveAsync(CancellationToken.None);
            if (answer.Span.IndexOf("\"error\":"u8) >= 0)
                throw new InvalidOperationException($"The silo said: {Encoding.UTF8.GetString(answer.Span[..Math.Min(answer.Length, 500)])}");
        }
    }

    private static async Task FollowAsync(Options options, CancellationToken over)
    {
        using var socket = await OpenAsync(options, "stream");
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

    private static Task<BenchSocket> OpenAsync(Options options, string path) => BenchSocket.OpenAsync(
        new Uri(options.Text("--url", "http://127.0.0.1:8080")), path, options.Text("--key", "demo-alice"));

    /// <summary>
    /// Trades on a connection. A message id is a slot: its response frees the slot for the next message.
    /// </summary>
    private static async Task<(long Orders, long Refused, Latencies Latencies)> TradeAsync(Options options, int inFlight, int batch, long end)
    {
        using var socket = await OpenAsync(options, "trading");
        var latencies = new Latencies();
        var sent = new long[inFlight];
        var (accepted, refused) = (0L, 0L);
        for (var place = 0; place < inFlight; place++)
            await SendAsync(place);
        for (var open = inFlight; open > 0;)
        {
            var answer = await socket.ReceiveAsync(CancellationToken.None);
            var now = Stopwatch.GetTimestamp();
            var place = PlaceOf(answer.Span);
            latencies.Add(now - sent[place]);
            var notTaken = Refused(answer.Span, batch);
            refused += notTaken;
            accepted += batch - notTaken;
            if (now < end)
                await SendAsync(place);
            else
                open--;
        }

        return (accepted, refused, latencies);

        Task SendAsync(int place)
        {
            sent[place] = Stopwatch.GetTimestamp();
            return socket.SendAsync(Message(options, place, batch));
        }
    }

    private static string Message(Options options, int place, int batch)
    {
        var orders = string.Join(',', Enumerable.Range(0, batch).Select(_ => BenchOrder.Json(options, BenchOrder.NextName())));
        return batch == 1 ? $$"""{"id":{{place}},"op":"place","order":{{orders}}}""" : $$"""{"id":{{place}},"op":"batch","orders":[{{orders}}]}""";
    }

    /// <summary>
    /// Returns the number of rejected orders of a message; all of them if the message itself is rejected.
    /// </summary>
    private static int Refused(ReadOnlySpan<byte> answer, int batch) =>
        answer[answer.IndexOf((byte)',')..].StartsWith(",\"status\":200,"u8) ? answer.Count("\"error\":"u8) : batch;

    /// <exception cref="InvalidOperationException">The text is not a response to one of our messages.</exception>
    private static int PlaceOf(ReadOnlySpan<byte> answer) =>
        answer.StartsWith("{\"id\":"u8) && Utf8Parser.TryParse(answer[6..], out int place, out _)
            ? place
            : throw new InvalidOperationException($"The silo said: {Encoding.UTF8.GetString(answer)}");

    private sealed record Load(long Orders, long Refused, double PerSecond, long P50, long P99);
}
