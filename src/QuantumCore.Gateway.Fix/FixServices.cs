using System.Net;
using Microsoft.Extensions.Logging;
using QuantumCore.Gateway.AccountUpdates;
using QuantumCore.Gateway.Admission;
using QuantumCore.Gateway.Identity;
using QuantumCore.Gateway.MarketFeeds;
using QuantumCore.Gateway.Markets;
using QuantumCore.Gateway.Orders;

namespace QuantumCore.Gateway.Fix;

/// <summary>Services that every session uses.</summary>
internal sealed record FixServices(
    OrderDesk Desk,
    CancelReplace CancelReplace,
    CancelOnDisconnect Cancels,
    AccountQueries Accounts,
    Listings Listings,
    AccountFeeds Feeds,
    BookFeeds Books,
    KeyRing Keys,
    SessionRegistry Sessions,
    Door Door,
    Quotas Quotas,
    TimeProvider Time,
    ILogger<FixTrader> Log)
{
    /// <summary>
    /// Watches background work of a session. If it fails, the session ends, so that the client begins again.
    /// </summary>
    public async Task GuardAsync(FixSession session, Task work)
    {
        try
        {
            await work;
        }
        catch (Exception error)
        {
            Gateway.Log.RequestFailed(Log, "FIX", "reports", error);
            session.LogOut("The exchange could not go on with this session: log on again.");
        }
    }
}

/// <summary>Holder of a session.</summary>
/// <param name="Account">Account it trades for.</param>
/// <param name="MayTrade">True if its key may enter and cancel orders.</param>
/// <param name="Address">Client IP.</param>
/// <param name="IsStillIn">Returns true while the key is valid.</param>
/// <param name="CancelsAtEnd">
/// True if the orders that the session entered are cancelled when its connection ends.
/// </param>
internal sealed record FixHolder(
    long Account, bool MayTrade, IPAddress? Address, Func<ValueTask<bool>> IsStillIn, bool CancelsAtEnd);
