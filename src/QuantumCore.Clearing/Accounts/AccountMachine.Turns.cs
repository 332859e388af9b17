using System.Collections.Immutable;
using QuantumCore.Contracts;
using QuantumCore.Instruments;

namespace QuantumCore.Clearing;

/// <summary>
/// Orders with conditions and lists: their holds, and the application of the book's records for them.
/// </summary>
internal sealed partial class AccountMachine
{
    /// <summary>Decides about a list under unused names: all of it is held, or the first name is used up.</summary>
    public AccountRecord DecideList(
        OrderListKind kind, ImmutableArray<HoldRequest> requests, ulong hash, Instrument instrument, long now)
    {
        if (_freeze.Barrier is var barred and not RejectReason.None)
        {
            return Refuse(requests[0].ClientOrderId, hash, barred, now);
        }

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
        var margined = IsMargin
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

        if (IsMargin && reason == RejectReason.None)
        {
            reason = _margin.Check(margined, null, now);
        }

        if (reason != RejectReason.None)
        {
            return new KeyRefused(_clock.At(now), requests[0].ClientOrderId, hash, reason);
        }

        var orders = ImmutableArray.CreateBuilder<SubmitOrder>(requests.Length);
        foreach (var request in requests)
        {
            orders.Add(OrderFor(request, Account.LastNumber + 1 + orders.Count, fees));
        }

        return new ListHeld(_clock.At(now), requests[0].Symbol, orders.MoveToImmutable(), hash, [.. amounts]);
    }

    /// <summary>
    /// Decides about a multi-leg order under unused names. Each leg is held by itself, so that no leg ever waits for
    /// another one's money.
    /// </summary>
    public AccountRecord DecideStrategy(
        ImmutableArray<HoldRequest> requests, ulong hash, Instrument[] instruments, long now, out int? at)
    {
        at = null;
        if (_freeze.Barrier is var barred and not RejectReason.None)
        {
            return Refuse(requests[0].ClientOrderId, hash, barred, now);
        }

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

        if (IsMargin && reason == RejectReason.None)
        {
            reason = _margin.Check(
                [.. requests.Select((request, i) => MarginOrderOf(request, instruments[i], amounts[i], fees[i]))], null,
                now);
        }

        if (reason != RejectReason.None)
        {
            return new KeyRefused(_clock.At(now), requests[0].ClientOrderId, hash, reason);
        }

        var orders = requests.Select((request, i) => OrderFor(request, Account.LastNumber + 1 + i, fees[i]));
        return new ListHeld(_clock.At(now), requests[0].Symbol, [.. orders], hash, [.. amounts]);
    }

