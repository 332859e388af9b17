using QuantumCore.Clearing;
using QuantumCore.Contracts;
using QuantumCore.Instruments;

namespace QuantumCore.Grains.Accounts;

/// <summary>Plans amendments of open orders: reduced in place, or replaced.</summary>
internal sealed class AmendmentPlanner(
    AccountMachine machine, AccountJournal journal, BookDeliveries deliveries, AccountMargin margin, RiskLimits limits,
    AccountFreezes freezes, Shortfalls shortfalls)
{
    /// <inheritdoc cref="IAccountGrain.Amend"/>
    public async ValueTask<AmendPlan> AmendAsync(AmendRequest request)
    {
        await deliveries.CatchUpToAsync(request.Seen);
        var refusal = journal.Refusal(urgent: false);
        if (refusal != RejectReason.None)
        {
            return new AmendPlan(refusal, null, null, 0, 0, null);
        }

        var plan = journal.Mutate(() => Plan(request));
        await journal.SettleAsync();
        return plan;
    }

    private AmendPlan Plan(AmendRequest request)
    {
        var hash = RequestHash.Of(request);
        if (machine.IsUsed(request.NewClientOrderId, out var key))
        {
            return key.RequestHash != hash ? Plan(RejectReason.KeyConflict, "clientOrderId")
                : key.Reason != RejectReason.None
                    ? Plan(
                        key.Reason,
                        RefusedChange.Again(
                            key.Reason, machine.Account.Find(request.Symbol, request.OrderId), request))
                : key.ReduceToLots != 0 ? Reduction(key.Number, key.ReduceToLots)
                : new AmendPlan(RejectReason.None, null, null, 0, 0, machine.OrderOf(key, AsHold(request)));
        }

        if (machine.Account.Find(request.Symbol, request.OrderId) is not { } order)
        {
            return RefusePlan(request, hash, new BrokenLimit(RejectReason.UnknownOrder, "orderId", null));
        }

        if (RefusedChange.OfTerms(order, request) is { } excluded)
        {
            return RefusePlan(request, hash, new BrokenLimit(RejectReason.InvalidCombination, excluded, null));
        }

        if (request.ExpectedLots != 0 && request.ExpectedLots != order.LeavesLots)
        {
            return RefusePlan(request, hash, new BrokenLimit(RejectReason.StaleLeaves, "expectedRemaining", null));
        }

        var total = request.TotalLots == 0 ? order.QuantityLots : request.TotalLots;
        var moves = request.TriggerTicks != 0 && request.TriggerTicks != order.Conditions?.TriggerTicks;
        var price = moves && OrderCombinations.IsMarket(order.Type)
            ? MarketProtection.PriceTicks(order.Instrument, order.Side, request.TriggerTicks)
            : request.PriceTicks == 0 ? order.PriceTicks : request.PriceTicks;
        var stays = !moves && (price == order.PriceTicks || price == order.BookPriceTicks);
        if (total <= order.FilledLots || (stays && total <= order.QuantityLots))
        {
            journal.Record(
                machine.AskReduction(request.NewClientOrderId, hash, order, total, journal.Now), urgent: true);
            return Reduction(order.Number, total);
        }

        if (request.KeepsPlace)
        {
            return RefusePlan(request, hash, new BrokenLimit(RejectReason.WouldGrow, "quantity", null));
        }

        if (InstrumentLimits.Check(order, request, price, total) is { } broken)
        {
            return RefusePlan(request, hash, broken);
        }

        margin.TakeMarks(request.Symbol);
        if (limits.OfReplacement(order, price, total - order.FilledLots) is { } limited)
        {
            freezes.RecordKill(machine.FreezeOn(limited, journal.Now));
            return RefusePlan(request, hash, limited);
        }

        var record = machine.DecideReplacement(
            order, request.NewClientOrderId, price, total - order.FilledLots, hash, journal.Now,
            moves ? request.TriggerTicks : null);
        journal.Record(record, urgent: false);
        return record is HoldPlaced hold
            ? new AmendPlan(RejectReason.None, null, null, 0, 0, hold.Order)
            : Plan(shortfalls.Of((KeyRefused)record, order.Instrument));
    }

    // The reject reason depends on the order's state: a late copy of the amendment must not be carried out.
    private AmendPlan RefusePlan(AmendRequest request, ulong hash, BrokenLimit broken)
    {
        journal.Record(machine.Refuse(request.NewClientOrderId, hash, broken.Reason, journal.Now), urgent: false);
        return Plan(broken);
    }

    private static AmendPlan Reduction(long number, long totalLots) =>
        new(RejectReason.None, null, null, number, totalLots, null);

    private static AmendPlan Plan(RejectReason reason, string? field = null, string? limit = null) =>
        new(reason, field, limit, 0, 0, null);

    private static AmendPlan Plan(BrokenLimit broken) => Plan(broken.Reason, broken.Field, broken.Limit);

    // A replacement that is already done: the book knows it by its number and returns its first report again.
    private static HoldRequest AsHold(AmendRequest request) => new(
        request.NewClientOrderId,
        request.Symbol,
        Side.Buy,
        OrderType.Limit,
        TimeInForce.GoodTillCancel,
        PostOnly: false,
        request.PriceTicks,
        request.TotalLots);
}
