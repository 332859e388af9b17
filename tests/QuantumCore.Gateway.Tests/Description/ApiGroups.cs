using System.Collections.Frozen;

namespace QuantumCore.Gateway.Tests.Description;

/// <summary>Groups of the native API's calls, by the first segment of their paths.</summary>
internal static class ApiGroups
{
    private const string Admin = "admin/";

    private static readonly (string Name, string[] Segments)[] s_groups =
    [
        ("Orders", ["orders", "order-lists", "strategies", "trading"]),
        ("Market data", ["instruments", "book", "trades", "symbols", "tickers", "candles", "stream"]),
        ("Account",
        [
            "account", "fills", "prevented-matches", "transfers", "withdrawals", "limits", "fees", "margin", "alerts",
            "demo",
        ]),
        ("Users and keys", ["users", "sessions", "user", "keys"]),
        ("Signals", ["signals"]),
        ("Operators: accounts", ["admin/accounts"]),
        ("Operators: market", ["admin/instruments", "admin/symbols", "admin/breaker", "admin/pins"]),
        ("Operators: risk and fees", ["admin/limits", "admin/owners", "admin/margin", "admin/fees"]),
        ("Operators: settlement", ["admin/settlement", "admin/corporate-actions"]),
        ("Operators: ledger", ["admin/ledger"]),
        ("Operators: users and system", ["admin/users", "admin/keys", "admin/audit", "admin/actions", "admin/system"]),
        ("Reference", ["openapi.json"]),
    ];

    private static readonly FrozenDictionary<string, string> s_bySegment = s_groups
        .SelectMany(static group => group.Segments.Select(segment => KeyValuePair.Create(segment, group.Name)))
        .ToFrozenDictionary(StringComparer.Ordinal);

    /// <summary>Names of the groups, in the sequence in which a reader wants them.</summary>
    public static IEnumerable<string> All => s_groups.Select(static group => group.Name);

    /// <summary>Returns the group of a path after the base path.</summary>
    public static string Of(string path)
    {
        var admin = path.StartsWith(Admin, StringComparison.Ordinal) ? Admin.Length : 0;
        var segment = path[..admin] + path[admin..].Split('/')[0];
        return s_bySegment.GetValueOrDefault(segment)
            ?? throw new InvalidDataException($"'{segment}' is in no group of the API.");
    }
}
