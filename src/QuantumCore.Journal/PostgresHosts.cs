using System.Net;
using Npgsql;

namespace QuantumCore.Journal;

/// <summary>Rule for connections to PostgreSQL on other machines: their security is named, never assumed.</summary>
public static class PostgresHosts
{
    // As Npgsql names it, however a connection string spells it.
    private const string Mode = "SSL Mode";

    /// <summary>
    /// Returns a sentence if a connection string names another machine without an SSL Mode: Npgsql would accept any
    /// certificate, or none. Returns null if each host is this machine, or the mode is named.
    /// </summary>
    /// <exception cref="ArgumentException">The text is no connection string.</exception>
    public static string? Problem(string connectionString)
    {
        var settings = new NpgsqlConnectionStringBuilder(connectionString);
        var hosts = (settings.Host ?? "").Split(',', StringSplitOptions.TrimEntries);
        return !settings.ShouldSerialize(Mode) && Array.Find(hosts, IsElsewhere) is { } host
            ? $"'{host}' is another machine, and the connection string has no {Mode}. Add {Mode}=VerifyFull, which checks "
                + "the server's certificate and name (Root Certificate=FILE for an authority of your own). On a private "
                + $"network, {Mode}=Require encrypts without a check, and {Mode}=Disable does not encrypt"
            : null;
    }

    private static bool IsElsewhere(string host)
    {
        // A folder, or a name in Linux's abstract namespace, is a Unix socket.
        if (host.Length == 0 || Path.IsPathRooted(host) || host[0] == '@')
            return false;

        // Several hosts may each have a port.
        var name = IPEndPoint.TryParse(host, out var address) ? address.Address.ToString() : host.Split(':')[0];
        return !(IPAddress.TryParse(name, out var ip)
            ? IPAddress.IsLoopback(ip)
            : name.Equals("localhost", StringComparison.OrdinalIgnoreCase));
    }
}
