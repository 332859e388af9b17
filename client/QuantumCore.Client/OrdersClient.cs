namespace QuantumCore.Client;

/// <summary>Orders and fills of the key's account.</summary>
public sealed class OrdersClient
{
    /// <summary>Most orders of one batch.</summary>
    public const int BatchLimit = 500;

    private readonly ExchangeCalls _calls;

    internal OrdersClient(ExchangeCalls calls) => _calls = calls;

    /// <summary>Places an order. A rejection throws a <see cref="QuantumCoreException"/>.</summary>
    public Task<Order> PlaceAsync(PlaceOrder order, CancellationToken cancellation = default)
    {
        ArgumentNullException.ThrowIfNull(order);
        var named = CallKey.Named(order);
        return _calls.SendAsync<Order>(
            ExchangeCall.Post("orders", named) with { ClientOrderId = named.ClientOrderId }, cancellation);
    }

    /// <summary>
    /// Places orders that depend on each other, all or none. A repeat under the same client order ids returns the same
    /// orders.
    /// </summary>
    public Task<OrderListReport> PlaceListAsync(PlaceOrderList list, CancellationToken cancellation = default)
    {
        ArgumentNullException.ThrowIfNull(list);
        if (list.Orders.Count == 0)
            throw new ArgumentException("A list has orders.", nameof(list));

        var first = list.Orders[0]?.ClientOrderId ?? CallKey.New();
        var orders = list.Orders.Select((order, i) =>
            CallKey.Named(order is { ClientOrderId: null }
                ? order with { ClientOrderId = i == 0 ? first : $"{first}-{i + 1}" }
                : order, i));
        var call = ExchangeCall.Post("order-lists", new OrderListRequest(list.Kind, [.. orders]));
        return _calls.SendAsync<OrderListReport>(call with { ClientOrderId = first }, cancellation);
    }

    /// <summary>
    /// Places a strategy: orders for several instruments of one group that trade together or not at all. A repeat under
    /// the same client order id returns the same strategy. A rejection throws a <see cref="QuantumCoreException"/>.
    /// </summary>
    public Task<StrategyReport> PlaceStrategyAsync(PlaceStrategy strategy, CancellationToken cancellation = default)
    {
        ArgumentNullException.ThrowIfNull(strategy);
        var name = CallKey.Of(strategy.ClientOrderId, "clientOrderId");
        var call = ExchangeCall.Post("strategies", strategy with { ClientOrderId = name });
        return _calls.SendAsync<StrategyReport>(call with { ClientOrderId = name }, cancellation);
    }

    /// <summary>
    /// Places up to <see cref="BatchLimit"/> orders, processed in sequence. Returns one result for each order. Orders
    /// rejected as overloaded or of unknown outcome are retried under their client order ids. Orders still unanswered
    /// at the end get <see cref="RejectCodes.OutcomeUnknown"/> and the id to ask with. If you cancel the call,
    /// <see cref="QuantumCoreException.BatchResults"/> of the inner exception holds the results so far.
    /// </summary>
    public Task<IReadOnlyList<BatchResult>> PlaceBatchAsync(
        IReadOnlyList<PlaceOrder> orders, CancellationToken cancellation = default)
    {
        ArgumentNullException.ThrowIfNull(orders);
        if (orders.Count is 0 or > BatchLimit)
            throw new ArgumentException($"A batch has 1 to {BatchLimit} orders.", nameof(orders));

        return new OrderBatches(_calls).PlaceAsync(
            [.. orders.Select(static (order, at) => CallKey.Named(order, at))], cancellation);
    }

    /// <summary>Cancels an order and returns its final state.</summary>
    public async Task<Order> CancelAsync(string symbol, long orderId, CancellationToken cancellation = default)
    {
        try
        {
            return await _calls.DeleteAsync<Order>(CallPath.Order(symbol, orderId), cancellation);
        }
        catch (QuantumCoreException refused) when (refused.Code == RejectCodes.OrderClosed && refused.AfterDoubt)
        {
            // One of our earlier attempts, whose response was lost, may have closed it.
            var order = await GetAsync(symbol, orderId, cancellation);
            if (order.Status == OrderStatus.Cancelled)
                return order;

            throw;
        }
    }

