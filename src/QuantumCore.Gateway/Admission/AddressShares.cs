using System.Net;
using QuantumCore.Gateway.Identity;

namespace QuantumCore.Gateway.Admission;

/// <summary>Counts what each address holds, such as connections. An IPv6 address counts with its /64 network.</summary>
/// <param name="most">Maximum number per address.</param>
internal sealed class AddressShares(int most)
{
    private readonly Dictionary<IPAddress, int> _held = [];

    /// <summary>Takes one for an address; false if the address holds the maximum already.</summary>
    public bool TryTake(IPAddress address)
    {
        var place = AddressNetwork.PlaceOf(address);
        lock (_held)
        {
            var before = _held.GetValueOrDefault(place);
            if (before >= most)
                return false;

            _held[place] = before + 1;
            return true;
        }
    }

    /// <summary>Returns one that was taken.</summary>
    public void Return(IPAddress address)
    {
        var place = AddressNetwork.PlaceOf(address);
        lock (_held)
        {
            if (--_held[place] == 0)
                _held.Remove(place);
        }
    }
}
