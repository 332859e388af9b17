using System.Diagnostics.Metrics;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Routing;
using OpenTelemetry;
using OpenTelemetry.Metrics;

namespace QuantumCore.Gateway.Hosting;

/// <summary>
/// Page of the meters of the exchange and of .NET as Prometheus text. The first request loads OpenTelemetry, so that
/// startup does not pay for it. Latencies count from then on, everything else from the start of the process.
/// </summary>
public sealed class MetricsPage(IMeterFactory own) : IDisposable
{
    // Full names, because OpenTelemetry compiles a regular expression for a pattern.
    private static readonly string[] s_meters =
    [
        GatewayMetrics.MeterName, "QuantumCore.Grains", "QuantumCore.Grains.Clock", "QuantumCore.Journal",
        "QuantumCore.Cluster", "QuantumCore.Silo",
        "System.Runtime",
    ];

    // Buckets dense enough that p50 and p99 from 100 µs to 1 s are off by at most a half.
    private static readonly double[] s_latencies =
    [
        0.0001, 0.00015, 0.0002, 0.0003, 0.0005, 0.00075, 0.001, 0.0015, 0.002, 0.003, 0.004, 0.005, 0.0075, 0.01,
        0.015, 0.02, 0.03, 0.05,
        0.075, 0.1, 0.15, 0.2, 0.3, 0.5, 0.75, 1, 2.5, 5,
    ];

    private readonly Lock _creating = new();
    private MeterProvider? _provider;
    private RequestDelegate? _page;

    /// <summary>Adds the page's meters to another reader of metrics.</summary>
    /// <param name="meters">Provider of the reader.</param>
    /// <param name="own">
    /// Factory of the exchange's meters. Those of other exchanges in the process, as in tests, are left out.
    /// </param>
    public static MeterProviderBuilder AddMeters(MeterProviderBuilder meters, IMeterFactory own) =>
        meters.AddMeter(s_meters).AddView(instrument => View(instrument, own));

    /// <inheritdoc/>
    public void Dispose() => _provider?.Dispose();

    /// <summary>Returns the handler that writes the page.</summary>
    internal Func<HttpContext, Task> Map(IEndpointRouteBuilder endpoints) =>
        context => (_page ?? Create(endpoints))(context);

    private RequestDelegate Create(IEndpointRouteBuilder endpoints)
    {
        lock (_creating)
        {
            _provider ??= AddMeters(Sdk.CreateMeterProviderBuilder(), own)
                .AddPrometheusExporter(static page =>
                {
                    // They would be the same on every line.
                    (page.ScopeInfoEnabled, page.TargetInfoEnabled) = (false, false);
                    page.ScrapeResponseCacheDurationMilliseconds = 0;
                })
                .Build();
            return _page ??= endpoints.CreateApplicationBuilder()
                .UseOpenTelemetryPrometheusScrapingEndpoint(_provider, static _ => true, null, null, null).Build();
        }
    }

    private static MetricStreamConfiguration? View(Instrument instrument, IMeterFactory own) =>
        instrument.Meter.Scope is IMeterFactory other && other != own ? MetricStreamConfiguration.Drop
        : instrument is Histogram<double>
            ? new ExplicitBucketHistogramConfiguration { Boundaries = s_latencies, CardinalityLimit = 1 }
        : null;
}
