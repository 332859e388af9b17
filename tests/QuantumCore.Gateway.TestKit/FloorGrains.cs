using System.Collections.Immutable;
using QuantumCore.Contracts;
using QuantumCore.Instruments;

namespace QuantumCore.Gateway.TestKit;

[Reentrant]
public sealed class FloorAccount(TradingFloor floor) : Grain, IAccountGrain
{
    private long Account => long.Parse(this.GetPrimaryKeyString());

    public async ValueTask<ImmutableArray<HoldResult>> Hold(ImmutableArray<HoldRequest> requests)
    {
        floor.Note("Hold", $"{requests.Length}");
        await floor.Holding;
        ImmutableArray<HoldResult> results = [.. requests.Select(request => floor.Hold(Account, request))];
        floor.ThrowIfTold("HoldAnswer");
        return results;
    }

    public async ValueTask<HeldAhead> HoldAhead(ImmutableArray<HoldRequest> requests) =>
        new(await Hold(requests), new RecordLocation($"acct/{Account}", 1, 1));

    public ValueTask WhenDurable(RecordLocation record)
    {
        floor.Note("WhenDurable");
        return ValueTask.CompletedTask;
    }

    public ValueTask<HoldResult> HoldSignal(SignalIntent intent) =>
        throw new NotSupportedException("The floor has no signals.");

