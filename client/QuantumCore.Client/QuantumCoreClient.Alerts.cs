namespace QuantumCore.Client;

// Prices that the account waits for.
public sealed partial class QuantumCoreClient
{
    /// <summary>The account's price alerts, those that wait and those that have fired.</summary>
    public Task<AccountAlerts> GetAlertsAsync(CancellationToken cancellation = default) =>
        _calls.SendAsync<AccountAlerts>(Get("alerts"), cancellation);

    /// <summary>
    /// Has the exchange watch for a price: the alert fires once, at the first trade there or beyond that is a last price. The same one that waits
    /// already is the answer, and not a second one.
    /// </summary>
    /// <param name="symbol">The instrument.</param>
    /// <param name="price">The price in the quote asset: a whole multiple of the tick, within the instrument's limits of prices.</param>
    /// <param name="isAbove">
    /// Whether it fires there or higher, or else there or lower; where the last price is there already it fires at once, and the answer says so. Null:
    /// the side that is away from the last price.
    /// </param>
    /// <param name="cancellation">Gives up.</param>
    /// <exception cref="QuantumCoreException">
    /// <see cref="RejectCodes.UnknownSymbol"/>; <c>InvalidPrice</c>; <see cref="RejectCodes.Forbidden"/> with the limit, where the account has 50
    /// that wait, or for a key without an account. Without a side also <c>NoReference</c> before the first trade, and <see cref="RejectCodes.BadRequest"/> for
    /// the last price itself; and then it is not repeated when its answer is lost, for the price may be on the other side by then:
    /// <see cref="RejectCodes.OutcomeUnknown"/>, and <see cref="GetAlertsAsync"/> tells.
    /// </exception>
    public Task<PriceAlert> SetAlertAsync(string symbol, decimal price, bool? isAbove = null, CancellationToken cancellation = default)
    {
        ArgumentNullException.ThrowIfNull(symbol);
        return _calls.SendAsync<PriceAlert>(
            Post("alerts", new AlertRequest(symbol, price, isAbove)) with { Repeatable = isAbove is not null }, cancellation);
    }

    /// <summary>Takes an alert away, whether it has fired or not; one that is gone already is no error.</summary>
    /// <param name="id">The alert's <see cref="PriceAlert.Id"/>.</param>
    /// <param name="cancellation">Gives up.</param>
    /// <returns>Those that are left.</returns>
    public Task<AccountAlerts> RemoveAlertAsync(long id, CancellationToken cancellation = default) =>
        _calls.SendAsync<AccountAlerts>(new(HttpMethod.Delete, "alerts/" + Text(id)), cancellation);

    /// <summary>
    /// Follows the account's price alerts until cancelled: all at first, and all again whenever one was set, has fired or was taken away, some 50 ms
    /// merged; each step says which have fired. After a lost connection it first says that what it told is stale, and goes on with a new snapshot: what
    /// has fired meanwhile is in it. The exchange forgets alerts when it is started anew: <see cref="AlertUpdate.Forgotten"/>. One reader.
    /// </summary>
    /// <exception cref="QuantumCoreException">
    /// The key has no account or is good no more, or no first snapshot came within the attempts and the time of a call
    /// (<see cref="RejectCodes.Unreachable"/>). After the first a lost connection is made again for ever.
    /// </exception>
    /// <remarks>Polled where no WebSocket is to be had: <see cref="UpdateTransport"/>.</remarks>
    public IAsyncEnumerable<AlertUpdate> WatchAlertsAsync(CancellationToken cancellation = default) =>
        new AlertFeed(this, _http, _root, _apiKey, _options).ReadAsync(cancellation);
}
