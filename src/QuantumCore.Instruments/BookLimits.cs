namespace QuantumCore.Instruments;

/// <summary>Kinds of open orders that make later commands of their book more expensive.</summary>
public enum OrderKind : byte
{
    /// <summary>Any other order.</summary>
    Plain = 0,

    /// <summary>Order that waits for a trigger or for its parent's fill, and then enters like a new one.</summary>
    Waiting = 1,

    /// <summary>Waiting order whose trigger follows the market.</summary>
    Trailing = 2,

    /// <summary>Order of which a sweep trades each slice by itself.</summary>
    Iceberg = 3,

    /// <summary>Order that moves with each change of the quote that it follows.</summary>
    Pegged = 4,

    /// <summary>
    /// Order that waits and trades whole or not at all: the book is searched for it, perhaps in vain.
    /// </summary>
    Whole = 5,
}

/// <summary>
/// Maximum numbers of open orders in one book. One command may meet all of them, some once for each of the others, so
/// they bound its cost. An account has at most half of each kind but the plain one, so that it can't take all places.
/// </summary>
public static class BookLimits
{
    /// <summary>Number of kinds.</summary>
    public const int Kinds = 6;

    /// <summary>Maximum number of open orders of all kinds in a book.</summary>
    public const int Orders = 1_000_000;

    /// <summary>Returns the maximum number of open orders of a kind in a book.</summary>
    public static int InBook(OrderKind kind) => kind switch
    {
        OrderKind.Plain => Orders,
        OrderKind.Waiting => 10_000,
        OrderKind.Trailing => 1_000,
        OrderKind.Iceberg => 200,
        OrderKind.Pegged => 200,
        OrderKind.Whole => 50,
    };

    /// <summary>Returns the maximum number of open orders of a kind that an account has in a book.</summary>
    public static int OfAccount(OrderKind kind) => kind == OrderKind.Plain ? Orders : InBook(kind) / 2;

    /// <summary>Returns the kind of an order; of several, the one with the lowest limit.</summary>
    /// <param name="type">Its type.</param>
    /// <param name="time">Its time in force.</param>
    /// <param name="conditions">Its conditions; null for none.</param>
    /// <param name="waits">True if it still waits for a trigger or for its parent's fill.</param>
    public static OrderKind KindOf(OrderType type, TimeInForce time, OrderConditions? conditions, bool waits)
    {
        if (conditions is null && !waits)
            return OrderKind.Plain;

        var ends = time is TimeInForce.ImmediateOrCancel or TimeInForce.FillOrKill;
        if (ends && !waits)
            return OrderKind.Plain;
        if (conditions?.AllOrNone == true
            || (waits && (time == TimeInForce.FillOrKill || conditions?.MinimumLots is not null)))
            return OrderKind.Whole;
        return type == OrderType.Pegged ? OrderKind.Pegged
            : conditions?.DisplayLots is not null ? OrderKind.Iceberg
            : !waits ? OrderKind.Plain
            : OrderCombinations.IsTrailing(type) ? OrderKind.Trailing
            : OrderKind.Waiting;
    }

    /// <summary>Returns the field that makes an order one of a kind.</summary>
    public static string FieldOf(OrderKind kind, OrderConditions? conditions) => kind switch
    {
        OrderKind.Plain => "symbol",
        OrderKind.Iceberg => "displayQuantity",
        OrderKind.Whole => conditions?.AllOrNone == true ? "allOrNone"
            : conditions?.MinimumLots is not null ? "minQuantity"
            : "timeInForce",
        _ => "type",
    };

    /// <summary>Returns both limits of a kind, for the report of an order that broke one of them.</summary>
    public static string TextOf(OrderKind kind) => kind == OrderKind.Plain
        ? $"{Orders} in the book"
        : $"{OfAccount(kind)} of an account, {InBook(kind)} in the book";
}
