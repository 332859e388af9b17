namespace QuantumCore.Client;

/// <summary>Price alerts of the key's account.</summary>
public sealed class AlertsClient
{
    private readonly ExchangeCalls _calls;

    internal AlertsClient(ExchangeCalls calls) => _calls = calls;

    /// <summary>Returns the account's price alerts, waiting and fired.</summary>
    public Task<AccountAlerts> GetAsync(CancellationToken cancellation = default) =>
        _calls.GetAsync<AccountAlerts>("alerts", cancellation);

    /// <summary>
    /// Adds a price alert. It fires once, at the first trade at or beyond the price that counts as a last price. If the
    /// same alert already waits, it is returned instead of a second one.
    /// </summary>
    /// <param name="symbol">The instrument.</param>
    /// <param name="price">
    /// Price in the quote asset: a multiple of the tick, within the instrument's price limits.
    /// </param>
    /// <param name="isAbove">
    /// True to fire at the price or higher, false to fire at the price or lower. If the last price is already there,
    /// the alert fires at once and the response says so. Null: the side away from the last price.
    /// </param>
    /// <param name="cancellation">Token that cancels the call.</param>
    /// <exception cref="QuantumCoreException">
    /// <see cref="RejectCodes.UnknownSymbol"/>, <c>InvalidPrice</c>, or <see cref="RejectCodes.Forbidden"/>. Forbidden
    /// means that 50 alerts of the account already wait (the limit is given), or that the key has no account. Without a
    /// side also <c>NoReference</c> before the first trade, and <see cref="RejectCodes.BadRequest"/> if the price
    /// equals the last price. A call without a side is not retried after a lost response, since the price may have
    /// crossed by then. It fails with <see cref="RejectCodes.OutcomeUnknown"/>; check <see cref="GetAsync"/>.
    /// </exception>
    public Task<PriceAlert> AddAsync(
        string symbol, decimal price, bool? isAbove = null, CancellationToken cancellation = default)
    {
        ArgumentNullException.ThrowIfNull(symbol);
        var body = new AlertBody { Symbol = symbol, Price = Requests.Text(price), Above = isAbove };
        return isAbove is null
            ? _calls.PostOnceAsync<PriceAlert>("alerts", body, cancellation)
            : _calls.PostAsync<PriceAlert>("alerts", body, cancellation);
    }

    /// <summary>Removes an alert, fired or not. Removing a missing alert is not an error.</summary>
    /// <param name="id"><see cref="PriceAlert.Id"/> of the alert.</param>
    /// <param name="cancellation">Token that cancels the call.</param>
    /// <returns>The remaining alerts.</returns>
    public Task<AccountAlerts> RemoveAsync(long id, CancellationToken cancellation = default) =>
        _calls.DeleteAsync<AccountAlerts>("alerts/" + Requests.Text(id), cancellation);

    /// <summary>
    /// Follows the account's price alerts until cancelled: first all of them, then all again after each change, merged
    /// over about 50 ms. Each step lists the alerts that have fired. After a lost connection, a step first marks the
    /// data stale. The new snapshot that follows includes alerts fired in between. The exchange forgets alerts when it
    /// restarts: see <see cref="AlertUpdate.Forgotten"/>. Supports one reader.
    /// </summary>
    /// <exception cref="QuantumCoreException">
    /// The key has no account or is no longer valid, or no first snapshot arrived within the attempts and time of a
    /// call (<see cref="RejectCodes.Unreachable"/>). After the first snapshot, lost connections are retried without
    /// limit.
    /// </exception>
    /// <remarks>Falls back to polling where WebSockets are unavailable: see <see cref="UpdateTransport"/>.</remarks>
    public IAsyncEnumerable<AlertUpdate> WatchAsync(CancellationToken cancellation = default) =>
        new AlertFeed(_calls).ReadAsync(cancellation);
}
