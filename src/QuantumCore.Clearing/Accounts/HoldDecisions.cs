using System.Collections.Immutable;
using QuantumCore.Contracts;
using QuantumCore.Instruments;

namespace QuantumCore.Clearing;

/// <summary>
/// Decides what an account holds for orders, replacements, lists and multi-leg orders that it may enter. It checks
/// funds, settlement, margin, and room for receipts: a fill cannot be rejected once its book has decided it, so the
/// order is.
/// </summary>
/// <param name="account">The account.</param>
/// <param name="clock">Its time.</param>
/// <param name="volumes">Its volumes and fees.</param>
/// <param name="settlement">Its unsettled trades.</param>
/// <param name="transit">Its open transfers and withdrawals.</param>
/// <param name="margin">Its margin.</param>
internal sealed class HoldDecisions(
    Account account, AccountClock clock, AccountVolumes volumes, AccountSettlement settlement, FundsInTransit transit,
    MarginControl margin)
{
    /// <summary>Decides about an order under an unused key: a hold, or a rejection that uses the key up.</summary>
    public AccountRecord Decide(HoldRequest request, ulong hash, Instrument instrument, long now)
    {
        var fees = FeesFor(instrument, now);
        var need = NeedOf(request, instrument, fees);
        var reason = CheckHold(instrument, request.Side, need, now, out var amount);
        reason = reason == RejectReason.None ? CheckReceipt(request, instrument, need, fees) : reason;
        if (margin.IsMargin && reason == RejectReason.None)
        {
            reason = margin.Check([MarginOrderOf(request, instrument, need, fees)], null, now);
        }

        return reason == RejectReason.None
            ? new HoldPlaced(
                clock.At(now), request.Symbol, OrderFor(request, account.LastNumber + 1, fees), hash, amount)
            : new KeyRefused(clock.At(now), request.ClientOrderId, hash, reason);
    }

    /// <summary>
    /// Decides about a replacement of an open order, which holds only what it needs beyond the old one.
    /// </summary>
    public AccountRecord DecideReplacement(
        HeldOrder old, string clientOrderId, long priceTicks, long quantityLots, ulong hash, long now,
        long? triggerTicks = null)
    {
        var instrument = old.Instrument;
        var fees = FeesFor(instrument, now);
        var reason =
            account.CheckHold(instrument, old.Side, priceTicks, quantityLots, old.Number, fees, out var amount);
        reason = reason == RejectReason.None ? settlement.Check(instrument, old.Side, amount, now) : reason;
        reason = reason == RejectReason.None ? CheckReceipt(old, priceTicks, quantityLots) : reason;
        if (margin.IsMargin && reason == RejectReason.None)
        {
            reason = margin.Check([new MarginOrder(instrument, old.Side, priceTicks, quantityLots, fees)], old, now);
        }

        if (reason != RejectReason.None)
        {
            return new KeyRefused(clock.At(now), clientOrderId, hash, reason);
        }

        var conditions = triggerTicks is { } trigger ? old.Conditions! with { TriggerTicks = trigger } : old.Conditions;
        if (conditions?.DisplayLots > quantityLots)
        {
            // An iceberg displays at most what it has.
            conditions = conditions with { DisplayLots = quantityLots };
        }

        var order = new SubmitOrder(
            account.Id.Value,
            account.LastNumber + 1,
            clientOrderId,
            old.Side,
            old.Type,
            old.TimeInForce,
            old.PostOnly,
            priceTicks,
            quantityLots,
            fees.MakerPpm,
            fees.TakerPpm,
            old.Number,
            old.LeavesLots,
            SelfTrade: old.SelfTrade,
            Conditions: EncodedConditions.From(OfNoList(conditions)),
            MinimumFee: fees.Minimum);
        return new HoldPlaced(clock.At(now), instrument.Symbol, order, hash, amount);
    }

    /// <summary>Removes the list's name from the replacement of a list's order.</summary>
    private static OrderConditions? OfNoList(OrderConditions? conditions) =>
        conditions?.ListName is null ? conditions
        : conditions with { ListName = null } is var rest && rest == new OrderConditions() ? null : rest;

    /// <summary>Decides about a list under unused names: all of it is held, or the first name is used up.</summary>
    public AccountRecord DecideList(
        OrderListKind kind, ImmutableArray<HoldRequest> requests, ulong hash, Instrument instrument, long now)
    {
        var fees = FeesFor(instrument, now);
        var covers = new long[requests.Length];
        for (var i = 0; i < covers.Length; i++)
        {
            covers[i] = NeedOf(requests[i], instrument, fees);
        }

        var children = requests[^1];
        var funded = kind != OrderListKind.OneCancelsOther && ListCover.IsFunded(
            requests[0].Side, requests[0].QuantityLots, children.Side, children.QuantityLots);
        var amounts = ListCover.Split(kind, covers, funded);
        var margined = margin.IsMargin
            ? requests.Select((request, i) => MarginOrderOf(request, instrument, amounts[i], fees)).ToArray()
            : [];
        var buys = SumOf(requests, amounts, Side.Buy);
        var sells = SumOf(requests, amounts, Side.Sell);
        var reason = CheckHold(instrument, Side.Buy, buys, now, out _);
        if (reason == RejectReason.None)
        {
            reason = CheckHold(instrument, Side.Sell, sells, now, out _);
        }

        for (var i = 0; i < requests.Length && reason == RejectReason.None; i++)
        {
            reason = CheckReceipt(requests[i], instrument, covers[i], fees);
        }

        if (margin.IsMargin && reason == RejectReason.None)
        {
            reason = margin.Check(margined, null, now);
        }

        if (reason != RejectReason.None)
        {
            return new KeyRefused(clock.At(now), requests[0].ClientOrderId, hash, reason);
        }

        var orders = ImmutableArray.CreateBuilder<SubmitOrder>(requests.Length);
        foreach (var request in requests)
        {
            orders.Add(OrderFor(request, account.LastNumber + 1 + orders.Count, fees));
        }

        return new ListHeld(clock.At(now), requests[0].Symbol, orders.MoveToImmutable(), hash, [.. amounts]);
    }

    /// <summary>
    /// Decides about a multi-leg order under unused names. Each leg is held by itself, so that no leg ever waits for
    /// another one's money.
    /// </summary>
    public AccountRecord DecideStrategy(
        ImmutableArray<HoldRequest> requests, ulong hash, Instrument[] instruments, long now, out int? at)
    {
        at = null;
        var fees = Array.ConvertAll(instruments, instrument => FeesFor(instrument, now));
        var amounts = new long[requests.Length];
        var needs = new Dictionary<Asset, Int128>();
        var reason = RejectReason.None;
        for (var i = 0; i < amounts.Length && reason == RejectReason.None; i++)
        {
            amounts[i] = NeedOf(requests[i], instruments[i], fees[i]);
            var asset = requests[i].Side == Side.Buy ? instruments[i].Quote : instruments[i].Base;
            needs[asset] = needs.GetValueOrDefault(asset) + amounts[i];
            // The sum so far is checked on this leg's day: an earlier leg that settles later counts early, but none
            // counts late.
            reason = CheckHold(
                instruments[i], requests[i].Side, (long)Int128.Min(needs[asset], long.MaxValue), now, out _);
            at = reason is not (RejectReason.None or RejectReason.TooManyOrders) && needs[asset] == amounts[i]
                ? i
                : null;
        }

        for (var i = 0; i < amounts.Length && reason == RejectReason.None; i++)
        {
            reason = CheckReceipt(requests[i], instruments[i], amounts[i], fees[i]);
        }

        if (margin.IsMargin && reason == RejectReason.None)
        {
            reason = margin.Check(
                [.. requests.Select((request, i) => MarginOrderOf(request, instruments[i], amounts[i], fees[i]))], null,
                now);
        }

        if (reason != RejectReason.None)
        {
            return new KeyRefused(clock.At(now), requests[0].ClientOrderId, hash, reason);
        }

        var orders = requests.Select((request, i) => OrderFor(request, account.LastNumber + 1 + i, fees[i]));
        return new ListHeld(clock.At(now), requests[0].Symbol, [.. orders], hash, [.. amounts]);
    }

    private static long SumOf(ImmutableArray<HoldRequest> requests, long[] amounts, Side side)
    {
        Int128 sum = 0;
        for (var i = 0; i < amounts.Length; i++)
        {
            sum += requests[i].Side == side ? amounts[i] : 0;
        }

        return (long)Int128.Min(sum, long.MaxValue);
    }

    /// <summary>Returns the hold of an order by itself, minor units of the asset it gives.</summary>
    private static long NeedOf(HoldRequest request, Instrument instrument, FeeTerms fees) =>
        request.Conditions.Decode()?.Amount is { } amount
            ? HoldRule.AmountHold(instrument, request.PriceTicks, amount, new OrderFees(request.Side, fees))
            : HoldRule.Hold(instrument, request.PriceTicks, request.QuantityLots, new OrderFees(request.Side, fees));

    /// <summary>
    /// Returns the order as margin sees it; for an order by amount, what the amount buys at its worst price.
    /// </summary>
    private static MarginOrder MarginOrderOf(HoldRequest request, Instrument instrument, long need, FeeTerms fees) =>
        new(
        instrument,
        request.Side,
        request.PriceTicks,
        request.Side == Side.Sell ? need / instrument.LotUnits
            : request.Conditions.Decode()?.Amount is null ? request.QuantityLots
            : Rounding.DivUp(need, (Int128)request.PriceTicks * instrument.TickLotValue),
        fees);

    /// <summary>Returns the order of a request, to submit it.</summary>
    public SubmitOrder OrderFor(HoldRequest request, long number, FeeTerms fees) => new(
        account.Id.Value,
        number,
        request.ClientOrderId,
        request.Side,
        request.Type,
        request.TimeInForce,
        request.PostOnly,
        request.PriceTicks,
        request.QuantityLots,
        fees.MakerPpm,
        fees.TakerPpm,
        SelfTrade: request.SelfTrade,
        Conditions: request.Conditions,
        MinimumFee: fees.Minimum);

    /// <summary>
    /// Checks that there is room for what an order is to receive at its limit; a better price may bring more.
    /// </summary>
    private RejectReason CheckReceipt(HoldRequest request, Instrument instrument, long need, FeeTerms fees)
    {
        var order = MarginOrderOf(request, instrument, need, fees);
        var asset = order.Side == Side.Buy ? instrument.Base : instrument.Quote;
        return account.CheckReceipt(
            instrument, order.Side, order.PriceTicks, (long)Int128.Min(order.Lots, long.MaxValue),
            transit.PromisedOf(asset));
    }

    /// <summary>Checks the same for a replacement of an order.</summary>
    private RejectReason CheckReceipt(HeldOrder old, long priceTicks, long quantityLots)
    {
        var (asset, replaced) = ExpectedReceipts.Of(old.Instrument, old.Side, old.PriceTicks, old.OpenLots);
        return account.CheckReceipt(
            old.Instrument, old.Side, priceTicks, quantityLots, transit.PromisedOf(asset) - replaced);
    }

    private RejectReason CheckHold(Instrument instrument, Side side, long need, long now, out long amount)
    {
        var reason = account.CheckHold(instrument, side, need, out amount);
        return reason == RejectReason.None ? settlement.Check(instrument, side, amount, now) : reason;
    }

    private FeeTerms FeesFor(Instrument instrument, long now) =>
        volumes.TermsOf(instrument, UtcDay.Of(clock.At(now)));
}
