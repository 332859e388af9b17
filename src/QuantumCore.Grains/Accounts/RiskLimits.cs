using System.Collections.Immutable;
using QuantumCore.Clearing;
using QuantumCore.Contracts;
using QuantumCore.Instruments;

namespace QuantumCore.Grains.Accounts;

/// <summary>Risk limits: an administrator's record sets them, and they are checked before anything is held.</summary>
internal sealed class RiskLimits(
    AccountMachine machine, AccountJournal journal, InstrumentCatalog catalog, AccountFreezes freezes)
{
    /// <inheritdoc cref="IAccountGrain.SetLimits"/>
    public async ValueTask SetLimitsAsync(LimitsRequest request)
    {
        journal.RequireRoom("be limited");
        if (request.Check() is { } wrong)
        {
            throw new ArgumentException($"{wrong}.", nameof(request));
        }

        await journal.RunAsync(() => machine.SetLimits(request, journal.Now));
    }

    /// <inheritdoc cref="IAccountGrain.Limits"/>
    public async ValueTask<ImmutableArray<SymbolLimits>> LimitsAsync()
    {
        ImmutableArray<SymbolLimits> limits = [.. machine.Limits];
        await journal.SettleAsync();
        return limits;
    }

    /// <summary>
    /// Returns the limit that one order or several together would break, or null. A broken limit uses up the first
    /// client order id.
    /// </summary>
    public BrokenLimit? Refuse(ImmutableArray<HoldRequest> requests, ulong hash, OrderListKind? kind = null)
    {
        if (!machine.HasLimits && !catalog.HasLimits)
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
                catalog.Get(request.Symbol), request.Side, request.PriceTicks, InstrumentLimits.LotsOf(request),
                owns[i], content);
        }

        var broken = machine.CheckLimits(orders, null, catalog.LimitsOf, OwnerPartOf, journal.Now);
        if (broken is not null)
        {
            freezes.RecordKill(machine.FreezeOn(broken, journal.Now));
            journal.Record(
                machine.Refuse(requests[0].ClientOrderId, hash, broken.Reason, journal.Now), urgent: false);
        }

        return broken is null ? null : InstrumentLimits.InWordsOf(requests[broken.At ?? 0], broken);
    }

    /// <summary>Returns the limit that a replacement would break, or null.</summary>
    public BrokenLimit? OfReplacement(HeldOrder replaced, long priceTicks, long lots) => machine.CheckLimits(
        [new AskedOrder(replaced.Instrument, replaced.Side, priceTicks, lots, lots, null)], replaced, catalog.LimitsOf,
        OwnerPartOf, journal.Now);

    private ImmutableArray<AccountLimit> OwnerPartOf(string scope) =>
        catalog.OwnerPartOf(machine.Account.Id.Value, scope);

    // The same rule as for holds: of two orders that exclude each other one counts, and a child sells what its parent
    // buys.
    private static long[] OwnLotsOf(ImmutableArray<HoldRequest> requests, OrderListKind? kind)
    {
        long[] lots = [.. requests.Select(InstrumentLimits.LotsOf)];
        return kind is null or OrderListKind.Strategy
            ? lots
            : ListCover.Split(kind.Value, lots, kind != OrderListKind.OneCancelsOther
                && ListCover.IsFunded(requests[0].Side, lots[0], requests[^1].Side, lots[^1]));
    }
}
