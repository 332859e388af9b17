using System.Collections.Immutable;
using QuantumCore.Clearing;
using QuantumCore.Contracts;
using QuantumCore.Instruments;

namespace QuantumCore.Grains.Accounts;

/// <summary>Risk limits: an administrator's record sets them, and they are checked before anything is held.</summary>
public sealed partial class AccountGrain
{
    /// <inheritdoc/>
    public async ValueTask SetLimits(LimitsRequest request)
    {
        RequireRoom("be limited");
        if (request.Check() is { } wrong)
        {
            throw new ArgumentException($"{wrong}.", nameof(request));
        }

        Mutate(() =>
        {
            if (_machine.SetLimits(request, Now) is { } record)
            {
                Record(record, urgent: true);
            }

            return true;
        });
        await SettleAsync();
    }

    /// <inheritdoc/>
    public async ValueTask<ImmutableArray<SymbolLimits>> Limits()
    {
        ImmutableArray<SymbolLimits> limits = [.. _machine.Limits];
        await SettleAsync();
        return limits;
    }

    /// <summary>
    /// Returns the limit that one order or several together would break, or null. A broken limit uses up the first
    /// client order id.
    /// </summary>
    private BrokenLimit? RefuseByLimits(ImmutableArray<HoldRequest> requests, ulong hash, OrderListKind? kind = null)
    {
        if (!_machine.HasLimits && !catalog.HasLimits)
        {
            return null;
        }

        var (orders, owns) = (new AskedOrder[requests.Length], OwnLotsOf(requests, kind));
        for (var i = 0; i < orders.Length; i++)
        {
            var request = requests[i];
            var content = RequestHash.ContentOf(
                request.Symbol, request.Side, request.Type, request.PriceTicks, request.QuantityLots,
                request.Conditions);
            orders[i] = new AskedOrder(
                catalog.Get(request.Symbol), request.Side, request.PriceTicks, LotsOf(request), owns[i], content);
        }

        var broken = _machine.CheckLimits(orders, null, catalog.LimitsOf, OwnerPartOf, Now);
        if (broken is not null)
        {
            RecordKill(_machine.FreezeOn(broken, Now));
            Record(_machine.Refuse(requests[0].ClientOrderId, hash, broken.Reason, Now), urgent: false);
        }

        return broken is null ? null : InWordsOf(requests[broken.At ?? 0], broken);
    }

    /// <summary>Names the fields of a broken limit as in the request: an order by amount has no quantity.</summary>
    private static BrokenLimit InWordsOf(HoldRequest request, BrokenLimit broken) =>
        request.Conditions.Decode()?.Amount is null
        ? broken
        : broken with { Field = broken.Field?.Replace("quantity", "quoteAmount", StringComparison.Ordinal) };

    /// <summary>
    /// Makes the rejection of an order without cover, with the available amount of the asset it would hold.
    /// </summary>
    private BrokenLimit WhyNot(KeyRefused refused, Instrument instrument) => refused.Reason switch
    {
        RejectReason.InsufficientFunds => Short(refused, "quantity", instrument.Quote),
        RejectReason.ShortNotAllowed => Short(refused, "quantity", instrument.Base),
        _ => new BrokenLimit(refused.Reason, null, null),
    };

    /// <summary>Returns the reason why a list is not covered by all of its orders together.</summary>
    private BrokenLimit WhyNot(KeyRefused refused, Instrument instrument, OrderListKind kind) =>
        WhyNot(refused, instrument) is { Limit: not null } lacking
            ? lacking with { Field = kind.Members() }
            : new(refused.Reason, null, null);

    /// <summary>Returns the limit that a replacement would break, or null.</summary>
    private BrokenLimit? LimitOf(HeldOrder replaced, long priceTicks, long lots) => _machine.CheckLimits(
        [new AskedOrder(replaced.Instrument, replaced.Side, priceTicks, lots, lots, null)], replaced, catalog.LimitsOf,
        OwnerPartOf, Now);

    private ImmutableArray<AccountLimit> OwnerPartOf(string scope) =>
        catalog.OwnerPartOf(_machine.Account.Id.Value, scope);

    // The same rule as for holds: of two orders that exclude each other one counts, and a child sells what its parent
    // buys.
    private static long[] OwnLotsOf(ImmutableArray<HoldRequest> requests, OrderListKind? kind)
    {
        long[] lots = [.. requests.Select(LotsOf)];
        return kind is null or OrderListKind.Strategy
            ? lots
            : ListCover.Split(kind.Value, lots, kind != OrderListKind.OneCancelsOther
                && ListCover.IsFunded(requests[0].Side, lots[0], requests[^1].Side, lots[^1]));
    }

    /// <summary>
    /// Returns the lots of an order; for an order by amount, the lots that the amount gives at its worst price.
    /// </summary>
    private static long LotsOf(HoldRequest request) => request.Conditions.Decode()?.Amount is { } amount
        ? Math.Max(amount / Math.Max(request.PriceTicks, 1), 1)
        : request.QuantityLots;
}
