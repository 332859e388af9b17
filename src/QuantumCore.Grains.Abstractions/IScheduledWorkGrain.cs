namespace QuantumCore.Grains;

/// <summary>Work that is due at a time. One grain, keyed <see cref="Key"/>.</summary>
[Alias("due-work")]
public interface IScheduledWorkGrain : IGrainWithStringKey
{
    /// <summary>Key of the only grain.</summary>
    const string Key = "all";

    /// <summary>Activates the grain, and registers the reminder that does so when nobody calls.</summary>
    [Alias("wake")]
    ValueTask Wake();
}
