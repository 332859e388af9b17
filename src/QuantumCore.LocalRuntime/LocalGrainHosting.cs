using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.DependencyInjection.Extensions;
using Microsoft.Extensions.Hosting;

namespace QuantumCore.LocalRuntime;

/// <summary>Adds the embedded grain runtime to a host.</summary>
public static class LocalGrainHosting
{
    /// <summary>
    /// Registers the runtime as <see cref="IGrainFactory"/> and <see cref="IClusterClient"/>, and a hosted service that deactivates all
    /// grains when the host stops. Services started later may call grains in their StopAsync, since hosts stop in reverse order.
    /// </summary>
    public static IServiceCollection AddLocalGrains(this IServiceCollection services, Action<LocalGrainOptions> configure)
    {
        ArgumentNullException.ThrowIfNull(configure);
        var options = new LocalGrainOptions();
        configure(options);
        services.TryAddSingleton(TimeProvider.System);
        services.AddSingleton(provider => new LocalGrains(provider, options));
        services.AddSingleton<IClusterClient>(provider => provider.GetRequiredService<LocalGrains>());
        services.AddSingleton<IGrainFactory>(provider => provider.GetRequiredService<LocalGrains>());
        services.AddHostedService<LocalGrainLifetime>();
        return services;
    }

    private sealed class LocalGrainLifetime(LocalGrains grains) : IHostedService
    {
        public Task StartAsync(CancellationToken cancellationToken) => Task.CompletedTask;

        public Task StopAsync(CancellationToken cancellationToken) => grains.StopAsync(cancellationToken);
    }
}
