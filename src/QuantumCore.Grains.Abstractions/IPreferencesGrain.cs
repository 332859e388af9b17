using System.Collections.Immutable;
using QuantumCore.Contracts;

namespace QuantumCore.Grains;

/// <summary>
/// The preferences of one user, keyed by the user's name. Every change is on disk before the call returns.
/// </summary>
[Alias("preferences")]
public interface IPreferencesGrain : IGrainWithStringKey
{
    /// <summary>Returns all preferences, sorted by name.</summary>
    [Alias("all")]
    ValueTask<ImmutableArray<Preference>> All();

    /// <summary>Sets some preferences and removes others, all or none. The rest stays.</summary>
    [Alias("change")]
    ValueTask<PreferencesResult> Change(ImmutableArray<Preference> changes);
}
