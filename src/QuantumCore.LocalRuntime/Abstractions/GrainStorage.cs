namespace QuantumCore.LocalRuntime;

#pragma warning disable MA0040 // The overloads with a token fall back to those without one.
/// <summary>A stored state and its version.</summary>
public interface IStorage
{
    /// <summary>The version that was read or written last; null before the first.</summary>
    string? Etag { get; }

    /// <summary>Whether anything is stored.</summary>
    bool RecordExists { get; }

    Task ClearStateAsync();

    Task WriteStateAsync();

    Task ReadStateAsync();

    Task ClearStateAsync(CancellationToken cancellationToken) => ClearStateAsync();

    Task WriteStateAsync(CancellationToken cancellationToken) => WriteStateAsync();

    Task ReadStateAsync(CancellationToken cancellationToken) => ReadStateAsync();
}
#pragma warning restore MA0040

/// <summary>A stored state of a type.</summary>
public interface IStorage<TState> : IStorage
{
    TState State { get; set; }
}

/// <summary>
/// A grain's stored state, injected by <see cref="PersistentStateAttribute"/> and read before OnActivateAsync.
/// Writes with an old version throw <see cref="InconsistentStateException"/>.
/// </summary>
public interface IPersistentState<TState> : IStorage<TState>;
