using Xunit;

namespace QuantumCore.SystemTests;

/// <summary>
/// An OpenTelemetry collector gets spans, metrics and log lines of an order, and no request waits for it.
/// </summary>
public sealed class TracingTests
{
    private const string Canary = "qc_canary5e1f";
    private const string Order = """{"symbol":"AAPL","side":"buy","price":"150.00","quantity":"1"}""";

    private static CancellationToken Token => TestContext.Current.CancellationToken;

    [Fact]
    public async Task Trace_of_an_order_spans_request_grains_and_commit_under_the_id_of_its_response()
    {
        using var storage = Storage.InFiles();
        await using var collector = new OtlpCollector();
        await using var silo =
            await SiloProcess.StartAsync([.. storage.Arguments, "--simulate", "none", "--otlp", collector.Address]);
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
        Assert.Equal(
            ["acct/1001", "book/AAPL"],
            ours.Values.Where(span => span.Name == "durable").Select(span => span.Tag("stream")).Distinct().Order());
        Assert.All(
            ours.Values.Where(span => span.Name == "durable"),
            wait => Assert.True(ours.ContainsKey(wait.Parent) && wait.Parent != top.Id, "A grain waits."));
        Assert.DoesNotContain(spans, span => span.Name.Contains("/health/", StringComparison.Ordinal));
        Assert.False(collector.HasHeard(Canary), "What a caller puts into a query is nobody's business.");
    }

    [Fact]
    public async Task Metrics_and_log_lines_with_their_trace_reach_the_collector()
    {
        using var storage = Storage.InFiles();
        await using var collector = new OtlpCollector();
        await using var silo = await SiloProcess.StartAsync(
            [.. storage.Arguments, "--simulate", "none", "--log-level", "debug", "--otlp", collector.Address]);
        using var http = new HttpClient { BaseAddress = silo.Address };
        http.DefaultRequestHeaders.Add("X-Api-Key", "demo-alice");
        using var answer = await http.PostAsync(
            new Uri($"/api/qc/v1/orders?apiKey={Canary}", UriKind.Relative), new StringContent(Order), Token);
        Assert.Equal(200, (int)answer.StatusCode);
        var trace = Assert.Single(answer.Headers.GetValues("X-Trace-Id"));
        Assert.Equal(0, await silo.TerminateAsync());

        Assert.Equal(1, collector.Sum("quantumcore_orders", "outcome", "Accepted"));
        string[] expected = [
            "quantumcore_order_seconds", "quantumcore_journal_commit_seconds", "quantumcore_trades",
            "dotnet.process.cpu.time"];
        Assert.Empty(expected.Except(collector.MetricNames, StringComparer.Ordinal));
        Assert.Contains(
            collector.Lines,
            line => line.Trace == trace && line.Text.Contains("POST /api/qc/v1/orders", StringComparison.Ordinal));
        Assert.False(collector.HasHeard(Canary), "No line tells the collector what a caller put into a query.");
    }

    [Fact]
    public async Task Sampling_rate_holds_regardless_of_the_caller_traceparent()
    {
        using var storage = Storage.InFiles();
        await using var collector = new OtlpCollector();
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
}
