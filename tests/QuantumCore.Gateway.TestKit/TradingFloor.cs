using System.Collections.Immutable;
using QuantumCore.Contracts;
using QuantumCore.Gateway.Identity;
using QuantumCore.Instruments;

namespace QuantumCore.Gateway.TestKit;

/// <summary>
/// A whole exchange in memory, as small as the gateway's tests allow. It matches by price and time, remembers client
/// order ids, and records every call. The grains of FloorGrains.cs are its interface.
/// </summary>
public sealed class TradingFloor
{
    public const long Alice = 1001;
    public const long Bob = 1002;

    private readonly Lock _lock = new();
    private readonly Dictionary<(long Account, string Name), (HoldRequest Request, SubmitOrder Order)> _held = [];
    private readonly Dictionary<(string Symbol, long OrderId), Working> _orders = [];
    private readonly Dictionary<(long Account, long Number), ExecutionReport> _first = [];
    private readonly HashSet<(long Account, string Name)> _usedUp = [];
    private readonly Dictionary<string, long> _sequences = new(StringComparer.Ordinal);
    private readonly Dictionary<long, long> _numbers = [];
    private readonly List<(string Call, Exception Error)> _failures = [];
    private readonly Dictionary<string, List<MarketUpdate>> _updates = new(StringComparer.Ordinal);
    private TaskCompletionSource _published = new(TaskCreationOptions.RunContinuationsAsynchronously);

    private readonly TaskCompletionSource _closed = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private readonly List<string> _calls = [];
    private readonly List<(string Call, TaskCompletionSource Come)> _awaited = [];

    public IReadOnlyList<string> Calls
    {
        get
        {
            lock (_lock)
                return [.. _calls];
        }
    }

    public List<OperatorAct> Acts { get; } = [];

    /// <summary>True if operator actions are not audited.</summary>
    public bool NotesNothing { get; set; }

    public List<Instrument> Instruments { get; } =
    [
        Listed("AAPL", new Asset("AAPL", 0), 2, "0.01", 15_000),
        Listed("MSFT", new Asset("MSFT", 0), 2, "0.01", 0),
    ];

    public List<ApiKey> Keys { get; } =
    [
        new(KeyRing.Hash("alice"), Alice, false, false, "alice"),
        new(KeyRing.Hash("bob"), Bob, false, false, "bob"),
        new(KeyRing.Hash("admin"), 0, true, false, "admin"),
        new(KeyRing.Hash("demo-alice"), Alice, false, true, "demo-alice"),
        new(KeyRing.Hash("demo-admin"), 0, true, true, "demo-admin"),
    ];

    public List<DepositRequest> Deposits { get; } = [];

    /// <summary>Queries of the history for prevented matches.</summary>
    public List<PreventedQuery> Prevented { get; } = [];

    /// <summary>Public trades in the ledger, one a sequence, oldest first.</summary>
    public List<PublicTrade> PastTrades { get; } = [];

    /// <summary>Orders in the ledger.</summary>
    public ImmutableArray<PastOrder> PastOrders { get; set; } = [];

    /// <summary>Status of the ledger; a failed task if the ledger is unreachable.</summary>
    public Task<LedgerStatus> LedgerStatus { get; set; } = Task.FromResult(new LedgerStatus(1_000, 7, 2_500_000_000));

    /// <summary>Task that the history waits for before it returns candles.</summary>
    public Task Reading { get; set; } = Task.CompletedTask;

    /// <summary>Candles of every symbol.</summary>
    public ImmutableArray<Candle> Candles { get; set; } = [];

    /// <summary>Order that a book took last.</summary>
    public SubmitOrder? LastOrder { get; private set; }

    public List<OwnedAccount> Owners { get; } = [];

    /// <summary>Accounts without a record.</summary>
    public HashSet<long> Unused { get; } = [];

    /// <summary>Limits that were set last.</summary>
    public SymbolLimits? Limits { get; set; }

    public SymbolLimits? EveryonesLimits { get; set; }

    public SortedDictionary<string, FeeSchedule> Fees { get; } = new(StringComparer.Ordinal);

    public BreakerUse Breaker { get; set; } = BreakerUse.None;

    public ImmutableSortedSet<string> BlockedOwners { get; set; } = [];

