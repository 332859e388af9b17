using System.Net;
using System.Text;
using Xunit;

namespace QuantumCore.SystemTests;

/// <summary>What a collector of OpenTelemetry is told of an order, and that nobody waits for it.</summary>
public sealed class TracingTests
{
    private const string Canary = "qc_canary5e1f";
    private const string Order = """{"symbol":"AAPL","side":"buy","price":"150.00","quantity":"1"}""";

    private static CancellationToken Token => TestContext.Current.CancellationToken;

    [Fact]
    public async Task Spans_of_an_order_lead_from_its_request_through_grains_to_the_commit_under_the_id_of_its_answer()
    {
        using var storage = Storage.InFiles();
        await using var collector = new Collector();
        await using var silo = await SiloProcess.StartAsync([.. storage.Arguments, "--simulate", "none", "--otlp", collector.Address]);
        using var http = new HttpClient { BaseAddress = silo.Address };
        http.DefaultRequestHeaders.Add("X-Api-Key", "demo-alice");
        var (trace, caller) = ("0af7651916cd43dd8448eb211c80319c", "b7ad6b7169203331");
        using var request = new HttpRequestMessage(HttpMethod.Post, $"/api/qc/v1/orders?apiKey={Canary}");
        request.Headers.Add("traceparent", $"00-{trace}-{caller}-01");
        request.Content = new StringContent(Order);
        using var answer = await http.SendAsync(request, Token);
        Assert.Equal(200, (int)answer.StatusCode);
        Assert.Equal(trace, Assert.Single(answer.Headers.GetValues("X-Trace-Id")));
        Assert.Equal(0, await silo.TerminateAsync());

        var spans = collector.Spans;
        var ours = spans.Where(span => span.Trace == trace).ToDictionary(span => span.Id);
        var top = Assert.Single(ours.Values, span => span.Parent == caller);
        Assert.Equal("POST /api/qc/v1/orders", top.Name);
        Assert.All(ours.Values, span => Assert.True(span == top || ours.ContainsKey(span.Parent), span.Name));
        Assert.Equal(["acct/1001", "book/AAPL"], ours.Values.Where(span => span.Name == "durable").Select(span => span.Tag("stream")).Distinct().Order());
        Assert.All(ours.Values.Where(span => span.Name == "durable"), wait => Assert.True(ours.ContainsKey(wait.Parent) && wait.Parent != top.Id, "A grain waits."));
        Assert.DoesNotContain(spans, span => span.Name.Contains("/health/", StringComparison.Ordinal));
        Assert.False(collector.HasHeard(Canary), "What a caller puts into a query is nobody's business.");
    }

    [Fact]
    public async Task Of_so_many_requests_one_is_traced_whatever_callers_ask_for()
    {
        using var storage = Storage.InFiles();
        await using var collector = new Collector();
        await using var silo = await SiloProcess.StartAsync(
            [.. storage.Arguments, "--simulate", "none", "--otlp", collector.Address, "--trace-one-in", "1000000"]);
        using var http = new HttpClient { BaseAddress = silo.Address };
        http.DefaultRequestHeaders.Add("traceparent", "00-fffffffffffffffffffffffffffffffe-b7ad6b7169203331-01");
        for (var i = 0; i < 20; i++)
            (await http.GetAsync(new Uri("/api/qc/v1/time", UriKind.Relative), Token)).Dispose();
        Assert.Equal(0, await silo.TerminateAsync());
        Assert.Empty(collector.Spans);
    }

    [Fact]
    public async Task Without_its_collector_an_exchange_goes_on_and_ends_as_ever()
    {
        using var storage = Storage.InFiles();
        await using var silo = await SiloProcess.StartAsync(
            [.. storage.Arguments, "--simulate", "none", "--otlp", $"http://127.0.0.1:{SiloProcess.FreePort()}"]);
        using var alice = new Customer(silo.Address, "demo-alice");
        for (var i = 0; i < 20; i++)
            Assert.True((await alice.PostAsync("orders", Order)).IsDone);
        Assert.Equal(0, await silo.TerminateAsync());
    }

    /// <summary>A span as it was sent, ids in hex.</summary>
    private sealed record Span(string Trace, string Id, string Parent, string Name, Dictionary<string, string> Tags)
    {
        public string Tag(string name) => Tags.GetValueOrDefault(name, "");
    }

    /// <summary>Takes what is exported, protobuf over HTTP (opentelemetry-proto, trace/v1), and reads as much of it as is asked for.</summary>
    private sealed class Collector : IAsyncDisposable
    {
        private readonly HttpListener _listener = new();
        private readonly Task _listening;
        private readonly List<byte[]> _heard = [];

        public Collector()
        {
            Address = $"http://127.0.0.1:{SiloProcess.FreePort()}";
            _listener.Prefixes.Add(Address + "/v1/traces/");
            _listener.Start();
            _listening = ListenAsync();
        }

        public string Address { get; }

        // ExportTraceServiceRequest.resource_spans = 1, ResourceSpans.scope_spans = 2, ScopeSpans.spans = 2.
        public List<Span> Spans
        {
            get
            {
                lock (_heard)
                    return [.. _heard.SelectMany(body => Parts(body, 1)).SelectMany(part => Parts(part, 2)).SelectMany(part => Parts(part, 2)).Select(ReadSpan)];
            }
        }

        public bool HasHeard(string text)
        {
            lock (_heard)
                return _heard.Any(body => body.AsSpan().IndexOf(Encoding.UTF8.GetBytes(text)) >= 0);
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
                        _heard.Add(body.ToArray());
                    context.Response.Close();
                }
            }
            catch (Exception ended) when (ended is HttpListenerException or ObjectDisposedException)
            {
                // Nobody listens any more.
            }
        }

        // Span.trace_id = 1, span_id = 2, parent_span_id = 4, name = 5, attributes = 9: KeyValue.key = 1, value = 2, AnyValue.string_value = 1.
        private static Span ReadSpan(byte[] span)
        {
            string Hex(int field) => Convert.ToHexStringLower(Parts(span, field).SingleOrDefault([]));
            var tags = Parts(span, 9).ToDictionary(
                tag => Encoding.UTF8.GetString(Parts(tag, 1).Single()),
                tag => Encoding.UTF8.GetString(Parts(Parts(tag, 2).Single(), 1).SingleOrDefault([])));
            return new Span(Hex(1), Hex(2), Hex(4), Encoding.UTF8.GetString(Parts(span, 5).Single()), tags);
        }

        /// <summary>The parts of a message in one field; other kinds of values are passed over.</summary>
        private static List<byte[]> Parts(byte[] message, int field)
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

                if (key >> 3 == field && (key & 7) == 2)
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
}
