using System.Globalization;
using System.Net;

namespace QuantumCore.Silo;

/// <summary>Address of the FIX interface.</summary>
/// <param name="EndPoint">IP address and port.</param>
/// <param name="IsTls">True if connections use TLS.</param>
internal sealed record FixAddress(IPEndPoint EndPoint, bool IsTls)
{
    /// <summary>
    /// Parses a port of this machine, or an address as tcp:// or tls://; returns null for any other text.
    /// </summary>
    public static FixAddress? Read(string text)
    {
        if (Port(text) is { } port)
            return new FixAddress(new IPEndPoint(IPAddress.Loopback, port), IsTls: false);

        var isTls = text.StartsWith("tls://", StringComparison.Ordinal);
        if (!isTls && !text.StartsWith("tcp://", StringComparison.Ordinal))
            return null;

        var rest = text["tcp://".Length..].TrimEnd('/');
        var colon = rest.LastIndexOf(':');
        if (colon <= 0 || Port(rest[(colon + 1)..]) is not { } number)
            return null;

        var host = rest[..colon];
        return IPAddress.TryParse(
            host == "localhost" ? "127.0.0.1" : host == "*" ? "0.0.0.0" : host.Trim('[', ']'), out var address)
            ? new FixAddress(new IPEndPoint(address, number), isTls)
            : null;
    }

    /// <inheritdoc/>
    public override string ToString() => $"{(IsTls ? "tls" : "tcp")}://{EndPoint}";

    private static int? Port(string text) =>
        ushort.TryParse(text, NumberStyles.None, CultureInfo.InvariantCulture, out var port) && port > 0 ? port : null;
}
