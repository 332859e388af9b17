namespace QuantumCore.Client;

/// <summary>Kind of update of a followed account.</summary>
public enum AccountChange
{
    /// <summary>All balances and open orders were replaced.</summary>
    Snapshot = 1,

    /// <summary>Some balances or orders changed.</summary>
    Update = 2,

    /// <summary>The connection is lost or a message is missing: the data is stale until the next snapshot.</summary>
    Stale = 3,

    /// <summary>
    /// An operator busted or corrected an earlier trade: see <see cref="AccountUpdate.TradeChange"/>. The account
    /// already includes the adjustment.
    /// </summary>
    TradeChanged = 4,
}

/// <summary>
/// An order that is no longer open. <see cref="OrdersClient.GetAsync"/> tells how it ended.
/// </summary>
/// <param name="Symbol">The instrument.</param>
/// <param name="OrderId">Id of the order; 0 if its book never received it.</param>
/// <param name="ClientOrderId">Client order id.</param>
public sealed record ClosedOrder(string Symbol, long OrderId, string ClientOrderId);

/// <summary>An update of a followed account.</summary>
/// <param name="Change">Kind of update.</param>
/// <param name="Account">Account after the update. The object is reused: read what you need before the next
/// step.</param>
/// <param name="Closed">
/// Orders that were open before this update and no longer are. After a loss, these are the orders of the last snapshot
/// or update that the new snapshot lacks.
/// </param>
public sealed record AccountUpdate(AccountChange Change, LocalAccount Account, IReadOnlyList<ClosedOrder> Closed)
{
    /// <summary>
    /// The account's side of a changed trade, for <see cref="AccountChange.TradeChanged"/>; else null. If the account
    /// traded with itself, each side is an update of its own. For changes while the connection was lost, see
    /// <see cref="OrdersClient.GetFillsAsync"/>.
    /// </summary>
    public AccountTradeChange? TradeChange { get; init; }
}

/// <summary>An account that a feed keeps up to date. Not thread-safe.</summary>
public sealed class LocalAccount
{
    private readonly SortedDictionary<string, Balance> _balances = new(StringComparer.Ordinal);
    private readonly Dictionary<string, Order> _orders = new(StringComparer.Ordinal);

    internal LocalAccount()
    {
    }

    /// <summary>The account, <c>ACC-n</c>; empty before the first snapshot.</summary>
    public string Account { get; private set; } = "";

    /// <summary>The account's sequence; 0 before the first snapshot.</summary>
    public long Sequence { get; private set; }

    /// <summary>State of the account: open or frozen.</summary>
    public AccountState State { get; private set; } = AccountState.Open;

    /// <summary>
    /// True if the connection is lost or a message is missing: the data is stale until the next snapshot.
    /// </summary>
    public bool IsStale { get; internal set; } = true;

    /// <summary>Balances, one for each asset, sorted by name.</summary>
    public IEnumerable<Balance> Balances => _balances.Values;

    /// <summary>Orders that are open or in flight to their book, unsorted.</summary>
    public IEnumerable<Order> OpenOrders => _orders.Values;

    /// <summary>Returns the total balance of an asset; 0 if the account never had it.</summary>
    public decimal TotalOf(string asset) => _balances.TryGetValue(asset, out var balance) ? balance.Total : 0;

    /// <summary>Applies a message and returns the orders that are no longer open.</summary>
    internal IReadOnlyList<ClosedOrder> Apply(StreamMessage message)
    {
        var closed = message.Closed ?? [];
        if (message.Snapshot)
        {
            var open =
                (message.Orders ?? []).Select(static order => order.ClientOrderId).ToHashSet(StringComparer.Ordinal);
            closed = [.. _orders.Values.Where(order => !open.Contains(order.ClientOrderId))
                .Select(static order => new ClosedOrder(order.Symbol, order.OrderId, order.ClientOrderId))];
            _balances.Clear();
            _orders.Clear();
        }

        foreach (var balance in message.Balances ?? [])
            _balances[balance.Asset] = balance;
        foreach (var order in message.Orders ?? [])
            _orders[order.ClientOrderId] = order;
        foreach (var order in closed)
            _orders.Remove(order.ClientOrderId);
        (Account, Sequence, State,
            IsStale) = (message.Account ?? Account, message.Sequence, message.AccountState ?? State, false);
        return closed;
    }
}

/// <summary>Follows the account of a key.</summary>
internal sealed class AccountFeed(ExchangeCalls calls) : StreamFeed<StreamMessage, AccountUpdate>(calls)
{
    private static readonly StreamRequest[] s_anew =
        [new("unsubscribe", Channel: "account"), new("subscribe", Channel: "account")];