    /// <summary>Margin rules.</summary>
    public MarginRulebook Margin { get; set; } = new([], [], [], [], [], []);

    /// <summary>Reject reason of an account for an incoming transfer.</summary>
    public RejectReason RefusesArrivals { get; set; }

    public ImmutableArray<SeenSequence> Seen { get; set; } = [];

    /// <summary>Number of the next submits that find their book too busy.</summary>
    public int BusySubmits { get; set; }

    /// <summary>Task that accounts wait for before each hold.</summary>
    public Task Holding { get; set; } = Task.CompletedTask;

    /// <summary>True if the catalog rejects every listing.</summary>
    public bool RefusesListings { get; set; }

    /// <summary>Reject reason of the book for the next order lists.</summary>
    public RejectReason RefusesLists { get; set; }

    /// <summary>Result of accounts for the next order lists; null if they hold them.</summary>
    public HoldListResult? RefusesHolds { get; set; }

    /// <summary>Reject reason for unfreezing an account.</summary>
    public RejectReason RefusesToUnfreeze { get; set; }

    /// <summary>Reject reasons of books for operators, by symbol.</summary>
    public Dictionary<string, RejectReason> RefusesToOperate { get; } = new(StringComparer.Ordinal);

    /// <summary>True while no record is committed.</summary>
    public bool IsStalled { get; set; }

    /// <summary>State of every book, apart from its sequence.</summary>
    public BookState BookState { get; set; } = new(0, 0, Rules: new RuleChanges(MaxExtensions: 2));

    /// <summary>Returns the request of a held order by its client order id.</summary>
    public HoldRequest Held(string name)
    {
        lock (_lock)
            return _held.Single(held => held.Key.Name == name).Value.Request;
    }

    public ImmutableArray<PublicTrade> Trades { get; set; } = [];

    /// <summary>Returns everything that a client could have changed, as one text.</summary>
    public string State()
    {
        lock (_lock)
            return string.Join(';', _orders.Values.Select(order => order.Report(RejectReason.None, []).ToString()))
                + Deposits.Count;
    }

    /// <summary>Makes the next call with this name, or with this name and detail, fail with this error.</summary>
    public void Fail(string call, Exception error)
    {
        lock (_lock)
            _failures.Add((call, error));
    }

    /// <summary>Completes when waiting calls must end: a silo stops only after its calls.</summary>
    public Task Closed => _closed.Task;

    /// <summary>Ends all waiting calls.</summary>
    public void Close() => _closed.TrySetResult();

    /// <summary>Completes when this call has arrived, now or earlier.</summary>
    public Task WhenCalled(string call) => WhenNext(call, after: 0);

    /// <summary>Completes when this call arrives after a number of calls of any kind.</summary>
    public Task WhenNext(string call, int after)
    {
        lock (_lock)
        {
            var come = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
            _awaited.Add((call, come));
            if (_calls.Skip(after).Contains(call))
                come.SetResult();
            return come.Task;
        }
    }

    /// <summary>Records a call; throws if the test asked for a failure.</summary>
    public void Note(string call, string detail = "")
    {
        lock (_lock)
        {
            var text = $"{call} {detail}".Trim();
            _calls.Add(text);
            foreach (var (_, come) in _awaited.Where(awaited => awaited.Call == text))
                come.TrySetResult();
            ThrowIfTold(call);
            ThrowIfTold(text);
        }
    }

    /// <summary>Throws if the test asked for a failure, and records nothing.</summary>
    public void ThrowIfTold(string call)
    {
        lock (_lock)
        {
            var i = _failures.FindIndex(failure => failure.Call == call);
            if (i < 0)
                return;

            var error = _failures[i].Error;
            _failures.RemoveAt(i);
            throw error;
        }
    }

