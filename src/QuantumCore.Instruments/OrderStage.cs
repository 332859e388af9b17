namespace QuantumCore.Instruments;

/// <summary>Stage of an open order: what it waits for. Numbers are journaled and never change.</summary>
public enum OrderStage : byte
{
    /// <summary>
    /// In the book, or trading as soon as the book does; it waits only for the other side (FIX 636 = Y).
    /// </summary>
    Working = 0,

    /// <summary>A child of a list that waits until its parent is filled.</summary>
    Pending = 1,

    /// <summary>A stop or take-profit that waits for its trigger.</summary>
    Armed = 2,
}

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
