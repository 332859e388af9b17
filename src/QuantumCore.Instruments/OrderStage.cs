namespace QuantumCore.Instruments;

/// <summary>What an open order waits for. Numbers are journaled and never change.</summary>
public enum OrderStage : byte
{
    /// <summary>Nothing but the other side: it is in the book, or trades as soon as the book does (FIX 636 = Y).</summary>
    Working = 0,

    /// <summary>A child of a list: that its parent is filled.</summary>
    Pending = 1,

    /// <summary>A stop or take-profit: its trigger.</summary>
    Armed = 2,
}

/// <summary>How orders come from one stage to the next.</summary>
public static class OrderStages
{
    /// <summary>The stage of an order of this type that waits for no parent, or whose parent is filled.</summary>
    public static OrderStage WithoutParent(OrderType type) => OrderCombinations.IsTriggered(type) ? OrderStage.Armed : OrderStage.Working;

    /// <summary>The stage in which an order of a list enters.</summary>
    /// <param name="kind">How the orders of the list depend on each other.</param>
    /// <param name="isFirst">Whether it is the first of them.</param>
    /// <param name="type">Its type.</param>
    public static OrderStage InList(OrderListKind kind, bool isFirst, OrderType type) =>
        !isFirst && kind is OrderListKind.OneTriggersOther or OrderListKind.OneTriggersOneCancelsOther ? OrderStage.Pending : WithoutParent(type);
}
