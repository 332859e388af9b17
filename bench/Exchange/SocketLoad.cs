using System.Buffers.Text;
using System.Diagnostics;
using System.Text;

namespace QuantumCore.Bench.Exchange;

/// <summary>Result of JSON orders over trading sockets. Each connection keeps a number of messages in flight.</summary>
/// <param name="Orders">Orders that the exchange accepted.</param>
/// <param name="Refused">Orders that it refused.</param>
/// <param name="PerSecond">Accepted orders a second.</param>
/// <param name="P50">Median time from a message to its answer, in microseconds.</param>
/// <param name="P99">99th percentile of that time, in microseconds.</param>
internal sealed record SocketLoad(long Orders, long Refused, double PerSecond, long P50, long P99)
{
    /// <summary>Sends orders for some seconds.</summary>
    /// <param name="options">Silo, key, symbol and price.</param>
    /// <param name="connections">Number of sockets.</param>
    /// <param name="inFlight">Messages in flight on each socket.</param>
    /// <param name="batch">Orders in a message. 1 sends single orders.</param>
    /// <param name="seconds">Duration.</param>
    public static async Task<SocketLoad> RunAsync(
        Options options, int connections, int inFlight, int batch, int seconds)
    {
        var started = Stopwatch.GetTimestamp();
        var end = started + (seconds * Stopwatch.Frequency);
        var results =
            await Task.WhenAll(Enumerable.Range(0, connections).Select(_ => TradeAsync(options, inFlight, batch, end)));
        var took = Stopwatch.GetElapsedTime(started).TotalSeconds;
        var orders = results.Sum(result => result.Orders);
        var (p50, p99) = Latencies.Percentiles(results.Select(result => result.Latencies));
        return new SocketLoad(orders, results.Sum(result => result.Refused), orders / took, p50, p99);
    }

    /// <summary>Each number of a message is a place: when its answer is here, the next one is sent with it.</summary>
    private static async Task<(long Orders, long Refused, Latencies Latencies)> TradeAsync(
        Options options, int inFlight, int batch, long end)
    {
        using var socket = await BenchSocket.OpenAsync(options, "trading");
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
            var notTaken = RefusedIn(answer.Span, batch);
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
        var orders =
            string.Join(',', Enumerable.Range(0, batch).Select(_ => BenchOrder.Json(options, BenchOrder.NextName())));
        return batch == 1
            ? $$"""{"id":{{place}},"op":"place","order":{{orders}}}"""
            : $$"""{"id":{{place}},"op":"batch","orders":[{{orders}}]}""";
    }

    /// <summary>
    /// Orders of a message that the exchange did not take: all of them where the message itself is refused.
    /// </summary>
    internal static int RefusedIn(ReadOnlySpan<byte> answer, int batch) =>
        answer[answer.IndexOf((byte)',')..].StartsWith(",\"status\":200,"u8) ? answer.Count("\"error\":"u8) : batch;

    /// <exception cref="InvalidOperationException">It is no answer to a message of ours.</exception>
    private static int PlaceOf(ReadOnlySpan<byte> answer) =>
        answer.StartsWith("{\"id\":"u8) && Utf8Parser.TryParse(answer[6..], out int place, out _)
            ? place
            : throw new InvalidOperationException($"The silo said: {Encoding.UTF8.GetString(answer)}");
}
