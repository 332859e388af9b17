using System.Collections.Immutable;
using QuantumCore.Contracts;
using QuantumCore.Instruments;

namespace QuantumCore.Gateway.Tests;

[Reentrant]
public sealed class FloorAccount(TradingFloor floor) : Grain, IAccountGrain
{
    private long Account => long.Parse(this.GetPrimaryKeyString());

    public ValueTask<ImmutableArray<HoldResult>> Hold(ImmutableArray<HoldRequest> requests)
    {
        floor.Note("Hold", $"{requests.Length}");
        return ValueTask.FromResult(requests.Select(request => floor.Hold(Account, request)).ToImmutableArray());
    }

    public ValueTask<HoldListResult> HoldList(OrderListKind kind, ImmutableArray<HoldRequest> orders)
    {
        floor.Note("HoldList", $"{kind} {orders.Length}");
        var held = orders.Select(order => floor.Hold(Account, order)).ToArray();
        var wrong = held.FirstOrDefault(result => result.Order is null);
        return ValueTask.FromResult(wrong is null
            ? new HoldListResult(RejectReason.None, null, null, [.. held.Select(result => result.Order!)])
            : new HoldListResult(wrong.Reason, wrong.Field, wrong.Limit, []));
    }

    public ValueTask<AmendPlan> Amend(AmendRequest request)
    {
        floor.Note("Amend");
        return ValueTask.FromResult(floor.Plan(Account, request));
    }

    public ValueTask<NamedOrder> FindForCancel(string clientOrderId) => ValueTask.FromResult(floor.Find(Account, clientOrderId));

    public ValueTask<CancelAllMark> CancelAll()
    {
        floor.Note("CancelAll");
        ImmutableArray<string> symbols = [.. floor.Open(Account).Select(order => order.Symbol).Distinct()];
        return ValueTask.FromResult(new CancelAllMark(floor.LastNumber(Account), symbols));
    }

    public ValueTask<DepositResult> Deposit(DepositRequest request)
    {
        floor.Deposits.Add(request);
        return ValueTask.FromResult(new DepositResult(RejectReason.None, null, null, floor.Deposits.Count));
    }

    public ValueTask<AccountView> View(ImmutableArray<SeenSequence> seen)
    {
        floor.Note("View");
        floor.Seen = seen;
        ImmutableArray<OpenOrder> open =
        [
            .. floor.Open(Account).Select(order => new OpenOrder(
                order.Symbol, order.Order.Number, order.Order.ClientOrderId, order.Id, order.Order.Side, order.Order.Type, order.Order.TimeInForce, order.Order.PriceTicks, order.Order.QuantityLots, order.Filled, 0, 1, order.Order.PostOnly, order.Order.SelfTrade, order.Order.Conditions)),
        ];
        return ValueTask.FromResult(new AccountView(Account, 12, [new AssetBalance("USD", 2, 100_000, 1_500)], open, seen));
    }

    public Task Deliver(BookDelivery delivery) => Task.CompletedTask;

    public ValueTask CatchUp() => ValueTask.CompletedTask;
}

[Reentrant]
public sealed class FloorBook(TradingFloor market) : Grain, IOrderBookGrain
{
    private string Symbol => this.GetPrimaryKeyString();

    public ValueTask Define(EncodedInstrument definition) => ValueTask.CompletedTask;

    public ValueTask<ImmutableArray<ExecutionReport>> Submit(ImmutableArray<SubmitOrder> orders)
    {
        market.Note("Submit", $"{Symbol} {orders.Length}");
        if (market.BusySubmits-- > 0)
            return ValueTask.FromResult(orders.Select(order => TradingFloor.Refuse(Symbol, order.Account, RejectReason.Overloaded)).ToImmutableArray());
        return ValueTask.FromResult(orders.Select(order => market.Submit(Symbol, order)).ToImmutableArray());
    }

    public ValueTask<ImmutableArray<ExecutionReport>> SubmitList(OrderListKind kind, ImmutableArray<SubmitOrder> orders)
    {
        market.Note("SubmitList", $"{Symbol} {kind} {orders.Length}");
        var refused = market.RefusesLists;
        return ValueTask.FromResult(orders.Select(order => refused == RejectReason.None
            ? market.Submit(Symbol, order)
            : TradingFloor.Refuse(Symbol, order.Account, refused)).ToImmutableArray());
    }

    public ValueTask<ExecutionReport> Amend(long account, long orderId, ImmutableArray<NamedValue> changes)
    {
        market.Note("AmendConditions", $"{Symbol} {orderId} {string.Join(' ', changes.Select(change => $"{change.Name}={change.Value}"))}");
        return ValueTask.FromResult(market.Status(Symbol, account, orderId));
    }

    public ValueTask<RejectReason> Operate(BookCommand command)
    {
        market.Note("Operate", TradingFloor.Text(Symbol, command));
        return ValueTask.FromResult(market.RefusesToOperate.GetValueOrDefault(Symbol));
    }

