namespace QuantumCore.Grains.Storage;

/// <summary>
/// Storage that keys a state by the type and the key of its grain, as <c>type/key</c>. Orleans' ADO.NET provider omits
/// the type, and treats a key of hexadecimal digits as a number: 700 and 0700 would be one grain.
/// </summary>
internal sealed class QualifiedStorage(IGrainStorage storage) : IGrainStorage
{
    /// <inheritdoc/>
    public Task ReadStateAsync<T>(string stateName, GrainId grainId, IGrainState<T> grainState) =>
        storage.ReadStateAsync(stateName, Qualify(grainId), grainState);

    /// <inheritdoc/>
    public Task WriteStateAsync<T>(string stateName, GrainId grainId, IGrainState<T> grainState) =>
        storage.WriteStateAsync(stateName, Qualify(grainId), grainState);

    /// <inheritdoc/>
    public Task ClearStateAsync<T>(string stateName, GrainId grainId, IGrainState<T> grainState) =>
        storage.ClearStateAsync(stateName, Qualify(grainId), grainState);

    private static GrainId Qualify(GrainId grain) => GrainId.Create(grain.Type, IdSpan.Create(grain.ToString()));
}