    public HoldResult Hold(long account, HoldRequest request)
    {
        lock (_lock)
        {
            if (_usedUp.Contains((account, request.ClientOrderId)))
                return new HoldResult(RejectReason.KeyCancelled, "clientOrderId", null, null, IsKnown: true);
            if (_held.TryGetValue((account, request.ClientOrderId), out var known))
            {
                return known.Request with { PriceTicks = 0 } == request with { PriceTicks = 0 }
                    ? new HoldResult(RejectReason.None, null, null, known.Order, IsKnown: true)
                    : new HoldResult(RejectReason.KeyConflict, "clientOrderId", null, null, IsKnown: true);
            }

            if (request.QuantityLots > 1_000_000)
                return new HoldResult(RejectReason.InsufficientFunds, "quantity", "1000000", null);

            var number = _numbers[account] = _numbers.GetValueOrDefault(account) + 1;
            var order = new SubmitOrder(
                account, number, request.ClientOrderId, request.Side, request.Type, request.TimeInForce,
                request.PostOnly, request.PriceTicks, request.QuantityLots, 0, 0,
                SelfTrade: request.SelfTrade, Conditions: request.Conditions);
            _held[(account, request.ClientOrderId)] = (request, order);
            return new HoldResult(RejectReason.None, null, null, order);
        }
    }

    public ExecutionReport Submit(string symbol, SubmitOrder order)
    {
        lock (_lock)
        {
            if (_first.TryGetValue((order.Account, order.Number), out var first))
                return first;

            LastOrder = order;
            var sequence = _sequences[symbol] = _sequences.GetValueOrDefault(symbol) + 1;
            var taker = new Working(symbol, order, _orders.Keys.Count(key => key.Symbol == symbol) + 1)
            {
                Sequence = sequence,
            };
            var fills = order.Type <= OrderType.Limit ? Match(taker) : [];
            if (order.TimeInForce is TimeInForce.ImmediateOrCancel or TimeInForce.FillOrKill && taker.Leaves > 0)
                taker.End = order.Type == OrderType.Market ? EndReason.NoLiquidity : EndReason.ImmediateOrCancel;
            _orders[(symbol, taker.Id)] = taker;
            return _first[(order.Account, order.Number)] = taker.Report(RejectReason.None, fills);
        }
    }

    public ExecutionReport Close(string symbol, long account, Func<long, long, bool> isMeant, EndReason reason)
    {
        lock (_lock)
        {
            var order =
                _orders.Values.FirstOrDefault(order => order.Symbol == symbol && isMeant(order.Id, order.Order.Number));
            if (order is null)
                return Refuse(symbol, account, RejectReason.UnknownOrder);
            if (order.Order.Account != account)
                return Refuse(symbol, account, RejectReason.NotOwner);
            if (!order.IsOpen)
                return order.Report(RejectReason.OrderClosed, []);

            order.End = reason;
            order.Sequence = _sequences[symbol] = _sequences.GetValueOrDefault(symbol) + 1;
            return order.Report(RejectReason.None, []);
        }
    }

    public ExecutionReport Status(string symbol, long account, long orderId)
    {
        lock (_lock)
        {
            return !_orders.TryGetValue((symbol, orderId), out var order)
                ? Refuse(symbol, account, RejectReason.UnknownOrder)
                : order.Order.Account != account ? Refuse(symbol, account, RejectReason.NotOwner)
                : order.Report(RejectReason.None, []);
        }
    }

    public AmendPlan Plan(long account, AmendRequest request)
    {
        lock (_lock)
        {
            if (!_orders.TryGetValue((request.Symbol, request.OrderId), out var order)
                || order.Order.Account != account)
                return new AmendPlan(RejectReason.UnknownOrder, null, null, 0, 0, null);

            var old = order.Order;
            var isSmaller = request.TotalLots != 0 && request.TotalLots < old.QuantityLots && request.PriceTicks == 0;
            if (isSmaller)
                return new AmendPlan(RejectReason.None, null, null, old.Number, request.TotalLots, null);

            var number = _numbers[account] = _numbers.GetValueOrDefault(account) + 1;
            return new AmendPlan(RejectReason.None, null, null, 0, 0, old with
            {
                Number = number,
                ClientOrderId = request.NewClientOrderId,
                PriceTicks = request.PriceTicks == 0 ? old.PriceTicks : request.PriceTicks,
                QuantityLots = request.TotalLots == 0 ? order.Leaves : request.TotalLots,
                ReplacesNumber = old.Number,
                ExpectedLeavesLots = order.Leaves,
            });
        }
    }

