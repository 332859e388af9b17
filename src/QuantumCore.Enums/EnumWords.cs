using System.Collections.Frozen;
using System.Reflection;
using System.Text.Json.Serialization;

namespace QuantumCore;

/// <summary>Words of an enum, in JSON and in the history: its members say them.</summary>
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

    /// <summary>Returns the value of a word; null for an unknown one.</summary>
    public static T? Find(string? word) => word is not null && s_values.TryGetValue(word, out var value) ? value : null;
}

/// <summary>Words of values.</summary>
internal static class EnumWords
{
    /// <summary>Returns the word of a value.</summary>
    public static string Word<T>(this T value)
        where T : struct, Enum => EnumWords<T>.Text(value);
}
