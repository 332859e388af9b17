using QuantumCore.Client;

namespace QuantumCore.Cli;

/// <summary>Reads lists that the exchange returns page by page.</summary>
internal static class Pages
{
    /// <summary>Most rows that a command shows.</summary>
    public const int MostRows = 100_000;

    /// <summary>Most rows in one response of the exchange.</summary>
    public const int Longest = 1_000;

    /// <summary>Returns up to <paramref name="limit"/> rows, with as many calls as necessary.</summary>
    public static async Task<IReadOnlyList<T>> ReadAsync<T>(int limit, Func<int, string?, Task<Page<T>>> read)
    {
        var all = new List<T>();
        string? after = null;
        do
        {
            var page = await read(Math.Min(Longest, limit - all.Count), after);
            all.AddRange(page);
            after = page.Next;
        }
        while (after is not null && all.Count < limit);
        return all;
    }
}
