using System.Collections.Concurrent;
using Microsoft.Extensions.DependencyInjection;
using QuantumCore.TestKit;
using Xunit;

namespace QuantumCore.Gateway.Tests;

/// <summary>One Orleans silo for all tests of the assembly. Each test has a <see cref="TradingFloor"/> of its own on it.</summary>
public sealed class FloorCluster : IAsyncDisposable
{
    private readonly TradingFloors _floors = new();
    private readonly Lazy<Task<GrainCluster>> _cluster;
    private int _opened;

    public FloorCluster() => _cluster = new(() => GrainCluster.StartAsync(new GrainClusterOptions
    {
        ConfigureServices = services => services.AddSingleton(_floors),
    }));

    /// <summary>Opens a floor and returns it with the way to its grains.</summary>
    public static async Task<(TradingFloor Floor, IGrainFactory Grains)> OpenAsync()
    {
        var shared = await TestContext.Current.GetFixture<FloorCluster>()
            ?? throw new InvalidOperationException($"{nameof(FloorCluster)} is no fixture of the assembly.");
        var cluster = await shared._cluster.Value;
        var name = $"floor-{Interlocked.Increment(ref shared._opened)}";
        return (shared._floors.Open(name), new FloorGrains(cluster.Grains, name));
    }

    public async ValueTask DisposeAsync()
    {
        if (_cluster.IsValueCreated)
            await (await _cluster.Value).DisposeAsync();
    }
}

/// <summary>The floors of all tests, by name.</summary>
public sealed class TradingFloors
{
    private readonly ConcurrentDictionary<string, TradingFloor> _floors = new(StringComparer.Ordinal);

    public TradingFloor this[string name] => _floors[name];

    public TradingFloor Open(string name) => _floors[name] = new TradingFloor();
}

/// <summary>A grain of one floor. The floor's name stands before its key.</summary>
public abstract class FloorGrain : Grain
{
    protected FloorGrain(TradingFloors floors)
    {
        var key = this.GetPrimaryKeyString();
        var slash = key.IndexOf('/', StringComparison.Ordinal);
        (Floor, Key) = (floors[key[..slash]], key[(slash + 1)..]);
    }

    protected TradingFloor Floor { get; }

    /// <summary>The key that the gateway asked for.</summary>
    protected string Key { get; }
}

/// <summary>The grains of one floor, by the keys that the gateway knows.</summary>
internal sealed class FloorGrains(IGrainFactory grains, string floor) : IGrainFactory
{
    public T GetGrain<T>(string primaryKey, string? grainClassNamePrefix = null)
        where T : IGrainWithStringKey => grains.GetGrain<T>($"{floor}/{primaryKey}", grainClassNamePrefix);

    public T GetGrain<T>(Guid primaryKey, string? grainClassNamePrefix = null)
        where T : IGrainWithGuidKey => throw OtherKey();

    public T GetGrain<T>(long primaryKey, string? grainClassNamePrefix = null)
        where T : IGrainWithIntegerKey => throw OtherKey();

    public T GetGrain<T>(Guid primaryKey, string keyExtension, string? grainClassNamePrefix = null)
        where T : IGrainWithGuidCompoundKey => throw OtherKey();

    public T GetGrain<T>(long primaryKey, string keyExtension, string? grainClassNamePrefix = null)
        where T : IGrainWithIntegerCompoundKey => throw OtherKey();

    public T GetGrain<T>(GrainId grainId)
        where T : IAddressable => throw OtherKey();

    public IGrain GetGrain(Type grainInterfaceType, Guid grainPrimaryKey) => throw OtherKey();

    public IGrain GetGrain(Type grainInterfaceType, long grainPrimaryKey) => throw OtherKey();

    public IGrain GetGrain(Type grainInterfaceType, string grainPrimaryKey) => throw OtherKey();

    public IGrain GetGrain(Type grainInterfaceType, Guid grainPrimaryKey, string keyExtension) => throw OtherKey();

    public IGrain GetGrain(Type grainInterfaceType, long grainPrimaryKey, string keyExtension) => throw OtherKey();

    public IAddressable GetGrain(Type interfaceType, IdSpan grainKey) => throw OtherKey();

    public IAddressable GetGrain(Type interfaceType, IdSpan grainKey, string grainClassNamePrefix) => throw OtherKey();

    public IAddressable GetGrain(GrainId grainId) => throw OtherKey();

    public IAddressable GetGrain(GrainId grainId, GrainInterfaceType interfaceType) => throw OtherKey();

    public T CreateObjectReference<T>(IGrainObserver obj)
        where T : IGrainObserver => grains.CreateObjectReference<T>(obj);

    public void DeleteObjectReference<T>(IGrainObserver obj)
        where T : IGrainObserver => grains.DeleteObjectReference<T>(obj);

    private static NotSupportedException OtherKey() => new("Every grain of the exchange has a string for its key.");
}
