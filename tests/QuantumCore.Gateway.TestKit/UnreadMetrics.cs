using System.Diagnostics.Metrics;
using Microsoft.Extensions.DependencyInjection;
using QuantumCore.Gateway.Hosting;

namespace QuantumCore.Gateway.TestKit;

/// <summary>Metrics for parts of a gateway that run without one: nobody reads them.</summary>
public static class UnreadMetrics
{
    /// <summary>Returns new metrics.</summary>
    public static GatewayMetrics Create() => new(
        new ServiceCollection().AddMetrics().BuildServiceProvider().GetRequiredService<IMeterFactory>());
}
