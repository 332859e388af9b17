using System.Net;

namespace QuantumCore.Gateway.Admission;

/// <summary>
/// How often one address and one account may ask. What cancels and what reads or trades is counted apart: who trades
/// too much can still cancel.
/// </summary>
/// <remarks>
/// The address is the connection's own; no header that a client could write is believed. Behind a proxy all clients
/// are one address: raise its limit, or take it away.
/// </remarks>
public sealed class Quotas(GatewayOptions options, GatewayMetrics metrics, TimeProvider time)
{
    /// <summary>From so many places somebody may be signed in as at the full rate of one.</summary>
    internal const int PlacesOfUser = 6;

    private readonly RequestRates<(IPAddress Address, bool IsUrgent)> _addresses = new(options.AddressRequestsPerSecond, time);
    private readonly RequestRates<(long Account, bool IsUrgent)> _accounts = new(options.AccountRequestsPerSecond, time);

    private readonly RequestRates<IPAddress> _signInAddresses = new(options.AddressSignInsPerMinute, time, TimeSpan.FromMinutes(1));

    private readonly RequestRates<IPAddress> _signUps = new(options.AddressSignUpsPerDay, time, TimeSpan.FromDays(1));

    // As one user few from one place, so that a password can't be guessed; more from all places, so that a stranger can't keep somebody out by trying.
    private readonly RequestRates<(string User, IPAddress? From)> _signInsOfUser = new(options.UserSignInsPerMinute, time, TimeSpan.FromMinutes(1));
    private readonly RequestRates<string> _codesOfUser = new(options.UserSignInsPerMinute, time, TimeSpan.FromMinutes(1));
    private readonly RequestRates<string> _signInUsers = new(options.UserSignInsPerMinute * PlacesOfUser, time, TimeSpan.FromMinutes(1));

    private readonly AddressShares _sockets = new(options.StreamConnectionsOfAddress);

    /// <summary>Counts a request of an address; false when it asks too often.</summary>
    internal bool TakeAddress(IPAddress? address, Lane lane) =>
        address is null || _addresses.Take((address, lane == Lane.Urgent)) || Refuse("address");

    /// <summary>Counts an open WebSocket of an address; false when it has its share.</summary>
    internal bool TakeSocket(IPAddress? address) => address is null || _sockets.TryTake(address) || Refuse("sockets");

    /// <summary>A WebSocket of an address is closed.</summary>
    internal void ReturnSocket(IPAddress? address)
    {
        if (address is not null)
            _sockets.Return(address);
    }

    /// <summary>Counts a request of an account; false when it asks too often.</summary>
    internal bool TakeAccount(long account, Lane lane) => _accounts.Take((account, lane == Lane.Urgent)) || Refuse("account");

    /// <summary>Counts an attempt to sign in, as somebody or with an empty name as nobody; false when there were too many.</summary>
    internal bool TakeSignIn(IPAddress? address, string user)
    {
        var from = address is null ? null : AddressNetwork.PlaceOf(address);
        return ((from is null || _signInAddresses.Take(from))
            && (user.Length == 0 || (_signInsOfUser.Take((user, from)) && _signInUsers.Take(user)))) || Refuse("signIn");
    }

    /// <summary>Counts a sign-up; false when there were too many from its address today.</summary>
    internal bool TakeSignUp(IPAddress? address) => address is null || _signUps.Take(AddressNetwork.PlaceOf(address)) || Refuse("signUp");

    /// <summary>Counts a code of an authenticator that a user shows; false when there were too many, wherever they came from.</summary>
    internal bool TakeCode(string user) => _codesOfUser.Take(user) || Refuse("signIn");

    private bool Refuse(string whose)
    {
        metrics.QuotaUsedUp(whose);
        return false;
    }
}
