using System.Collections.Immutable;
using QuantumCore.Contracts;
using QuantumCore.Instruments;

namespace QuantumCore.Grains.Accounts;

/// <summary>Cover for lists of orders.</summary>
public sealed partial class AccountGrain
{
    /// <inheritdoc/>
    public async ValueTask<HoldListResult> HoldList(OrderListKind kind, ImmutableArray<HoldRequest> orders)
    {
        var expected = kind switch
        {
            OrderListKind.OneCancelsOther or OrderListKind.OneTriggersOther => 2,
            OrderListKind.OneTriggersOneCancelsOther => 3,
            _ => 0,
        };
        if (expected == 0 || orders.Length != expected)
        {
            return RefusedList(RejectReason.BadRequest, "orders");
        }

        if (!catalog.TryGet(orders[0].Symbol, out _))
        {
            await catalog.RefreshAsync();
        }

        var refusal = Refusal(urgent: false, orders.Length);
        if (refusal != RejectReason.None)
        {
            return RefusedList(refusal);
        }

        var result = Mutate(() => DecideList(kind, orders));
        await SettleAsync();
        return result;
    }

    private HoldListResult DecideList(OrderListKind kind, ImmutableArray<HoldRequest> requests)
    {
        var hash = RequestHash.Of(kind, requests);
        if (_machine.IsUsed(requests[0].ClientOrderId, out var key))
        {
            return key.RequestHash == 0 ? RefusedList(RejectReason.KeyCancelled, "clientOrderId")
                : key.RequestHash != hash ? RefusedList(RejectReason.KeyConflict, "clientOrderId")
                : key.Reason != RejectReason.None ? RefusedList(key.Reason)
                : _machine.ListOf(requests, hash) is { } orders ? new HoldListResult(RejectReason.None, null, null, orders)
                : RefusedList(RejectReason.KeyConflict, "clientOrderId");
        }

        var names = requests.Select(request => request.ClientOrderId).ToArray();
        if (names.Skip(1).Any(name => _machine.IsUsed(name, out _)) || names.Distinct(StringComparer.Ordinal).Count() != names.Length)
        {
            return RefusedList(RejectReason.KeyConflict, "clientOrderId");
        }

        if (requests.Any(request => request.Symbol != requests[0].Symbol))
        {
            return RefusedList(RejectReason.InvalidCombination, "symbol");
        }

        if (!catalog.TryGet(requests[0].Symbol, out var instrument))
        {
            return RefusedList(RejectReason.UnknownSymbol, "symbol");
        }

        foreach (var request in requests)
        {
            if (CheckLimits(instrument!, request) is { } broken)
            {
                return RefusedList(broken.Reason, broken.Field, broken.Limit);
            }
        }

        var record = _machine.DecideList(kind, requests, hash, instrument!, Now);
        Record(record, urgent: false);
        return record is ListHeld held
            ? new HoldListResult(RejectReason.None, null, null, held.Orders)
            : RefusedList(((KeyRefused)record).Reason);
    }

    private static HoldListResult RefusedList(RejectReason reason, string? field = null, string? limit = null) =>
        new(reason, field, limit, []);
}
