using System.Diagnostics.Metrics;
using OpenTelemetry;
using OpenTelemetry.Exporter;
using OpenTelemetry.Logs;
using OpenTelemetry.Metrics;
using OpenTelemetry.Resources;
using OpenTelemetry.Trace;
using QuantumCore.Gateway.Hosting;
using QuantumCore.Journal;

namespace QuantumCore.Silo;

/// <summary>
/// Sends spans, metrics and log lines to a collector (<c>--otlp</c>). Spans cover requests, the grain calls that they
/// make, and the waits for the commit. The exporters drop data that they cannot send; no request waits for them.
/// </summary>
internal sealed class Telemetry(SiloOptions options, IMeterFactory meters, LoggerProvider lines)
    : IHostedService, IDisposable
{
    /// <summary>Maximum time to flush at the end, in milliseconds, for spans, metrics and log lines each.</summary>
    private const int LastWords = 1_000;

    private TracerProvider? _spans;
    private MeterProvider? _meters;

    /// <summary>Adds the exporters if a collector is given.</summary>
    public static void Add(WebApplicationBuilder builder, SiloOptions options)
    {
        if (options.Otlp is null)
            return;

        builder.Logging.AddOpenTelemetry(lines =>
        {
            // Scopes are excluded: those of the framework contain the path as sent, and people put keys into queries.
            (lines.IncludeFormattedMessage, lines.IncludeScopes) = (true, false);
            lines.SetResourceBuilder(Process()).AddOtlpExporter(exporter => SendTo(exporter, options, "v1/logs"));
        });
        builder.Services.AddHostedService<Telemetry>();
    }

    /// <inheritdoc/>
    public Task StartAsync(CancellationToken cancellationToken)
    {
        // The exchange decides which requests are traced. A caller's trace id is kept, and gets no more spans.
        var share = new TraceIdRatioBasedSampler(1.0 / options.TraceOneIn);
        _spans = Sdk.CreateTracerProviderBuilder()
            .SetResourceBuilder(Process())
            .SetSampler(new ParentBasedSampler(share, remoteParentSampled: share, remoteParentNotSampled: share))
            .AddSource("Microsoft.AspNetCore", RequestTrace.SourceName, JournalTracing.SourceName)
            .AddSource([.. GrainHosting.TraceSources])
            .AddOtlpExporter(exporter => SendTo(exporter, options, "v1/traces"))
            .Build();
        _meters = MetricsPage.AddMeters(Sdk.CreateMeterProviderBuilder(), meters)
            .SetResourceBuilder(Process())
            .AddOtlpExporter(exporter => SendTo(exporter, options, "v1/metrics"))
            .Build();
        return Task.CompletedTask;
    }

    /// <inheritdoc/>
    public Task StopAsync(CancellationToken cancellationToken) => Task.CompletedTask;

    /// <summary>Sends the remaining data.</summary>
    public void Dispose()
    {
        _spans?.Shutdown(LastWords);
        _spans?.Dispose();
        _meters?.Shutdown(LastWords);
        _meters?.Dispose();
        lines.Shutdown(LastWords);
    }

    private static ResourceBuilder Process() => ResourceBuilder.CreateEmpty().AddService(
        "quantumcore", null, typeof(Telemetry).Assembly.GetName().Version?.ToString(), false, SiloOptions.ProcessName);

    private static void SendTo(OtlpExporterOptions exporter, SiloOptions options, string path) =>
        (exporter.Protocol, exporter.Endpoint) = (OtlpExportProtocol.HttpProtobuf, new Uri(options.Otlp!, path));
}
