using System.Text.Json.Serialization;

namespace QuantumCore.Client;

/// <summary>How the orders of a list depend on each other.</summary>
public enum OrderListKind
{
    /// <summary>A limit or take-profit and a stop: the first fill or trigger of one cancels the other.</summary>
    [JsonStringEnumMemberName("oco")] OneCancelsOther = 1,

    /// <summary>The second order enters when the first is filled.</summary>
    [JsonStringEnumMemberName("oto")] OneTriggersOther = 2,

    /// <summary>A one-cancels-other pair enters when the first order is filled.</summary>
    [JsonStringEnumMemberName("otoco")] OneTriggersOneCancelsOther = 3,
}

/// <summary>Orders of one symbol that depend on each other; all are entered, or none.</summary>
/// <param name="Kind">How they depend on each other.</param>
/// <param name="Orders">
/// Two orders, for <see cref="OrderListKind.OneTriggersOneCancelsOther"/> three; the one that triggers comes first. One
/// without a name is named after the first.
/// </param>
public sealed record PlaceOrderList(OrderListKind Kind, IReadOnlyList<PlaceOrder> Orders)
{
    /// <summary>Two legs, of which one takes a profit and the other limits a loss.</summary>
    public static PlaceOrderList OneCancelsOther(PlaceOrder target, PlaceOrder stop) =>
        new(OrderListKind.OneCancelsOther, [target, stop]);

    /// <summary>An order that enters when another is filled.</summary>
    public static PlaceOrderList OneTriggersOther(PlaceOrder parent, PlaceOrder child) =>
        new(OrderListKind.OneTriggersOther, [parent, child]);

    /// <summary>A bracket: two legs that enter when another order is filled.</summary>
    public static PlaceOrderList Bracket(PlaceOrder parent, PlaceOrder target, PlaceOrder stop) =>
        new(OrderListKind.OneTriggersOneCancelsOther, [parent, target, stop]);
}

/// <summary>The orders of a list, in its sequence.</summary>
/// <param name="Kind">How they depend on each other.</param>
/// <param name="Orders">Their states.</param>
public sealed record OrderListReport(OrderListKind Kind, IReadOnlyList<Order> Orders);

/// <summary>Where an order stands in line at its price.</summary>
/// <param name="Symbol">The instrument.</param>
/// <param name="OrderId">The order.</param>
/// <param name="OrdersAhead">Orders that trade before it.</param>
/// <param name="QuantityAhead">Their displayed quantity.</param>
public sealed record OrderPosition(string Symbol, long OrderId, int OrdersAhead, decimal QuantityAhead);