    public ValueTask<HoldListResult> HoldList(OrderListKind kind, ImmutableArray<HoldRequest> orders)
    {
        floor.Note("HoldList", $"{kind} {orders.Length}");
        if (floor.RefusesHolds is { } refusal)
            return ValueTask.FromResult(refusal);

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

    public ValueTask<SettlementFunds?> FundsFor(string venue, long date) => throw new NotSupportedException();

    public ValueTask<NamedOrder> FindForCancel(string clientOrderId) =>
        ValueTask.FromResult(floor.Find(Account, clientOrderId));

    public async ValueTask<AccountChange?> WaitForChange(
        long version, ImmutableArray<SeenSequence> after, OrdersPlace? orders)
    {
        if (version >= 0)
            return await floor.WaitForChange();
        floor.ThrowIfTold("WaitForChange");
        return new AccountChange(0, await View([]), []);
    }

    public ValueTask<NamedOrder> LookUp(string clientOrderId) =>
        ValueTask.FromResult(floor.LookUp(Account, clientOrderId));

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

    public ValueTask<TransferResult> Transfer(TransferRequest request)
    {
        floor.Note("Transfer", $"{Account} {request.To} {request.Amount}");
        return ValueTask.FromResult(new TransferResult(RejectReason.None, null, null, 7, true));
    }

    public ValueTask<DepositResult> TakeInTransfer(TransferArrival arrival)
    {
        floor.Note("TakeInTransfer", $"{Account} {arrival.From}:{arrival.Sequence} {arrival.Amount}");
        return ValueTask.FromResult(new DepositResult(floor.RefusesArrivals, null, null, 1));
    }

    public ValueTask EndTransfer(long transfer)
    {
        floor.Note("EndTransfer", $"{Account} {transfer}");
        return ValueTask.CompletedTask;
    }

    public ValueTask<WithdrawResult> Withdraw(WithdrawRequest request)
    {
        floor.Note("Withdraw", $"{Account} {request.Amount} {request.Destination}");
        return ValueTask.FromResult(new WithdrawResult(RejectReason.None, null, null, 8));
    }

    public ValueTask<CancelAllMark> Freeze(FreezeRequest request)
    {
        floor.Note("Freeze", $"{Account} {request.Closes} {request.By} {request.Why}");
        ImmutableArray<string> symbols = [.. floor.Open(Account).Select(order => order.Symbol).Distinct()];
        return ValueTask.FromResult(new CancelAllMark(floor.LastNumber(Account), symbols));
    }

    public ValueTask<RejectReason> Unfreeze(string by, string why)
    {
        floor.Note("Unfreeze", $"{Account} {by} {why}");
        return ValueTask.FromResult(floor.RefusesToUnfreeze);
    }

    public ValueTask SetLimits(LimitsRequest request)
    {
        floor.Note(
            "SetLimits",
            $"{Account} {request.Symbol} {string.Join(' ', request.Limits.Select(l => $"{l.Kind}={l.Most}"))} {request.By} {request.Why}");
        floor.Limits = new SymbolLimits(request.Symbol, request.Limits);
        return ValueTask.CompletedTask;
    }

    public ValueTask<ImmutableArray<AccountFees>> Fees() =>
        ValueTask.FromResult<ImmutableArray<AccountFees>>([.. floor.Fees.Values.Select(of =>
        new AccountFees(of.Asset, 0, of.Tiers[0].MakerPpm, of.Tiers[0].TakerPpm, of.Minimum))]);

    public ValueTask<ImmutableArray<TradedVolume>> VolumesBefore(long day) =>
        ValueTask.FromResult(ImmutableArray<TradedVolume>.Empty);

    public ValueTask<string?> SetKind(AccountKindRequest request)
    {
        floor.Note("SetKind", $"{Account} {request.Currency} {request.By} {request.Why}");
        return ValueTask.FromResult(Account == 1002 ? "it has open orders" : null);
    }

    public ValueTask<MarginWork> ReviewMargin() => ValueTask.FromResult(MarginWork.None);

    public ValueTask TakeCover(LiquidationCover cover) => ValueTask.CompletedTask;

    public ValueTask PayShare(DeficitShareRequest request) => ValueTask.CompletedTask;

    public ValueTask EnterAction(CorporateActionView action, long units) => throw new NotSupportedException();

    public ValueTask KeepRounding(CorporateActionView action, long amount) => throw new NotSupportedException();

    public ValueTask PayAction(string action) => throw new NotSupportedException();

    public ValueTask SetVolumes(long day, ImmutableArray<TradedVolume> volumes) => ValueTask.CompletedTask;

    public ValueTask<ImmutableArray<SymbolLimits>> Limits() =>
        ValueTask.FromResult<ImmutableArray<SymbolLimits>>(floor.Limits is { } limits ? [limits] : []);

    public ValueTask<AccountView> View(ImmutableArray<SeenSequence> seen)
    {
        floor.Note("View", $"{Account}");
        floor.Seen = seen;
        ImmutableArray<OpenOrder> open =
        [
            .. floor.Open(Account).Select(order => new OpenOrder(
                order.Symbol, order.Order.Number, order.Order.ClientOrderId, order.Id, order.Order.Side,
                order.Order.Type, order.Order.TimeInForce, order.Order.PriceTicks, order.Order.QuantityLots,
                order.Filled, 0, 1, order.Order.PostOnly, order.Order.SelfTrade, order.Order.Conditions)),
        ];
        return ValueTask.FromResult(
            new AccountView(
                Account, floor.Unused.Contains(Account) ? 0 : 12, [new AssetBalance("USD", 2, 100_000, 1_500)], open,
                seen, []));
    }

    public Task Deliver(BookDelivery delivery) => Task.CompletedTask;

    public ValueTask CatchUp() => ValueTask.CompletedTask;
}

[Reentrant]
public sealed class FloorBook(TradingFloor market) : Grain, IOrderBookGrain
{
    public ValueTask Define(string symbol, EncodedInstrument definition) => ValueTask.CompletedTask;

    public ValueTask<ImmutableArray<ExecutionReport>> Submit(string symbol, ImmutableArray<SubmitOrder> orders)
    {
        market.Note("Submit", $"{symbol} {orders.Length}");
        if (market.BusySubmits-- > 0)
            return ValueTask.FromResult(
                orders.Select(order => TradingFloor.Refuse(symbol, order.Account, RejectReason.Overloaded))
                    .ToImmutableArray());
        return ValueTask.FromResult(orders.Select(order => market.Submit(symbol, order)).ToImmutableArray());
    }

    public ValueTask<ImmutableArray<ExecutionReport>> SubmitAfter(
        string symbol, ImmutableArray<SubmitOrder> orders, RecordLocation hold)
    {
        market.ThrowIfTold("SubmitAfter");
        return Submit(symbol, orders);
    }

