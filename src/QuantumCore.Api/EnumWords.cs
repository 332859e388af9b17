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

    /// <summary>Returns the word of a value.</summary>
    public static string Text(T value) =>
        s_values.First(pair => EqualityComparer<T>.Default.Equals(pair.Value, value)).Key;

    /// <summary>Returns the value of a word.</summary>
    public static T Of(string word) => s_values[word];

    /// <summary>Returns the value of a word; null for null.</summary>
    public static T? OrNull(string? word) => word is null ? null : Of(word);
}
