using Microsoft.Extensions.Configuration;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging.Abstractions;
using Orleans.Configuration;
using Orleans.Providers;
using Orleans.Serialization;

namespace QuantumCore.Grains.Tests.Storage;

/// <summary>The storage configured for a silo, started as in a silo, without the rest of it.</summary>
internal sealed class StorageSession : IAsyncDisposable
{
    private readonly ServiceProvider _services;

    private StorageSession(ServiceProvider services) => _services = services;

    /// <summary>Default storage of grains.</summary>
    public IGrainStorage Storage =>
        _services.GetRequiredKeyedService<IGrainStorage>(ProviderConstants.DEFAULT_STORAGE_PROVIDER_NAME);

    /// <summary>Starts the configured storage.</summary>
    public static async Task<StorageSession> StartAsync(Action<ISiloBuilder> configure)
    {
        var builder = new BareBuilder();
        builder.Services.AddLogging();
        builder.Services.AddSerializer();
        builder.Services.Configure<ClusterOptions>(names => names.ServiceId = names.ClusterId = "test");
        configure(builder);
        var session = new StorageSession(builder.Services.BuildServiceProvider());
        var lifecycle = new SiloLifecycleSubject(NullLogger<SiloLifecycleSubject>.Instance);
        foreach (var participant in session._services.GetServices<ILifecycleParticipant<ISiloLifecycle>>())
            participant.Participate(lifecycle);
        await lifecycle.OnStart(CancellationToken.None);
        return session;
    }

    public ValueTask DisposeAsync() => _services.DisposeAsync();

    private sealed class BareBuilder : ISiloBuilder
    {
        public IServiceCollection Services { get; } = new ServiceCollection();

        public IConfiguration Configuration { get; } = new ConfigurationBuilder().Build();
    }
}
