using System.Globalization;

namespace QuantumCore.Simulation.Host;

/// <summary>Creates the states of constructor parameters with <see cref="PersistentStateAttribute"/>.</summary>
internal sealed class HostedStates(World world, SiloStore store) : IPersistentStateFactory
{
    public IPersistentState<TState> Create<TState>(IGrainContext context, IPersistentStateConfiguration config)
    {
        var state = new HostedState<TState>(world, store, new(config.StorageName, config.StateName, context.GrainId));
        context.ObservableLifecycle.Subscribe(config.StateName, GrainLifecycleStage.SetupState, state);
        return state;
    }
}

/// <summary>Key of a grain's state in the database.</summary>
internal sealed record StateKey(string? Storage, string State, GrainId Grain);

/// <summary>
/// A grain's state in the shared database, where it survives every silo. Reads and writes may fail before or after the
/// fact. A write over a newer version is rejected.
/// </summary>
internal sealed class HostedState<TState>(World world, SiloStore store, StateKey key)
    : IPersistentState<TState>, ILifecycleObserver
{
    private long _version;

    public TState State { get; set; } = Activator.CreateInstance<TState>();

    public string? Etag => RecordExists ? _version.ToString(CultureInfo.InvariantCulture) : null;

    public bool RecordExists => _version > 0;

    public Task OnStart(CancellationToken cancellationToken = default) => ReadStateAsync();

    public Task OnStop(CancellationToken cancellationToken = default) => Task.CompletedTask;

    public async Task ReadStateAsync()
    {
        await store.UnderWayAsync();
        (_version, var bytes) = world.Database.GrainStates.GetValueOrDefault(key);
        State = bytes is null
            ? Activator.CreateInstance<TState>()
            : GrainManifest.Product.Serializer.Deserialize<TState>(bytes)!;
    }

    public Task WriteStateAsync() => WriteAsync(GrainManifest.Product.Serializer.SerializeToArray(State));

    public async Task ClearStateAsync()
    {
        await WriteAsync(null);
        State = Activator.CreateInstance<TState>();
    }

    private async Task WriteAsync(byte[]? bytes)
    {
        await store.UnderWayAsync();
        world.Database.RequireRoom();
        var states = world.Database.GrainStates;
        if (states.GetValueOrDefault(key).Version != _version)
            throw new InconsistentStateException($"{key} has been written by another activation.");

        // Versions are never reused, so that a cleared state is not mistaken for the one before it.
        var version = ++world.Database.LastStateVersion;
        if (bytes is null)
            states.Remove(key);
        else
            states[key] = (version, bytes);
        await store.UnderWayAsync();
        _version = bytes is null ? 0 : version;
    }
}
