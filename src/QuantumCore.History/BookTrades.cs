using QuantumCore.Accounts;
using QuantumCore.Contracts;
using QuantumCore.Instruments;

namespace QuantumCore.History;

/// <summary>The trades of a book's record, and what it changes in trades of before.</summary>
public static class BookTrades
{
    /// <summary>Each trade's money, and each change's, in their sequence; empty where nothing moves.</summary>
    public static IReadOnlyList<TradeMoney> Of(BookRecord record) => record switch
    {
        OrderAccepted { Fills.Length: > 0 } order =>
            [.. order.Fills.Select(fill => Of(
                order.Order.Side, order.Order.Account, fill.TakerFee, fill.MakerAccount, fill.MakerFee, fill.PriceTicks, fill.QuantityLots))],
        BookTurn turn => [.. turn.Steps.Where(static step => step.IsOfTrade).Select(static step => Of(step))],
        _ => [],
    };

    /// <summary>
    /// The money of a step of a trade. Of one that is reversed the exact mirror: the buyer gives the units back and the seller the money, and both get back
    /// what they paid.
    /// </summary>
    public static TradeMoney Of(in TurnStep step)
    {
        var money = Of(step.Side, step.Account, step.Fee, step.MakerAccount, step.MakerFee, step.PriceTicks, step.QuantityLots);
        return step.Kind == StepKind.Reversed
            ? new TradeMoney(money.Seller, money.Buyer, money.PriceTicks, money.QuantityLots, -money.SellerFee, -money.BuyerFee)
            : money;
    }

    /// <summary>The money of a trade by its two orders.</summary>
    private static TradeMoney Of(Side side, long taker, long takerFee, long maker, long makerFee, long priceTicks, long lots) => side == Side.Buy
        ? new TradeMoney(new(taker), new(maker), priceTicks, lots, takerFee, makerFee)
        : new TradeMoney(new(maker), new(taker), priceTicks, lots, makerFee, takerFee);
}