    public ValueTask<ImmutableArray<ExecutionReport>> SubmitList(
        string symbol, OrderListKind kind, ImmutableArray<SubmitOrder> orders)
    {
        market.Note("SubmitList", $"{symbol} {kind} {orders.Length}");
        var refused = market.RefusesLists;
        return ValueTask.FromResult(orders.Select(order => refused == RejectReason.None
            ? market.Submit(symbol, order)
            : TradingFloor.Refuse(symbol, order.Account, refused)).ToImmutableArray());
    }

    public ValueTask<ImmutableArray<ExecutionReport>> SubmitStrategy(ImmutableArray<SubmitOrder> legs)
    {
        market.Note("SubmitStrategy", $"{legs.Length}");
        var refused = market.RefusesLists;
        return ValueTask.FromResult(legs.Select(leg =>
        {
            var strategy = leg.Conditions.Decode()!.Strategy!;
            var symbol = strategy.Legs[strategy.Leg].Symbol;
            return refused == RejectReason.None
                ? market.Submit(symbol, leg)
                : TradingFloor.Refuse(symbol, leg.Account, refused);
        }).ToImmutableArray());
    }

    public ValueTask<ExecutionReport> Amend(
        string symbol, long account, long orderId, ConditionChanges changes)
    {
        market.Note("AmendConditions", $"{symbol} {orderId} {TradingFloor.Text(changes)}");
        return ValueTask.FromResult(market.Status(symbol, account, orderId));
    }

    public async ValueTask<HaltAnswer> Halt(string symbol, BookCommand command) =>
        new(await Operate(symbol, command), !market.IsStalled, await State(symbol));

    public ValueTask<RejectReason> Operate(string symbol, BookCommand command)
    {
        market.Note("Operate", TradingFloor.Text(symbol, command));
        return ValueTask.FromResult(market.RefusesToOperate.GetValueOrDefault(symbol));
    }

    public ValueTask<TradeChanged> ChangeTrade(string symbol, TradePlace trade, long priceTicks)
    {
        market.Note("ChangeTrade", $"{symbol} {trade.Sequence}-{trade.Index} {priceTicks}");
        return ValueTask.FromResult(
            market.RefusesToOperate.GetValueOrDefault(symbol) is var reason and not RejectReason.None
            ? new TradeChanged(reason)
            : new TradeChanged(
                RejectReason.None, market.Sequence(symbol) + 1,
                new MatchedTrade(Side.Sell, 15_000, 10, new(1001, 1, 4, 30), new(1002, 1, 3, 15)),
                priceTicks, priceTicks == 0 ? 0 : 16, priceTicks == 0 ? 0 : 31));
    }

    public ValueTask<PlaceInLine> Position(string symbol, long account, long orderId)
    {
        market.Note("Position", $"{symbol} {orderId}");
        return ValueTask.FromResult(new PlaceInLine(market.Status(symbol, account, orderId).Reason, 3, 120));
    }

    public ValueTask<ImmutableArray<ExecutionReport>> Close(
        string symbol, long account, ImmutableArray<long> numbers, EndReason reason)
    {
        market.Note("Close", $"{symbol} {string.Join(' ', numbers)}");
        return ValueTask.FromResult(numbers
            .Select(number => market.Close(symbol, account, (_, own) => own == number, reason))
            .ToImmutableArray());
    }

    public ValueTask<ExecutionReport> CloseById(string symbol, long account, long orderId) =>
        ValueTask.FromResult(market.Close(symbol, account, (id, _) => id == orderId, EndReason.User));

    public ValueTask<int> CloseAll(string symbol, long account, long floor)
    {
        market.Note("CloseAll", $"{symbol} {floor}");
        var open = market.Open(account).Where(order => order.Symbol == symbol && order.Order.Number <= floor).ToArray();
        foreach (var order in open)
            market.Close(symbol, account, (id, _) => id == order.Id, EndReason.MassCancel);
        return ValueTask.FromResult(open.Length);
    }

    public ValueTask Resolve(string symbol, long account, ImmutableArray<long> numbers) => ValueTask.CompletedTask;

    public ValueTask<ExecutionReport> Reduce(
        string symbol, long account, long number, long totalLots, long expectedLots)
    {
        market.Note("Reduce", expectedLots == 0 ? "" : $"if {expectedLots} are open");
        return ValueTask.FromResult(market.Reduce(symbol, account, number, totalLots));
    }

