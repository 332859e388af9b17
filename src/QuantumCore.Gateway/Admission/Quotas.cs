using System.Net;
using QuantumCore.Gateway.Hosting;
using QuantumCore.Gateway.Identity;

namespace QuantumCore.Gateway.Admission;

/// <summary>
/// Rate limits per address and per account. Cancels have a separate limit, so a client that trades too much can still
/// cancel.
/// </summary>
/// <remarks>
/// The address is the connection's own; headers that a client could write are ignored. Behind a proxy all clients share
/// one address, so raise its limit or remove it.
/// </remarks>
public sealed class Quotas(GatewayOptions options, GatewayMetrics metrics, TimeProvider time)
{
    /// <summary>Limit of one user's sign-ins from all addresses, as a multiple of the limit of one address.</summary>
    internal const int PlacesOfUser = 6;

    private readonly RequestRates<(IPAddress Address, bool IsUrgent)> _addresses =
        new(options.AddressRequestsPerSecond, time);
    private readonly RequestRates<(long Account, bool IsUrgent)> _accounts =
        new(options.AccountRequestsPerSecond, time);

    private readonly RequestRates<IPAddress> _signInAddresses =
        new(options.AddressSignInsPerMinute, time, TimeSpan.FromMinutes(1));

    private readonly RequestRates<IPAddress> _signUps = new(options.AddressSignUpsPerDay, time, TimeSpan.FromDays(1));

    // Few per user and address, so that a password cannot be guessed. More from all addresses, so that a stranger
    // cannot lock a user out.
    private readonly RequestRates<(string User, IPAddress? From)> _signInsOfUser =
        new(options.UserSignInsPerMinute, time, TimeSpan.FromMinutes(1));
    private readonly RequestRates<string> _codesOfUser =
        new(options.UserSignInsPerMinute, time, TimeSpan.FromMinutes(1));
    private readonly RequestRates<string> _signInUsers =
        new(options.UserSignInsPerMinute * PlacesOfUser, time, TimeSpan.FromMinutes(1));

    private readonly AddressShares _sockets = new(options.StreamConnectionsOfAddress);

    /// <summary>Counts a request of an address; false if it exceeds the rate limit.</summary>
    internal bool TakeAddress(IPAddress? address, Lane lane) =>
        address is null || _addresses.Take((address, lane == Lane.Urgent)) || Refuse("address");

    /// <summary>Counts an open WebSocket of an address; false if the address has reached its limit.</summary>
    internal bool TakeSocket(IPAddress? address) => address is null || _sockets.TryTake(address) || Refuse("sockets");

    /// <summary>Releases a closed WebSocket of an address.</summary>
    internal void ReturnSocket(IPAddress? address)
    {
        if (address is not null)
            _sockets.Return(address);
    }

    /// <summary>Counts a request of an account; false if it exceeds the rate limit.</summary>
    internal bool TakeAccount(long account, Lane lane) =>
        _accounts.Take((account, lane == Lane.Urgent)) || Refuse("account");

    /// <summary>
    /// Counts a sign-in attempt for a user, or with an empty name for nobody; false if there were too many.
    /// </summary>
    internal bool TakeSignIn(IPAddress? address, string user)
    {
        var from = address is null ? null : AddressNetwork.PlaceOf(address);
        return ((from is null || _signInAddresses.Take(from))
            && (user.Length == 0 || (_signInsOfUser.Take((user, from)) && _signInUsers.Take(user))))
            || Refuse("signIn");
    }

    /// <summary>Counts a sign-up; false if its address made too many today.</summary>
    internal bool TakeSignUp(IPAddress? address) =>
        address is null || _signUps.Take(AddressNetwork.PlaceOf(address)) || Refuse("signUp");

    /// <summary>
    /// Counts an authenticator code that a user sends; false if there were too many, from all addresses together.
    /// </summary>
    internal bool TakeCode(string user) => _codesOfUser.Take(user) || Refuse("signIn");

    private bool Refuse(string whose)
    {
        metrics.QuotaUsedUp(whose);
        return false;
    }
}
