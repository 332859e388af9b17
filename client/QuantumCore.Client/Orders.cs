using System.Text.Json.Serialization;

namespace QuantumCore.Client;

/// <summary>Side of an order.</summary>
public enum OrderSide
{
    /// <summary>Buys the base asset.</summary>
    [JsonStringEnumMemberName("buy")] Buy = 1,

    /// <summary>Sells the base asset.</summary>
    [JsonStringEnumMemberName("sell")] Sell = 2,
}

/// <summary>How an order is priced.</summary>
public enum OrderType
{
    /// <summary>At a limit price or better.</summary>
    [JsonStringEnumMemberName("limit")] Limit = 1,

    /// <summary>At what the book offers, within the instrument's protection band.</summary>
    [JsonStringEnumMemberName("market")] Market = 2,
}

/// <summary>How long an order lives.</summary>
public enum TimeInForce
{
    /// <summary>Until it is filled or cancelled; the default of limit orders.</summary>
    [JsonStringEnumMemberName("gtc")] GoodTillCancelled = 1,

    /// <summary>Fills what it can at once; the rest expires. The only one for market orders.</summary>
    [JsonStringEnumMemberName("ioc")] ImmediateOrCancel = 2,

    /// <summary>Fills completely at once or not at all.</summary>
    [JsonStringEnumMemberName("fok")] FillOrKill = 3,
}

/// <summary>Where an order is in its life.</summary>
public enum OrderStatus
{
    /// <summary>Open, nothing filled.</summary>
    [JsonStringEnumMemberName("new")] New = 1,

    /// <summary>Open, partly filled.</summary>
    [JsonStringEnumMemberName("partiallyFilled")] PartiallyFilled = 2,

    /// <summary>Done: completely filled.</summary>
    [JsonStringEnumMemberName("filled")] Filled = 3,

    /// <summary>Done: cancelled by its owner or replaced.</summary>
    [JsonStringEnumMemberName("cancelled")] Cancelled = 4,

    /// <summary>Done: its time in force or protection ended it.</summary>
    [JsonStringEnumMemberName("expired")] Expired = 5,

    /// <summary>Refused.</summary>
    [JsonStringEnumMemberName("rejected")] Rejected = 6,
}

/// <summary>Which part an order had in a trade.</summary>
public enum Liquidity
{
    /// <summary>It rested in the book.</summary>
    [JsonStringEnumMemberName("maker")] Maker = 1,

    /// <summary>It came in and took.</summary>
    [JsonStringEnumMemberName("taker")] Taker = 2,
}

/// <summary>An order to be placed. Prices and quantities are exact decimals in the instrument's units.</summary>
public sealed record PlaceOrder
{
    /// <summary>The instrument.</summary>
    public required string Symbol { get; init; }

    /// <summary>Buy or sell.</summary>
    public required OrderSide Side { get; init; }

    /// <summary>Limit unless told otherwise.</summary>
    public OrderType Type { get; init; } = OrderType.Limit;

    /// <summary>Null leaves it to the exchange: good till cancelled for a limit, immediate for a market order.</summary>
    public TimeInForce? TimeInForce { get; init; }

    /// <summary>The limit, a whole number of ticks; null for a market order.</summary>
    public decimal? Price { get; init; }

    /// <summary>The total quantity, a whole number of lots.</summary>
    public required decimal Quantity { get; init; }

    /// <summary>
    /// 1 to 36 printable ASCII characters without spaces and slashes, neither <c>.</c> nor <c>..</c>, that name the
    /// order for ever. Null: the client makes one,
    /// so that a retry can never place the order twice.
    /// </summary>
    public string? ClientOrderId { get; init; }

    /// <summary>Refuse the order rather than let it take.</summary>
    public bool PostOnly { get; init; }

    /// <summary>A limit order, good till cancelled.</summary>
    public static PlaceOrder Limit(string symbol, OrderSide side, decimal quantity, decimal price) =>
        new() { Symbol = symbol, Side = side, Quantity = quantity, Price = price };

