using System.Collections.Immutable;
using QuantumCore.Contracts;
using QuantumCore.Grains.Storage;
using QuantumCore.Instruments;

namespace QuantumCore.Grains;

/// <summary>The stored state of a user's preferences.</summary>
[GenerateSerializer]
public sealed class PreferencesState
{
    /// <summary>Values by name.</summary>
    [Id(0)]
    public Dictionary<string, string> Values { get; set; } = [];
}

/// <summary>The preferences of one user. The state is written before a change is answered.</summary>
[GrainType("preferences")]
public sealed class PreferencesGrain([PersistentState("preferences")] IPersistentState<PreferencesState> state)
    : Grain, IPreferencesGrain
{
    private ImmutableArray<Preference> Sorted =>
        [.. state.State.Values.OrderBy(pair => pair.Key, StringComparer.Ordinal)
            .Select(pair => new Preference(pair.Key, pair.Value))];

    /// <inheritdoc/>
    public ValueTask<ImmutableArray<Preference>> All() => new(Sorted);

    /// <inheritdoc/>
    public async ValueTask<PreferencesResult> Change(ImmutableArray<Preference> changes)
    {
        var values = new Dictionary<string, string>(state.State.Values, StringComparer.Ordinal);
        foreach (var (name, value) in changes)
        {
            if (value is null)
                values.Remove(name);
            else
                values[name] = value;
        }

        if (values.Count > Preference.MostOfOne)
            return new PreferencesResult(RejectReason.Forbidden, Sorted);

        state.State = new PreferencesState { Values = values };
        await this.WriteOrDeactivateAsync(state);
        return new PreferencesResult(RejectReason.None, Sorted);
    }
}
