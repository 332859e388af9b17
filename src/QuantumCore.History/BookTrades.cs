using QuantumCore.Clearing;
using QuantumCore.Contracts;
using QuantumCore.Instruments;

namespace QuantumCore.History;

/// <summary>Trades of a book's record, and its changes of earlier trades.</summary>
public static class BookTrades
{
    /// <summary>Returns the money of each trade and each change, in sequence; empty if nothing moves.</summary>
    public static IReadOnlyList<TradeMoney> Of(BookRecord record) => record switch
    {
        OrderAccepted { Fills.Length: > 0 } order =>
            [.. order.Fills.Select(fill => Of(
                order.Order.Side, order.Order.Account, fill.TakerFee, fill.MakerAccount, fill.MakerFee, fill.PriceTicks,
                fill.QuantityLots))],
        BookTurn turn => [.. turn.Steps.Where(static step => step.IsOfTrade).Select(static step => Of(step))],
        _ => [],
    };

    /// <summary>
    /// Returns the money of a trade's step. A reversal is the exact mirror: the buyer returns the units and the seller
    /// the money, and both get their fees back.
    /// </summary>
    public static TradeMoney Of(in TurnStep step)
    {
        var money =
            Of(step.Side, step.Account, step.Fee, step.MakerAccount, step.MakerFee, step.PriceTicks, step.QuantityLots);
        return step.Kind == StepKind.Reversed
            ? new TradeMoney(
                money.Seller, money.Buyer, money.PriceTicks, money.QuantityLots, -money.SellerFee, -money.BuyerFee)
            : money;
    }

    /// <summary>Returns the money of a trade of a taker and a maker.</summary>
    private static TradeMoney Of(
        Side side, long taker, long takerFee, long maker, long makerFee, long priceTicks, long lots) => side == Side.Buy
        ? new TradeMoney(new(taker), new(maker), priceTicks, lots, takerFee, makerFee)
        : new TradeMoney(new(maker), new(taker), priceTicks, lots, makerFee, takerFee);
}
