using Microsoft.Extensions.Logging;
using QuantumCore.Contracts;
using QuantumCore.Gateway.Http;
using QuantumCore.Gateway.Markets;
using QuantumCore.Instruments;

namespace QuantumCore.Gateway.Orders;

/// <summary>Validates orders before their account holds cover, and chooses the protection prices.</summary>
public sealed class OrderPreparation(
    ReferencePrices references, FreezeControl freezes, BookCalls books, ILogger<OrderPreparation> log)
{
    private readonly GrainCalls _calls = new(log);

    /// <summary>Checks the request alone, in a fixed sequence, and sets a market order's protection price.</summary>
    internal async ValueTask<(Refusal? Refusal, HoldRequest Order)> PrepareAsync(long account, HoldRequest order)
    {
        var listed = await books.FindAsync(account, order.Symbol);
        // While the freeze of an account is not on record yet, this may be the retry of an order that is in the book.
        if (listed.Failure != RejectReason.None || freezes.IsPending(account))
            return (new Refusal(RejectReason.Overloaded), order);
        if (listed.Value is not { } instrument)
            return (new Refusal(RejectReason.UnknownSymbol, "symbol"), order);
        if (OrderChecks.Check(instrument, order) is { } refusal)
            return (refusal, order);

        if (HasWorstPrice(order))
            return (null, order);

        var (failure, price) = await WorstPriceAsync(account, instrument, order);
        return failure == RejectReason.None
            ? (null, order with { PriceTicks = price })
            : (new Refusal(failure), order);
    }

    /// <summary>
    /// Returns the price that an order without limit or cap is covered at: the worst price it may trade at, which the
    /// book enforces.
    /// </summary>
    internal async ValueTask<(RejectReason Failure, long PriceTicks)> WorstPriceAsync(
        long account, Instrument instrument, HoldRequest order)
    {
        var terms = order.Conditions.Decode() ?? new OrderConditions();
        if (terms.TriggerTicks is { } trigger)
            return (RejectReason.None, MarketProtection.PriceTicks(instrument, order.Side, trigger));

        var reference =
            await _calls.AskAsync(
                "Trades", account, () => references.OfAsync(instrument, order.Side, terms.TriggerReference));
        if (reference.Failure != RejectReason.None)
            return (RejectReason.Overloaded, 0);
        if (OrderCombinations.IsTrailing(order.Type) && (reference.Value > 0 || terms.ActivationTicks is not null))
            return (RejectReason.None,
                MarketProtection.TrailingPriceTicks(instrument, order.Side, reference.Value, terms));
        return reference.Value > 0
            ? (RejectReason.None, MarketProtection.PriceTicks(instrument, order.Side, reference.Value))
            : (RejectReason.NoReference, 0);
    }

    /// <summary>
    /// Returns true if an order has a limit or cap, which is then the worst price that it may trade at.
    /// </summary>
    private static bool HasWorstPrice(HoldRequest order) =>
        order.Type is not (OrderType.Market or OrderType.Stop or OrderType.TakeProfit or OrderType.Leg)
        && !OrderCombinations.IsTrailing(order.Type);
}
