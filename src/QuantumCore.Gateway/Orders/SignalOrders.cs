using Microsoft.Extensions.Logging;
using QuantumCore.Contracts;
using QuantumCore.Gateway.Hosting;
using QuantumCore.Gateway.Http;
using QuantumCore.Gateway.Markets;
using QuantumCore.Instruments;

namespace QuantumCore.Gateway.Orders;

/// <summary>Enters orders of signals: the account decides their side and quantity.</summary>
internal sealed class SignalOrders(
    IGrainFactory grains, Listings listings, OrderPreparation preparation, FreezeControl freezes, BookCalls books,
    GatewayMetrics metrics, TimeProvider time, ILogger<SignalOrders> log)
{
    private readonly GrainCalls _calls = new(log);

    /// <summary>
    /// Delivers a signal to one account, and enters the order that the account decides on. The same signal again gives
    /// the same report. After an unknown outcome, the signal may be sent again.
    /// </summary>
    /// <param name="account">Account that gets the signal.</param>
    /// <param name="instrument">Instrument of the signal.</param>
    /// <param name="intent">The signal; protection prices are chosen here.</param>
    /// <returns>
    /// The report, and true if the signal came before. If there is nothing to do, the report is rejected with
    /// <see cref="RejectReason.SignalSkipped"/>.
    /// </returns>
    public async ValueTask<(ExecutionReport Report, bool IsDuplicate)> PlaceSignalAsync(
        long account, Instrument instrument, SignalIntent intent)
    {
        var started = time.GetTimestamp();
        var (failure, buy, sell) = await ProtectionPricesAsync(account, instrument, intent);
        if (failure != RejectReason.None)
            return (NoOrder(failure, null), false);
        if (freezes.IsPending(account))
            return (NoOrder(RejectReason.Overloaded, null), false);

        var held = await _calls.AskAsync(
            "HoldSignal", account,
            () => grains.Account(account).HoldSignal(intent with { BuyTicks = buy, SellTicks = sell }));
        if (held.Failure != RejectReason.None)
            return (NoOrder(held.Failure, null), false);

        var isDuplicate = held.Value.IsKnown && held.IsFirst;
        if (held.Value.Order is not { } order)
            return (NoOrder(held.Value.Reason, held.Value), isDuplicate);

        var entered = await _calls.AskAsync(
            "Submit", account,
            async () => (await (await listings.BookAsync(intent.Symbol)).Submit(intent.Symbol, [order]))[0]);
        if (entered.Failure != RejectReason.None)
            return (NoOrder(RejectReason.OutcomeUnknown, null), isDuplicate);

        var report = BookCalls.OfHeld(entered.Value);
        books.Note(report);
        metrics.OrdersAnswered([report], time.GetElapsedTime(started));
        return (report, isDuplicate);

        ExecutionReport NoOrder(RejectReason reason, HoldResult? result) =>
            BookCalls.Nothing(account, intent.Symbol, 0, new Refusal(reason, result?.Field, result?.Limit)) with
            {
                ClientOrderId = intent.ClientOrderId,
            };
    }

    private async ValueTask<(RejectReason Failure, long Buy, long Sell)> ProtectionPricesAsync(
        long account, Instrument instrument, SignalIntent intent)
    {
        if (intent.LimitTicks > 0)
            return default;

        var prices = (Buy: 0L, Sell: 0L);
        foreach (var side in (Side[])[Side.Buy, Side.Sell])
        {
            if (intent.Action == (side == Side.Buy ? SignalAction.Sell : SignalAction.Buy))
                continue;
            var order = new HoldRequest(
                intent.ClientOrderId, intent.Symbol, side, OrderType.Market, TimeInForce.ImmediateOrCancel, false, 0,
                1);
            var (failure, ticks) = await preparation.WorstPriceAsync(account, instrument, order);
            if (failure != RejectReason.None)
                return (failure, 0, 0);
            prices = side == Side.Buy ? prices with { Buy = ticks } : prices with { Sell = ticks };
        }

        return (RejectReason.None, prices.Buy, prices.Sell);
    }
}
