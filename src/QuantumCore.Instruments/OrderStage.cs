namespace QuantumCore.Instruments;

/// <summary>Determines the stage in which orders enter.</summary>
public static class OrderStages
{
    /// <summary>
    /// Returns the stage of an order that waits for no parent, or whose parent is filled, by its type.
    /// </summary>
    public static OrderStage WithoutParent(OrderType type) =>
        OrderCombinations.IsTriggered(type) ? OrderStage.Armed : OrderStage.Working;

    /// <summary>Returns the stage in which an order of a list enters.</summary>
    /// <param name="kind">Kind of the list.</param>
    /// <param name="isFirst">True for the first order of the list.</param>
    /// <param name="type">Its type.</param>
    public static OrderStage InList(OrderListKind kind, bool isFirst, OrderType type) =>
        !isFirst && kind is OrderListKind.OneTriggersOther or OrderListKind.OneTriggersOneCancelsOther
            ? OrderStage.Pending
            : WithoutParent(type);
}