    public ExecutionReport Reduce(string symbol, long account, long number, long totalLots)
    {
        lock (_lock)
        {
            var order = _orders.Values.Single(
                order => order.Symbol == symbol && order.Order.Account == account && order.Order.Number == number);
            order.Order = order.Order with { QuantityLots = totalLots };
            order.Sequence = ++_sequences[symbol];
            return order.Report(RejectReason.None, []);
        }
    }

    public NamedOrder Find(long account, string name)
    {
        lock (_lock)
        {
            if (_held.TryGetValue((account, name), out var held))
                return new NamedOrder(RejectReason.None, held.Request.Symbol, held.Order.Number);

            _usedUp.Add((account, name));
            return new NamedOrder(RejectReason.UnknownOrder, "", 0);
        }
    }

    public NamedOrder LookUp(long account, string name)
    {
        lock (_lock)
        {
            return _held.TryGetValue((account, name), out var held)
                ? new NamedOrder(RejectReason.None, held.Request.Symbol, held.Order.Number)
                : new NamedOrder(RejectReason.UnknownOrder, "", 0);
        }
    }

    public IReadOnlyList<Working> Open(long account)
    {
        lock (_lock)
            return [.. _orders.Values.Where(order => order.IsOpen && order.Order.Account == account)
                .OrderBy(order => order.Order.Number)];
    }

    public long LastNumber(long account)
    {
        lock (_lock)
            return _numbers.GetValueOrDefault(account);
    }

    public long Sequence(string symbol)
    {
        lock (_lock)
            return _sequences.GetValueOrDefault(symbol);
    }

    public DepthView Depth(string symbol)
    {
        lock (_lock)
        {
            var open = _orders.Values.Where(order => order.IsOpen && order.Symbol == symbol).ToArray();
            return new DepthView(
                _sequences.GetValueOrDefault(symbol),
                1_767_225_600_000_000_001,
                [.. Levels(open, Side.Buy).OrderByDescending(level => level.PriceTicks)],
                [.. Levels(open, Side.Sell).OrderBy(level => level.PriceTicks)]);
        }
    }

    /// <summary>Market-by-order updates, for every symbol.</summary>
    public FloorOrders Orders { get; } = new();

    public ValueTask<OrderByOrderUpdate?> WaitForOrders(long after) => Orders.WaitAsync(after, _closed.Task);

    /// <summary>Publishes a market data update; the test chains the sequences.</summary>
    public void Publish(string symbol, MarketUpdate update)
    {
        TaskCompletionSource published;
        lock (_lock)
        {
            if (!_updates.TryGetValue(symbol, out var updates))
                _updates[symbol] = updates = [];
            updates.Add(update);
            (published, _published) = (_published,
                new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously));
        }

