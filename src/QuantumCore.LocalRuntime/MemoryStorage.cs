using System.Collections.Concurrent;
using System.Globalization;
using System.Reflection;
using System.Text.Json;

namespace QuantumCore.LocalRuntime;

/// <summary>
/// Grain states for the life of the process, by storage, state name and grain. They are kept as JSON: a state that was not written
/// is lost with its activation, as in a real storage.
/// </summary>
internal sealed class MemoryStorage
{
    private long _lastVersion;

    internal ConcurrentDictionary<(string? Storage, string State, GrainId Grain), (long Version, byte[] Json)> Records { get; } =
        new();

    internal long NextVersion() => Interlocked.Increment(ref _lastVersion);

    /// <summary>The state that a constructor parameter of a grain asks for.</summary>
    internal object StateFor(GrainId grain, ParameterInfo parameter)
    {
        var attribute = parameter.GetCustomAttribute<PersistentStateAttribute>()!;
        var state = typeof(MemoryState<>).MakeGenericType(parameter.ParameterType.GetGenericArguments()[0]);
        return Activator.CreateInstance(state, this, (attribute.StorageName, attribute.StateName, grain))!;
    }
}

/// <summary>One state of one grain.</summary>
internal sealed class MemoryState<TState>(MemoryStorage storage, (string? Storage, string State, GrainId Grain) key)
    : IPersistentState<TState>
{
    private long? _version;

    public TState State { get; set; } = Activator.CreateInstance<TState>();

    public string? Etag => _version?.ToString(CultureInfo.InvariantCulture);

    public bool RecordExists => _version is not null;

    public Task ReadStateAsync()
    {
        var exists = storage.Records.TryGetValue(key, out var record);
        _version = exists ? record.Version : null;
        State = exists ? JsonSerializer.Deserialize<TState>(record.Json)! : Activator.CreateInstance<TState>();
        return Task.CompletedTask;
    }

    public Task WriteStateAsync()
    {
        var next = (Version: storage.NextVersion(), JsonSerializer.SerializeToUtf8Bytes(State));
        var written = _version is null
            ? storage.Records.TryAdd(key, next)
            : storage.Records.TryGetValue(key, out var current) && current.Version == _version
                && storage.Records.TryUpdate(key, next, current);
        if (!written)
            return Task.FromException(new InconsistentStateException($"{key.Grain} wrote over a newer {key.State}."));

        _version = next.Version;
        return Task.CompletedTask;
    }

    public Task ClearStateAsync()
    {
        storage.Records.TryRemove(key, out _);
        _version = null;
        State = Activator.CreateInstance<TState>();
        return Task.CompletedTask;
    }
}