    /// <summary>
    /// Cancels an order by its client order id. An unknown id is used up: an order that arrives later under it is
    /// rejected.
    /// </summary>
    public Task<Order> CancelByClientIdAsync(string clientOrderId, CancellationToken cancellation = default) =>
        _calls.DeleteAsync<Order>(ByClientId(clientOrderId), cancellation);

    /// <summary>
    /// Cancels the account's open orders, optionally of one symbol or side, and returns their number. After a lost
    /// response the number is that of the last attempt.
    /// </summary>
    public async Task<int> CancelAllAsync(
        string? symbol = null, OrderSide? side = null, CancellationToken cancellation = default)
    {
        var query = CallPath.Query(("symbol", symbol), ("side", side switch
        {
            OrderSide.Buy => "buy",
            OrderSide.Sell => "sell",
            null => null,
            _ => throw new ArgumentOutOfRangeException(nameof(side), side, "A side is Buy or Sell; null is both."),
        }));
        return (await _calls.DeleteAsync<CancelCount>("orders" + query, cancellation)).Cancelled;
    }

    /// <summary>
    /// Opens a cancel-on-disconnect connection for all open orders of the account, however they were placed: see
    /// <see cref="DisconnectGuard"/>. An existing guard of the same account and name is ended first, and the open
    /// orders are cancelled before the new guard takes effect. So a guard that was lost unnoticed cancels no order
    /// placed under the new one.
    /// </summary>
    /// <param name="session">
    /// Name of the guard, 1 to 36 printable ASCII characters, if several programs trade for the account; null for its
    /// unnamed guard.
    /// </param>
    /// <param name="cancellation">Token that cancels the call.</param>
    /// <exception cref="QuantumCoreException">
    /// The key was rejected, or the exchange was not reached within the attempts of a call.
    /// </exception>
    public Task<DisconnectGuard> CancelOnDisconnectAsync(
        string? session = null, CancellationToken cancellation = default) =>
        DisconnectGuard.OpenAsync(_calls, session, cancellation);

    /// <summary>
    /// Amends an open order. A smaller quantity alone, or new conditions, keep the order and its priority. Another
    /// price or a larger quantity replaces the order; the response carries the new id.
    /// </summary>
    /// <remarks>
    /// If a response is lost, the order is looked up first, because a repeated reduction would no longer be a
    /// reduction.
    /// </remarks>
    public Task<Order> AmendAsync(
        string symbol, long orderId, AmendOrder change, CancellationToken cancellation = default)
    {
        ArgumentNullException.ThrowIfNull(change);
        if (change.ChangesConditions)
        {
            // Conditions change in place: repeating the change has no further effect.
            var call = ExchangeCall.Post(CallPath.Order(symbol, orderId), change) with { Method = HttpMethod.Patch };
            return _calls.SendAsync<Order>(call, cancellation);
        }

        return new OrderAmendments(_calls, this).AmendAsync(symbol, orderId, change, cancellation);
    }

    /// <summary>Returns the state of one order, open or done.</summary>
    public Task<Order> GetAsync(string symbol, long orderId, CancellationToken cancellation = default) =>
        _calls.GetAsync<Order>(CallPath.Order(symbol, orderId), cancellation);

    /// <summary>
    /// Returns the state of one order, open or done, by its client order id. Use it after a lost response. Fails with
    /// <see cref="RejectCodes.UnknownOrder"/> if no order has reached a book under that id so far. The lookup does not
    /// use the id up.
    /// </summary>
    public Task<Order> GetByClientIdAsync(string clientOrderId, CancellationToken cancellation = default) =>
        _calls.GetAsync<Order>(ByClientId(clientOrderId), cancellation);

    /// <summary>Returns the account's open orders.</summary>
    public async Task<IReadOnlyList<Order>> GetOpenAsync(
        string? symbol = null, CancellationToken cancellation = default) =>
        (await _calls.GetAsync<OrderList>(
            "orders" + CallPath.Query(("open", "true"), ("symbol", symbol)), cancellation)).Orders;

