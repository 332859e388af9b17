using System.Collections.Immutable;
using QuantumCore.Clearing;
using QuantumCore.Contracts;
using QuantumCore.Instruments;

namespace QuantumCore.Grains.Accounts;

/// <summary>Holds funds for lists of orders, and for the legs of multi-leg orders.</summary>
internal sealed class OrderListHolds(
    AccountMachine machine, AccountJournal journal, InstrumentCatalog catalog, AccountMargin margin, RiskLimits limits,
    Shortfalls shortfalls)
{
    /// <inheritdoc cref="IAccountGrain.HoldList"/>
    public async ValueTask<HoldListResult> HoldListAsync(OrderListKind kind, ImmutableArray<HoldRequest> orders)
    {
        if (kind == OrderListKind.Strategy
            ? orders.Length is < 2 or > StrategyTerms.LegsLimit
            : orders.IsEmpty || orders.Length != kind.OrderCount())
        {
            return RefusedList(RejectReason.BadRequest, kind.Members());
        }

        if (orders.Any(order => !catalog.TryGet(order.Symbol, out _)))
        {
            await catalog.RefreshAsync();
        }

        var refusal = journal.Refusal(urgent: false, orders.Length);
        if (refusal != RejectReason.None)
        {
            return RefusedList(refusal);
        }

        var result = journal.Mutate(() => DecideList(kind, orders));
        await journal.SettleAsync();
        return result;
    }

    private HoldListResult DecideList(OrderListKind kind, ImmutableArray<HoldRequest> requests)
    {
        var hash = RequestHash.Of(kind, requests);
        if (machine.IsUsed(requests[0].ClientOrderId, out var key))
        {
            var known = key.RequestHash == 0 ? RefusedList(RejectReason.KeyCancelled, "clientOrderId")
                : key.RequestHash != hash ? RefusedList(RejectReason.KeyConflict, "clientOrderId")
                : key.Reason != RejectReason.None ? RefusedList(key.Reason)
                : machine.ListOf(requests, hash) is { } orders
                    ? new HoldListResult(RejectReason.None, null, null, orders)
                : RefusedList(RejectReason.KeyConflict, "clientOrderId");
            return known with { IsKnown = true };
        }

        if (!AreNew(requests))
        {
            return RefusedList(RejectReason.KeyConflict, "clientOrderId");
        }

        if (kind == OrderListKind.Strategy)
        {
            return DecideStrategy(requests, hash);
        }

        if (requests.Any(request => request.Symbol != requests[0].Symbol))
        {
            return RefusedList(RejectReason.InvalidCombination, "symbol");
        }

        if (!catalog.TryGet(requests[0].Symbol, out var instrument))
        {
            return RefusedList(RejectReason.UnknownSymbol, "symbol");
        }

        for (var i = 0; i < requests.Length; i++)
        {
            if (requests[i].Type == OrderType.Leg)
            {
                return RefusedList(RejectReason.InvalidCombination, "type") with { At = i };
            }

            if (InstrumentLimits.Check(instrument!, requests[i]) is { } broken)
            {
                return RefusedList(broken with { At = i }, kind);
            }
        }

        margin.TakeMarks(requests[0].Symbol);
        if (limits.Refuse(requests, hash, kind) is { } limited)
        {
            return RefusedList(limited, kind);
        }

        var record = machine.DecideList(kind, requests, hash, instrument!, journal.Now);
        journal.Record(record, urgent: false);
        return record is ListHeld held
            ? new HoldListResult(RejectReason.None, null, null, held.Orders)
            : RefusedList(shortfalls.Of((KeyRefused)record, instrument!, kind));
    }

    /// <summary>
    /// Returns true if no name but the first, which is known to be new, was used before or appears twice.
    /// </summary>
    private bool AreNew(ImmutableArray<HoldRequest> requests)
    {
        var names = requests.Select(request => request.ClientOrderId).ToList();
        if (requests[0].Conditions.Decode()?.ListName is { } listName)
        {
            names.Add(listName);
        }

        return !names.Skip(1).Any(name => machine.IsUsed(name, out _))
            && names.Distinct(StringComparer.Ordinal).Count() == names.Count;
    }

    private HoldListResult DecideStrategy(ImmutableArray<HoldRequest> requests, ulong hash)
    {
        var instruments = new Instrument[requests.Length];
        for (var i = 0; i < requests.Length; i++)
        {
            if (!catalog.TryGet(requests[i].Symbol, out var instrument))
            {
                return RefusedList(RejectReason.UnknownSymbol, "symbol") with { At = i };
            }

            instruments[i] = instrument!;
            if (InstrumentLimits.Check(instrument!, requests[i]) is { } broken)
            {
                return RefusedList(broken with { At = i }, OrderListKind.Strategy);
            }
        }

        if (CheckStrategy(requests, instruments) is { } wrong)
        {
            return RefusedList(RejectReason.InvalidCombination, OrderListKind.Strategy.Members(), wrong);
        }

        margin.TakeMarks([.. requests.Select(request => request.Symbol)]);
        if (limits.Refuse(requests, hash) is { } limited)
        {
            return RefusedList(limited, OrderListKind.Strategy);
        }

        var record = machine.DecideStrategy(requests, hash, instruments, journal.Now, out var at);
        journal.Record(record, urgent: false);
        return record is ListHeld held
            ? new HoldListResult(RejectReason.None, null, null, held.Orders)
            : at is { } leg ? RefusedList(shortfalls.Of((KeyRefused)record, instruments[leg])) with { At = leg }
            : RefusedList(((KeyRefused)record).Reason);
    }

    /// <summary>
    /// Checks that the requests are the legs of one multi-leg order. Returns the fields at fault, or null.
    /// </summary>
    private static string? CheckStrategy(ImmutableArray<HoldRequest> requests, Instrument[] instruments)
    {
        var terms = requests[0].Conditions.Decode()?.Strategy;
        for (var i = 0; i < requests.Length; i++)
        {
            var own = requests[i].Conditions.Decode()?.Strategy;
            if (terms is null || own is null || own != terms with { Leg = i } || requests.Length != terms.Legs.Length
                || requests[i].Type != OrderType.Leg || requests[i].Symbol != terms.Legs[i].Symbol
                || requests[i].Side != terms.Legs[i].Side || requests[i].TimeInForce != requests[0].TimeInForce
                || requests[i].QuantityLots % terms.Legs[i].Lots != 0
                || requests[i].QuantityLots / terms.Legs[i].Lots != requests[0].QuantityLots / terms.Legs[0].Lots)
            {
                return "the orders are not the legs of one strategy";
            }
        }

        return terms!.Check(symbol => Array.Find(instruments, instrument => instrument.Symbol == symbol)!);
    }

    /// <summary>
    /// Makes the rejection of a list: an error of one order names its field, an error of all together names the list.
    /// </summary>
    private static HoldListResult RefusedList(BrokenLimit broken, OrderListKind kind) =>
        RefusedList(broken.Reason, broken.At is null ? kind.Members() : broken.Field, broken.Limit) with
        {
            At = broken.At,
        };

    private static HoldListResult RefusedList(BrokenLimit broken) =>
        RefusedList(broken.Reason, broken.Field, broken.Limit);

    private static HoldListResult RefusedList(RejectReason reason, string? field = null, string? limit = null) =>
        new(reason, field, limit, []);
}
