using QuantumCore.Accounts;
using QuantumCore.Contracts;
using QuantumCore.Instruments;

namespace QuantumCore.History;

/// <summary>The trades of a book's record.</summary>
public static class BookTrades
{
    /// <summary>Each trade's money, in its sequence; empty where it traded nothing.</summary>
    public static IReadOnlyList<TradeMoney> Of(BookRecord record) => record switch
    {
        OrderAccepted { Fills.Length: > 0 } order =>
            [.. order.Fills.Select(fill => Of(
                order.Order.Side, order.Order.Account, fill.TakerFee, fill.MakerAccount, fill.MakerFee, fill.PriceTicks, fill.QuantityLots))],
        BookTurn turn =>
            [.. turn.Steps.Where(step => step.Kind == StepKind.Fill).Select(step => Of(
                step.Side, step.Account, step.Fee, step.MakerAccount, step.MakerFee, step.PriceTicks, step.QuantityLots))],
        _ => [],
    };

    /// <summary>The money of a trade by its two orders.</summary>
    internal static TradeMoney Of(Side side, long taker, long takerFee, long maker, long makerFee, long priceTicks, long lots) => side == Side.Buy
        ? new TradeMoney(new(taker), new(maker), priceTicks, lots, takerFee, makerFee)
        : new TradeMoney(new(maker), new(taker), priceTicks, lots, makerFee, takerFee);
}
