using QuantumCore.Clearing;
using QuantumCore.Contracts;
using QuantumCore.Instruments;

namespace QuantumCore.Grains.Accounts;

/// <summary>Holds funds for signals: the order depends on the position, so only the account can decide it.</summary>
internal sealed class SignalHolds(
    AccountMachine machine, AccountJournal journal, InstrumentCatalog catalog, BookDeliveries deliveries,
    OrderHolds holds)
{
    /// <inheritdoc cref="IAccountGrain.HoldSignal"/>
    public async ValueTask<HoldResult> HoldSignalAsync(SignalIntent intent)
    {
        if (!catalog.TryGet(intent.Symbol, out _))
        {
            await catalog.RefreshAsync();
        }

        // The position is what books did. The decision itself accounts for orders in flight.
        await deliveries.CatchUpAsync();
        var refusal = journal.Refusal(urgent: false);
        if (refusal != RejectReason.None)
        {
            return OrderHolds.Refused(refusal);
        }

        var result = journal.Mutate(() => Decide(intent));
        if (result.Reason is not (RejectReason.None or RejectReason.SignalSkipped))
        {
            holds.LogRefusal(intent.Symbol, result.Reason);
        }

        await journal.SettleAsync();
        return result;
    }

    private HoldResult Decide(SignalIntent intent)
    {
        var hash = RequestHash.Of(intent);
        if (holds.Known(Order(intent, Side.Buy, intent.SaidLots), hash) is { } known)
        {
            return known;
        }

        if (intent.IsTooOld)
        {
            return OrderHolds.Refused(RejectReason.SignalTooOld, "time");
        }

        if (!catalog.TryGet(intent.Symbol, out var instrument))
        {
            return OrderHolds.Refused(RejectReason.UnknownSymbol, "symbol");
        }

        var lots = (long)((Int128)intent.SaidLots * intent.Percent / 100);
        if (lots == 0 && intent.Action != SignalAction.Flatten)
        {
            return Refuse(intent, hash, RejectReason.InvalidQuantity);
        }

        var (side, ordered) = SignalRules.Decide(
            intent.Action, intent.Policy, lots, machine.PositionForSignals(instrument!),
            mayGoShort: machine.IsMargin);
        return ordered == 0
            ? Refuse(intent, hash, RejectReason.SignalSkipped)
            : holds.Decide(Order(intent, side, ordered), hash, isOfSignal: true);
    }

    // Recorded, because the same signal later, at another position, is still the same signal.
    private HoldResult Refuse(SignalIntent intent, ulong hash, RejectReason reason)
    {
        journal.Record(machine.Refuse(intent.ClientOrderId, hash, reason, journal.Now), urgent: false);
        return OrderHolds.Refused(reason);
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
