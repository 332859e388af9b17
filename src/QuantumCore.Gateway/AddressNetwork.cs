using System.Net;

namespace QuantumCore.Gateway;

/// <summary>Networks as people write them: <c>10.0.0.0/8</c>, or one address for the network of itself.</summary>
public static class AddressNetwork
{
    /// <summary>The network of this text; null when it is none.</summary>
    public static IPNetwork? Read(string? text) =>
        IPNetwork.TryParse(text, out var network) ? network
        : IPAddress.TryParse(text, out var one) ? new IPNetwork(one, one.GetAddressBytes().Length * 8)
        : null;
}
