using System.Globalization;
using System.Security.Cryptography;

namespace QuantumCore.Client;

/// <summary>Client for the exchange's API. Thread-safe.</summary>
/// <remarks>
/// A call that changes something is retried with the same client order id or key, so it takes effect once. A call
/// without such a key is sent once. If its outcome stays unknown, it throws a <see cref="QuantumCoreException"/> with
/// <see cref="RejectCodes.OutcomeUnknown"/> and the key to ask with. A call cancelled before its response may also have
/// taken effect: the inner exception of the <see cref="OperationCanceledException"/> then carries that key.
/// </remarks>
public sealed partial class QuantumCoreClient : IDisposable
{
    /// <summary>Most orders of one batch.</summary>
    public const int BatchLimit = 500;

    private const string BasePath = "api/qc/v1/";

    private readonly HttpClient _http;
    private readonly bool _ownsHttp;
    private readonly Uri _root;
    private readonly ExchangeCalls _calls;
    private readonly QuantumCoreClientOptions _options;
    private readonly string? _apiKey;

    /// <summary>Connects to the exchange at an address such as <c>http://127.0.0.1:8080</c>.</summary>
    /// <param name="exchange">Address of the exchange, without the API's path.</param>
    /// <param name="apiKey">API key of the account; null for market data only.</param>
    /// <param name="options">Retry and timeout settings.</param>
    /// <exception cref="ArgumentException">The key contains a character outside printable ASCII.</exception>
    public QuantumCoreClient(Uri exchange, string? apiKey = null, QuantumCoreClientOptions? options = null)
        : this(exchange, new HttpClient { Timeout = Timeout.InfiniteTimeSpan }, ownsHttp: true, apiKey, options)
    {
    }

    /// <summary>
    /// Uses an HTTP client that the caller owns, for calls and WebSockets. Its base address is the exchange's.
    /// </summary>
    /// <param name="http">HTTP client to send with.</param>
    /// <param name="apiKey">API key of the account; null for market data only.</param>
    /// <param name="options">Retry and timeout settings.</param>
    /// <exception cref="ArgumentException">
    /// The HTTP client has no base address, or the key contains a character outside printable ASCII.
    /// </exception>
    public QuantumCoreClient(HttpClient http, string? apiKey = null, QuantumCoreClientOptions? options = null)
        : this(AddressOf(http), http, ownsHttp: false, apiKey, options)
    {
    }

    private QuantumCoreClient(
        Uri exchange, HttpClient http, bool ownsHttp, string? apiKey, QuantumCoreClientOptions? options)
    {
        ArgumentNullException.ThrowIfNull(exchange);

        // The key is sent in a header, where a line break or a non-ASCII letter would fail each call in its own way.
        if (apiKey.AsSpan().ContainsAnyExceptInRange(' ', '~'))
            throw new ArgumentException(
                "A key is printable ASCII characters, without the end of a line.", nameof(apiKey));

        _http = http;
        _ownsHttp = ownsHttp;
        _options = options ?? new QuantumCoreClientOptions();
        _apiKey = apiKey;
        _root = new Uri(new Uri(exchange.AbsoluteUri.TrimEnd('/') + "/"), BasePath);
        _calls = new ExchangeCalls(http, _root, apiKey, _options);
    }

    /// <summary>Places an order. A rejection throws a <see cref="QuantumCoreException"/>.</summary>
    public Task<Order> PlaceAsync(PlaceOrder order, CancellationToken cancellation = default)
    {
        ArgumentNullException.ThrowIfNull(order);
        var named = Named(order);
        return _calls.SendAsync<Order>(
            Post("orders", named) with { ClientOrderId = named.ClientOrderId }, cancellation);
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

        var first = list.Orders[0]?.ClientOrderId ?? NewClientOrderId();
        var orders = list.Orders.Select((order, i) =>
            Named(order is { ClientOrderId: null }
                ? order with { ClientOrderId = i == 0 ? first : $"{first}-{i + 1}" }
                : order, i));
        var call = Post("order-lists", new OrderListRequest(list.Kind, [.. orders])) with { ClientOrderId = first };
        return _calls.SendAsync<OrderListReport>(call, cancellation);
    }

