using System.Collections.Immutable;
using Microsoft.Extensions.Logging;
using QuantumCore.Contracts;
using QuantumCore.Gateway.Hosting;
using QuantumCore.Gateway.Http;
using QuantumCore.Gateway.Markets;
using QuantumCore.Instruments;

namespace QuantumCore.Gateway.Orders;

/// <summary>
/// Order entry: the account holds cover for an order, then the book takes it. All orders take this path.
/// </summary>
/// <remarks>
/// Never throws for failures of grains. A failed call is <see cref="RejectReason.OutcomeUnknown"/>; one that never
/// started is <see cref="RejectReason.Overloaded"/>. Every call is idempotent by its key, so a failed one is retried
/// once. Reports are durable.
/// </remarks>
public sealed partial class OrderEntry(
    IGrainFactory grains,
    Listings listings,
    ReferencePrices references,
    ShownSequences shown,
    GatewayMetrics metrics,
    GatewayOptions options,
    TimeProvider time,
    ILogger<OrderEntry> log)
{
    /// <summary>Maximum number of orders in one batch.</summary>
    public const int LongestBatch = 500;

    private readonly GrainCalls _calls = new(log);

    /// <summary>Enters one order. A market order has price 0; its protection price is chosen here.</summary>
    public async ValueTask<ExecutionReport> Place(long account, HoldRequest order) =>
        (await PlaceBatch(account, [order]))[0];

    /// <summary>
    /// Enters one order whose client order id must be new. If it was used before, the result is
    /// <see cref="RejectReason.KeyConflict"/>.
    /// </summary>
    public async ValueTask<ExecutionReport> PlaceNew(long account, HoldRequest order) =>
        (await PlaceBatch(account, [order], mustBeNew: true))[0];

    /// <summary>
    /// Validates an order without sending it. Returns its refusal, as far as it is known without sending; null if it
    /// would be sent.
    /// </summary>
    public async ValueTask<Refusal?> Try(long account, HoldRequest order) => (await Prepare(account, order)).Refusal;

    /// <summary>
    /// Enters orders in sequence; returns one report each, in the same sequence. If the outcome of one is unknown, the
    /// orders after it are not entered and are of unknown outcome too.
    /// </summary>
    /// <param name="account">Account of the orders.</param>
    /// <param name="orders">Orders to enter.</param>
    /// <param name="mustBeNew">
    /// True if an order whose client order id was used before gets <see cref="RejectReason.KeyConflict"/>.
    /// </param>
    /// <param name="areApart">
    /// True if orders for one book are entered in sequence, and different books proceed in parallel. An unknown outcome
    /// then stops only its own book.
    /// </param>
    public async ValueTask<ImmutableArray<ExecutionReport>> PlaceBatch(
        long account, ImmutableArray<HoldRequest> orders, bool mustBeNew = false, bool areApart = false)
    {
        var started = time.GetTimestamp();
        var batch = new OrderBatch(account, orders);
        for (var i = 0; i < orders.Length; i++)
        {
            var (refusal, request) = await Prepare(account, orders[i]);
            if (refusal is { } refused)
                batch.Refuse(i, refused);
            else
                batch.Hold(i, request);
        }

        if (batch.Requests is { IsEmpty: false } requests)
        {
            var held = await _calls.Ask("Hold", account, () => Hold(account, requests));
            if (held.Failure == RejectReason.None)
                await Submit(batch, held.Value, mustBeNew && held.IsFirst, areApart);
            else
                batch.RefuseRest(held.Failure);
        }

        var reports = batch.Reports();
        foreach (var report in reports)
            Note(report);

        metrics.OrdersAnswered(reports, time.GetElapsedTime(started));
        return reports;
    }

    /// <summary>
    /// Enters linked orders, all or none: returns one report each, or the one refusal. The same first client order id
    /// again gives the same orders.
    /// </summary>
    /// <param name="account">Account of the orders.</param>
    /// <param name="kind">Kind of the list.</param>
    /// <param name="orders">Orders of one symbol, as many as the kind needs.</param>
    /// <param name="mustBeNew">
    /// True if a client order id that was used before gets <see cref="RejectReason.KeyConflict"/>.
    /// </param>
    public ValueTask<(Refusal? Refusal, ImmutableArray<ExecutionReport> Reports)> PlaceList(
        long account, OrderListKind kind, ImmutableArray<HoldRequest> orders, bool mustBeNew = false)
    {
        var symbol = orders[0].Symbol;
        return PlaceTogether(
            account, kind, orders, "SubmitList", (book, submits) => book.SubmitList(symbol, kind, submits), mustBeNew);
    }

    /// <summary>
    /// Enters a multileg order: its legs trade together or not at all. Returns one report each, or the one refusal. The
    /// same first client order id again gives the same orders. A leg's worst price is chosen here, like a market
    /// order's.
    /// </summary>
    /// <param name="account">Account of the order.</param>
    /// <param name="legs">Leg orders of one group, in the sequence of the order's terms, without prices.</param>
    public ValueTask<(Refusal? Refusal, ImmutableArray<ExecutionReport> Reports)> PlaceStrategy(
        long account, ImmutableArray<HoldRequest> legs) =>
        PlaceTogether(
            account, OrderListKind.Strategy, legs, "SubmitStrategy", (book, submits) => book.SubmitStrategy(submits));

    private async ValueTask<(Refusal? Refusal, ImmutableArray<ExecutionReport> Reports)> PlaceTogether(
        long account,
        OrderListKind kind,
        ImmutableArray<HoldRequest> orders,
        string call,
        Func<IOrderBookGrain, ImmutableArray<SubmitOrder>, ValueTask<ImmutableArray<ExecutionReport>>> submit,
        bool mustBeNew = false)
    {
        var started = time.GetTimestamp();
        var prepared = ImmutableArray.CreateBuilder<HoldRequest>(orders.Length);
        for (var i = 0; i < orders.Length; i++)
        {
            var (refusal, request) = await Prepare(account, orders[i]);
            if (refusal is { } refused)
                return (OfOne(kind, orders, i, refused), []);
            prepared.Add(request);
        }

        var requests = prepared.MoveToImmutable();
        var held = await _calls.Ask("HoldList", account, () => grains.Account(account).HoldList(kind, requests));
        if (held.Failure != RejectReason.None)
            return (new Refusal(held.Failure), []);
        if (mustBeNew && held.IsFirst && held.Value.IsKnown)
            return (new Refusal(RejectReason.KeyConflict, "clientOrderId"), []);
        if (held.Value is { Reason: RejectReason.KillSwitch, IsKnown: false })
            await CancelKilled(account);
        if (held.Value.Reason != RejectReason.None)
            return (Refused(held.Value, kind, requests), []);

        var submits = held.Value.Orders;
        var entered = await _calls.Ask(
            call, account, async () => await submit(await listings.Book(requests[0].Symbol), submits));
        if (entered.Failure != RejectReason.None)
            return (new Refusal(RejectReason.OutcomeUnknown), []);

        ImmutableArray<ExecutionReport> reports = [.. entered.Value.Select(OfHeld)];
        foreach (var report in reports)
            Note(report);

        metrics.OrdersAnswered(reports, time.GetElapsedTime(started));
        return Refused(reports, kind) is { } wrong ? (wrong, []) : (null, reports);
    }

    /// <summary>Returns the account's refusal of linked orders, naming the order at fault if there is one.</summary>
    private static Refusal Refused(HoldListResult result, OrderListKind kind, ImmutableArray<HoldRequest> orders) =>
        // The reason why legs are no strategy stands in the place of a limit.
        result is { Reason: RejectReason.InvalidCombination, At: null }
            ? new Refusal(result.Reason, result.Field, null, result.Limit)
        : result.At is { } at ? OfOne(kind, orders, at, new Refusal(result.Reason, result.Field, result.Limit))
        : new Refusal(result.Reason, result.Field, result.Limit);

    /// <summary>
    /// Returns the book's refusal of linked orders. For a strategy, it names the leg whose book rejected it.
    /// </summary>
    private static Refusal? Refused(ImmutableArray<ExecutionReport> reports, OrderListKind kind)
    {
        var wrong = reports.FirstOrDefault(static report => report.Reason != RejectReason.None);
        if (wrong is null)
            return null;

        var refusal = new Refusal(wrong.Reason, wrong.Field, wrong.Limit);
        for (var i = 0; i < reports.Length && kind == OrderListKind.Strategy; i++)
        {
            if (wrong.Field == kind.MemberAt(i))
                return refusal.OfLeg(reports[i].Symbol);
        }

        return refusal;
    }

    /// <summary>
    /// Makes the refusal of one of the orders, with members named within the list. A leg's refusal also names its
    /// symbol.
    /// </summary>
    private static Refusal OfOne(OrderListKind kind, ImmutableArray<HoldRequest> orders, int at, Refusal refusal)
    {
        var named = OrderListChecks.OfOrder(at, refusal, kind.Members());
        return kind == OrderListKind.Strategy ? named.OfLeg(orders[at].Symbol) : named;
    }

    /// <summary>
    /// Amends the conditions of an order in place. A stop whose new trigger needs more cover is replaced under the new
    /// client order id.
    /// </summary>
    public async ValueTask<ExecutionReport> AmendConditions(
        long account, string symbol, long orderId, string newClientOrderId, ConditionChanges changes)
    {
        var report = await AskBook(
            "AmendConditions", account, symbol, orderId, book => book.Amend(symbol, account, orderId, changes));
        if (report.Reason is not (RejectReason.WouldGrow or RejectReason.OrderClosed))
            return report;
        if (changes.TriggerTicks is not { } trigger || changes != new ConditionChanges(TriggerTicks: trigger))
        {
            // The book reports what cannot change along with the trigger.
            return report.Reason == RejectReason.WouldGrow
                ? report with
                {
                    Reason = RejectReason.InvalidCombination,
                    Field = report.Field ?? "triggerPrice,goodTill",
                }
                : report;
        }

        // On a retry, the replaced order is closed already; its account knows the first result.
        var replaced = await Amend(account, symbol, orderId, newClientOrderId, 0, 0, triggerTicks: trigger);
        return replaced.Reason == RejectReason.UnknownOrder ? report : replaced;
    }

    /// <summary>Returns the number of orders and lots ahead of an order at its price.</summary>
    public async ValueTask<PlaceInLine> Position(long account, string symbol, long orderId)
    {
        var listed = await Find(account, symbol);
        if (listed.Failure != RejectReason.None)
            return new PlaceInLine(RejectReason.Overloaded, 0, 0);
        if (listed.Value is not { } instrument)
            return new PlaceInLine(RejectReason.UnknownSymbol, 0, 0);

        var place = await _calls.Ask(
            "Position", account, () => grains.Book(instrument.BookKey).Position(symbol, account, orderId));
        return place.Failure == RejectReason.None ? place.Value : new PlaceInLine(place.Failure, 0, 0);
    }

    /// <summary>
    /// Busts a trade (price 0), or corrects its price. Before the answer, both accounts learn of it if they can be
    /// reached, so that neither spends the proceeds again.
    /// </summary>
    public async ValueTask<TradeChanged> ChangeTrade(string symbol, TradePlace trade, long priceTicks)
    {
        var answer = await _calls.Ask(
            "ChangeTrade", 0, async () => await (await listings.Book(symbol)).ChangeTrade(symbol, trade, priceTicks));
        if (answer.Failure != RejectReason.None)
            return new TradeChanged(answer.Failure);

        // A trade can be busted only once. After a retry, a rejection may mean that the first call did it.
        if (answer.Value.Reason != RejectReason.None)
            return answer.IsFirst ? answer.Value : new TradeChanged(RejectReason.OutcomeUnknown);

        foreach (var account in new[] { answer.Value.Trade.Taker.Account, answer.Value.Trade.Maker.Account }.Distinct())
        {
            shown.Note(account, symbol, answer.Value.Sequence);
            // An account that does not answer now gets the change with its delivery.
            await _calls.Ask("View", account, () => View(account));
        }

        return answer.Value;
    }

    /// <summary>Returns the phase and prices of a symbol, or why they are unknown.</summary>
    public ValueTask<GrainAnswer<BookState>> State(string symbol) =>
        _calls.Ask("State", 0, async () => await (await listings.Book(symbol)).State(symbol));

    /// <summary>Cancels an order by its public id; the report is its final state.</summary>
    public ValueTask<ExecutionReport> Cancel(long account, string symbol, long orderId) =>
        AskBook("CloseById", account, symbol, orderId, book => book.CloseById(symbol, account, orderId));

    /// <summary>
    /// Cancels an order by its client order id. An unknown id is used up: an order under it is rejected from now on.
    /// </summary>
    public async ValueTask<ExecutionReport> CancelByClientOrderId(long account, string clientOrderId)
    {
        var found = await _calls.Ask(
            "FindForCancel", account, () => grains.Account(account).FindForCancel(clientOrderId));
        var reason = found.Failure == RejectReason.None ? found.Value.Reason : found.Failure;
        if (reason != RejectReason.None)
            return Nothing(account, "", 0, new Refusal(reason, "clientOrderId")) with { ClientOrderId = clientOrderId };

        var (symbol, number) = (found.Value.Symbol, found.Value.Number);
        return await AskBook(
            "Close",
            account,
            symbol,
            0,
            async book => (await book.Close(symbol, account, [number], EndReason.User))[0]);
    }

    /// <summary>
    /// Amends an order. A smaller total keeps its queue position; any other change replaces it in one step, or is
    /// rejected if it must keep its position. 0 keeps a value. The total is that of this order alone.
    /// <paramref name="earlierLots"/> are lots of the client's total that earlier orders have done.
    /// </summary>
    public async ValueTask<ExecutionReport> Amend(
        long account, string symbol, long orderId, string newClientOrderId, long priceTicks, long totalLots,
        long expectedLots = 0, bool keepsPlace = false,
        long triggerTicks = 0, long earlierLots = 0)
    {
        if (await CheckAmendment(symbol, priceTicks, totalLots, earlierLots) is { } refusal)
            return Nothing(account, symbol, orderId, refusal);

        var seen = new SeenSequence(symbol, shown.Of(account, symbol));
        var request = new AmendRequest(
            symbol, orderId, newClientOrderId, priceTicks, totalLots, seen, expectedLots, keepsPlace, triggerTicks,
            earlierLots);
        var plan = await _calls.Ask("Amend", account, () => grains.Account(account).Amend(request));
        if (plan.Failure != RejectReason.None)
            return Nothing(account, symbol, orderId, new Refusal(plan.Failure));

        var (reason, field, limit, number, total, replacement) = plan.Value;
        if (reason == RejectReason.UnknownOrder)
            return await NotAmended(account, symbol, orderId);
        if (reason != RejectReason.None)
            return Nothing(account, symbol, orderId, new Refusal(reason, field, limit));

        if (replacement is null)
            return await AskBook(
                "Reduce", account, symbol, orderId, book => book.Reduce(symbol, account, number, total, expectedLots));

        var report = OfHeld(await AskBook(
            "Submit", account, symbol, orderId, async book => (await book.Submit(symbol, [replacement]))[0]));
        // An order of a list is not replaced, because the list would lose it.
        return report.Reason == RejectReason.InvalidCombination && report.Field is null
            ? report with
            {
                Field = triggerTicks != 0
                ? "kind,triggerPrice"
                : priceTicks != 0 ? "kind,price" : "kind,quantity"
            }
            : report;
    }

    /// <summary>
    /// Returns why the account had no such open order. The book knows if it is done, another account's, or unknown.
    /// </summary>
    private async ValueTask<ExecutionReport> NotAmended(long account, string symbol, long orderId)
    {
        var status = await Status(account, symbol, orderId);
        if (status.Reason != RejectReason.None)
            return status;

        var isDone = status.Status is not (OrderStatus.New or OrderStatus.PartiallyFilled);
        return status with { Reason = isDone ? RejectReason.OrderClosed : RejectReason.StaleLeaves };
    }

    /// <summary>
    /// Cancels all orders, or all in one book. No order in flight survives. With a side, only the account's open orders
    /// of that side are cancelled, together in each book.
    /// </summary>
    public ValueTask<MassCancel> CancelAll(long account, string? symbol, Side? side) =>
        side is { } only ? CancelSide(account, symbol, only) : CancelUpToFloor(account, symbol);

    /// <summary>
    /// Cancels the orders of an account that a kill switch has frozen. What is not known to be cancelled is left to the
    /// recovery agent, which cancels orders of frozen accounts.
    /// </summary>
    private async ValueTask CancelKilled(long account) => await CancelUpToFloor(account, symbol: null);

    private static HoldResult RefuseKnown(HoldResult held) =>
        held.IsKnown ? new HoldResult(RejectReason.KeyConflict, "clientOrderId", null, null) : held;

    /// <summary>Checks the request alone, in a fixed sequence, and sets a market order's protection price.</summary>
    private async ValueTask<(Refusal? Refusal, HoldRequest Order)> Prepare(long account, HoldRequest order)
    {
        var listed = await Find(account, order.Symbol);
        // Of an account whose freeze is not on record yet, this may be the retry of an order that is in the book.
        if (listed.Failure != RejectReason.None || _freezing.ContainsKey(account))
            return (new Refusal(RejectReason.Overloaded), order);
        if (listed.Value is not { } instrument)
            return (new Refusal(RejectReason.UnknownSymbol, "symbol"), order);
        if (OrderChecks.Check(instrument, order) is { } refusal)
            return (refusal, order);

        if (HasWorstPrice(order))
            return (null, order);

        var (failure, price) = await WorstPrice(account, instrument, order);
        return failure == RejectReason.None
            ? (null, order with { PriceTicks = price })
            : (new Refusal(failure), order);
    }

    /// <summary>Returns the instrument of a symbol; null if it is not listed.</summary>
    private ValueTask<GrainAnswer<Instrument?>> Find(long account, string symbol) =>
        listings.TryFind(symbol) is { } known
            ? ValueTask.FromResult(new GrainAnswer<Instrument?>(RejectReason.None, known, IsFirst: true))
            : FindAnew(account, symbol);

    private ValueTask<GrainAnswer<Instrument?>> FindAnew(long account, string symbol) =>
        _calls.Ask("Instruments", account, () => listings.Find(symbol));

    /// <summary>
    /// Returns true if an order has a limit or cap, which is then the worst price that it may trade at.
    /// </summary>
    private static bool HasWorstPrice(HoldRequest order) =>
        order.Type is not (OrderType.Market or OrderType.Stop or OrderType.TakeProfit or OrderType.Leg)
        && !OrderCombinations.IsTrailing(order.Type);

    /// <summary>
    /// Returns the price that an order without limit or cap is covered at: the worst price it may trade at, which the
    /// book enforces.
    /// </summary>
    private async ValueTask<(RejectReason Failure, long PriceTicks)> WorstPrice(
        long account, Instrument instrument, HoldRequest order)
    {
        var terms = order.Conditions.Decode() ?? new OrderConditions();
        if (terms.TriggerTicks is { } trigger)
            return (RejectReason.None, MarketProtection.PriceTicks(instrument, order.Side, trigger));

        var reference =
            await _calls.Ask("Trades", account, () => references.Of(instrument, order.Side, terms.TriggerReference));
        if (reference.Failure != RejectReason.None)
            return (RejectReason.Overloaded, 0);
        if (OrderCombinations.IsTrailing(order.Type) && (reference.Value > 0 || terms.ActivationTicks is not null))
            return (RejectReason.None,
                MarketProtection.TrailingPriceTicks(instrument, order.Side, reference.Value, terms));
        return reference.Value > 0
            ? (RejectReason.None, MarketProtection.PriceTicks(instrument, order.Side, reference.Value))
            : (RejectReason.NoReference, 0);
    }

    /// <summary>
    /// Holds cover for orders. Only if all grains use one journal writer, they may enter before it is durable.
    /// </summary>
    private async ValueTask<HeldAhead> Hold(long account, ImmutableArray<HoldRequest> requests) => options.HasOneWriter
        ? await grains.Account(account).HoldAhead(requests)
        : new HeldAhead(await grains.Account(account).Hold(requests), null);

    private async ValueTask Submit(OrderBatch batch, HeldAhead held, bool mustBeNew, bool areApart)
    {
        var results = mustBeNew ? [.. held.Results.Select(RefuseKnown)] : held.Results;
        var runs = batch.Runs(results, areApart);
        await Submit(batch, runs, held.Last, areApart);

        // A book that answered has waited for the account's records. Without one, the account's refusals may be lost.
        if (held.Last is { } last && results.Any(static one => one.Order is null) && !runs.Exists(batch.IsAnswered)
            && !await IsDurable(batch.Account, last))
            batch.RefuseHeld(RejectReason.OutcomeUnknown);
        if (held.Results.Any(static one => one is { Reason: RejectReason.KillSwitch, IsKnown: false }))
            await CancelKilled(batch.Account);
    }

    private async ValueTask<bool> IsDurable(long account, RecordLocation record)
    {
        var waited = await _calls.Ask("WhenDurable", account, async () =>
        {
            await grains.Account(account).WhenDurable(record);
            return true;
        });
        return waited.Failure == RejectReason.None;
    }

    /// <summary>Enters held orders; consecutive orders of one book enter together.</summary>
    private async ValueTask Submit(OrderBatch batch, List<OrderBatch.Run> runs, RecordLocation? hold, bool areApart)
    {
        if (areApart)
        {
            await Task.WhenAll(runs.Select(run => Submit(batch, run, hold).AsTask()));
            return;
        }

        foreach (var run in runs)
        {
            if (!await Submit(batch, run, hold))
            {
                batch.RefuseRest(RejectReason.OutcomeUnknown);
                return;
            }
        }
    }

    /// <summary>Submits orders of one book; returns false if the outcome of one is unknown.</summary>
    private async ValueTask<bool> Submit(OrderBatch batch, OrderBatch.Run run, RecordLocation? hold)
    {
        var (symbol, orders) = (run.Symbol, run.Orders);
        var entered = await _calls.Ask("Submit", batch.Account, async () =>
        {
            var book = await listings.Book(symbol);
            return await (hold is { } after ? book.SubmitAfter(symbol, orders, after) : book.Submit(symbol, orders));
        });
        if (entered.Failure != RejectReason.None)
        {
            batch.Refuse(run, RejectReason.OutcomeUnknown);
            return false;
        }

        return batch.Report(run, entered.Value, OfHeld);
    }

    /// <summary>
    /// Translates a book's report for an order that the account holds. An overloaded book did nothing, but cover is
    /// held and the client order id is used. So the outcome is unknown rather than "nothing was done".
    /// </summary>
    private static ExecutionReport OfHeld(ExecutionReport report) =>
        report.Reason == RejectReason.Overloaded ? report with { Reason = RejectReason.OutcomeUnknown } : report;

    private async ValueTask<Refusal?> CheckAmendment(string symbol, long priceTicks, long totalLots, long earlierLots)
    {
        var listed = await Find(0, symbol);
        if (listed.Failure != RejectReason.None)
            return new Refusal(RejectReason.Overloaded);
        if (listed.Value is not { } instrument)
            return new Refusal(RejectReason.UnknownSymbol, "symbol");

        return (totalLots == 0 ? null : OrderChecks.Quantity(instrument, totalLots + earlierLots))
            ?? (priceTicks == 0 ? null : OrderChecks.Price(instrument, priceTicks));
    }

    private async ValueTask<MassCancel> CancelUpToFloor(long account, string? symbol)
    {
        var (reason, floor, symbols) = await MarkCancelAll(account);
        return reason == RejectReason.None
            ? await CloseUpTo(account, floor, symbols.Where(name => symbol is null || name == symbol))
            : new MassCancel(reason, 0);
    }

    private async ValueTask<(RejectReason Reason, long Floor,
        ImmutableArray<string> Symbols)> MarkCancelAll(long account)
    {
        var mark = await _calls.Ask("CancelAll", account, () => grains.Account(account).CancelAll());
        return mark.Failure != RejectReason.None ? (mark.Failure, 0, [])
            // After a retry, the failed call may have left its mark.
            : mark is { IsFirst: false, Value.Reason: not RejectReason.None } ? (RejectReason.OutcomeUnknown, 0, [])
            : (mark.Value.Reason, mark.Value.Floor, mark.Value.Symbols);
    }

    private async ValueTask<MassCancel> CloseUpTo(long account, long floor, IEnumerable<string> symbols)
    {
        var result = new MassCancel(RejectReason.None, 0);
        foreach (var name in symbols)
        {
            var closed = await _calls.Ask(
                "CloseAll", account, async () => await (await listings.Book(name)).CloseAll(name, account, floor));
            if (closed.Failure == RejectReason.None)
            {
                result = result with { Cancelled = result.Cancelled + closed.Value };
                var state =
                    await _calls.Ask("State", account, async () => await (await listings.Book(name)).State(name));
                if (state.Failure == RejectReason.None)
                    shown.Note(account, name, state.Value.Sequence);
            }
            else
            {
                result = result with { Reason = closed.Failure };
            }
        }

        return result;
    }

    private async ValueTask<MassCancel> CancelSide(long account, string? symbol, Side side)
    {
        var view = await _calls.Ask("View", account, () => View(account));
        if (view.Failure != RejectReason.None)
            return new MassCancel(view.Failure, 0);

        var result = new MassCancel(RejectReason.None, 0);
        var open =
            view.Value.OpenOrders.Where(order => order.Side == side && (symbol is null || order.Symbol == symbol));
        foreach (var book in open.GroupBy(order => order.Symbol, StringComparer.Ordinal))
        {
            ImmutableArray<long> numbers = [.. book.Select(order => order.Number)];
            var closed = await _calls.Ask(
                "Close",
                account,
                async () =>
                    await (await listings.Book(book.Key)).Close(book.Key, account, numbers, EndReason.MassCancel));
            if (closed.Failure != RejectReason.None)
            {
                result = result with { Reason = closed.Failure };
                continue;
            }

            foreach (var report in closed.Value)
                Note(report);

            var count = closed.Value.Count(report => report.Reason == RejectReason.None);
            result = result with { Cancelled = result.Cancelled + count };
        }

        return result;
    }

    /// <summary>Calls the book of one order.</summary>
    private async ValueTask<ExecutionReport> AskBook(
        string call, long account, string symbol, long orderId, Func<IOrderBookGrain, ValueTask<ExecutionReport>> ask)
    {
        var listed = await Find(account, symbol);
        if (listed.Failure != RejectReason.None)
            return Nothing(account, symbol, orderId, new Refusal(RejectReason.Overloaded));
        if (listed.Value is not { } instrument)
            return Nothing(account, symbol, orderId, new Refusal(RejectReason.UnknownSymbol, "symbol"));

        var answer = await _calls.Ask(call, account, () => ask(grains.Book(instrument.BookKey)));
        if (answer.Failure != RejectReason.None)
            return Nothing(account, symbol, orderId, new Refusal(answer.Failure));

        Note(answer.Value);

        // After a failed call, an earlier cancel may be that call's.
        return answer.IsFirst ? answer.Value : answer.Value with { WasCancelled = false };
    }

    private void Note(ExecutionReport report)
    {
        shown.Note(report.Account, report.Symbol, report.Sequence);
        if (report.Reason != RejectReason.None)
            Log.OrderRefused(log, report.Account, report.Reason);
    }

    /// <summary>Makes the rejection of an order of which nothing else is known.</summary>
    private static ExecutionReport Nothing(long account, string symbol, long orderId, Refusal refusal) =>
        ExecutionReport.Refused(
            new HoldRequest("", symbol, Side.Buy, OrderType.Limit, TimeInForce.GoodTillCancel, false, 0, 0),
            account,
            refusal.Reason,
            refusal.Field,
            refusal.Limit) with
        { OrderId = orderId };
}

/// <summary>Result of a mass cancel.</summary>
/// <param name="Reason">None, or why it is not known to be complete.</param>
/// <param name="Cancelled">Number of open orders known to have ended by it.</param>
public readonly record struct MassCancel(RejectReason Reason, int Cancelled);

/// <summary>Result of a freeze.</summary>
/// <param name="Reason">None, or why it is not known to be complete.</param>
/// <param name="Cancelled">Number of open orders known to have ended by it.</param>
/// <param name="Symbols">Symbols of the books that had orders to cancel.</param>
/// <param name="IsOnRecord">True if the freeze is durable.</param>
public readonly record struct FreezeReport(
    RejectReason Reason, int Cancelled, ImmutableArray<string> Symbols, bool IsOnRecord = true);
