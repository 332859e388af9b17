using System.Collections.Immutable;
using Microsoft.Extensions.Logging;
using QuantumCore.Contracts;
using QuantumCore.Gateway.Hosting;
using QuantumCore.Gateway.Http;
using QuantumCore.Gateway.Markets;
using QuantumCore.Instruments;

namespace QuantumCore.Gateway.Orders;

/// <summary>Enters linked orders, all or none: lists and multileg orders.</summary>
public sealed class LinkedOrders(
    IGrainFactory grains, Listings listings, OrderPreparation preparation, MassCancellation massCancellation,
    BookCalls books, GatewayMetrics metrics, TimeProvider time, ILogger<LinkedOrders> log)
{
    private readonly GrainCalls _calls = new(log);

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
    public ValueTask<(Refusal? Refusal, ImmutableArray<ExecutionReport> Reports)> PlaceListAsync(
        long account, OrderListKind kind, ImmutableArray<HoldRequest> orders, bool mustBeNew = false)
    {
        var symbol = orders[0].Symbol;
        return PlaceTogetherAsync(
            account, kind, orders, "SubmitList", (book, submits) => book.SubmitList(symbol, kind, submits), mustBeNew);
    }

    /// <summary>
    /// Enters a multileg order: its legs trade together or not at all. Returns one report each, or the one refusal. The
    /// same first client order id again gives the same orders. A leg's worst price is chosen here, like a market
    /// order's.
    /// </summary>
    /// <param name="account">Account of the order.</param>
    /// <param name="legs">Leg orders of one group, in the sequence of the order's terms, without prices.</param>
    public ValueTask<(Refusal? Refusal, ImmutableArray<ExecutionReport> Reports)> PlaceStrategyAsync(
        long account, ImmutableArray<HoldRequest> legs) =>
        PlaceTogetherAsync(
            account, OrderListKind.Strategy, legs, "SubmitStrategy", (book, submits) => book.SubmitStrategy(submits));

    private async ValueTask<(Refusal? Refusal, ImmutableArray<ExecutionReport> Reports)> PlaceTogetherAsync(
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
            var (refusal, request) = await preparation.PrepareAsync(account, orders[i]);
            if (refusal is { } refused)
                return (OfOne(kind, orders, i, refused), []);
            prepared.Add(request);
        }

        var requests = prepared.MoveToImmutable();
        var held = await _calls.AskAsync("HoldList", account, () => grains.Account(account).HoldList(kind, requests));
        if (held.Failure != RejectReason.None)
            return (new Refusal(held.Failure), []);
        if (mustBeNew && held.IsFirst && held.Value.IsKnown)
            return (new Refusal(RejectReason.KeyConflict, "clientOrderId"), []);
        if (held.Value is { Reason: RejectReason.KillSwitch, IsKnown: false })
            await massCancellation.CancelKilledAsync(account);
        if (held.Value.Reason != RejectReason.None)
            return (Refused(held.Value, kind, requests), []);

        var submits = held.Value.Orders;
        var entered = await _calls.AskAsync(
            call, account, async () => await submit(await listings.BookAsync(requests[0].Symbol), submits));
        if (entered.Failure != RejectReason.None)
            return (new Refusal(RejectReason.OutcomeUnknown), []);

        ImmutableArray<ExecutionReport> reports = [.. entered.Value.Select(BookCalls.OfHeld)];
        foreach (var report in reports)
            books.Note(report);

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
}