    /// <summary>
    /// Places a strategy: orders for several instruments of one group that trade together or not at all. A repeat under
    /// the same client order id returns the same strategy. A rejection throws a <see cref="QuantumCoreException"/>.
    /// </summary>
    public Task<StrategyReport> PlaceStrategyAsync(PlaceStrategy strategy, CancellationToken cancellation = default)
    {
        ArgumentNullException.ThrowIfNull(strategy);
        var name = Checked(strategy.ClientOrderId ?? NewClientOrderId(), "clientOrderId");
        var call = Post("strategies", strategy with { ClientOrderId = name }) with { ClientOrderId = name };
        return _calls.SendAsync<StrategyReport>(call, cancellation);
    }

    /// <summary>
    /// Places up to <see cref="BatchLimit"/> orders, processed in sequence. Returns one result for each order. Orders
    /// rejected as overloaded or of unknown outcome are retried under their client order ids. Orders still unanswered
    /// at the end get <see cref="RejectCodes.OutcomeUnknown"/> and the id to ask with. If you cancel the call,
    /// <see cref="QuantumCoreException.BatchResults"/> of the inner exception holds the results so far.
    /// </summary>
    public async Task<IReadOnlyList<BatchResult>> PlaceBatchAsync(
        IReadOnlyList<PlaceOrder> orders, CancellationToken cancellation = default)
    {
        ArgumentNullException.ThrowIfNull(orders);
        if (orders.Count is 0 or > BatchLimit)
            throw new ArgumentException($"A batch has 1 to {BatchLimit} orders.", nameof(orders));

        var named = orders.Select((order, at) => Named(order, at)).ToArray();
        var results = named.Select(static order => new BatchResult(null, null) { ClientOrderId = order.ClientOrderId! })
            .ToArray();
        var open = Enumerable.Range(0, named.Length).ToArray();
        var started = _options.Time.GetTimestamp();
        for (var round = 1; open.Length > 0 && round <= _options.MaxAttempts; round++)
        {
            var pause = round > 1 ? new Backoff(_options).PauseAfter(round - 1) : TimeSpan.Zero;
            if (round > 1 && !HasTime(started, pause))
                break;

            var batch = new OrderBatch([.. open.Select(index => named[index])]);
            BatchResults answer;
            try
            {
                if (round > 1)
                    await Task.Delay(pause, _options.Time, cancellation);

                answer = await _calls.SendAsync<BatchResults>(Post("orders/batch", batch), cancellation);
            }
            catch (QuantumCoreException failure) when (round > 1 || failure.Code == RejectCodes.OutcomeUnknown)
            {
                // An exception would lose the results of the other orders and the client order ids of these.
                answer = Unanswered(results, open, failure);
                round = _options.MaxAttempts;
            }
            catch (OperationCanceledException how) when (round > 1 || how.InnerException is QuantumCoreException)
            {
                throw GivenUp(results, open, how);
            }

            if (answer.Results.Count != open.Length)
                throw new QuantumCoreException(
                    RejectCodes.BadAnswer, "The batch's results are not one for each order.");

            Take(answer, results, open);
            open = [.. open.Where(index =>
                results[index].Error?.Code is RejectCodes.Overloaded or RejectCodes.OutcomeUnknown)];
        }

        return results;
    }

    /// <summary>Cancels an order and returns its final state.</summary>
    public async Task<Order> CancelAsync(string symbol, long orderId, CancellationToken cancellation = default)
    {
        try
        {
            return await _calls.SendAsync<Order>(new(HttpMethod.Delete, OrderPath(symbol, orderId)), cancellation);
        }
        catch (QuantumCoreException refused) when (refused.Code == RejectCodes.OrderClosed && refused.AfterDoubt)
        {
            // One of our earlier attempts, whose response was lost, may have closed it.
            var order = await GetOrderAsync(symbol, orderId, cancellation);
            if (order.Status == OrderStatus.Cancelled)
                return order;

            throw;
        }
    }

