namespace QuantumCore.Client;

/// <summary>What happened to a followed account.</summary>
public enum AccountChange
{
    /// <summary>All balances and open orders are new.</summary>
    Snapshot = 1,

    /// <summary>Some balances or orders changed.</summary>
    Update = 2,

    /// <summary>The connection is lost, or a message is missing: what is shown is old until the next snapshot.</summary>
    Stale = 3,

    /// <summary>An operator declared a trade of before void or corrected it: <see cref="AccountUpdate.TradeChange"/> says which, and the account has what it moved.</summary>
    TradeChanged = 4,
}

/// <summary>An order that is open no more. How it ended is told by <see cref="QuantumCoreClient.GetOrderAsync"/>.</summary>
/// <param name="Symbol">The instrument.</param>
/// <param name="OrderId">The order; 0 when its book never had it.</param>
/// <param name="ClientOrderId">The name its owner gave it.</param>
public sealed record ClosedOrder(string Symbol, long OrderId, string ClientOrderId);

/// <summary>One step of a followed account.</summary>
/// <param name="Change">What happened.</param>
/// <param name="Account">The account after it. It lives on: read what you need before the next step.</param>
/// <param name="Closed">
/// Orders that were open at the step before and are no more. After something was lost they are those of the last snapshot or
/// update that the new snapshot does not have.
/// </param>
public sealed record AccountUpdate(AccountChange Change, LocalAccount Account, IReadOnlyList<ClosedOrder> Closed)
{
    /// <summary>
    /// The account's side of a trade that was changed, with <see cref="AccountChange.TradeChanged"/>; else null. Of a trade of the account with
    /// itself each side has a step of its own. What was changed while the connection was lost is in <see cref="QuantumCoreClient.GetFillsAsync"/>.
    /// </summary>
    public AccountTradeChange? TradeChange { get; init; }
}

/// <summary>An account, kept up to date by a feed. Not for several threads.</summary>
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

    /// <summary>Whether it may act.</summary>
    public AccountState State { get; private set; } = AccountState.Open;

    /// <summary>Whether the connection is lost or a message is missing: what is here is old until the next snapshot.</summary>
    public bool IsStale { get; internal set; } = true;

    /// <summary>One for each asset, by name.</summary>
    public IEnumerable<Balance> Balances => _balances.Values;

    /// <summary>Orders that are open, or on their way to their book, in no special sequence.</summary>
    public IEnumerable<Order> OpenOrders => _orders.Values;

    /// <summary>All of an asset; 0 of one that it never had.</summary>
    public decimal TotalOf(string asset) => _balances.TryGetValue(asset, out var balance) ? balance.Total : 0;

    /// <summary>Takes a message in; the orders that are open no more.</summary>
    internal IReadOnlyList<ClosedOrder> Apply(StreamMessage message)
    {
        var closed = message.Closed ?? [];
        if (message.Snapshot)
        {
            var open = (message.Orders ?? []).Select(static order => order.ClientOrderId).ToHashSet(StringComparer.Ordinal);
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
        (Account, Sequence, State, IsStale) = (message.Account ?? Account, message.Sequence, message.AccountState ?? State, false);
        return closed;
    }
}

/// <summary>Follows the account of a key.</summary>
internal sealed class AccountFeed(QuantumCoreClient reader, HttpMessageInvoker http, Uri root, string? apiKey, QuantumCoreClientOptions options)
    : StreamFeed<StreamMessage, AccountUpdate>(reader, http, root, apiKey, options)
{
    private static readonly StreamRequest[] s_anew = [new("unsubscribe", Channel: "account"), new("subscribe", Channel: "account")];

    /// <summary>Fills that a poll looks at: trades that are changed are new ones, as a rule.</summary>
    private const int PolledFills = 100;

    private readonly LocalAccount _account = new();

    /// <summary>The fills that the last poll saw, by trade and order.</summary>
    private Dictionary<(string Trade, long Order), AccountFill> _fills = [];

    /// <summary>The number of the last message; null where the exchange gives none.</summary>
    private long? _last;

    protected override IEnumerable<StreamRequest> Requests => [new("subscribe", Channel: "account")];

    protected override IEnumerable<StreamRequest> Missing => _account.IsStale ? s_anew : [];

    protected override IEnumerable<StreamRequest> RequestsAfter(AccountUpdate update) => update.Change == AccountChange.Stale ? s_anew : [];

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

    protected override async Task<IReadOnlyList<StreamMessage>> PollAsync(QuantumCoreClient from, CancellationToken cancellation)
    {
        var now = await from.GetAccountAsync(cancellation);
        var open = await from.GetOpenOrdersAsync(symbol: null, cancellation);
        var fills = (await from.GetFillsAsync(symbol: null, PolledFills, cancellation)).DistinctBy(static fill => (fill.Symbol + fill.TradeId, fill.OrderId))
            .ToDictionary(static fill => (fill.Symbol + fill.TradeId, fill.OrderId));
        var isSnapshot = _account.IsStale;
        var known = _account.OpenOrders.ToDictionary(static order => order.ClientOrderId, QuantumCoreJson.WriteBytes, StringComparer.Ordinal);
        var message = StreamMessage.Of("account") with
        {
            Snapshot = isSnapshot,
            Account = now.Account,
            State = now.State == AccountState.Frozen ? "frozen" : "open",
            Sequence = now.Sequence,
            Balances = isSnapshot ? now.Balances : [.. now.Balances.Except(_account.Balances)],
            Orders = isSnapshot ? open : [.. open.Where(order => !known.TryGetValue(order.ClientOrderId, out var was) || !was.AsSpan().SequenceEqual(QuantumCoreJson.WriteBytes(order)))],
            Closed = isSnapshot ? [] : [.. _account.OpenOrders.ExceptBy(open.Select(static order => order.ClientOrderId), static order => order.ClientOrderId)
                .Select(static order => new ClosedOrder(order.Symbol, order.OrderId, order.ClientOrderId))],
        };
        List<StreamMessage> messages = [];
        if (isSnapshot || message is not { Balances: [], Orders: [], Closed: [] } || now.State != _account.State)
            messages.Add(message);
        if (!isSnapshot)
            messages.AddRange(fills.Where(fill => fill.Value.State is not null && _fills.TryGetValue(fill.Key, out var was) && was != fill.Value).Select(fill => Changed(now, fill.Value)));
        _fills = fills;
        return messages;
    }

    /// <summary>A trade that was changed, as the fill tells it: when and by which record of its book it does not.</summary>
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
        Time = Now,
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
