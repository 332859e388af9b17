using System.Collections.Immutable;
using Microsoft.Extensions.Logging;
using QuantumCore.Clearing;
using QuantumCore.Contracts;
using QuantumCore.Instruments;

namespace QuantumCore.Grains.Accounts;

/// <summary>Holds funds for single orders.</summary>
internal sealed class OrderHolds(
    AccountMachine machine, AccountJournal journal, InstrumentCatalog catalog, AccountMargin margin, RiskLimits limits,
    Shortfalls shortfalls, string account, ILogger log)
{
    /// <inheritdoc cref="IAccountGrain.Hold"/>
    public async ValueTask<ImmutableArray<HoldResult>> HoldAsync(ImmutableArray<HoldRequest> requests)
    {
        var (results, areDecided) = await DecideAsync(requests, ahead: false);
        if (areDecided)
        {
            await journal.SettleAsync();
        }

        return results;
    }

    /// <inheritdoc cref="IAccountGrain.HoldAhead"/>
    public async ValueTask<HeldAhead> HoldAheadAsync(ImmutableArray<HoldRequest> requests)
    {
        var (results, areDecided) = await DecideAsync(requests, ahead: true);
        if (!areDecided)
        {
            return new HeldAhead(results, null);
        }

        var stream = journal.Stream;
        if (results.Any(static result => result.Order is not null) && stream.Head > stream.DurableHead)
        {
            journal.SnapshotWhenDue();
            return new HeldAhead(results, new RecordLocation(stream.Name, stream.Epoch, stream.Head));
        }

        await journal.SettleAsync();
        return new HeldAhead(results, null);
    }

    /// <summary>Returns the outcome of a client order id that was used before, or null if it was not.</summary>
    public HoldResult? Known(HoldRequest request, ulong hash)
    {
        if (!machine.IsUsed(request.ClientOrderId, out var key))
        {
            return null;
        }

        var known = key.RequestHash == 0 ? Refused(RejectReason.KeyCancelled, "clientOrderId")
            : key.RequestHash != hash ? Refused(RejectReason.KeyConflict, "clientOrderId")
            : key.Reason != RejectReason.None ? Refused(key.Reason)
            : new HoldResult(RejectReason.None, null, null, machine.OrderOf(key, request));
        return known with { IsKnown = true };
    }

    /// <summary>Decides a new order. Only a command may do so.</summary>
    public HoldResult Decide(HoldRequest request, ulong hash, bool isOfSignal)
    {
        if (request.Type == OrderType.Leg)
        {
            return Refused(RejectReason.InvalidCombination, "type");
        }

        if (!catalog.TryGet(request.Symbol, out var instrument))
        {
            return Refused(RejectReason.UnknownSymbol, "symbol");
        }

        if (InstrumentLimits.Check(instrument!, request) is { } broken)
        {
            // A protection price is not the client's, and neither is a signal's quantity. Another moment might accept
            // them, so the rejection is recorded.
            if (isOfSignal || request.Type is not (OrderType.Limit or OrderType.Pegged))
            {
                journal.Record(
                    machine.Refuse(request.ClientOrderId, hash, broken.Reason, journal.Now), urgent: false);
            }

            return Refused(broken);
        }

        margin.TakeMarks(request.Symbol);
        if (limits.Refuse([request], hash) is { } limited)
        {
            return Refused(limited);
        }

        var record = machine.Decide(request, hash, instrument!, journal.Now);
        journal.Record(record, urgent: false);
        return record is HoldPlaced hold
            ? new HoldResult(RejectReason.None, null, null, hold.Order)
            : Refused(InstrumentLimits.InWordsOf(request, shortfalls.Of((KeyRefused)record, instrument!)));
    }

    /// <summary>Makes the rejection of an order.</summary>
    public static HoldResult Refused(RejectReason reason, string? field = null, string? limit = null) =>
        new(reason, field, limit, null);

    /// <summary>Logs the rejection of an order.</summary>
    public void LogRefusal(string symbol, RejectReason reason) =>
        GrainLog.HoldRefused(log, account, symbol, reason);

    private static HoldResult Refused(BrokenLimit broken) => Refused(broken.Reason, broken.Field, broken.Limit);

    /// <summary>Decides about orders; or refuses all of them, which waits for nothing and leaves no record.</summary>
    private async ValueTask<(ImmutableArray<HoldResult> Results, bool AreDecided)> DecideAsync(
        ImmutableArray<HoldRequest> requests, bool ahead)
    {
        if (!Knows(requests))
        {
            await catalog.RefreshAsync();
        }

        var refusal = journal.Refusal(urgent: false, requests.Length);
        if (refusal != RejectReason.None)
        {
            return ([.. requests.Select(_ => Refused(refusal))], false);
        }

        var results = journal.Mutate(
            static of => ImmutableArray.CreateRange(
                of.Requests, static (request, holds) => holds.Decide(request), of.Holds),
            (Holds: this, Requests: requests),
            ahead);
        for (var i = 0; i < results.Length; i++)
        {
            if (results[i].Reason != RejectReason.None)
            {
                LogRefusal(requests[i].Symbol, results[i].Reason);
            }
        }

        return (results, true);
    }

    private bool Knows(ImmutableArray<HoldRequest> requests)
    {
        foreach (var request in requests)
        {
            if (!catalog.TryGet(request.Symbol, out _))
            {
                return false;
            }
        }

        return true;
    }

    private HoldResult Decide(HoldRequest request)
    {
        var hash = RequestHash.Of(request);
        return Known(request, hash) ?? Decide(request, hash, isOfSignal: false);
    }
}
