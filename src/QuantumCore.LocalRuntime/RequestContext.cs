namespace QuantumCore.LocalRuntime;

/// <summary>
/// Values that travel with calls, from a caller to the grains it calls and on; never back. Copy on write, so a change in a callee
/// is not seen by the caller.
/// </summary>
public static class RequestContext
{
    internal static readonly AsyncLocal<Dictionary<string, object>?> Current = new();

    /// <summary>The keys that are set.</summary>
    public static IEnumerable<string> Keys => Current.Value?.Keys ?? Enumerable.Empty<string>();

    /// <summary>The keys that are set with their values.</summary>
    public static IEnumerable<KeyValuePair<string, object>> Entries => Current.Value ?? [];

    /// <summary>The value of a key; null if it is not set.</summary>
    public static object? Get(string key) => Current.Value?.GetValueOrDefault(key);

    /// <summary>Sets a value for the calls made from here on.</summary>
    public static void Set(string key, object value) =>
        Current.Value = new Dictionary<string, object>(Current.Value ?? [], StringComparer.Ordinal) { [key] = value };

    /// <summary>Forgets a key; false if it was not set.</summary>
    public static bool Remove(string key)
    {
        if (Current.Value is not { } values || !values.ContainsKey(key))
            return false;

        var rest = new Dictionary<string, object>(values, StringComparer.Ordinal);
        rest.Remove(key);
        Current.Value = rest.Count == 0 ? null : rest;
        return true;
    }

    /// <summary>Forgets all keys.</summary>
    public static void Clear() => Current.Value = null;
}