    /// <summary>Returns the orders of a held list by its first name; null if it is not that list.</summary>
    public ImmutableArray<SubmitOrder>? ListOf(ImmutableArray<HoldRequest> requests, ulong hash)
    {
        var orders = ImmutableArray.CreateBuilder<SubmitOrder>(requests.Length);
        foreach (var request in requests)
        {
            if (!IsUsed(request.ClientOrderId, out var key) || key.RequestHash != hash || !key.IsOrder)
            {
                return null;
            }

            orders.Add(OrderOf(key, request));
        }

        return orders.MoveToImmutable();
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

    private SubmitOrder OrderFor(HoldRequest request, long number, FeeTerms fees) => new(
        Account.Id.Value,
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

    private void Apply(ListHeld list)
    {
        foreach (var hold in list.Holds())
        {
            Apply(hold);
        }

        var first = list.Orders[0];
        if (first.Conditions.Decode()?.ListName is { } name)
        {
            _keys.Add(name, new UsedKey(Sequence, list.RequestHash, 0, "", RejectReason.None));
        }
    }

    private void Apply(string symbol, BookTurn turn)
    {
        var replacing = turn.Command.Verb == BookVerb.AdjustOrders ? Account.Replacing(symbol) : [];
        foreach (var step in turn.Steps)
        {
            if (step.ChangesTrade)
            {
                ChangeTrade(symbol, in step, turn);
                continue;
            }

            if (step.Account == Account.Id.Value)
            {
                Apply(in step, turn);
            }

            if (step.Kind == StepKind.Fill && step.MakerAccount == Account.Id.Value)
            {
                Fill(
                    turn.TimeNanos, step.MakerNumber, step.PriceTicks, step.QuantityLots, step.MakerFee,
                    step.MakerLeavesLots,
                    step.MakerHold, step.Account == Account.Id.Value, step.IsAuction, isMaker: true);
            }
        }

        if (replacing.Count > 0)
        {
            Account.KeepForReplacements(replacing);
        }

        if (turn.Command.Verb == BookVerb.Amend && turn.Command.Account == Account.Id.Value
            && Account.Orders.TryGetValue(turn.Command.Number, out var amended))
        {
            Account.Amended(
                amended.Number, turn.Command.Changes.ValueOf(ChangedValue.WorstTicks) ?? amended.PriceTicks,
                amended.Conditions.With(turn.Command.Changes));
        }

        if (turn.Command.Verb == BookVerb.CancelAll && turn.Command.Account == Account.Id.Value)
        {
            Account.ReleaseUpTo(symbol, turn.Command.Number);
        }

        _corporate.Follow(symbol, turn);
        if (turn.Command.Verb is BookVerb.Bust or BookVerb.Correct)
        {
            var instrument = _instrumentOf(symbol);
            _lacking.Find(instrument.Base.Name);
            _lacking.Find(instrument.Quote.Name);
        }

        _cover.Require(_instrumentOf(symbol));
    }

    private void Apply(in TurnStep step, BookTurn turn)
    {
        switch (step.Kind)
        {
            case StepKind.Opened:
                Account.Opened(
                    step.Number, step.OrderId, new(turn.StageOf(turn.OrderOf(in step)), 0, PriceThere(in step)),
                    step.Hold);
                break;
            case StepKind.Triggered:
                Account.Stands(step.Number, new(OrderStage.Working, turn.TimeNanos, PriceThere(in step)));
                break;
            case StepKind.Activated:
                Account.Stands(
                    step.Number,
                    new(
                        OrderStages.WithoutParent(Account.Orders[step.Number].Type), turn.TimeNanos,
                        PriceThere(in step)));
                break;
            case StepKind.Fill:
                Fill(
                    turn.TimeNanos, step.Number, step.PriceTicks, step.QuantityLots, step.Fee, step.LeavesLots,
                    step.Hold, step.MakerAccount == Account.Id.Value,
                    step.IsAuction, isMaker: false);
                break;
            case StepKind.Ended or StepKind.Voided:
                Account.Release(step.Number);
                break;
            case StepKind.Changed:
                Account.Resize(step.Number, Account.Orders[step.Number].QuantityLots - step.QuantityLots);
                Account.SetHold(step.Number, step.Hold);
                break;
            case StepKind.Adjusted:
                Account.Adjusted(
                    step.Number, step.PriceTicks, step.QuantityLots, step.Hold,
                    turn.Command.Changes.AsAdjustment()!.Value);
                break;
            case StepKind.Held:
                Account.SetHold(step.Number, step.Hold);
                break;
        }
    }

    // The price of an order in its book; 0 if it is the submitted one.
    private long PriceThere(in TurnStep step) =>
        step.PriceTicks == Account.Orders[step.Number].PriceTicks ? 0 : step.PriceTicks;

    private void Fill(
        long timeNanos, long number, long priceTicks, long lots, long fee, long leavesLots, long hold, bool withItself,
        bool inAuction,
        bool isMaker)
    {
        // The total of an order by amount is what it trades.
        var order = Account.Orders[number];
        if (order.Standing.Stage != OrderStage.Working)
        {
            // Records before kind 10 do not contain the trigger.
            order.Standing = order.Standing with { Stage = OrderStage.Working, SinceNanos = timeNanos };
        }

        var byAmount = order.Conditions?.Amount is not null;
        if (byAmount)
        {
            Account.Resize(number, order.FilledLots + lots);
        }

        var terms = order.Fees;
        Trade(
            timeNanos, number, priceTicks, lots, fee,
            inAuction ? terms.AuctionPpm : isMaker ? terms.MakerPpm : terms.TakerPpm, withItself);
        Account.SetHold(number, hold);
        if (leavesLots == 0 && (!byAmount || hold == 0))
        {
            Account.Release(number);
        }
    }
}