    public ValueTask<ExecutionReport> Status(string symbol, long account, long orderId)
    {
        market.Note("Status");
        return ValueTask.FromResult(market.Status(symbol, account, orderId));
    }

    public ValueTask<DepthView> Depth(string symbol) => ValueTask.FromResult(market.Depth(symbol));

    public ValueTask<BookState> State(string symbol) =>
        ValueTask.FromResult(market.BookState with { Sequence = market.Sequence(symbol) });

    public ValueTask<ulong> StateHash(string symbol) => throw new NotSupportedException();
}

public sealed class FloorLedger(TradingFloor floor) : Grain, ILedgerGrain
{
    public ValueTask<ImmutableArray<AccountFill>> Fills(
        long account, string? symbol, int limit, ImmutableArray<SeenSequence> seen)
    {
        floor.Seen = seen;
        var fill = new OrderFill(7, 0, 15_000, 10, 30, false);
        return ValueTask.FromResult<ImmutableArray<AccountFill>>(
            [new AccountFill("AAPL", 1, "my-1", Side.Buy, 1_767_225_600_000_000_001, fill)]);
    }

    public ValueTask<ImmutableArray<AccountFill>> FillsAfter(
        long account, string symbol, TradePlace after, int limit, ImmutableArray<SeenSequence> seen)
    {
        floor.Note("FillsAfter", $"{symbol} {after.Sequence}-{after.Index} {limit}");
        return Fills(account, symbol, limit, seen);
    }

    public ValueTask<ImmutableArray<AccountTransfer>> Transfers(long account, int limit, TransferPlace? after) =>
        ValueTask.FromResult<ImmutableArray<AccountTransfer>>(
        [
            new AccountTransfer(9, "move-2", account, 1002, "USD", 2, 150, false, 1_767_225_600_000_000_001),
            new AccountTransfer(4, "gift", 1003, account, "AAPL", 0, 5, true, 1_767_225_600_000_000_000),
        ]);

    public ValueTask<ImmutableArray<AccountWithdrawal>> Withdrawals(long account, int limit, long? before) =>
        ValueTask.FromResult<ImmutableArray<AccountWithdrawal>>(
        [
            new AccountWithdrawal(
                8, "out-2", account, "USD", 2, 150, "DE89 3704", PayoutState.Pending, null, null,
                1_767_225_600_000_000_001),
            new AccountWithdrawal(
                4, "out-1", account, "AAPL", 0, 5, "x", PayoutState.Refused, "AAPL-3", "no such account",
                1_767_225_600_000_000_000),
        ]);

    public async ValueTask<ImmutableArray<Candle>> Candles(CandleQuery query, ImmutableArray<SeenSequence> seen)
    {
        floor.Note("Candles", $"{query.Symbol} {seen[0].Sequence}");
        await floor.Reading;
        return floor.Candles;
    }

    public ValueTask<ImmutableArray<PublicTrade>> PublicTrades(TradeQuery query, ImmutableArray<SeenSequence> seen)
    {
        var found = floor.PastTrades.Where(
            trade => trade.TimeNanos >= (query.FromNanos ?? 0)
                && trade.TimeNanos <= (query.ThroughNanos ?? long.MaxValue)
            && (query.From is not { } from
                || (trade.Sequence, trade.Index).CompareTo((from.Sequence, from.Index)) >= 0));
        return ValueTask.FromResult<ImmutableArray<PublicTrade>>(
            [.. query.From is null && query.FromNanos is null ? found.TakeLast(query.Limit) : found.Take(query.Limit)]);
    }

    public ValueTask<ImmutableArray<PreventedMatch>> Prevented(PreventedQuery query, ImmutableArray<SeenSequence> seen)
    {
        floor.Prevented.Add(query);
        return ValueTask.FromResult<ImmutableArray<PreventedMatch>>(
            [new PreventedMatch(
                "AAPL", new TradePlace(7, 0), 1_767_225_600_000_000_001, SelfTradePrevention.ExpireBoth, 15_000, 10, 9,
                new(2, 5, true, 12), new(1, 0, false, null))]);
    }

