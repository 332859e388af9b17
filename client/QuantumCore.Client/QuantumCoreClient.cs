using System.Globalization;
using System.Security.Cryptography;

namespace QuantumCore.Client;

/// <summary>
/// An account's connection to the exchange. Safe for many threads. A call that changes something is retried with
/// the same name, so that it takes effect once (one that has no name to be known by is made once); when its outcome stays unknown it ends in a
/// <see cref="QuantumCoreException"/> with the code <see cref="RejectCodes.OutcomeUnknown"/> and the name to ask with. One
/// that is cancelled before its answer came may have taken effect, too: the <see cref="OperationCanceledException"/> has that
/// exception, with the name, as its inner one.
/// </summary>
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
    /// <param name="exchange">The exchange's address, without the API's path.</param>
    /// <param name="apiKey">The account's key; null for market data only.</param>
    /// <param name="options">How to retry.</param>
    /// <exception cref="ArgumentException">The key has a character that no key has.</exception>
    public QuantumCoreClient(Uri exchange, string? apiKey = null, QuantumCoreClientOptions? options = null)
        : this(exchange, new HttpClient { Timeout = Timeout.InfiniteTimeSpan }, ownsHttp: true, apiKey, options)
    {
    }

    /// <summary>Uses a client that the caller owns, for calls and for WebSockets; its base address is the exchange's.</summary>
    /// <param name="http">The client to send with.</param>
    /// <param name="apiKey">The account's key; null for market data only.</param>
    /// <param name="options">How to retry.</param>
    /// <exception cref="ArgumentException">The client has no base address, or the key a character that no key has.</exception>
    public QuantumCoreClient(HttpClient http, string? apiKey = null, QuantumCoreClientOptions? options = null)
        : this(AddressOf(http), http, ownsHttp: false, apiKey, options)
    {
    }

    private QuantumCoreClient(
        Uri exchange, HttpClient http, bool ownsHttp, string? apiKey, QuantumCoreClientOptions? options)
    {
        ArgumentNullException.ThrowIfNull(exchange);

        // It goes into a header, where a line's end or a letter of another alphabet would fail each call in its own way.
        if (apiKey.AsSpan().ContainsAnyExceptInRange(' ', '~'))
            throw new ArgumentException("A key is printable ASCII characters, without the end of a line.", nameof(apiKey));

        _http = http;
        _ownsHttp = ownsHttp;
        _options = options ?? new QuantumCoreClientOptions();
        _apiKey = apiKey;
        _root = new Uri(new Uri(exchange.AbsoluteUri.TrimEnd('/') + "/"), BasePath);
        _calls = new ExchangeCalls(http, _root, apiKey, _options);
    }

    /// <summary>Places an order. A refusal is a <see cref="QuantumCoreException"/>.</summary>
    public Task<Order> PlaceAsync(PlaceOrder order, CancellationToken cancellation = default)
    {
        ArgumentNullException.ThrowIfNull(order);
        var named = Named(order);
        return _calls.SendAsync<Order>(
            Post("orders", named) with { ClientOrderId = named.ClientOrderId }, cancellation);
    }

    /// <summary>
    /// Places orders that depend on each other, all or none. Repeated under the same names, they are the same orders.
    /// </summary>
    public Task<OrderListReport> PlaceListAsync(PlaceOrderList list, CancellationToken cancellation = default)
    {
        ArgumentNullException.ThrowIfNull(list);
        if (list.Orders.Count == 0)
            throw new ArgumentException("A list has orders.", nameof(list));

        var first = list.Orders[0]?.ClientOrderId ?? NewClientOrderId();
        var orders = list.Orders.Select((order, i) =>
            Named(order is { ClientOrderId: null } ? order with { ClientOrderId = i == 0 ? first : $"{first}-{i + 1}" } : order, i));
        var call = Post("order-lists", new OrderListRequest(list.Kind, [.. orders])) with { ClientOrderId = first };
        return _calls.SendAsync<OrderListReport>(call, cancellation);
    }

    /// <summary>
    /// Places a strategy: orders over several instruments of one group that trade together or not at all. Repeated under
    /// the same name, it is the same strategy. A refusal is a <see cref="QuantumCoreException"/>.
    /// </summary>
    public Task<StrategyReport> PlaceStrategyAsync(PlaceStrategy strategy, CancellationToken cancellation = default)
    {
        ArgumentNullException.ThrowIfNull(strategy);
        var name = Checked(strategy.ClientOrderId ?? NewClientOrderId(), "clientOrderId");
        var call = Post("strategies", strategy with { ClientOrderId = name }) with { ClientOrderId = name };
        return _calls.SendAsync<StrategyReport>(call, cancellation);
    }

    /// <summary>
    /// Places up to <see cref="BatchLimit"/> orders, carried out in sequence. Each has its own result; those that the
    /// exchange was too busy for, or does not know the outcome of, are asked again under their names. Where no answer comes at
    /// last, that is the result of those that are left: <see cref="RejectCodes.OutcomeUnknown"/>, with the name to ask with.
    /// Who gives up on it finds the same in <see cref="QuantumCoreException.BatchResults"/> of the inner exception.
    /// </summary>
    public async Task<IReadOnlyList<BatchResult>> PlaceBatchAsync(
        IReadOnlyList<PlaceOrder> orders, CancellationToken cancellation = default)
    {
        ArgumentNullException.ThrowIfNull(orders);
        if (orders.Count is 0 or > BatchLimit)
            throw new ArgumentException($"A batch has 1 to {BatchLimit} orders.", nameof(orders));

        var named = orders.Select((order, at) => Named(order, at)).ToArray();
        var results = named.Select(static order => new BatchResult(null, null) { ClientOrderId = order.ClientOrderId! }).ToArray();
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
                // What the exchange said of the others, and the names of these, would be lost with an exception.
                answer = Unanswered(results, open, failure);
                round = _options.MaxAttempts;
            }
            catch (OperationCanceledException how) when (round > 1 || how.InnerException is QuantumCoreException)
            {
                throw GivenUp(results, open, how);
            }

            if (answer.Results.Count != open.Length)
                throw new QuantumCoreException(RejectCodes.BadAnswer, "The batch's results are not one for each order.");

            Take(answer, results, open);
            open = [.. open.Where(index =>
                results[index].Error?.Code is RejectCodes.Overloaded or RejectCodes.OutcomeUnknown)];
        }

        return results;
    }

    /// <summary>Cancels an order; the answer is its final state.</summary>
    public async Task<Order> CancelAsync(string symbol, long orderId, CancellationToken cancellation = default)
    {
        try
        {
            return await _calls.SendAsync<Order>(new(HttpMethod.Delete, OrderPath(symbol, orderId)), cancellation);
        }
        catch (QuantumCoreException refused) when (refused.Code == RejectCodes.OrderClosed && refused.AfterDoubt)
        {
            // An attempt of ours whose answer was lost may be what closed it.
            var order = await GetOrderAsync(symbol, orderId, cancellation);
            if (order.Status == OrderStatus.Cancelled)
                return order;

            throw;
        }
    }

    /// <summary>
    /// Cancels an order by the name its owner gave it. An unknown name is used up: an order that arrives later under
    /// it is refused.
    /// </summary>
    public Task<Order> CancelByClientIdAsync(string clientOrderId, CancellationToken cancellation = default)
    {
        ArgumentNullException.ThrowIfNull(clientOrderId);
        var name = Checked(clientOrderId, "clientOrderId");
        return _calls.SendAsync<Order>(
            new(HttpMethod.Delete, "orders/by-client-id/" + Uri.EscapeDataString(name)), cancellation);
    }

    /// <summary>
    /// Cancels the account's open orders, of one symbol or side if told so, and says how many. After a lost answer the
    /// number is that of the last attempt.
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
    /// Changes an open order. A smaller quantity alone keeps the order and its priority, and so do conditions; another
    /// price or a larger quantity replaces it, and the answer carries the new id.
    /// </summary>
    /// <remarks>
    /// When an answer is lost the order is looked up first, since a repeated reduction would no longer be one.
    /// </remarks>
    public async Task<Order> AmendAsync(
        string symbol, long orderId, AmendOrder change, CancellationToken cancellation = default)
    {
        ArgumentNullException.ThrowIfNull(change);
        if (change.ChangesConditions)
        {
            // Done where the order stands: the same change again does no more.
            return await _calls.SendAsync<Order>(
                new(HttpMethod.Patch, OrderPath(symbol, orderId)) { Body = QuantumCoreJson.WriteBytes(change) }, cancellation);
        }

        var named = change with { ClientOrderId = Checked(change.ClientOrderId ?? NewClientOrderId(), "clientOrderId") };
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
                when (failure.Code == RejectCodes.OutcomeUnknown && attempt < _options.MaxAttempts && HasTime(started, pause))
            {
                try
                {
                    if (await FindAmendedAsync(symbol, orderId, named, failure, cancellation) is { } amended)
                        return amended;

                    await Task.Delay(pause, _options.Time, cancellation);
                }
                catch (QuantumCoreException)
                {
                    // That it could not be looked up says nothing about the change itself.
                    throw failure;
                }
                catch (OperationCanceledException how)
                {
                    throw call.GivenUp(how);
                }
            }
        }
    }

    /// <summary>One order's state, open or done.</summary>
    public Task<Order> GetOrderAsync(string symbol, long orderId, CancellationToken cancellation = default) =>
        _calls.SendAsync<Order>(Get(OrderPath(symbol, orderId)), cancellation);

    /// <summary>
    /// One order's state, open or done, by the name its owner gave it: what became of an order whose answer was lost. Refused with
    /// <see cref="RejectCodes.UnknownOrder"/> where none reached a book under that name so far; asking does not use the name up.
    /// </summary>
    public Task<Order> GetOrderByClientIdAsync(string clientOrderId, CancellationToken cancellation = default)
    {
        ArgumentNullException.ThrowIfNull(clientOrderId);
        var name = Checked(clientOrderId, "clientOrderId");
        return _calls.SendAsync<Order>(Get("orders/by-client-id/" + Uri.EscapeDataString(name)), cancellation);
    }

    /// <summary>The account's orders that reached a book, open and done, newest first; without their fills.</summary>
    /// <param name="symbol">Only this instrument's.</param>
    /// <param name="limit">1 to 1000.</param>
    /// <param name="after">The <see cref="Page{T}.Next"/> of the page before; null: the newest.</param>
    /// <param name="cancellation">Gives up.</param>
    public async Task<Page<Order>> GetOrderHistoryAsync(
        string? symbol = null, int limit = 100, string? after = null, CancellationToken cancellation = default)
    {
        var page = await _calls.SendAsync<OrderList>(
            Get("orders/history" + Query(("symbol", symbol), ("limit", Text(limit)), ("after", after))), cancellation);
        return new(page.Orders, page.Next);
    }

    /// <summary>How much stands before a resting order at its price.</summary>
    public Task<OrderPosition> GetPositionAsync(string symbol, long orderId, CancellationToken cancellation = default) =>
        _calls.SendAsync<OrderPosition>(Get(OrderPath(symbol, orderId) + "/position"), cancellation);

    /// <summary>The account's open orders.</summary>
    public async Task<IReadOnlyList<Order>> GetOpenOrdersAsync(
        string? symbol = null, CancellationToken cancellation = default) =>
        (await _calls.SendAsync<OrderList>(
            Get("orders" + Query(("open", "true"), ("symbol", symbol))), cancellation)).Orders;

    /// <summary>The account's fills, newest first.</summary>
    /// <param name="symbol">Only this instrument's.</param>
    /// <param name="limit">1 to 1000.</param>
    /// <param name="cancellation">Gives up.</param>
    public async Task<IReadOnlyList<AccountFill>> GetFillsAsync(
        string? symbol = null, int limit = 100, CancellationToken cancellation = default) =>
        (await _calls.SendAsync<FillList>(
            Get("fills" + Query(("symbol", symbol), ("limit", Text(limit)))), cancellation)).Fills;

    /// <summary>The account's fills of one symbol after a trade, oldest first; <c>0-0</c> starts at the first.</summary>
    /// <param name="symbol">The instrument.</param>
    /// <param name="afterTradeId">Only later trades than this.</param>
    /// <param name="limit">1 to 1000.</param>
    /// <param name="cancellation">Gives up.</param>
    public async Task<IReadOnlyList<AccountFill>> GetFillsAfterAsync(
        string symbol, string afterTradeId, int limit = 1000, CancellationToken cancellation = default) =>
        (await _calls.SendAsync<FillList>(
            Get("fills" + Query(("symbol", symbol), ("limit", Text(limit)), ("after", afterTradeId))),
            cancellation)).Fills;

    /// <summary>Self-trades of the account that were prevented, newest first.</summary>
    /// <param name="symbol">Only this instrument's.</param>
    /// <param name="orderId">Only this order's; with its symbol.</param>
    /// <param name="limit">1 to 1000.</param>
    /// <param name="cancellation">Gives up.</param>
    public async Task<IReadOnlyList<PreventedMatch>> GetPreventedMatchesAsync(
        string? symbol = null, long? orderId = null, int limit = 100, CancellationToken cancellation = default) =>
        (await _calls.SendAsync<PreventedMatchList>(
            Get("prevented-matches" + Query(("symbol", symbol), ("orderId", orderId is { } id ? Text(id) : null), ("limit", Text(limit)))),
            cancellation)).Matches;

    /// <summary>Those of one symbol after a match, oldest first; <c>0-0</c> starts at the first.</summary>
    /// <param name="symbol">The instrument.</param>
    /// <param name="afterMatchId">Only later ones than this.</param>
    /// <param name="limit">1 to 1000.</param>
    /// <param name="cancellation">Gives up.</param>
    public async Task<IReadOnlyList<PreventedMatch>> GetPreventedMatchesAfterAsync(
        string symbol, string afterMatchId, int limit = 1000, CancellationToken cancellation = default) =>
        (await _calls.SendAsync<PreventedMatchList>(
            Get("prevented-matches" + Query(("symbol", symbol), ("limit", Text(limit)), ("after", afterMatchId))),
            cancellation)).Matches;

    /// <summary>The account's balances.</summary>
    public Task<AccountView> GetAccountAsync(CancellationToken cancellation = default) =>
        _calls.SendAsync<AccountView>(Get("account"), cancellation);

    /// <summary>Books a deposit (administrator's key). The same key is booked once; null: the client makes one.</summary>
    public Task<DepositReceipt> DepositAsync(
        string account, string asset, decimal amount, string? key = null, CancellationToken cancellation = default)
    {
        ArgumentNullException.ThrowIfNull(account);
        var name = Checked(key ?? NewClientOrderId(), "key");
        var path = $"admin/accounts/{Uri.EscapeDataString(account)}/deposits";
        return _calls.SendAsync<DepositReceipt>(
            Post(path, new DepositOrder(name, asset, amount)) with { DepositKey = name }, cancellation);
    }

    /// <summary>
    /// Makes an API key for an account (administrator's key). Not repeated when its answer is lost: ask again, the
    /// lost key is of no use to anyone.
    /// </summary>
    public Task<ApiKeyGrant> CreateApiKeyAsync(string account, CancellationToken cancellation = default) =>
        _calls.SendAsync<ApiKeyGrant>(
            new(HttpMethod.Post, $"admin/accounts/{Uri.EscapeDataString(account)}/keys") { Repeatable = false },
            cancellation);

    /// <summary>
    /// Makes an API key that signs, or one for reading alone (administrator's key). Not repeated when its answer is lost.
    /// </summary>
    public Task<ApiKeyGrant> CreateApiKeyAsync(string account, NewApiKey key, CancellationToken cancellation = default) =>
        _calls.SendAsync<ApiKeyGrant>(
            Post($"admin/accounts/{Uri.EscapeDataString(account)}/keys", key) with { Repeatable = false }, cancellation);

    /// <summary>Lists an instrument (administrator's key).</summary>
    public Task<Instrument> ListInstrumentAsync(Instrument instrument, CancellationToken cancellation = default) =>
        _calls.SendAsync<Instrument>(Post("admin/instruments", instrument) with { Repeatable = false }, cancellation);

    /// <summary>All instruments.</summary>
    public async Task<IReadOnlyList<Instrument>> GetInstrumentsAsync(CancellationToken cancellation = default) =>
        (await _calls.SendAsync<InstrumentList>(Get("instruments"), cancellation)).Instruments;

    /// <summary>A book by price.</summary>
    /// <param name="symbol">The instrument.</param>
    /// <param name="depth">Levels of each side, 1 to 1000.</param>
    /// <param name="cancellation">Gives up.</param>
    public Task<BookSnapshot> GetBookAsync(string symbol, int depth = 20, CancellationToken cancellation = default) =>
        _calls.SendAsync<BookSnapshot>(
            Get("book/" + Uri.EscapeDataString(symbol) + Query(("depth", Text(depth)))), cancellation);

    /// <summary>A symbol's trading phase and prices.</summary>
    public Task<SymbolState> GetStateAsync(string symbol, CancellationToken cancellation = default) =>
        _calls.SendAsync<SymbolState>(Get($"symbols/{Uri.EscapeDataString(symbol)}/state"), cancellation);

    /// <summary>
    /// Follows the books of some symbols until cancelled. Each step hands out the book as it stands then; after a gap
    /// or a lost connection it first says that the book is stale, and goes on with a new snapshot. Trades come with the step,
    /// and so do trades of before that were declared void or corrected. One reader each.
    /// </summary>
    /// <exception cref="QuantumCoreException">
    /// The exchange refused a symbol, or no first snapshot came within the attempts and the time of a call
    /// (<see cref="RejectCodes.Unreachable"/>). After the first a lost connection is made again for ever.
    /// </exception>
    /// <remarks>Polled where no WebSocket is to be had: <see cref="UpdateTransport"/>.</remarks>
    public IAsyncEnumerable<BookUpdate> WatchAsync(
        IEnumerable<string> symbols, CancellationToken cancellation = default) =>
        new BookFeed(this, _http, _root, _apiKey, symbols, _options).ReadAsync(cancellation);

    /// <summary>
    /// Follows the account of the key until cancelled: balances and open orders, at first all and then as they change, some 50
    /// ms merged. A trade of before that an operator declared void or corrected is a step of its own
    /// (<see cref="AccountChange.TradeChanged"/>), behind the balances after it. After a lost connection it first says that what it told is stale, and goes on with a new snapshot. One reader.
    /// </summary>
    /// <exception cref="QuantumCoreException">
    /// The key has no account, or no first snapshot came within the attempts and the time of a call
    /// (<see cref="RejectCodes.Unreachable"/>). After the first a lost connection is made again for ever.
    /// </exception>
    /// <remarks>Polled where no WebSocket is to be had: <see cref="UpdateTransport"/>.</remarks>
    public IAsyncEnumerable<AccountUpdate> WatchAccountAsync(CancellationToken cancellation = default) =>
        new AccountFeed(this, _http, _root, _apiKey, _options).ReadAsync(cancellation);

    /// <summary>
    /// Opens a connection that the account's open orders do not outlive, whichever way they were placed: see
    /// <see cref="DisconnectGuard"/>. An account has one guard without a name: a newer one ends it, and its open orders are cancelled first.
    /// </summary>
    /// <exception cref="QuantumCoreException">The key was refused, or the exchange was not reached within the attempts of a call.</exception>
    public Task<DisconnectGuard> CancelOnDisconnectAsync(CancellationToken cancellation = default) =>
        DisconnectGuard.OpenAsync(_http, _root, _apiKey, session: null, _options, cancellation);

    /// <summary>
    /// Opens a guard with a name. A guard of the same account and name that stands is ended first, and the open orders are cancelled before this
    /// one stands: so a guard that was lost and not missed cancels nothing that was placed under this one.
    /// </summary>
    /// <param name="session">The name, of 1 to 36 printable ASCII characters; programs that trade for one account have a name each.</param>
    /// <param name="cancellation">Gives up.</param>
    /// <exception cref="QuantumCoreException">The key was refused, or the exchange was not reached within the attempts of a call.</exception>
    public Task<DisconnectGuard> CancelOnDisconnectAsync(string session, CancellationToken cancellation = default) =>
        DisconnectGuard.OpenAsync(_http, _root, _apiKey, session, _options, cancellation);

    /// <summary>
    /// Releases the connections, unless they are the caller's. A feed that would need another one ends in an
    /// <see cref="ObjectDisposedException"/>.
    /// </summary>
    public void Dispose()
    {
        if (_ownsHttp)
            _http.Dispose();
    }

    /// <summary>A fresh client order id: 128 random bits as 32 letters and digits.</summary>
    public static string NewClientOrderId() =>
        Convert.ToHexStringLower(RandomNumberGenerator.GetBytes(16));

    private async Task<Order?> FindAmendedAsync(
        string symbol, long orderId, AmendOrder change, QuantumCoreException failure, CancellationToken cancellation)
    {
        var open = await GetOpenOrdersAsync(symbol, cancellation);
        if (open.FirstOrDefault(order => order.ClientOrderId == change.ClientOrderId) is { } replacement)
        {
            // Without an id it is still on its way to its book, which may refuse it. The same change under the same
            // name learns what became of it.
            return replacement.OrderId == 0 ? null : replacement;
        }

        var order = await GetOrderAsync(symbol, orderId, cancellation);
        if (IsDone(change, order))
            return order;

        if (order.Status is OrderStatus.New or OrderStatus.PartiallyFilled)
            return null;

        // Replaced by an order that is done already, as one that now meets others is, or ended otherwise: the name tells which. An
        // older order that has the name was there before the change.
        try
        {
            var done = await GetOrderByClientIdAsync(change.ClientOrderId!, cancellation);
            return done.Symbol == symbol && done.OrderId > orderId ? done : throw failure;
        }
        catch (QuantumCoreException unknown) when (unknown.Code == RejectCodes.UnknownOrder)
        {
            // No order came of it: the same change again is told why, and under its name it can't be done twice.
            return null;
        }
    }

    /// <summary>
    /// Whether an order shows that it was changed where it stands. Another price is another order; and where less was to be left of it than is,
    /// it had the quantity that was asked for before.
    /// </summary>
    private static bool IsDone(AmendOrder change, Order order) =>
        (change.Price ?? order.Price) == order.Price && (change.Quantity ?? order.Quantity) == order.Quantity
        && (change.TriggerPrice ?? order.TriggerPrice) == order.TriggerPrice
        && (change.TriggerPrice is not null || (change.Quantity is not null && !(change.ExpectedRemaining <= order.Remaining)));

    /// <summary>Whether another attempt may start after a pause.</summary>
    private bool HasTime(long started, TimeSpan pause) => _options.Time.GetElapsedTime(started) + pause <= _options.RetryBudget;

    /// <summary>What is known of orders of a batch whose answer did not come: one of unknown outcome stays that.</summary>
    private static BatchResults Unanswered(BatchResult[] results, int[] open, QuantumCoreException failure)
    {
        var refusal = new Refusal(failure.Code, Title: null, failure.Detail, failure.Status, failure.Field, failure.Limit);
        return new([.. open.Select(index => new BatchResult(
            null, results[index].Error?.Code == RejectCodes.OutcomeUnknown ? results[index].Error : refusal))]);
    }

    /// <summary>The caller gave up on a batch that may be done in part: told with what is known of each order, and its name.</summary>
    private static OperationCanceledException GivenUp(BatchResult[] results, int[] open, OperationCanceledException how)
    {
        var unknown = how.InnerException as QuantumCoreException
            ?? new QuantumCoreException(RejectCodes.OutcomeUnknown, "Given up before the batch was done.", how);

        // In a pause nothing was on its way: each order has the exchange's own last word.
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

    /// <summary>One of several orders, and where it stands.</summary>
    private static PlaceOrder Named(PlaceOrder order, int at)
    {
        if (order is null)
            throw new ArgumentException(string.Create(CultureInfo.InvariantCulture, $"Order {at} is null."), nameof(order));

        return order with { ClientOrderId = Checked(order.ClientOrderId ?? NewClientOrderId(), string.Create(CultureInfo.InvariantCulture, $"orders[{at}].clientOrderId")) };
    }

    /// <summary>
    /// The name, if it may be one. A name becomes a segment of a path: one that is folded away there would make
    /// another call of it, so that it is refused before anything is sent.
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
