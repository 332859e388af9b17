namespace QuantumCore.Client;

/// <summary>The key's account: balances, positions, statement, and the terms it trades under.</summary>
public sealed class AccountClient
{
    private readonly ExchangeCalls _calls;

    internal AccountClient(ExchangeCalls calls) => _calls = calls;

    /// <summary>Returns the account's balances.</summary>
    public Task<AccountView> GetAsync(CancellationToken cancellation = default) =>
        _calls.GetAsync<AccountView>("account", cancellation);

    /// <summary>
    /// Follows the key's account until cancelled: first all balances and open orders, then their changes, merged over
    /// about 50 ms. A voided or corrected trade is a step of its own (<see cref="AccountChange.TradeChanged"/>), after
    /// the balances it changed. After a lost connection, a step first marks the data stale, then a new snapshot
    /// follows. Supports one reader.
    /// </summary>
    /// <exception cref="QuantumCoreException">
    /// The key has no account, or no first snapshot arrived within the attempts and time of a call
    /// (<see cref="RejectCodes.Unreachable"/>). After the first snapshot, lost connections are retried without limit.
    /// </exception>
    /// <remarks>Falls back to polling where WebSockets are unavailable: see <see cref="UpdateTransport"/>.</remarks>
    public IAsyncEnumerable<AccountUpdate> WatchAsync(CancellationToken cancellation = default) =>
        new AccountFeed(_calls).ReadAsync(cancellation);

    /// <summary>Returns the account's position and profit in each instrument.</summary>
    /// <param name="method">Cost method: which units leave first.</param>
    /// <param name="feesInCost">
    /// True to include fees in cost and proceeds, as for tax; false to report them separately.
    /// </param>
    /// <param name="cancellation">Token that cancels the call.</param>
    public async Task<IReadOnlyList<Position>> GetPositionsAsync(
        CostMethod method = CostMethod.Average, bool feesInCost = false, CancellationToken cancellation = default) =>
        (await _calls.GetAsync<PositionList>("account/positions" + Costs(method, feesInCost), cancellation)).Positions;

    /// <summary>Returns the account's statement over UTC days, both inclusive, with one page of its lines.</summary>
    /// <param name="from">First day; null is today.</param>
    /// <param name="to">Last day; null is today, or the first day if that is later.</param>
    /// <param name="after"><see cref="AccountStatement.Next"/> of the previous page; null for the first page.</param>
    /// <param name="limit">Most lines, 1 to 1000.</param>
    /// <param name="cancellation">Token that cancels the call.</param>
    public Task<AccountStatement> GetStatementAsync(
        DateOnly? from = null, DateOnly? to = null, string? after = null, int limit = 100,
        CancellationToken cancellation = default) =>
        _calls.GetAsync<AccountStatement>("account/statement" + Days(from, to, after, limit), cancellation);

    /// <summary>Returns the account's fee rates in each quote asset that has a fee schedule.</summary>
    public Task<AccountFees> GetFeesAsync(CancellationToken cancellation = default) =>
        _calls.GetAsync<AccountFees>("fees", cancellation);

    /// <summary>Returns the account's risk limits.</summary>
    public Task<AccountLimits> GetLimitsAsync(CancellationToken cancellation = default) =>
        _calls.GetAsync<AccountLimits>("limits", cancellation);

    /// <summary>Returns the margin rules of all instruments and currencies.</summary>
    public Task<MarginRulebook> GetMarginRulesAsync(CancellationToken cancellation = default) =>
        _calls.GetAsync<MarginRulebook>("margin", cancellation);

    internal static string Costs(CostMethod method, bool feesInCost) => CallPath.Query(
        ("cost", method == CostMethod.Fifo ? "fifo" : "average"), ("fees", feesInCost ? "inCost" : "beside"));

    internal static string Days(DateOnly? from, DateOnly? to, string? after, int limit) =>
        CallPath.Query(("from", from), ("to", to), ("after", after), ("limit", limit));
}