    public ValueTask<ImmutableArray<AccountFill>> FillsOf(FillQuery query, ImmutableArray<SeenSequence> seen) =>
        ValueTask.FromResult<ImmutableArray<AccountFill>>([]);

    public ValueTask<ImmutableArray<PastOrder>> Orders(OrderQuery query, ImmutableArray<SeenSequence> seen) =>
        ValueTask.FromResult(floor.PastOrders);

    public ValueTask CatchUp() => ValueTask.CompletedTask;

    public ValueTask<AccountStatement> Statement(
        long account, long fromNanos, long toNanos, LinePlace? after, int limit, ImmutableArray<SeenSequence> seen) =>
        ValueTask.FromResult(new AccountStatement(account, fromNanos, toNanos, [], [], false));

    public ValueTask<ImmutableArray<PositionProfit>> Positions(
        long account, PositionMethod method, ImmutableArray<SeenSequence> seen) =>
        ValueTask.FromResult<ImmutableArray<PositionProfit>>([]);

    public ValueTask<ImmutableArray<TrialBalanceRow>> TrialBalance() =>
        ValueTask.FromResult<ImmutableArray<TrialBalanceRow>>([]);

    public ValueTask<ImmutableArray<FeeRevenueRow>> FeeRevenue(long fromNanos, long toNanos) =>
        ValueTask.FromResult<ImmutableArray<FeeRevenueRow>>([]);

    public ValueTask<ImmutableArray<EntitledAccount>> Entitled(CorporateActionView action, long after, int limit) =>
        throw new NotSupportedException();

    public ValueTask<CorporateSums> CorporateSums(CorporateActionView action) => throw new NotSupportedException();

    public ValueTask<CorporateParts> CorporateParts(string action, bool unpaid, long after, int limit) =>
        throw new NotSupportedException();

    public ValueTask<ReconciliationReport> Reconcile(long after, int limit) =>
        ValueTask.FromResult(new ReconciliationReport(0, 0, 0, 0, []));

    public ValueTask Follow() => ValueTask.CompletedTask;

    public async ValueTask<LedgerStatus> Status() =>
        await floor.LedgerStatus;
}

public sealed class FloorPayout(TradingFloor floor) : Grain, IPayoutGrain
{
    public ValueTask<ImmutableArray<PayoutState>> Enlist(int decimals, ImmutableArray<PayoutItem> items)
    {
        floor.Note(
            "Enlist",
            $"{this.GetPrimaryKeyString()} {items[0].Account}:{items[0].Sequence} {items[0].Amount} {items[0].Destination}");
        return ValueTask.FromResult<ImmutableArray<PayoutState>>([PayoutState.Sent]);
    }
}

public sealed class FloorOperatorLog(TradingFloor floor) : Grain, IOperatorLogGrain
{
    public ValueTask<long> Note(OperatorAct act)
    {
        if (floor.NotesNothing)
            throw new InvalidOperationException("Nothing can go on record now.");

        floor.Acts.Add(act);
        return ValueTask.FromResult((long)floor.Acts.Count);
    }

    public ValueTask<ImmutableArray<AuditLine>> Lines(long before, int limit) => ValueTask.FromResult(floor.Acts
        .Select(
            (act, at) => new AuditLine(at + 1, 1_000_000_000L * (at + 1), act.What, act.Subject, act.By, act.Detail))
        .Reverse().Where(line => line.Sequence < before).Take(limit).ToImmutableArray());
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

        var instrument = definition.Decode();
        floor.Instruments.RemoveAll(listed => listed.Symbol == instrument.Symbol);
        floor.Instruments.Add(instrument);
        return ValueTask.CompletedTask;
    }

    public ValueTask<ImmutableArray<ApiKey>> Keys()
    {
        floor.Note("Keys");
        return ValueTask.FromResult(floor.Keys.ToImmutableArray());
    }

    public ValueTask AddKey(ApiKey key)
    {
        floor.Keys.RemoveAll(known => known.Hash == key.Hash);
        floor.Keys.Add(key);
        return ValueTask.CompletedTask;
    }

    public ValueTask<MarginRulebook> Margin() => ValueTask.FromResult(floor.Margin);