    /// <summary>Number of fills that a poll examines. Changed trades are usually recent.</summary>
    private const int PolledFills = 100;

    private readonly AccountClient _client = new(calls);
    private readonly OrdersClient _orders = new(calls);
    private readonly LocalAccount _account = new();

    /// <summary>Fills that the last poll saw, by trade and order.</summary>
    private Dictionary<(string Trade, long Order), AccountFill> _fills = [];

    /// <summary>Number of the last message; null if the exchange sends none.</summary>
    private long? _last;

    protected override IEnumerable<StreamRequest> Requests => [new("subscribe", Channel: "account")];

    protected override IEnumerable<StreamRequest> Missing => _account.IsStale ? s_anew : [];

    protected override IEnumerable<StreamRequest> RequestsAfter(AccountUpdate update) =>
        update.Change == AccountChange.Stale ? s_anew : [];

    protected override AccountUpdate? Take(StreamMessage message)
    {
        if (message.Type == "tradeChanged" && !_account.IsStale)
            return new AccountUpdate(AccountChange.TradeChanged, _account, []) { TradeChange = message.TradeChange };
        if (message.Type != "account" || (_account.IsStale && !message.Snapshot))
            return null;

        if (!message.Snapshot && message.Message is { } number && number != _last + 1)
            return Lose().Single();

        (HasStood, _last) = (true, message.Message);
        var closed = _account.Apply(message);
        return new AccountUpdate(message.Snapshot ? AccountChange.Snapshot : AccountChange.Update, _account, closed);
    }

    protected override async Task<IReadOnlyList<StreamMessage>> PollAsync(CancellationToken cancellation)
    {
        var now = await _client.GetAsync(cancellation);
        var open = await _orders.GetOpenAsync(symbol: null, cancellation);
        var fills = (await _orders.GetFillsAsync(symbol: null, PolledFills, cancellation))
            .DistinctBy(static fill => (fill.Symbol + fill.TradeId, fill.OrderId))
            .ToDictionary(static fill => (fill.Symbol + fill.TradeId, fill.OrderId));
        var isSnapshot = _account.IsStale;
        var known = _account.OpenOrders.ToDictionary(
            static order => order.ClientOrderId, QuantumCoreJson.WriteBytes, StringComparer.Ordinal);
        var message = StreamMessage.Of("account") with
        {
            Snapshot = isSnapshot,
            Account = now.Account,
            State = now.State == AccountState.Frozen ? "frozen" : "open",
            Sequence = now.Sequence,
            Balances = isSnapshot ? now.Balances : [.. now.Balances.Except(_account.Balances)],
            Orders = isSnapshot
                ? open
                : [.. open.Where(
                    order => !known.TryGetValue(order.ClientOrderId, out var was)
                        || !was.AsSpan().SequenceEqual(QuantumCoreJson.WriteBytes(order)))],
            Closed = isSnapshot
                ? []
                : [.. _account.OpenOrders.ExceptBy(
                    open.Select(static order => order.ClientOrderId), static order => order.ClientOrderId)
                .Select(static order => new ClosedOrder(order.Symbol, order.OrderId, order.ClientOrderId))],
        };
        List<StreamMessage> messages = [];
        if (isSnapshot || message is not { Balances: [], Orders: [], Closed: [] } || now.State != _account.State)
            messages.Add(message);
        if (!isSnapshot)
            messages.AddRange(
                fills.Where(
                    fill => fill.Value.State is not null && _fills.TryGetValue(fill.Key, out var was)
                        && was != fill.Value)
                    .Select(fill => Changed(now, fill.Value)));
        _fills = fills;
        return messages;
    }

    /// <summary>Returns a trade change built from the fill, which lacks the change's time and book sequence.</summary>
    private StreamMessage Changed(AccountView account, AccountFill fill) => StreamMessage.Of("tradeChanged") with
    {
        Account = account.Account,
        Symbol = fill.Symbol,
        TradeId = fill.TradeId,
        OrderId = fill.OrderId,
        Side = fill.Side,
        State = fill.State == TradeState.Void ? "void" : "corrected",
        TradedPrice = fill.TradedPrice ?? fill.Price,
        Price = fill.State == TradeState.Void ? null : fill.Price,
        Quantity = fill.Quantity,
        Fee = fill.Fee,
        Time = UtcTime.FromDateTimeOffset(Now),
        TimeNanos = (Now - DateTimeOffset.UnixEpoch).Ticks * 100,
    };

    protected override IEnumerable<AccountUpdate> Lose()
    {
        if (_account.IsStale)
            yield break;

        _account.IsStale = true;
        yield return new AccountUpdate(AccountChange.Stale, _account, []);
    }
}
