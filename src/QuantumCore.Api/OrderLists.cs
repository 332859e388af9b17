using System.Text.Json.Serialization;

namespace QuantumCore.Client;

/// <summary>Dependency between the orders of a list.</summary>
public enum OrderListKind
{
    /// <summary>A limit or take-profit and a stop: the first fill or trigger of one cancels the other.</summary>
    [JsonStringEnumMemberName("oco")] OneCancelsOther = 1,

    /// <summary>The second order enters when the first is filled.</summary>
    [JsonStringEnumMemberName("oto")] OneTriggersOther = 2,

    /// <summary>A one-cancels-other pair enters when the first order is filled.</summary>
    [JsonStringEnumMemberName("otoco")] OneTriggersOneCancelsOther = 3,
}

/// <summary>Orders of one symbol that depend on each other. All are entered, or none.</summary>
/// <param name="Kind">Dependency between the orders.</param>
/// <param name="Orders">
/// Two orders; three for <see cref="OrderListKind.OneTriggersOneCancelsOther"/>. The triggering order comes first. An
/// order without a client order id is named after the first.
/// </param>
public sealed record PlaceOrderList(OrderListKind Kind, IReadOnlyList<PlaceOrder> Orders)
{
    /// <summary>Returns a pair of orders, one to take a profit and one to limit a loss.</summary>
    public static PlaceOrderList OneCancelsOther(PlaceOrder target, PlaceOrder stop) =>
        new(OrderListKind.OneCancelsOther, [target, stop]);

    /// <summary>Returns an order that enters when another is filled.</summary>
    public static PlaceOrderList OneTriggersOther(PlaceOrder parent, PlaceOrder child) =>
        new(OrderListKind.OneTriggersOther, [parent, child]);

    /// <summary>Returns a bracket: two orders that enter when another order is filled.</summary>
    public static PlaceOrderList Bracket(PlaceOrder parent, PlaceOrder target, PlaceOrder stop) =>
        new(OrderListKind.OneTriggersOneCancelsOther, [parent, target, stop]);
}

/// <summary>State of the orders of a list, in its sequence.</summary>
/// <param name="Kind">Dependency between the orders.</param>
/// <param name="Orders">States of the orders.</param>
public sealed record OrderListReport(OrderListKind Kind, IReadOnlyList<Order> Orders);

/// <summary>Queue position of an order at its price.</summary>
/// <param name="Symbol">The instrument.</param>
/// <param name="OrderId">The order.</param>
/// <param name="OrdersAhead">Number of orders that trade before it.</param>
/// <param name="QuantityAhead">Displayed quantity of those orders.</param>
public sealed record OrderPosition(string Symbol, long OrderId, int OrdersAhead, decimal QuantityAhead);
