using System.Collections.Immutable;
using Microsoft.Extensions.Logging;
using QuantumCore.Contracts;
using QuantumCore.Gateway.Hosting;
using QuantumCore.Gateway.Http;
using QuantumCore.Gateway.Markets;
using QuantumCore.Instruments;

namespace QuantumCore.Gateway.Orders;

/// <summary>
/// Entry of new orders, single and in batches: the account holds cover for an order, then the book takes it.
/// </summary>
/// <remarks>
/// This and the other objects of order entry never throw for failures of grains. A failed call is
/// <see cref="RejectReason.OutcomeUnknown"/>; one that never started is <see cref="RejectReason.Overloaded"/>. Every
/// call is idempotent by its key, so a failed one is retried once. Reports are durable.
/// </remarks>
public sealed class OrderEntry(
    IGrainFactory grains,
    Listings listings,
    OrderPreparation preparation,
    MassCancellation massCancellation,
    BookCalls books,
    GatewayMetrics metrics,
    GatewayOptions options,
    TimeProvider time,
    ILogger<OrderEntry> log)
{
    /// <summary>Maximum number of orders in one batch.</summary>
    public const int LongestBatch = 500;

    private readonly GrainCalls _calls = new(log);

    /// <summary>Enters one order. A market order has price 0; its protection price is chosen here.</summary>
    public async ValueTask<ExecutionReport> PlaceAsync(long account, HoldRequest order) =>
        (await PlaceBatchAsync(account, [order]))[0];

    /// <summary>
    /// Enters one order whose client order id must be new. If it was used before, the result is
    /// <see cref="RejectReason.KeyConflict"/>.
    /// </summary>
    public async ValueTask<ExecutionReport> PlaceNewAsync(long account, HoldRequest order) =>
        (await PlaceBatchAsync(account, [order], mustBeNew: true))[0];

    /// <summary>
    /// Validates an order without sending it. Returns its refusal, as far as it is known without sending; null if it
    /// would be sent.
    /// </summary>
    public async ValueTask<Refusal?> TryAsync(long account, HoldRequest order) =>
        (await preparation.PrepareAsync(account, order)).Refusal;

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
    public async ValueTask<ImmutableArray<ExecutionReport>> PlaceBatchAsync(
        long account, ImmutableArray<HoldRequest> orders, bool mustBeNew = false, bool areApart = false)
    {
        var started = time.GetTimestamp();
        var batch = new OrderBatch(account, orders);
        for (var i = 0; i < orders.Length; i++)
        {
            var (refusal, request) = await preparation.PrepareAsync(account, orders[i]);
            if (refusal is { } refused)
                batch.Refuse(i, refused);
            else
                batch.Hold(i, request);
        }

        if (batch.Requests is { IsEmpty: false } requests)
        {
            var held = await _calls.AskAsync("Hold", account, () => HoldAsync(account, requests));
            if (held.Failure == RejectReason.None)
                await SubmitAsync(batch, held.Value, mustBeNew && held.IsFirst, areApart);
            else
                batch.RefuseRest(held.Failure);
        }

        var reports = batch.Reports();
        foreach (var report in reports)
            books.Note(report);

        metrics.OrdersAnswered(reports, time.GetElapsedTime(started));
        return reports;
    }

    private static HoldResult RefuseKnown(HoldResult held) =>
        held.IsKnown ? new HoldResult(RejectReason.KeyConflict, "clientOrderId", null, null) : held;

    /// <summary>
    /// Holds cover for orders. Only if all grains use one journal writer, they may enter before it is durable.
    /// </summary>
    private async ValueTask<HeldAhead> HoldAsync(long account, ImmutableArray<HoldRequest> requests) =>
        options.HasOneWriter
        ? await grains.Account(account).HoldAhead(requests)
        : new HeldAhead(await grains.Account(account).Hold(requests), null);

    private async ValueTask SubmitAsync(OrderBatch batch, HeldAhead held, bool mustBeNew, bool areApart)
    {
        var results = mustBeNew ? [.. held.Results.Select(RefuseKnown)] : held.Results;
        var runs = batch.Runs(results, areApart);
        await SubmitAsync(batch, runs, held.Last, areApart);

        // A book that answered has waited for the account's records. Without one, the account's refusals may be lost.
        if (held.Last is { } last && results.Any(static one => one.Order is null) && !runs.Exists(batch.IsAnswered)
            && !await IsDurableAsync(batch.Account, last))
            batch.RefuseHeld(RejectReason.OutcomeUnknown);
        if (held.Results.Any(static one => one is { Reason: RejectReason.KillSwitch, IsKnown: false }))
            await massCancellation.CancelKilledAsync(batch.Account);
    }

    private async ValueTask<bool> IsDurableAsync(long account, RecordLocation record)
    {
        var waited = await _calls.AskAsync("WhenDurable", account, async () =>
        {
            await grains.Account(account).WhenDurable(record);
            return true;
        });
        return waited.Failure == RejectReason.None;
    }

    /// <summary>Enters held orders; consecutive orders of one book enter together.</summary>
    private async ValueTask SubmitAsync(
        OrderBatch batch, List<OrderBatch.Run> runs, RecordLocation? hold, bool areApart)
    {
        if (areApart)
        {
            await Task.WhenAll(runs.Select(run => SubmitAsync(batch, run, hold).AsTask()));
            return;
        }

        foreach (var run in runs)
        {
            if (!await SubmitAsync(batch, run, hold))
            {
                batch.RefuseRest(RejectReason.OutcomeUnknown);
                return;
            }
        }
    }

    /// <summary>Submits orders of one book; returns false if the outcome of one is unknown.</summary>
    private async ValueTask<bool> SubmitAsync(OrderBatch batch, OrderBatch.Run run, RecordLocation? hold)
    {
        var (symbol, orders) = (run.Symbol, run.Orders);
        var entered = await _calls.AskAsync("Submit", batch.Account, async () =>
        {
            var book = await listings.BookAsync(symbol);
            return await (hold is { } after ? book.SubmitAfter(symbol, orders, after) : book.Submit(symbol, orders));
        });
        if (entered.Failure != RejectReason.None)
        {
            batch.Refuse(run, RejectReason.OutcomeUnknown);
            return false;
        }

        return batch.Report(run, entered.Value, BookCalls.OfHeld);
    }
}