    /// <summary>A market order.</summary>
    public static PlaceOrder Market(string symbol, OrderSide side, decimal quantity) =>
        new() { Symbol = symbol, Side = side, Quantity = quantity, Type = OrderType.Market };
}

/// <summary>What to change in an open order; what is null stays.</summary>
public sealed record AmendOrder
{
    /// <summary>The new limit.</summary>
    public decimal? Price { get; init; }

    /// <summary>The new total quantity, what is filled included. A smaller one alone keeps the order's priority.</summary>
    public decimal? Quantity { get; init; }

    /// <summary>The name of the replacement, should one be needed; null: the client makes one.</summary>
    public string? ClientOrderId { get; init; }
}

/// <summary>One fill of an order.</summary>
/// <param name="TradeId">The trade, unique within the symbol; both sides see the same.</param>
/// <param name="Price">Price in the quote asset.</param>
/// <param name="Quantity">Quantity in the base asset.</param>
/// <param name="Fee">Fee in the quote asset.</param>
/// <param name="Liquidity">Maker or taker.</param>
public sealed record OrderFill(string TradeId, decimal Price, decimal Quantity, decimal Fee, Liquidity Liquidity);

/// <summary>State of an order. What it says is durable.</summary>
/// <param name="OrderId">The order's public id, unique within the symbol.</param>
/// <param name="ClientOrderId">The name its owner gave it.</param>
/// <param name="Symbol">The instrument.</param>
/// <param name="Account">The owner, <c>ACC-n</c>.</param>
/// <param name="Side">Buy or sell.</param>
/// <param name="Type">Limit or market.</param>
/// <param name="TimeInForce">How long it lives.</param>
/// <param name="Price">The limit; of a market order its protection price, the worst it may trade at.</param>
/// <param name="Quantity">The total quantity.</param>
/// <param name="Filled">What is filled.</param>
/// <param name="Remaining">What is open.</param>
/// <param name="Status">Where it is in its life.</param>
/// <param name="EndReason">Why it ended with something left (user, massCancel, immediateOrCancel…), or null.</param>
/// <param name="Sequence">The book's sequence of this state.</param>
/// <param name="Time">Time of this state, UTC; cut to 100 ns.</param>
/// <param name="TimeNanos">The same in Unix nanoseconds.</param>
/// <param name="Fills">The fills of this answer, in the sequence in which they happened.</param>
public sealed record Order(
    [property: JsonRequired] long OrderId,
    [property: JsonRequired] string ClientOrderId,
    [property: JsonRequired] string Symbol,
    string Account,
    OrderSide Side,
    OrderType Type,
    TimeInForce TimeInForce,
    decimal? Price,
    decimal Quantity,
    decimal Filled,
    decimal Remaining,
    OrderStatus Status,
    string? EndReason,
    long Sequence,
    DateTimeOffset Time,
    [property: JsonNumberHandling(JsonNumberHandling.AllowReadingFromString | JsonNumberHandling.WriteAsString)]
    long TimeNanos,
    IReadOnlyList<OrderFill> Fills);

/// <summary>A refusal as the exchange words it (RFC 9457).</summary>
/// <param name="Code">The reject reason, see <see cref="RejectCodes"/>.</param>
/// <param name="Title">The reason as a sentence.</param>
/// <param name="Detail">What was wrong with this request.</param>
/// <param name="Status">The HTTP status.</param>
/// <param name="Field">The field at fault, when one is.</param>
/// <param name="Limit">The limit that it broke, when there is one.</param>
public sealed record Refusal(
    string? Code,
    string? Title,
    string? Detail,
    int? Status,
    string? Field,
    [property: JsonConverter(typeof(AnyText))] string? Limit);

/// <summary>What became of one order of a batch: exactly one of the two is set.</summary>
/// <param name="Order">The order, when it was taken.</param>
/// <param name="Error">The refusal, when it was not.</param>
public sealed record BatchResult(Order? Order, Refusal? Error);
