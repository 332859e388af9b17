namespace QuantumCore.Grains.Storage;

/// <summary>Writes of grain state.</summary>
internal static class StateWriting
{
    /// <summary>
    /// Writes a state. A write that fails may have reached the store: the activation ends then, and the next one reads what
    /// is there.
    /// </summary>
    public static async Task WriteOrDeactivateAsync<T>(this IGrainBase grain, IPersistentState<T> state)
    {
        try
        {
            await state.WriteStateAsync(CancellationToken.None);
        }
        catch
        {
            grain.DeactivateOnIdle();
            throw;
        }
    }
}