    /// <summary>
    /// Cancels an order by its client order id. An unknown id is used up: an order that arrives later under it is
    /// rejected.
    /// </summary>
    public Task<Order> CancelByClientIdAsync(string clientOrderId, CancellationToken cancellation = default)
    {
        ArgumentNullException.ThrowIfNull(clientOrderId);
        var name = Checked(clientOrderId, "clientOrderId");
        return _calls.SendAsync<Order>(
            new(HttpMethod.Delete, "orders/by-client-id/" + Uri.EscapeDataString(name)), cancellation);
    }

    /// <summary>
    /// Cancels the account's open orders, optionally of one symbol or side, and returns their number. After a lost
    /// response the number is that of the last attempt.
    /// </summary>
    public async Task<int> CancelAllAsync(
        string? symbol = null, OrderSide? side = null, CancellationToken cancellation = default)
    {
        var query = Query(("symbol", symbol), ("side", side switch
        {
            OrderSide.Buy => "buy",
            OrderSide.Sell => "sell",
            null => null,
            _ => throw new ArgumentOutOfRangeException(nameof(side), side, "A side is Buy or Sell; null is both."),
        }));
        return (await _calls.SendAsync<CancelCount>(new(HttpMethod.Delete, "orders" + query), cancellation)).Cancelled;
    }

    /// <summary>
    /// Amends an open order. A smaller quantity alone, or new conditions, keep the order and its priority. Another
    /// price or a larger quantity replaces the order; the response carries the new id.
    /// </summary>
    /// <remarks>
    /// If a response is lost, the order is looked up first, because a repeated reduction would no longer be a
    /// reduction.
    /// </remarks>
    public async Task<Order> AmendAsync(
        string symbol, long orderId, AmendOrder change, CancellationToken cancellation = default)
    {
        ArgumentNullException.ThrowIfNull(change);
        if (change.ChangesConditions)
        {
            // Conditions change in place: repeating the change has no further effect.
            return await _calls.SendAsync<Order>(
                new(HttpMethod.Patch, OrderPath(symbol, orderId)) { Body = QuantumCoreJson.WriteBytes(change) },
                cancellation);
        }

        var named = change with
        {
            ClientOrderId = Checked(change.ClientOrderId ?? NewClientOrderId(), "clientOrderId"),
        };
        var call = new ExchangeCall(HttpMethod.Patch, OrderPath(symbol, orderId))
        {
            Body = QuantumCoreJson.WriteBytes(named),
            Repeatable = false,
            ClientOrderId = named.ClientOrderId,
        };
        var started = _options.Time.GetTimestamp();
        for (var attempt = 1; ; attempt++)
        {
            var pause = new Backoff(_options).PauseAfter(attempt);
            try
            {
                return await _calls.SendAsync<Order>(call, cancellation);
            }
            catch (QuantumCoreException failure)
                when (failure.Code == RejectCodes.OutcomeUnknown && attempt < _options.MaxAttempts
                    && HasTime(started, pause))
            {
                try
                {
                    if (await FindAmendedAsync(symbol, orderId, named, failure, cancellation) is { } amended)
                        return amended;

                    await Task.Delay(pause, _options.Time, cancellation);
                }
                catch (QuantumCoreException)
                {
                    // A failed lookup says nothing about the change itself.
                    throw failure;
                }
                catch (OperationCanceledException how)
                {
                    throw call.GivenUp(how);
                }
            }
        }
    }

    /// <summary>Returns the state of one order, open or done.</summary>
    public Task<Order> GetOrderAsync(string symbol, long orderId, CancellationToken cancellation = default) =>
        _calls.SendAsync<Order>(Get(OrderPath(symbol, orderId)), cancellation);

    /// <summary>
    /// Returns the state of one order, open or done, by its client order id. Use it after a lost response. Fails with
    /// <see cref="RejectCodes.UnknownOrder"/> if no order has reached a book under that id so far. The lookup does not
    /// use the id up.
    /// </summary>
    public Task<Order> GetOrderByClientIdAsync(string clientOrderId, CancellationToken cancellation = default)
    {
        ArgumentNullException.ThrowIfNull(clientOrderId);
        var name = Checked(clientOrderId, "clientOrderId");
        return _calls.SendAsync<Order>(Get("orders/by-client-id/" + Uri.EscapeDataString(name)), cancellation);
    }

