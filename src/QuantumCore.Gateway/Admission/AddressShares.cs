using System.Net;

namespace QuantumCore.Gateway.Admission;

/// <summary>Counts what each address holds, such as connections. An address of version 6 counts with its network of 64 bits.</summary>
/// <param name="most">Most that one address may hold.</param>
internal sealed class AddressShares(int most)
{
    private readonly Dictionary<IPAddress, int> _held = [];

    /// <summary>Takes one for an address; false when it holds the most already.</summary>
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

    /// <summary>Gives back one that was taken.</summary>
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
