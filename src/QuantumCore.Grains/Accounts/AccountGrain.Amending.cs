using QuantumCore.Clearing;
using QuantumCore.Contracts;
using QuantumCore.Instruments;

namespace QuantumCore.Grains.Accounts;

/// <summary>Plans amendments of open orders: reduced in place, or replaced.</summary>
public sealed partial class AccountGrain
{
    /// <inheritdoc/>
    public async ValueTask<AmendPlan> Amend(AmendRequest request)
    {
        await CatchUpToAsync(request.Seen);
        var refusal = Refusal(urgent: false);
        if (refusal != RejectReason.None)
        {
            return new AmendPlan(refusal, null, null, 0, 0, null);
        }

        var plan = Mutate(() => Plan(request));
        await SettleAsync();
        return plan;
    }

    private AmendPlan Plan(AmendRequest request)
    {
        var hash = RequestHash.Of(request);
        if (_machine.IsUsed(request.NewClientOrderId, out var key))
        {
            return key.RequestHash != hash ? Plan(RejectReason.KeyConflict, "clientOrderId")
                : key.Reason != RejectReason.None
                    ? Plan(
                        key.Reason,
                        RefusedChange.Again(
                            key.Reason, _machine.Account.Find(request.Symbol, request.OrderId), request))
                : key.ReduceToLots != 0 ? Reduction(key.Number, key.ReduceToLots)
                : new AmendPlan(RejectReason.None, null, null, 0, 0, _machine.OrderOf(key, AsHold(request)));
        }

        if (_machine.Account.Find(request.Symbol, request.OrderId) is not { } order)
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
            Record(_machine.AskReduction(request.NewClientOrderId, hash, order, total, Now), urgent: true);
            return Reduction(order.Number, total);
        }

        if (request.KeepsPlace)
        {
            return RefusePlan(request, hash, new BrokenLimit(RejectReason.WouldGrow, "quantity", null));
        }

        if (LimitOfInstrument(order, request, price, total) is { } broken)
        {
            return RefusePlan(request, hash, broken);
        }

        TakeMarks(request.Symbol);
        if (LimitOf(order, price, total - order.FilledLots) is { } limited)
        {
            RecordKill(_machine.FreezeOn(limited, Now));
            return RefusePlan(request, hash, limited);
        }

        var record = _machine.DecideReplacement(
            order, request.NewClientOrderId, price, total - order.FilledLots, hash, Now,
            moves ? request.TriggerTicks : null);
        Record(record, urgent: false);
        return record is HoldPlaced hold
            ? new AmendPlan(RejectReason.None, null, null, 0, 0, hold.Order)
            : Plan(WhyNot((KeyRefused)record, order.Instrument));
    }

    /// <summary>
    /// Returns the limit of the instrument that a replacement would break, or null. Maximums apply to the quantity that
    /// it enters. Minimums apply to a new total, but not to the rest of an order, nor to one that is already below
    /// them.
    /// </summary>
    private static BrokenLimit? LimitOfInstrument(
        HeldOrder order, AmendRequest request, long priceTicks, long totalLots)
    {
        // A pegged sell without a cap has no price to check.
        var judged = priceTicks == 0 ? order.Instrument.MinPriceTicks : priceTicks;
        var isNamed = request.TotalLots != 0 && request.TotalLots != order.QuantityLots;
        var isRest =
            !isNamed && (order.FilledLots > 0 || OrderLimits.IsLess(order.Instrument, order.PriceTicks, totalLots));
        return OrderLimits.Check(
            order.Instrument, judged, totalLots - order.FilledLots, isRest ? 0 : totalLots + request.EarlierLots);
    }

    // The reject reason depends on the order's state: a late copy of the amendment must not be carried out.
    private AmendPlan RefusePlan(AmendRequest request, ulong hash, BrokenLimit broken)
    {
        Record(_machine.Refuse(request.NewClientOrderId, hash, broken.Reason, Now), urgent: false);
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