    /// <summary>
    /// Returns the account's orders that reached a book, open and done, newest first, without their fills.
    /// </summary>
    /// <param name="symbol">Instrument to filter by; null for all.</param>
    /// <param name="limit">Page size, 1 to 1000.</param>
    /// <param name="after"><see cref="Page{T}.Next"/> of the previous page; null for the newest orders.</param>
    /// <param name="cancellation">Token that cancels the call.</param>
    public async Task<Page<Order>> GetHistoryAsync(
        string? symbol = null, int limit = 100, string? after = null, CancellationToken cancellation = default)
    {
        var page = await _calls.GetAsync<OrderPage>(
            "orders/history" + CallPath.Query(("symbol", symbol), ("limit", limit), ("after", after)), cancellation);
        return new(page.Orders, page.Next);
    }

    /// <summary>Returns the orders and quantity ahead of a resting order at its price.</summary>
    public Task<OrderPosition> GetQueuePositionAsync(
        string symbol, long orderId, CancellationToken cancellation = default) =>
        _calls.GetAsync<OrderPosition>(CallPath.Order(symbol, orderId) + "/position", cancellation);

    /// <summary>Returns the account's fills, newest first.</summary>
    /// <param name="symbol">Instrument to filter by; null for all.</param>
    /// <param name="limit">Most fills, 1 to 1000.</param>
    /// <param name="cancellation">Token that cancels the call.</param>
    public async Task<IReadOnlyList<AccountFill>> GetFillsAsync(
        string? symbol = null, int limit = 100, CancellationToken cancellation = default) =>
        (await _calls.GetAsync<FillList>(
            "fills" + CallPath.Query(("symbol", symbol), ("limit", limit)), cancellation)).Fills;

    /// <summary>
    /// Returns the account's fills of one symbol after a trade, oldest first; <c>0-0</c> starts at the first.
    /// </summary>
    /// <param name="symbol">The instrument.</param>
    /// <param name="afterTradeId">Trade id; only later trades are returned.</param>
    /// <param name="limit">Most fills, 1 to 1000.</param>
    /// <param name="cancellation">Token that cancels the call.</param>
    public async Task<IReadOnlyList<AccountFill>> GetFillsAfterAsync(
        string symbol, string afterTradeId, int limit = 1000, CancellationToken cancellation = default) =>
        (await _calls.GetAsync<FillList>(
            "fills" + CallPath.Query(("symbol", symbol), ("limit", limit), ("after", afterTradeId)),
            cancellation)).Fills;

    /// <summary>Returns the account's matches stopped by self-trade prevention, newest first.</summary>
    /// <param name="symbol">Instrument to filter by; null for all.</param>
    /// <param name="orderId">Order to filter by, with its symbol; null for all.</param>
    /// <param name="limit">Most matches, 1 to 1000.</param>
    /// <param name="cancellation">Token that cancels the call.</param>
    public async Task<IReadOnlyList<PreventedMatch>> GetPreventedMatchesAsync(
        string? symbol = null, long? orderId = null, int limit = 100, CancellationToken cancellation = default) =>
        (await _calls.GetAsync<PreventedMatchList>(
            "prevented-matches" + CallPath.Query(("symbol", symbol), ("orderId", orderId), ("limit", limit)),
            cancellation)).Matches;

    /// <summary>
    /// Returns prevented matches of one symbol after a match, oldest first; <c>0-0</c> starts at the first.
    /// </summary>
    /// <param name="symbol">The instrument.</param>
    /// <param name="afterMatchId">Match id; only later matches are returned.</param>
    /// <param name="limit">Most matches, 1 to 1000.</param>
    /// <param name="cancellation">Token that cancels the call.</param>
    public async Task<IReadOnlyList<PreventedMatch>> GetPreventedMatchesAfterAsync(
        string symbol, string afterMatchId, int limit = 1000, CancellationToken cancellation = default) =>
        (await _calls.GetAsync<PreventedMatchList>(
            "prevented-matches" + CallPath.Query(("symbol", symbol), ("limit", limit), ("after", afterMatchId)),
            cancellation)).Matches;

    private static string ByClientId(string clientOrderId)
    {
        ArgumentNullException.ThrowIfNull(clientOrderId);
        return CallPath.Of("orders/by-client-id", CallKey.Checked(clientOrderId, "clientOrderId"));
    }
}
