using QuantumCore.Clearing;
using QuantumCore.Contracts;
using QuantumCore.Instruments;

namespace QuantumCore.Grains.Accounts;

/// <content>Signals: the order depends on the position, so only the account can decide it.</content>
public sealed partial class AccountGrain
{
    /// <inheritdoc/>
    public async ValueTask<HoldResult> HoldSignal(SignalIntent intent)
    {
        if (!catalog.TryGet(intent.Symbol, out _))
        {
            await catalog.RefreshAsync();
        }

        // The position is what books did. The decision itself accounts for orders in flight.
        await CatchUp();
        var refusal = Refusal(urgent: false);
        if (refusal != RejectReason.None)
        {
            return Refused(refusal);
        }

        var result = Mutate(() => Decide(intent));
        if (result.Reason is not (RejectReason.None or RejectReason.SignalSkipped))
        {
            GrainLog.HoldRefused(log, this.GetPrimaryKeyString(), intent.Symbol, result.Reason);
        }

        await SettleAsync();
        return result;
    }

    private HoldResult Decide(SignalIntent intent)
    {
        var hash = RequestHash.Of(intent);
        if (Known(Order(intent, Side.Buy, intent.SaidLots), hash) is { } known)
        {
            return known;
        }

        if (intent.IsTooOld)
        {
            return Refused(RejectReason.SignalTooOld, "time");
        }

        if (!catalog.TryGet(intent.Symbol, out var instrument))
        {
            return Refused(RejectReason.UnknownSymbol, "symbol");
        }

        var lots = (long)((Int128)intent.SaidLots * intent.Percent / 100);
        if (lots == 0 && intent.Action != SignalAction.Flatten)
        {
            return Refuse(intent, hash, RejectReason.InvalidQuantity);
        }

        var (side, ordered) = SignalRules.Decide(
            intent.Action, intent.Policy, lots, _machine.PositionForSignals(instrument!),
            mayGoShort: _machine.IsMargin);
        return ordered == 0
            ? Refuse(intent, hash, RejectReason.SignalSkipped)
            : Decide(Order(intent, side, ordered), hash, isOfSignal: true);
    }

    // Recorded, because the same signal later, at another position, is still the same signal.
    private HoldResult Refuse(SignalIntent intent, ulong hash, RejectReason reason)
    {
        Record(_machine.Refuse(intent.ClientOrderId, hash, reason, Now), urgent: false);
        return Refused(reason);
    }

    private static HoldRequest Order(SignalIntent intent, Side side, long lots) => intent.LimitTicks > 0
        ? new HoldRequest(
            intent.ClientOrderId, intent.Symbol, side, OrderType.Limit, TimeInForce.GoodTillCancel, false,
            intent.LimitTicks, lots)
        : new HoldRequest(
            intent.ClientOrderId,
            intent.Symbol,
            side,
            OrderType.Market,
            TimeInForce.ImmediateOrCancel,
            false,
            side == Side.Buy ? intent.BuyTicks : intent.SellTicks,
            lots);
}