    public ValueTask<ImmutableArray<SettlementCalendar>> SettlementCalendars() => throw new NotSupportedException();

    public ValueTask<ImmutableArray<OwnerLimits>> OwnersLimits() =>
        ValueTask.FromResult(ImmutableArray<OwnerLimits>.Empty);

    public ValueTask<string?> SetOwnerLimits(OwnerLimitsRequest request) => throw new NotSupportedException();

    public ValueTask<string?> SetHolidays(HolidaysRequest request) => throw new NotSupportedException();

    public ValueTask<ImmutableArray<CorporateActionView>> CorporateActions() =>
        ValueTask.FromResult(ImmutableArray<CorporateActionView>.Empty);

    public ValueTask<CorporateRefusal?> AnnounceAction(CorporateActionRequest request) =>
        throw new NotSupportedException();

    public ValueTask BeginAction(string id) => throw new NotSupportedException();

    public ValueTask CloseAction(string id, CorporateSums sums) => throw new NotSupportedException();

    public ValueTask EndAction(string id) => throw new NotSupportedException();

    public ValueTask<ImmutableArray<BookPin>> Pins() => throw new NotSupportedException();

    public ValueTask<string?> SetPin(BookPinRequest request) => throw new NotSupportedException();

    public ValueTask<ImmutableArray<string>> BlockedOwners() =>
        ValueTask.FromResult<ImmutableArray<string>>([.. floor.BlockedOwners]);

    public ValueTask BlockOwner(OwnerBlock block)
    {
        floor.BlockedOwners = block.IsBlocked
            ? floor.BlockedOwners.Add(block.Owner)
            : floor.BlockedOwners.Remove(block.Owner);
        return ValueTask.CompletedTask;
    }

    public ValueTask<BreakerUse> BreakerUsed() => ValueTask.FromResult(floor.Breaker);

    public ValueTask UseBreaker(BreakerUse use)
    {
        floor.Breaker = use;
        return ValueTask.CompletedTask;
    }

    public ValueTask<string?> SetMarginTerms(MarginTermsRequest request)
    {
        floor.Margin = floor.Margin with { Terms = [request] };
        return ValueTask.FromResult<string?>(null);
    }

    public ValueTask<string?> SetMarginPolicy(MarginPolicyRequest request)
    {
        floor.Margin = floor.Margin with { Policies = [request] };
        return ValueTask.FromResult<string?>(null);
    }

    public ValueTask<string?> SetMarginGroup(MarginGroupRequest request)
    {
        floor.Margin = floor.Margin with { Groups = [request] };
        return ValueTask.FromResult<string?>(null);
    }

    public ValueTask<string?> SetLocate(LocateRequest request)
    {
        if (request.Lots > 1_000)
            return ValueTask.FromResult<string?>("there is not as much to lend");
        floor.Margin = floor.Margin with { Locates = [request], Funds = [new("USD", 12_345)] };
        return ValueTask.FromResult<string?>(null);
    }

    public ValueTask<ImmutableArray<DeficitShare>> ShareDeficit(DeficitDay day) =>
        ValueTask.FromResult<ImmutableArray<DeficitShare>>([]);

    public ValueTask EndDeficit(long account, long sequence) => ValueTask.CompletedTask;

    public ValueTask<LiquidationCover> Insure(LiquidationClaim claim) =>
        ValueTask.FromResult(new LiquidationCover(claim.Sequence, 0, claim.Deficit));

    public ValueTask<ImmutableArray<FeeSchedule>> FeeSchedules() =>
        ValueTask.FromResult<ImmutableArray<FeeSchedule>>([.. floor.Fees.Values]);

    public ValueTask<string?> SetFees(FeesRequest request)
    {
        floor.Note(
            "SetFees",
            $"{request.Schedule.Asset} {string.Join(' ', request.Schedule.Tiers)} {request.Schedule.Minimum} {request.By} {request.Why}");
        if (request.Schedule.Tiers.Any(tier => tier.MakerPpm < -500))
            return ValueTask.FromResult<string?>("a rebate is too much");
        floor.Fees[request.Schedule.Asset] = request.Schedule;
        return ValueTask.FromResult<string?>(null);
    }

