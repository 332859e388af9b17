namespace QuantumCore.Grains.Storage;

/// <summary>Writes grain state.</summary>
internal static class StateWriting
{
    /// <summary>
    /// Writes a state. A failed write may have reached the store, so the activation ends and the next one reads what is
    /// there.
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