        published.SetResult();
    }

    public async ValueTask<MarketUpdate?> WaitForUpdate(string symbol, long after)
    {
        while (true)
        {
            Task published;
            lock (_lock)
            {
                var updates = _updates.GetValueOrDefault(symbol) ?? [];
                if (after == 0)
                    return updates.FirstOrDefault(update => update.IsSnapshot)
                        ?? new MarketUpdate(true, 0, 1, 1, [], [], []);
                if (updates.FirstOrDefault(
                    update => !update.IsSnapshot && update.PreviousSequence >= after) is { } next)
                    return next;
                published = _published.Task;
            }

            await Task.WhenAny(published, _closed.Task);
            if (_closed.Task.IsCompleted)
                return null;
        }
    }

    /// <summary>Next changes of accounts; none when the channel is empty.</summary>
    public System.Threading.Channels.Channel<AccountChange> Changes { get; } =
        System.Threading.Channels.Channel.CreateUnbounded<AccountChange>();

    public async ValueTask<AccountChange?> WaitForChange()
    {
        var change = Changes.Reader.ReadAsync(CancellationToken.None).AsTask();
        return await Task.WhenAny(change, _closed.Task) == change ? await change : null;
    }

    public static ExecutionReport Refuse(string symbol, long account, RejectReason reason) => ExecutionReport.Refused(
        new HoldRequest("", symbol, Side.Buy, OrderType.Limit, TimeInForce.GoodTillCancel, false, 0, 0), account,
        reason, null, null);

    /// <summary>Returns a command as a line of text.</summary>
    public static string Text(string symbol, BookCommand command)
    {
        var text = command switch
        {
            SetTradingPhase { Phase: var phase, Reason: var reason, Plan: var plan } => plan is { } next
                ? $"{phase} {reason} then {next.Phase} at {next.AtNanos} for {next.LastsNanos}"
                : $"{phase} {reason}",
            SetBookRules { Changes: var changes } => Text(changes.Single()),
            _ => Text(command),
        };
        return $"{symbol} {command.GetType().Name} {text}";
    }

    /// <summary>Returns what a message says, without members that are null.</summary>
    public static string Text(object message) => string.Join(' ', message.GetType().GetProperties()
        .Where(member => member.CanWrite && member.GetValue(message) is not null)
        .Select(member => $"{member.Name}={member.GetValue(message)}"));

    private static Instrument Listed(string symbol, Asset asset, int decimals, string tick, long reference) => new()
    {
        Symbol = symbol,
        Base = asset,
        Quote = new Asset("USD", 2),
        PriceDecimals = decimals,
        TickSize = (long)(decimal.Parse(tick) * 100),
        QuantityDecimals = 0,
        LotSize = 1,
        MaxPriceTicks = 100_000_000,
        MaxQuantityLots = 1_000_000_000,
        MaxNotional = 100_000_000_000_000,
        ReferencePriceTicks = reference,
    };

    private static IEnumerable<DepthLevel> Levels(Working[] open, Side side) => open
        .Where(order => order.Order.Side == side)
        .GroupBy(order => order.Order.PriceTicks)
        .Select(level => new DepthLevel(level.Key, level.Sum(order => order.Leaves), level.Count()));

    private ImmutableArray<OrderFill> Match(Working taker)
    {
        var fills = ImmutableArray.CreateBuilder<OrderFill>();
        var sign = taker.Order.Side == Side.Buy ? 1 : -1;
        var makers = _orders.Values
            .Where(maker => maker.IsOpen && maker.Symbol == taker.Symbol && maker.Order.Side != taker.Order.Side)
            .Where(maker => sign * maker.Order.PriceTicks <= sign * taker.Order.PriceTicks)
            .OrderBy(maker => sign * maker.Order.PriceTicks).ThenBy(maker => maker.Id).ToArray();
        if (taker.Order.TimeInForce == TimeInForce.FillOrKill && makers.Sum(maker => maker.Leaves) < taker.Leaves)
            return [];

        foreach (var maker in makers.TakeWhile(_ => taker.Leaves > 0))
        {
            var lots = Math.Min(maker.Leaves, taker.Leaves);
            maker.Filled += lots;
            taker.Filled += lots;
            fills.Add(new OrderFill(taker.Sequence, fills.Count, maker.Order.PriceTicks, lots, 0, false));
        }

        return fills.ToImmutable();
    }

    /// <summary>An order of the floor.</summary>
    public sealed class Working(string symbol, SubmitOrder order, long id)
    {
        public string Symbol => symbol;

        public long Id => id;

        public SubmitOrder Order { get; set; } = order;

        public long Filled { get; set; }

        public EndReason End { get; set; }

        public long Sequence { get; set; }

        public long Leaves => End == EndReason.None ? Order.QuantityLots - Filled : 0;

        public bool IsOpen => Leaves > 0;

        public ExecutionReport Report(RejectReason reason, ImmutableArray<OrderFill> fills) => new(
            reason,
            null,
            null,
            Order.Account,
            Order.Number,
            Order.ClientOrderId,
            symbol,
            id,
            End is EndReason.User or EndReason.MassCancel ? OrderStatus.Cancelled
                : End != EndReason.None ? OrderStatus.Expired
                : Leaves == 0 ? OrderStatus.Filled
                : Filled > 0 ? OrderStatus.PartiallyFilled
                : OrderStatus.New,
            End,
            Order.Side,
            Order.Type,
            Order.TimeInForce,
            Order.PriceTicks,
            Order.QuantityLots,
            Filled,
            Leaves,
            Sequence,
            1_767_225_600_000_000_001,
            fills,
            Order.PostOnly,
            Order.SelfTrade,
            Order.Conditions);
    }
}
