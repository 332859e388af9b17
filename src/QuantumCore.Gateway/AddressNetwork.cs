using System.Net;

namespace QuantumCore.Gateway;

/// <summary>Networks as people write them: <c>10.0.0.0/8</c>, or one address for the network of itself.</summary>
public static class AddressNetwork
{
    private const int BytesOfNetwork = 8;

    /// <summary>What stands for all addresses that somebody at this one has: whoever has one of version 6 has its network of 64 bits.</summary>
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

    /// <summary>The network of this text; null when it is none.</summary>
    public static IPNetwork? Read(string? text) =>
        IPNetwork.TryParse(text, out var network) ? network
        : IPAddress.TryParse(text, out var one) ? new IPNetwork(one, one.GetAddressBytes().Length * 8)
        : null;
}
