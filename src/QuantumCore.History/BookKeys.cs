using QuantumCore.Contracts;

namespace QuantumCore.History;

/// <summary>Orders touched by a book's record.</summary>
internal static class BookKeys
{
    public static IEnumerable<OrderKey> Of(BookRecord record) => record switch
    {
        OrderAccepted accepted => Of(accepted),
        OrderVoided voided => [new(voided.Account, voided.Number)],
        OrdersClosed closed => closed.Orders.Select(Of),
        AllClosed all => all.Orders.Select(Of),
        OrderReduced reduced => [new(reduced.Account, reduced.Number)],
        BookTurn turn => turn.Steps.SelectMany(Of),
        _ => [],
    };

    public static OrderKey Of(ClosedOrder closed) => new(closed.Account, closed.Number);

    // A change of an earlier trade leaves its orders unchanged.
    private static OrderKey[] Of(TurnStep step) => step switch
    {
        OrderStep order => [new(order.Account, order.Number)],
        TradeMade { Trade: var trade } => [Of(trade.Taker), Of(trade.Maker)],
        MatchPrevented { Taker: var taker } => [new(taker.Account, taker.Number)],
        _ => [],
    };

    public static OrderKey Of(in TradeSide side) => new(side.Account, side.Number);

    private static IEnumerable<OrderKey> Of(OrderAccepted accepted)
    {
        yield return new(accepted.Order.Account, accepted.Order.Number);
        foreach (var fill in accepted.Fills)
        {
            yield return new(fill.MakerAccount, fill.MakerNumber);
        }

        if (accepted.Replaced is { } replaced)
        {
            yield return Of(replaced);
        }
    }
}
