using QuantumCore.Contracts;
using QuantumCore.Instruments;

namespace QuantumCore.Gateway.AccountUpdates;

/// <summary>Makes the common form of an order for listeners, whatever its source.</summary>
internal static class OrderViews
{
    /// <summary>
    /// Makes an order from its report. Its traded value is known if the report has its fills, or if nothing was traded.
    /// The first report has the total it was entered with.
    /// </summary>
    public static PastOrder View(this ExecutionReport report, long? filledValue = null)
    {
        var prevented = report.Prevented is { } matches ? PreventedQuantity.Of(report.Number, matches.All) : null;
        return new(
            report.Symbol,
            report.Number,
            report.OrderId,
            report.ClientOrderId,
            report.Side,
            report.Type,
            report.TimeInForce,
            report.PriceTicks,
            report.QuantityLots - (prevented?.TakenOffLots ?? 0),
            report.FilledLots,
            filledValue ?? report.Fills.Aggregate(
                0L, static (sum, fill) => checked(sum + (fill.PriceTicks * fill.QuantityLots))),
            report.Status,
            report.End,
            report.TimeNanos,
            report.TimeNanos,
            report.PostOnly,
            report.SelfTrade,
            report.Conditions,
            null,
            Prevented: prevented,
            Stage: report.Stage,
            Refusal: report.Refusal);
    }

    /// <summary>Makes an open order with its fills so far.</summary>
    public static PastOrder Of(OpenOrder order, IEnumerable<OrderFill> fills) => new(
        order.Symbol,
        order.Number,
        order.OrderId,
        order.ClientOrderId,
        order.Side,
        order.Type,
        order.TimeInForce,
        order.PriceTicks,
        order.QuantityLots,
        order.FilledLots,
        fills.Aggregate(0L, static (sum, fill) => checked(sum + (fill.PriceTicks * fill.QuantityLots))),
        order.FilledLots > 0 ? OrderStatus.PartiallyFilled : OrderStatus.New,
        EndReason.None,
        order.TimeNanos,
        order.TimeNanos,
        order.PostOnly,
        order.SelfTrade,
        order.Conditions,
        null,
        Stage: order.Stage,
        StageNanos: order.StageNanos);

    /// <summary>Makes an order as it enters its book.</summary>
    public static PastOrder Of(string symbol, SubmitOrder order, long orderId, long timeNanos) => new(
        symbol,
        order.Number,
        orderId,
        order.ClientOrderId,
        order.Side,
        order.Type,
        order.TimeInForce,
        order.PriceTicks,
        order.QuantityLots,
        0,
        0,
        OrderStatus.New,
        EndReason.None,
        timeNanos,
        timeNanos,
        order.PostOnly,
        order.SelfTrade,
        order.Conditions,
        null);

    /// <summary>Returns the total of its replace chain, in lots: what earlier orders have done, and its own.</summary>
    public static long ChainLots(this PastOrder order) => (order.Chain?.DoneLots ?? 0) + order.OriginalLots();

    /// <summary>Returns the filled quantity of its replace chain, in lots.</summary>
    public static long ChainFilledLots(this PastOrder order) => (order.Chain?.FilledLots ?? 0) + order.FilledLots;

    /// <summary>
    /// Returns the total it was entered with, in lots; lots removed by prevented matches count as prevented, not as
    /// gone.
    /// </summary>
    public static long OriginalLots(this PastOrder order) => order.QuantityLots + (order.Prevented?.TakenOffLots ?? 0);
}
