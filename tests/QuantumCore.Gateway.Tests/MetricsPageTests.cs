using System.Diagnostics.Metrics;
using System.Globalization;
using System.Net;
using Microsoft.Extensions.DependencyInjection;
using QuantumCore.Gateway.Hosting;
using QuantumCore.TestKit;
using Xunit;

namespace QuantumCore.Gateway.Tests;

public sealed class MetricsPageTests
{
    // A meter on the page that no gateway owns; other gateways of this process show it, too.
    private const string SharedMeter = "QuantumCore.Silo";
    private const string Bid = """{"symbol":"AAPL","side":"buy","price":"1","quantity":"1"}""";

    private static CancellationToken Token => TestContext.Current.CancellationToken;

    [Fact]
    public async Task Page_is_Prometheus_text_and_counts_what_happens()
    {
        await using var exchange = await OpenGateway.StartAsync();
        for (var i = 0; i < 2; i++)
            Assert.Equal(
                HttpStatusCode.OK, (await exchange.SendAsync("POST", "orders", Bid, cancellationToken: Token)).Status);
        Assert.Equal(2, (await ReadAsync(exchange)).Samples["quantumcore_orders_total{outcome=\"Accepted\"}"]);
        Assert.Equal(
            HttpStatusCode.OK, (await exchange.SendAsync("POST", "orders", Bid, cancellationToken: Token)).Status);

        var page = await ReadAsync(exchange);
        Assert.Equal(0, page.Samples["quantumcore_stream_readers"]);
        Assert.Equal(3, page.Samples["quantumcore_orders_total{outcome=\"Accepted\"}"]);
        Assert.Equal(
            3, page.Samples["quantumcore_http_requests_total{route=\"POST /api/qc/v1/orders\",status=\"200\"}"]);
        Assert.Equal(
            ("counter", "gauge", "histogram"),
            (page.Types["quantumcore_orders_total"], page.Types["quantumcore_orders_waiting"],
                page.Types["quantumcore_order_seconds"]));
    }

    [Fact]
    public async Task Latencies_are_recorded_from_the_first_scrape_in_buckets_from_100_us_to_5_s()
    {
        await using var exchange = await OpenGateway.StartAsync();
        var metrics = exchange.Services.GetRequiredService<GatewayMetrics>();
        metrics.OrdersAnswered([], TimeSpan.FromMicroseconds(90));
        Assert.DoesNotContain("quantumcore_order_seconds", (await ReadAsync(exchange)).Types.Keys);
        foreach (var taken in (int[])[90, 90, 700, 6_000_000])
            metrics.OrdersAnswered([], TimeSpan.FromMicroseconds(taken));

        var page = await ReadAsync(exchange);
        double Within(string bound) => page.Samples[$"quantumcore_order_seconds_bucket{{le=\"{bound}\"}}"];
        Assert.Equal(
            (2, 2, 3, 3, 4), (Within("0.0001"), Within("0.0005"), Within("0.00075"), Within("5"), Within("+Inf")));
        Assert.Equal(4, page.Samples["quantumcore_order_seconds_count"]);
        Assert.Equal(6.00088, page.Samples["quantumcore_order_seconds_sum"], 6);
    }

    [Fact]
    public async Task Runtime_is_shown_with_processor_memory_collections_and_threads()
    {
        await using var exchange = await OpenGateway.StartAsync();
        var page = await ReadAsync(exchange);
        Assert.All(
            [
                "dotnet_process_cpu_time_seconds_total{cpu_mode=\"user\"}", "dotnet_process_memory_working_set_bytes",
                "dotnet_gc_heap_total_allocated_bytes_total", "dotnet_thread_pool_thread_count_total",
                "quantumcore_process_threads",
            ],
            series => Assert.True(page.Samples[series] > 0, series));
        Assert.Contains("dotnet_gc_collections_total{gc_heap_generation=\"gen2\"}", page.Samples.Keys);
        Assert.Contains("dotnet_gc_pause_time_seconds_total", page.Samples.Keys);
        Assert.Contains("dotnet_thread_pool_queue_length_total", page.Samples.Keys);
    }

    [Fact]
    public async Task A_page_shows_its_own_gateway_and_no_other_in_the_process()
    {
        await using var quiet = await OpenGateway.StartAsync();
        await using (var busy = await OpenGateway.StartAsync())
        {
            await busy.SendAsync("POST", "orders", Bid, cancellationToken: Token);
            Assert.Equal(1, (await ReadAsync(busy)).Samples["quantumcore_orders_total{outcome=\"Accepted\"}"]);
        }

        var page = await ReadAsync(quiet);
        Assert.DoesNotContain("quantumcore_orders_total{outcome=\"Accepted\"}", page.Samples.Keys);
        Assert.Equal(0, page.Samples["quantumcore_orders_total{outcome=\"OutcomeUnknown\"}"]);
    }

    [Fact]
    public async Task Page_is_told_while_labels_that_it_has_not_seen_are_counted()
    {
        const int routes = 1_000;
        await using var exchange = await OpenGateway.StartAsync();
        var metrics = exchange.Services.GetRequiredService<GatewayMetrics>();
        var counting = Task.Run(
            () =>
            {
                for (var i = 0; i < routes; i++)
                    metrics.RequestServed(i.ToString(CultureInfo.InvariantCulture), 200);
            },
            Token);
        while (!counting.IsCompleted)
            Assert.NotEmpty((await ReadAsync(exchange)).Samples);

        await counting;
        var page = await ReadAsync(exchange);
        Assert.All(
            Enumerable.Range(0, routes),
            i => Assert.Equal(1, page.Samples[$"quantumcore_http_requests_total{{route=\"{i}\",status=\"200\"}}"]));
    }

    [Fact]
    public async Task Page_is_told_while_what_it_asks_ends()
    {
        await using var exchange = await OpenGateway.StartAsync();
        var ending = Task.Run(
            () =>
            {
                for (var i = 0; i < 2_000; i++)
                {
                    using var meter = new Meter(SharedMeter);
                    meter.CreateObservableGauge("asked", static () => 1);
                }
            },
            Token);
        while (!ending.IsCompleted)
            Assert.NotEmpty((await ReadAsync(exchange)).Samples);

        await ending;
        Assert.DoesNotContain("asked", (await ReadAsync(exchange)).Samples.Keys);
    }

    [Fact]
    public async Task Series_that_is_no_longer_measured_leaves_the_page()
    {
        await using var exchange = await OpenGateway.StartAsync();
        using var meter = new Meter(SharedMeter);
        var here = new List<string> { "AAPL", "MSFT" };
        meter.CreateObservableGauge(
            "here",
            () => here.ToArray()
                .Select(symbol => new Measurement<long>(1, new KeyValuePair<string, object?>("symbol", symbol))));
        Assert.Equal(1, (await ReadAsync(exchange)).Samples["here{symbol=\"MSFT\"}"]);

        here = ["AAPL"];

        var page = await ReadAsync(exchange);
        Assert.DoesNotContain("here{symbol=\"MSFT\"}", page.Samples.Keys);
        Assert.Equal(1, page.Samples["here{symbol=\"AAPL\"}"]);
    }

    private static async Task<PrometheusPage> ReadAsync(OpenGateway exchange)
    {
        var reply = await exchange.SendAsync("GET", "/metrics", key: null, cancellationToken: Token);
        Assert.Equal((HttpStatusCode.OK, "text/plain"), (reply.Status, reply.Type));
        return new PrometheusPage(reply.Text);
    }
}
