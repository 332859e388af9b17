using System.Net;

namespace QuantumCore.Gateway.Identity;

/// <summary>
/// IP networks in text form: <c>10.0.0.0/8</c>, or a single address for a network of that address alone.
/// </summary>
public static class AddressNetwork
{
    private const int BytesOfNetwork = 8;

    /// <summary>
    /// Returns the address that stands for a client: the /64 network of an IPv6 address, an IPv4 address itself.
    /// </summary>
    public static IPAddress PlaceOf(IPAddress address)
    {
        ArgumentNullException.ThrowIfNull(address);
        if (address.IsIPv4MappedToIPv6)
            return address.MapToIPv4();
        var bytes = address.GetAddressBytes();
        if (bytes.Length <= BytesOfNetwork)
            return address;

        bytes.AsSpan(BytesOfNetwork).Clear();
        return new IPAddress(bytes);
    }

    /// <summary>Parses a network; null if the text is not one.</summary>
    public static IPNetwork? Read(string? text) =>
        IPNetwork.TryParse(text, out var network) ? network
        : IPAddress.TryParse(text, out var one) ? new IPNetwork(one, one.GetAddressBytes().Length * 8)
        : null;
}
