using System.Collections.Immutable;
using QuantumCore.Instruments;

namespace QuantumCore.Contracts;

/// <summary>One setting of a user. Its meaning is the terminal's business.</summary>
/// <param name="Name">1 to 64 letters, digits, '.', '_' and '-'.</param>
/// <param name="Value">At most 4,096 characters; null in a change: it is removed.</param>
[GenerateSerializer, Immutable, Alias("preference")]
public sealed record Preference(string Name, string? Value)
{
    /// <summary>Preferences of one user at most.</summary>
    public const int MostOfOne = 100;

    /// <summary>Longest name, in characters.</summary>
    public const int LongestName = 64;

    /// <summary>Longest value, in characters.</summary>
    public const int LongestValue = 4_096;

    /// <summary>Returns whether a text may name a preference.</summary>
    public static bool IsName(string? text) =>
        text is { Length: > 0 and <= LongestName } && text.All(c => char.IsAsciiLetterOrDigit(c) || c is '.' or '_' or '-');
}

/// <summary>The outcome of a change of preferences.</summary>
/// <param name="Reason">None; Forbidden: there would be too many, and nothing was changed.</param>
/// <param name="All">All preferences, by name.</param>
[GenerateSerializer, Immutable, Alias("preferences-result")]
public sealed record PreferencesResult(RejectReason Reason, ImmutableArray<Preference> All);

/// <summary>The preferences of one user, keyed by the user's name. Every change is on disk before it is answered.</summary>
[Alias("preferences")]
public interface IPreferencesGrain : IGrainWithStringKey
{
    /// <summary>Gives all preferences, by name.</summary>
    [Alias("all")]
    ValueTask<ImmutableArray<Preference>> All();

    /// <summary>Sets some preferences and removes others, all or none. The rest stays.</summary>
    [Alias("change")]
    ValueTask<PreferencesResult> Change(ImmutableArray<Preference> changes);
}
