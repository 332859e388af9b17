using System.Diagnostics;
using System.Globalization;

namespace QuantumCore.Bench.Exchange;

/// <summary>
/// <c>updates</c>: measures an idle exchange without other traders, from sending an order to its durable response, and
/// to the book update at a WebSocket reader.
/// </summary>
internal static class UpdatesCommand
{
    private static readonly TimeSpan s_pause = TimeSpan.FromMilliseconds(50);
    private static readonly TimeSpan s_patience = TimeSpan.FromSeconds(5);

    public static async Task<int> RunAsync(string[] arguments)
    {
        var options = new Options(arguments, "--url", "--key", "--symbol", "--price", "--orders");
        var count = options.Number("--orders", 200);
        var (url, key) = (options.Silo, options.Key);
        using var reader = await BenchSocket.OpenAsync(url, "stream", key);
        using var trader = await BenchSocket.OpenAsync(url, "trading", key);
        await reader.SendAsync($$"""{"op":"subscribe","symbol":"{{options.Text("--symbol", "AAPL")}}"}""");
        await NextAsync(reader);

        // The first hundred orders warm up the compiled code.
        var (answers, updates) = (new Latencies(), new Latencies());
        for (var order = -100; order < count; order++)
        {
            var answered = await PlaceAsync(trader, reader, options);
            if (order >= 0)
            {
                answers.Add(answered.Answer);
                updates.Add(answered.Update);
            }

            await Task.Delay(s_pause, CancellationToken.None);
        }

        var ((answer50, answer99), (update50, update99)) = (Latencies.Percentiles([answers]),
            Latencies.Percentiles([updates]));
        await Console.Out.WriteLineAsync(string.Create(
            CultureInfo.InvariantCulture,
            $$"""{"orders":{{count}},"answerP50Micros":{{answer50}},"answerP99Micros":{{answer99}},"updateP50Micros":{{update50}},"updateP99Micros":{{update99}}}"""));
        return 0;
    }

    /// <summary>
    /// Sends an order. Returns the time until its response, and until the next message of the stream.
    /// </summary>
    private static async Task<(long Answer, long Update)> PlaceAsync(
        BenchSocket trader, BenchSocket reader, Options options)
    {
        var sent = Stopwatch.GetTimestamp();
        var update = ToldAsync(reader, sent);
        await trader.SendAsync(
            $$"""{"id":0,"op":"place","order":{{BenchOrder.Json(options, BenchOrder.NextName())}}}""");
        var answer = await ToldAsync(trader, sent);
        return (answer, await update);
    }

    private static async Task<long> ToldAsync(BenchSocket socket, long since)
    {
        await NextAsync(socket);
        return Stopwatch.GetTimestamp() - since;
    }

    private static async Task NextAsync(BenchSocket socket)
    {
        using var patience = new CancellationTokenSource(s_patience);
        var message = await socket.ReceiveAsync(patience.Token);
        if (message.Span.IndexOf("\"error\""u8) >= 0)
            throw new InvalidOperationException($"The silo said: {System.Text.Encoding.UTF8.GetString(message.Span)}");
    }
}
