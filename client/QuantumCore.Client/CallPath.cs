using System.Globalization;

namespace QuantumCore.Client;

/// <summary>Paths of calls. Names that the caller gives are escaped.</summary>
internal static class CallPath
{
    internal static string Account(string account, string call) => Of("admin/accounts", account, call);

    internal static string Owner(string owner, string call) => Of("admin/owners", owner, call);

    internal static string Symbol(string symbol, string call) => Of("admin/symbols", symbol, call);

    internal static string Venue(string venue, string call) => Of("admin/settlement", venue, call);

    internal static string Order(string symbol, long orderId) => Of("orders", symbol, Requests.Text(orderId));

    internal static string Of(string parent, string name, string call) => $"{Of(parent, name)}/{call}";

    internal static string Of(string parent, string name)
    {
        ArgumentNullException.ThrowIfNull(name);
        return $"{parent}/{Uri.EscapeDataString(name)}";
    }

    /// <summary>Returns the query with all parts that are not null; empty if there are none.</summary>
    internal static string Query(params ReadOnlySpan<(string Name, object? Value)> parts)
    {
        var query = "";
        foreach (var (name, value) in parts)
        {
            var text = value switch
            {
                DateOnly day => Requests.Text(day),
                IFormattable number => number.ToString(null, CultureInfo.InvariantCulture),
                _ => (string?)value,
            };
            if (text is not null)
                query += $"{(query.Length == 0 ? '?' : '&')}{name}={Uri.EscapeDataString(text)}";
        }

        return query;
    }
}