    /// <summary>
    /// Returns the account's orders that reached a book, open and done, newest first, without their fills.
    /// </summary>
    /// <param name="symbol">Instrument to filter by; null for all.</param>
    /// <param name="limit">Page size, 1 to 1000.</param>
    /// <param name="after"><see cref="Page{T}.Next"/> of the previous page; null for the newest orders.</param>
    /// <param name="cancellation">Token that cancels the call.</param>
    public async Task<Page<Order>> GetOrderHistoryAsync(
        string? symbol = null, int limit = 100, string? after = null, CancellationToken cancellation = default)
    {
        var page = await _calls.SendAsync<OrderPage>(
            Get("orders/history" + Query(("symbol", symbol), ("limit", Text(limit)), ("after", after))), cancellation);
        return new(page.Orders, page.Next);
    }

    /// <summary>Returns the orders and quantity ahead of a resting order at its price.</summary>
    public Task<OrderPosition> GetPositionAsync(
        string symbol, long orderId, CancellationToken cancellation = default) =>
        _calls.SendAsync<OrderPosition>(Get(OrderPath(symbol, orderId) + "/position"), cancellation);

    /// <summary>Returns the account's open orders.</summary>
    public async Task<IReadOnlyList<Order>> GetOpenOrdersAsync(
        string? symbol = null, CancellationToken cancellation = default) =>
        (await _calls.SendAsync<OrderList>(
            Get("orders" + Query(("open", "true"), ("symbol", symbol))), cancellation)).Orders;

    /// <summary>Returns the account's fills, newest first.</summary>
    /// <param name="symbol">Instrument to filter by; null for all.</param>
    /// <param name="limit">Most fills, 1 to 1000.</param>
    /// <param name="cancellation">Token that cancels the call.</param>
    public async Task<IReadOnlyList<AccountFill>> GetFillsAsync(
        string? symbol = null, int limit = 100, CancellationToken cancellation = default) =>
        (await _calls.SendAsync<FillList>(
            Get("fills" + Query(("symbol", symbol), ("limit", Text(limit)))), cancellation)).Fills;

    /// <summary>
    /// Returns the account's fills of one symbol after a trade, oldest first; <c>0-0</c> starts at the first.
    /// </summary>
    /// <param name="symbol">The instrument.</param>
    /// <param name="afterTradeId">Trade id; only later trades are returned.</param>
    /// <param name="limit">Most fills, 1 to 1000.</param>
    /// <param name="cancellation">Token that cancels the call.</param>
    public async Task<IReadOnlyList<AccountFill>> GetFillsAfterAsync(
        string symbol, string afterTradeId, int limit = 1000, CancellationToken cancellation = default) =>
        (await _calls.SendAsync<FillList>(
            Get("fills" + Query(("symbol", symbol), ("limit", Text(limit)), ("after", afterTradeId))),
            cancellation)).Fills;

