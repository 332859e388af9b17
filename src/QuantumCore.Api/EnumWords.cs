using System.Collections.Frozen;
using System.Reflection;
using System.Text.Json.Serialization;

namespace QuantumCore.Client;

/// <summary>Words of an enum of the API.</summary>
internal static class EnumWords<T>
    where T : struct, Enum
{
    private static readonly FrozenDictionary<string, T> s_values =
        typeof(T).GetFields(BindingFlags.Public | BindingFlags.Static)
        .ToFrozenDictionary(
            field => field.GetCustomAttribute<JsonStringEnumMemberNameAttribute>()?.Name ?? field.Name,
            field => (T)field.GetValue(null)!,
            StringComparer.Ordinal);

    private static readonly FrozenDictionary<T, string> s_words =
        s_values.ToFrozenDictionary(static pair => pair.Value, static pair => pair.Key);

    /// <summary>Returns the word of a value.</summary>
    public static string Text(T value) => s_words[value];

    /// <summary>Returns the value of a word.</summary>
    public static T Of(string word) => s_values[word];
}
