using System.Collections.Immutable;
using QuantumCore.Instruments;

namespace QuantumCore.Contracts;

/// <summary>A setting of a user. Only the terminal knows its meaning.</summary>
/// <param name="Name">1 to 64 letters, digits, '.', '_' and '-'.</param>
/// <param name="Value">At most 4,096 characters. In a change, null removes the preference.</param>
[GenerateSerializer, Immutable, Alias("preference")]
public sealed record Preference(string Name, string? Value)
{
    /// <summary>Maximum number of preferences of one user.</summary>
    public const int MostOfOne = 100;

    /// <summary>Maximum length of a name, in characters.</summary>
    public const int LongestName = 64;

    /// <summary>Maximum length of a value, in characters.</summary>
    public const int LongestValue = 4_096;

    /// <summary>Returns true if the text is a valid preference name.</summary>
    public static bool IsName(string? text) =>
        text is { Length: > 0 and <= LongestName }
            && text.All(c => char.IsAsciiLetterOrDigit(c) || c is '.' or '_' or '-');
}

/// <summary>The outcome of a change of preferences.</summary>
/// <param name="Reason">None, or Forbidden if there would be too many preferences; then nothing was changed.</param>
/// <param name="All">All preferences, sorted by name.</param>
[GenerateSerializer, Immutable, Alias("preferences-result")]
public sealed record PreferencesResult(RejectReason Reason, ImmutableArray<Preference> All);
