using OpenTelemetry;
using OpenTelemetry.Exporter;
using OpenTelemetry.Resources;
using OpenTelemetry.Trace;
using QuantumCore.Gateway;
using QuantumCore.Journal;

namespace QuantumCore.Silo;

/// <summary>
/// Sends spans of requests to a collector: of the request, of the calls to grains that it leads to, of the waits for the commit. What can't be
/// sent is dropped; no request waits for it.
/// </summary>
internal sealed class Tracing(SiloOptions options) : IHostedService, IDisposable
{
    private TracerProvider? _provider;

    /// <inheritdoc/>
    public Task StartAsync(CancellationToken cancellationToken)
    {
        // Which requests are traced is for the exchange to say: a caller that sends the id of its trace gets spans in that, and no more of them.
        var share = new TraceIdRatioBasedSampler(1.0 / options.TraceOneIn);
        _provider = Sdk.CreateTracerProviderBuilder()
            .SetResourceBuilder(ResourceBuilder.CreateEmpty().AddService(
                "quantumcore", null, typeof(Tracing).Assembly.GetName().Version?.ToString(), false, SiloOptions.ProcessName))
            .SetSampler(new ParentBasedSampler(share, remoteParentSampled: share, remoteParentNotSampled: share))
            .AddSource("Microsoft.AspNetCore", RequestTrace.SourceName, JournalTracing.SourceName)
            .AddSource([.. GrainHosting.TraceSources])
            .AddOtlpExporter(exporter =>
            {
                exporter.Protocol = OtlpExportProtocol.HttpProtobuf;
                exporter.Endpoint = new Uri(options.Otlp!, "v1/traces");
            })
            .Build();
        return Task.CompletedTask;
    }

    /// <inheritdoc/>
    public Task StopAsync(CancellationToken cancellationToken) => Task.CompletedTask;

    /// <summary>Sends what is left, for a second at most.</summary>
    public void Dispose()
    {
        _provider?.Shutdown(1_000);
        _provider?.Dispose();
    }
}
