using QuantumCore.Clearing;
using QuantumCore.Contracts;

namespace QuantumCore.History;

/// <summary>Trades of a book's record, and its changes of earlier trades.</summary>
public static class BookTrades
{
    /// <summary>Returns the money of each trade and each change, in sequence; empty if nothing moves.</summary>
    public static IReadOnlyList<TradeMoney> Of(BookRecord record) => record switch
    {
        BookTurn turn => [.. turn.Steps.OfType<TradeStep>().Select(Of)],
        OrderAccepted { Fills.Length: > 0 } => [.. record.Trades().Select(static trade => Of(in trade))],
        _ => [],
    };

    /// <summary>
    /// Returns the money of a trade's step. A reversal is the exact mirror: the buyer returns the units and the seller
    /// the money, and both get their fees back.
    /// </summary>
    public static TradeMoney Of(TradeStep step)
    {
        var money = Of(step.Trade);
        return step is TradeReversed
            ? new TradeMoney(
                money.Seller, money.Buyer, money.PriceTicks, money.QuantityLots, -money.SellerFee, -money.BuyerFee)
            : money;
    }

    /// <summary>Returns the money of a trade.</summary>
    public static TradeMoney Of(in MatchedTrade trade)
    {
        var (buyer, seller) = (trade.Buyer, trade.Seller);
        return new(
            new(buyer.Account), new(seller.Account), trade.PriceTicks, trade.QuantityLots, buyer.Fee, seller.Fee);
    }
}