    public ValueTask<ImmutableArray<SymbolLimits>> Limits() =>
        ValueTask.FromResult<ImmutableArray<SymbolLimits>>(floor.EveryonesLimits is { } limits ? [limits] : []);

    public ValueTask SetLimits(LimitsRequest request)
    {
        floor.Note(
            "SetLimits",
            $"everyone {request.Symbol} {string.Join(' ', request.Limits.Select(l => $"{l.Kind}={l.Most}"))} {request.By} {request.Why}");
        floor.EveryonesLimits = new SymbolLimits(request.Symbol, request.Limits);
        return ValueTask.CompletedTask;
    }

    public ValueTask<ImmutableArray<OwnedAccount>> Owners() => ValueTask.FromResult(floor.Owners.ToImmutableArray());

    public ValueTask SetOwner(OwnedAccount account)
    {
        floor.Owners.RemoveAll(owned => owned.Account == account.Account);
        floor.Owners.Add(account);
        return ValueTask.CompletedTask;
    }

    public ValueTask<UserList> Users() => ValueTask.FromResult(new UserList([], []));

    public ValueTask<User?> FindUser(string name) => ValueTask.FromResult<User?>(null);

    public ValueTask<SignedIn?> FindSession(string id) => ValueTask.FromResult<SignedIn?>(null);

    public ValueTask<ImmutableArray<UserSession>> SessionsOf(string user) =>
        ValueTask.FromResult(ImmutableArray<UserSession>.Empty);

    public ValueTask<UserResult> AddUser(User user, UserEvent how, string by) => throw NoUsers;

    public ValueTask<UserResult> ChangeUser(UserChange change) => throw NoUsers;

    public ValueTask<RejectReason> BeginSession(UserSession session, long codeStep) => throw NoUsers;

    public ValueTask<bool> EndSessions(string user, string? id, string by) => throw NoUsers;

    public ValueTask<ImmutableArray<SignalStrategyState>> SignalStrategies() => throw NoSignals;

    public ValueTask<SignalStrategyState?> FindSignalStrategy(string name) =>
        ValueTask.FromResult<SignalStrategyState?>(null);

    public ValueTask<RejectReason> SetSignalStrategy(SignalStrategy strategy, string by) => throw NoSignals;

    public ValueTask<SignalAdmission> AdmitSignal(string strategy, string key) => throw NoSignals;

    public ValueTask EndSignal(DeadSignal outcome) => throw NoSignals;

    public ValueTask<bool> ResumeSignals(string strategy, string by) => throw NoSignals;

    public ValueTask<ImmutableArray<DeadSignal>> DeadSignals() => throw NoSignals;

    public ValueTask<bool> DropDeadSignal(long id, string by) => throw NoSignals;

    public ValueTask<ImmutableArray<AuditLine>> Audit(long before, int limit) =>
        ValueTask.FromResult(ImmutableArray<AuditLine>.Empty);

    /// <summary>Error for signals, which SignalsOverHttpTests tests against the catalog itself.</summary>
    private static NotSupportedException NoSignals => new("The floor has no signals.");

    /// <summary>Error for users, which UsersOverHttpTests tests against the catalog itself.</summary>
    private static NotSupportedException NoUsers => new("The floor has no users.");
}

/// <summary>Grain of an account without price alerts, and without room for any.</summary>
[Reentrant]
public sealed class FloorAlerts(TradingFloor floor) : Grain, IPriceAlertsGrain
{
    private static readonly AccountAlerts s_none = new(1, 1, []);

    public ValueTask<AccountAlerts> Alerts() => ValueTask.FromResult(s_none);

    public async ValueTask<AccountAlerts?> WaitForChange(long version)
    {
        if (version != s_none.Version)
            return s_none;
        await floor.Closed;
        return null;
    }

    public ValueTask<AlertResult> Add(AlertRequest request) =>
        ValueTask.FromResult(new AlertResult(RejectReason.Forbidden, null));

    public ValueTask<AccountAlerts> Remove(long id) => ValueTask.FromResult(s_none);

    public Task Fire(string symbol, ImmutableArray<WatchedPrice> fired) => Task.CompletedTask;
}