    /// <summary>Returns the account's matches stopped by self-trade prevention, newest first.</summary>
    /// <param name="symbol">Instrument to filter by; null for all.</param>
    /// <param name="orderId">Order to filter by, with its symbol; null for all.</param>
    /// <param name="limit">Most matches, 1 to 1000.</param>
    /// <param name="cancellation">Token that cancels the call.</param>
    public async Task<IReadOnlyList<PreventedMatch>> GetPreventedMatchesAsync(
        string? symbol = null, long? orderId = null, int limit = 100, CancellationToken cancellation = default) =>
        (await _calls.SendAsync<PreventedMatchList>(
            Get("prevented-matches"
                + Query(("symbol", symbol), ("orderId", orderId is { } id ? Text(id) : null), ("limit", Text(limit)))),
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
        (await _calls.SendAsync<PreventedMatchList>(
            Get("prevented-matches" + Query(("symbol", symbol), ("limit", Text(limit)), ("after", afterMatchId))),
            cancellation)).Matches;

    /// <summary>Returns the account's balances.</summary>
    public Task<AccountView> GetAccountAsync(CancellationToken cancellation = default) =>
        _calls.SendAsync<AccountView>(Get("account"), cancellation);

    /// <summary>
    /// Books a deposit (administrator's key). A key is booked once; if it is null, the client generates one.
    /// </summary>
    public Task<DepositReceipt> DepositAsync(
        string account, string asset, decimal amount, string? key = null, CancellationToken cancellation = default)
    {
        ArgumentNullException.ThrowIfNull(account);
        var name = Checked(key ?? NewClientOrderId(), "key");
        var path = $"admin/accounts/{Uri.EscapeDataString(account)}/deposits";
        return _calls.SendAsync<DepositReceipt>(
            Post(path, new DepositBody { Key = name, Asset = asset, Amount = Requests.Text(amount) }) with
            {
                DepositKey = name,
            },
            cancellation);
    }

    /// <summary>
    /// Creates an API key for an account (administrator's key). Not retried after a lost response: create another key.
    /// Nobody can use the lost one.
    /// </summary>
    public Task<ApiKeyGrant> CreateApiKeyAsync(string account, CancellationToken cancellation = default) =>
        _calls.SendAsync<ApiKeyGrant>(
            new(HttpMethod.Post, $"admin/accounts/{Uri.EscapeDataString(account)}/keys") { Repeatable = false },
            cancellation);

    /// <summary>
    /// Creates a signing or read-only API key (administrator's key). Not retried after a lost response.
    /// </summary>
    public Task<ApiKeyGrant> CreateApiKeyAsync(
        string account, NewApiKey key, CancellationToken cancellation = default) =>
        _calls.SendAsync<ApiKeyGrant>(
            Post($"admin/accounts/{Uri.EscapeDataString(account)}/keys", key) with { Repeatable = false },
            cancellation);

    /// <summary>Lists an instrument (administrator's key).</summary>
    public Task<Instrument> ListInstrumentAsync(Instrument instrument, CancellationToken cancellation = default) =>
        _calls.SendAsync<Instrument>(Post("admin/instruments", instrument) with { Repeatable = false }, cancellation);

    /// <summary>Returns all instruments.</summary>
    public async Task<IReadOnlyList<Instrument>> GetInstrumentsAsync(CancellationToken cancellation = default) =>
        (await _calls.SendAsync<InstrumentList>(Get("instruments"), cancellation)).Instruments;

    /// <summary>Returns a book by price level.</summary>
    /// <param name="symbol">The instrument.</param>
    /// <param name="depth">Levels of each side, 1 to 1000.</param>
    /// <param name="cancellation">Token that cancels the call.</param>
    public Task<BookSnapshot> GetBookAsync(string symbol, int depth = 20, CancellationToken cancellation = default) =>
        _calls.SendAsync<BookSnapshot>(
            Get("book/" + Uri.EscapeDataString(symbol) + Query(("depth", Text(depth)))), cancellation);

    /// <summary>Returns a symbol's trading phase and prices.</summary>
    public Task<SymbolState> GetStateAsync(string symbol, CancellationToken cancellation = default) =>
        _calls.SendAsync<SymbolState>(Get($"symbols/{Uri.EscapeDataString(symbol)}/state"), cancellation);

    /// <summary>
    /// Follows the books of some symbols until cancelled. Each step returns the current book. After a gap or a lost
    /// connection, a step first marks the book stale, then a new snapshot follows. A step also carries the trades since
    /// the step before, and earlier trades that were voided or corrected. Each enumerable supports one reader.
    /// </summary>
    /// <exception cref="QuantumCoreException">
    /// The exchange rejected a symbol, or no first snapshot arrived within the attempts and time of a call
    /// (<see cref="RejectCodes.Unreachable"/>). After the first snapshot, lost connections are retried without limit.
    /// </exception>
    /// <remarks>Falls back to polling where WebSockets are unavailable: see <see cref="UpdateTransport"/>.</remarks>
    public IAsyncEnumerable<BookUpdate> WatchAsync(
        IEnumerable<string> symbols, CancellationToken cancellation = default) =>
        new BookFeed(this, _http, _root, _apiKey, symbols, _options).ReadAsync(cancellation);

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
    public IAsyncEnumerable<AccountUpdate> WatchAccountAsync(CancellationToken cancellation = default) =>
        new AccountFeed(this, _http, _root, _apiKey, _options).ReadAsync(cancellation);

    /// <summary>
    /// Opens a cancel-on-disconnect connection for all open orders of the account, however they were placed: see
    /// <see cref="DisconnectGuard"/>. An account has one unnamed guard: a newer one ends it and first cancels its open
    /// orders.
    /// </summary>
    /// <exception cref="QuantumCoreException">
    /// The key was rejected, or the exchange was not reached within the attempts of a call.
    /// </exception>
    public Task<DisconnectGuard> CancelOnDisconnectAsync(CancellationToken cancellation = default) =>
        DisconnectGuard.OpenAsync(_http, _root, _apiKey, session: null, _options, cancellation);

    /// <summary>
    /// Opens a named guard. An existing guard of the same account and name is ended first, and the open orders are
    /// cancelled before the new guard takes effect. So a guard that was lost unnoticed cancels no order placed under
    /// the new one.
    /// </summary>
    /// <param name="session">Name of the guard, 1 to 36 printable ASCII characters. Programs that trade for one account
    /// each use their own name.</param>
    /// <param name="cancellation">Token that cancels the call.</param>
    /// <exception cref="QuantumCoreException">
    /// The key was rejected, or the exchange was not reached within the attempts of a call.
    /// </exception>
    public Task<DisconnectGuard> CancelOnDisconnectAsync(string session, CancellationToken cancellation = default) =>
        DisconnectGuard.OpenAsync(_http, _root, _apiKey, session, _options, cancellation);

    /// <summary>
    /// Releases the connections, unless the caller owns them. A feed that would need another connection ends in an
    /// <see cref="ObjectDisposedException"/>.
    /// </summary>
    public void Dispose()
    {
        if (_ownsHttp)
            _http.Dispose();
    }

    /// <summary>Returns a new client order id: 128 random bits as 32 hexadecimal digits.</summary>
    public static string NewClientOrderId() =>
        Convert.ToHexStringLower(RandomNumberGenerator.GetBytes(16));

    private async Task<Order?> FindAmendedAsync(
        string symbol, long orderId, AmendOrder change, QuantumCoreException failure, CancellationToken cancellation)
    {
        var open = await GetOpenOrdersAsync(symbol, cancellation);
        if (open.FirstOrDefault(order => order.ClientOrderId == change.ClientOrderId) is { } replacement)
        {
            // Without an id it is still on its way to its book, which may reject it. A repeat of the change under the
            // same client order id returns the outcome.
            return replacement.OrderId == 0 ? null : replacement;
        }

        var order = await GetOrderAsync(symbol, orderId, cancellation);
        if (IsDone(change, order))
            return order;

        if (order.Status is OrderStatus.New or OrderStatus.PartiallyFilled)
            return null;

        // The order was replaced by one that is done already, or ended otherwise: the client order id tells which. An
        // older order under that id existed before the change.
        try
        {
            var done = await GetOrderByClientIdAsync(change.ClientOrderId!, cancellation);
            return done.Symbol == symbol && done.OrderId > orderId ? done : throw failure;
        }
        catch (QuantumCoreException unknown) when (unknown.Code == RejectCodes.UnknownOrder)
        {
            // No order came of it. A repeat of the change returns the reason, and its client order id prevents a second
            // effect.
            return null;
        }
    }

    /// <summary>
    /// Returns true if an order shows that it was amended in place. A new price creates a new order. If less was to
    /// remain than is open, the order had the requested quantity before.
    /// </summary>
    private static bool IsDone(AmendOrder change, Order order) =>
        (change.Price ?? order.Price) == order.Price && (change.Quantity ?? order.Quantity) == order.Quantity
        && (change.TriggerPrice ?? order.TriggerPrice) == order.TriggerPrice
        && (change.TriggerPrice is not null
            || (change.Quantity is not null && !(change.ExpectedRemaining <= order.Remaining)));

    /// <summary>Returns true if another attempt may start after a pause.</summary>
    private bool HasTime(long started, TimeSpan pause) =>
        _options.Time.GetElapsedTime(started) + pause <= _options.RetryBudget;

    /// <summary>Returns results for the unanswered orders of a batch. An unknown outcome stays unknown.</summary>
    private static BatchResults Unanswered(BatchResult[] results, int[] open, QuantumCoreException failure)
    {
        var refusal =
            new Refusal(failure.Code, Title: null, failure.Detail, failure.Status, failure.Field, failure.Limit);
        return new([.. open.Select(index => new BatchResult(
            null, results[index].Error?.Code == RejectCodes.OutcomeUnknown ? results[index].Error : refusal))]);
    }

    /// <summary>
    /// Returns the exception for a cancelled batch that may be partly done, with each order's result and id.
    /// </summary>
    private static OperationCanceledException GivenUp(BatchResult[] results, int[] open, OperationCanceledException how)
    {
        var unknown = how.InnerException as QuantumCoreException
            ?? new QuantumCoreException(RejectCodes.OutcomeUnknown, "Given up before the batch was done.", how);

        // During a pause nothing was in flight: each order has the exchange's last response.
        if (how.InnerException is QuantumCoreException)
            Take(Unanswered(results, open, unknown), results, open);

        unknown.BatchResults = results;
        return new OperationCanceledException(how.Message, unknown, how.CancellationToken);
    }

    private static void Take(BatchResults answer, BatchResult[] results, int[] open)
    {
        foreach (var (index, result) in open.Zip(answer.Results))
            results[index] = result with { ClientOrderId = results[index].ClientOrderId };
    }

    private static PlaceOrder Named(PlaceOrder order) =>
        order with { ClientOrderId = Checked(order.ClientOrderId ?? NewClientOrderId(), "clientOrderId") };

    /// <summary>Returns the order with a client order id, checked by its index in the batch.</summary>
    private static PlaceOrder Named(PlaceOrder order, int at)
    {
        if (order is null)
            throw new ArgumentException(
                string.Create(CultureInfo.InvariantCulture, $"Order {at} is null."), nameof(order));

        return order with
        {
            ClientOrderId = Checked(
                order.ClientOrderId ?? NewClientOrderId(),
                string.Create(CultureInfo.InvariantCulture, $"orders[{at}].clientOrderId")),
        };
    }

    /// <summary>
    /// Returns the client order id or key if it is valid. It becomes a path segment: one that URL normalisation removes
    /// would address another endpoint, so it is rejected before anything is sent.
    /// </summary>
    private static string Checked(string name, string field) =>
        name.Length is > 0 and <= 36 && name.AsSpan().IndexOfAnyExceptInRange('!', '~') < 0 &&
        name.AsSpan().IndexOfAny('/', '\\') < 0 && name is not ("." or "..")
            ? name
            : throw new QuantumCoreException(new Refusal(
                RejectCodes.BadRequest,
                Title: null,
                "1 to 36 printable ASCII characters without spaces and slashes; not '.' and not '..'.",
                Status: null,
                field,
                Limit: null));

    private static ExchangeCall Get(string path) => new(HttpMethod.Get, path);

    private static ExchangeCall Post<T>(string path, T body) =>
        new(HttpMethod.Post, path) { Body = QuantumCoreJson.WriteBytes(body) };

    private static string OrderPath(string symbol, long orderId) =>
        $"orders/{Uri.EscapeDataString(symbol)}/{Text(orderId)}";

    private static string Text(long number) => number.ToString(CultureInfo.InvariantCulture);

    private static string Query(params ReadOnlySpan<(string Name, string? Value)> parts)
    {
        var query = "";
        foreach (var (name, value) in parts)
        {
            if (value is not null)
                query += $"{(query.Length == 0 ? '?' : '&')}{name}={Uri.EscapeDataString(value)}";
        }

        return query;
    }

    private static Uri AddressOf(HttpClient http)
    {
        ArgumentNullException.ThrowIfNull(http);
        return http.BaseAddress ?? throw new ArgumentException("The client has no base address.", nameof(http));
    }
}
