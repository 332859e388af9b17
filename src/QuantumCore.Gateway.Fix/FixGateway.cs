using System.Net;
using System.Net.Security;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging;
using QuantumCore.Gateway.Admission;
using QuantumCore.Gateway.Hosting;

namespace QuantumCore.Gateway.Fix;

/// <summary>FIX 4.4 interface of the exchange.</summary>
public static class FixGateway
{
    /// <summary>Adds the FIX 4.4 interface. It needs the rest of the gateway beside it.</summary>
    /// <param name="services">Services to add to.</param>
    /// <param name="address">Address it listens on.</param>
    /// <param name="tls">TLS settings of its connections; null for plain TCP.</param>
    public static IServiceCollection AddFix(
        this IServiceCollection services, IPEndPoint address, SslServerAuthenticationOptions? tls)
    {
        services.AddSingleton(new FixOptions());
        services.AddSingleton<FixServices>();
        services.AddSingleton<FixLogons>();
        services.AddSingleton(provider => new FixServer(
            address,
            tls,
            (message, from) => provider.GetRequiredService<FixLogons>().JudgeAsync(message, from),
            provider.GetRequiredService<FixOptions>(),
            provider.GetRequiredService<GatewayOptions>(),
            provider.GetRequiredService<BurstRoom>(),
            provider.GetRequiredService<GatewayMetrics>(),
            provider.GetRequiredService<TimeProvider>(),
            provider.GetRequiredService<ILogger<FixServer>>()));
        services.AddHostedService(provider => provider.GetRequiredService<FixServer>());
        return services;
    }
}
