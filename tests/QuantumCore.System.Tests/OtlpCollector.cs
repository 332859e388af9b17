using System.Net;
using System.Text;

namespace QuantumCore.SystemTests;

/// <summary>A span as it was sent, ids in hex.</summary>
internal sealed record OtlpSpan(string Trace, string Id, string Parent, string Name, Dictionary<string, string> Tags)
{
    public string Tag(string name) => Tags.GetValueOrDefault(name, "");
}

/// <summary>
/// OpenTelemetry collector: takes spans, metrics and log lines (opentelemetry-proto over HTTP), and reads the fields
/// that tests need.
/// </summary>
internal sealed class OtlpCollector : IAsyncDisposable
{
    private readonly HttpListener _listener = new();
    private readonly Task _listening;
    private readonly List<(string Kind, byte[] Body)> _heard = [];

    public OtlpCollector()
    {
        Address = $"http://127.0.0.1:{SiloProcess.FreePort()}";
        _listener.Prefixes.Add(Address + "/v1/");
        _listener.Start();
        _listening = ListenAsync();
    }

    public string Address { get; }

    public List<OtlpSpan> Spans => [.. Items("traces").Select(ReadSpan)];

    /// <summary>Log lines, with the trace of each in hex; empty for none.</summary>
    // LogRecord.body = 5 (AnyValue.string_value = 1), trace_id = 9.
    public List<(string Text, string Trace)> Lines =>
        [.. Items("logs").Select(
            line => (Text(Parts(line, 5).Single(), 1), Convert.ToHexStringLower(Parts(line, 9).SingleOrDefault([]))))];

    // Metric.name = 1.
    public HashSet<string> MetricNames => [.. Items("metrics").Select(metric => Text(metric, 1))];

    /// <summary>Returns the newest value of a counter's series with a label.</summary>
    // Metric.sum = 7, Sum.data_points = 1, NumberDataPoint.as_int = 6, attributes = 7.
    public long Sum(string name, string label, string value) =>
        Items("metrics").Where(metric => Text(metric, 1) == name)
        .SelectMany(metric => Parts(metric, 7)).SelectMany(sum => Parts(sum, 1))
        .Where(point => Tags(point, 7).GetValueOrDefault(label) == value)
        .Select(point => BitConverter.ToInt64(Parts(point, 6, kind: 1).Single())).Last();

    public bool HasHeard(string text)
    {
        lock (_heard)
            return _heard.Any(heard => heard.Body.AsSpan().IndexOf(Encoding.UTF8.GetBytes(text)) >= 0);
    }

    public async ValueTask DisposeAsync()
    {
        _listener.Close();
        await _listening;
    }

    private async Task ListenAsync()
    {
        try
        {
            while (true)
            {
                var context = await _listener.GetContextAsync();
                using var body = new MemoryStream();
                await context.Request.InputStream.CopyToAsync(body, CancellationToken.None);
                lock (_heard)
                    _heard.Add((context.Request.Url!.Segments[^1], body.ToArray()));
                context.Response.Close();
            }
        }
        catch (Exception ended) when (ended is HttpListenerException or ObjectDisposedException)
        {
            // The listener was closed.
        }
    }

    // Spans, metrics and lines nest alike: in resources (1), in those scopes (2), in those items (2).
    private List<byte[]> Items(string kind)
    {
        lock (_heard)
            return [.. _heard.Where(heard => heard.Kind == kind).SelectMany(heard => Parts(heard.Body, 1))
                .SelectMany(part => Parts(part, 2)).SelectMany(part => Parts(part, 2))];
    }

    // Span.trace_id = 1, span_id = 2, parent_span_id = 4, name = 5, attributes = 9.
    private static OtlpSpan ReadSpan(byte[] span)
    {
        string Hex(int field) => Convert.ToHexStringLower(Parts(span, field).SingleOrDefault([]));
        return new OtlpSpan(Hex(1), Hex(2), Hex(4), Text(span, 5), Tags(span, 9));
    }

    // KeyValue.key = 1, value = 2, AnyValue.string_value = 1.
    private static Dictionary<string, string> Tags(byte[] message, int field) =>
        Parts(message, field).ToDictionary(tag => Text(tag, 1), tag => Text(Parts(tag, 2).Single(), 1));

    private static string Text(byte[] message, int field) =>
        Encoding.UTF8.GetString(Parts(message, field).SingleOrDefault([]));

    /// <summary>
    /// Returns the values of one field that are messages or texts (kind 2), or have eight bytes (kind 1); others are
    /// skipped.
    /// </summary>
    private static List<byte[]> Parts(byte[] message, int field, int kind = 2)
    {
        var found = new List<byte[]>();
        for (var at = 0; at < message.Length;)
        {
            var key = Varint(message, ref at);
            var length = (key & 7) switch
            {
                0 => -1,
                1 => 8,
                2 => (int)Varint(message, ref at),
                5 => 4,
                _ => throw new FormatException($"A field of kind {key & 7} at {at}."),
            };
            if (length < 0)
            {
                Varint(message, ref at);
                continue;
            }

            if (key >> 3 == field && (key & 7) == kind)
                found.Add(message[at..(at + length)]);
            at += length;
        }

        return found;
    }

    private static long Varint(byte[] message, ref int at)
    {
        var (value, shift) = (0L, 0);
        byte read;
        do
        {
            read = message[at++];
            value |= (long)(read & 0x7f) << shift;
            shift += 7;
        }
        while (read >= 0x80);

        return value;
    }
}