    public ValueTask<PlaceInLine> Position(long account, long orderId)
    {
        market.Note("Position", $"{Symbol} {orderId}");
        return ValueTask.FromResult(new PlaceInLine(market.Status(Symbol, account, orderId).Reason, 3, 120));
    }

    public ValueTask<ImmutableArray<ExecutionReport>> Close(long account, ImmutableArray<long> numbers, EndReason reason) =>
        ValueTask.FromResult(numbers
            .Select(number => market.Close(Symbol, account, (_, own) => own == number, reason))
            .ToImmutableArray());

    public ValueTask<ExecutionReport> CloseById(long account, long orderId) =>
        ValueTask.FromResult(market.Close(Symbol, account, (id, _) => id == orderId, EndReason.User));

    public ValueTask<int> CloseAll(long account, long floor)
    {
        market.Note("CloseAll", $"{Symbol} {floor}");
        var open = market.Open(account).Where(order => order.Symbol == Symbol).ToArray();
        foreach (var order in open)
            market.Close(Symbol, account, (id, _) => id == order.Id, EndReason.MassCancel);
        return ValueTask.FromResult(open.Length);
    }

    public ValueTask Resolve(long account, ImmutableArray<long> numbers) => ValueTask.CompletedTask;

    public ValueTask<ExecutionReport> Reduce(long account, long number, long totalLots)
    {
        market.Note("Reduce");
        return ValueTask.FromResult(market.Reduce(Symbol, account, number, totalLots));
    }

    public ValueTask<ExecutionReport> Status(long account, long orderId)
    {
        market.Note("Status");
        return ValueTask.FromResult(market.Status(Symbol, account, orderId));
    }

    public ValueTask<DepthView> Depth() => ValueTask.FromResult(market.Depth(Symbol));

    public ValueTask<BookState> State() => ValueTask.FromResult(market.BookState with { Sequence = market.Sequence(Symbol) });

    public ValueTask<ulong> StateHash() => throw new NotSupportedException();
}

[Reentrant]
public sealed class FloorMarketData(TradingFloor floor) : Grain, IMarketDataGrain
{
    private string Symbol => this.GetPrimaryKeyString();

    public ValueTask<DepthView> Depth(int levels)
    {
        floor.Note("Depth");
        var all = floor.Depth(Symbol);
        return ValueTask.FromResult(all with { Bids = [.. all.Bids.Take(levels)], Asks = [.. all.Asks.Take(levels)] });
    }

    public ValueTask<ImmutableArray<PublicTrade>> Trades(int limit)
    {
        floor.Note("Trades");
        return ValueTask.FromResult<ImmutableArray<PublicTrade>>([.. floor.Trades.Take(limit)]);
    }

    public ValueTask<MarketUpdate?> WaitForUpdate(long afterSequence)
    {
        floor.Note("WaitForUpdate", $"{afterSequence}");
        return floor.WaitForUpdate(Symbol, afterSequence);
    }
}

public sealed class FloorLedger(TradingFloor floor) : Grain, ILedgerGrain
{
    public ValueTask<ImmutableArray<AccountFill>> Fills(long account, string? symbol, int limit, ImmutableArray<SeenSequence> seen)
    {
        floor.Seen = seen;
        var fill = new OrderFill(7, 0, 15_000, 10, 30, false);
        return ValueTask.FromResult<ImmutableArray<AccountFill>>([new AccountFill("AAPL", 1, "my-1", Side.Buy, 1_767_225_600_000_000_001, fill)]);
    }

    public ValueTask<ImmutableArray<AccountFill>> FillsAfter(
        long account, string symbol, TradePlace after, int limit, ImmutableArray<SeenSequence> seen)
    {
        floor.Note("FillsAfter", $"{symbol} {after.Sequence}-{after.Index} {limit}");
        return Fills(account, symbol, limit, seen);
    }

    public ValueTask CatchUp() => ValueTask.CompletedTask;

    public ValueTask Follow() => ValueTask.CompletedTask;
}

public sealed class FloorCatalog(TradingFloor floor) : Grain, ICatalogGrain
{
    public ValueTask<ImmutableArray<EncodedInstrument>> Instruments()
    {
        floor.Note("Instruments");
        return ValueTask.FromResult(floor.Instruments.Select(EncodedInstrument.From).ToImmutableArray());
    }

    public ValueTask List(EncodedInstrument definition)
    {
        if (floor.RefusesListings)
            throw new ArgumentException("Another was quicker.", nameof(definition));

        floor.Instruments.Add(definition.Decode());
        return ValueTask.CompletedTask;
    }

    public ValueTask<ImmutableArray<ApiKey>> Keys()
    {
        floor.Note("Keys");
        return ValueTask.FromResult(floor.Keys.ToImmutableArray());
    }

    public ValueTask AddKey(ApiKey key)
    {
        floor.Keys.Add(key);
        return ValueTask.CompletedTask;
    }
}
