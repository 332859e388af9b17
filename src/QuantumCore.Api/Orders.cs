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

/// <summary>Price that triggers a stop.</summary>
public enum TriggerBy
{
    /// <summary>The last trade; the default.</summary>
    [JsonStringEnumMemberName("last")] Last = 1,

    /// <summary>The best displayed opposite quote: the ask for buys, the bid for sells.</summary>
    [JsonStringEnumMemberName("quote")] Quote = 2,

    /// <summary>The mark price that the operator sets.</summary>
    [JsonStringEnumMemberName("mark")] Mark = 3,
}

/// <summary>Reference price of a pegged order.</summary>
public enum PegTo
{
    /// <summary>The best price of its own side.</summary>
    [JsonStringEnumMemberName("primary")] Primary = 1,

    /// <summary>The best price of the other side. Needs an offset.</summary>
    [JsonStringEnumMemberName("market")] Market = 2,

    /// <summary>The midpoint of both. Never displayed.</summary>
    [JsonStringEnumMemberName("midpoint")] Midpoint = 3,
}

/// <summary>Self-trade prevention mode. The mode of the incoming order decides.</summary>
public enum SelfTrade
{
    /// <summary>No prevention: the orders trade.</summary>
    [JsonStringEnumMemberName("none")] None = 1,

    /// <summary>The incoming order's remainder expires.</summary>
    [JsonStringEnumMemberName("expireTaker")] ExpireTaker = 2,

    /// <summary>The resting order expires; the incoming one goes on.</summary>
    [JsonStringEnumMemberName("expireMaker")] ExpireMaker = 3,

    /// <summary>Both expire.</summary>
    [JsonStringEnumMemberName("expireBoth")] ExpireBoth = 4,

    /// <summary>Both are reduced by the quantity they would have traded.</summary>
    [JsonStringEnumMemberName("decrement")] Decrement = 5,

    /// <summary>The order entered later expires.</summary>
    [JsonStringEnumMemberName("cancelNewest")] CancelNewest = 6,

    /// <summary>The order entered earlier expires.</summary>
    [JsonStringEnumMemberName("cancelOldest")] CancelOldest = 7,
}

/// <summary>Time in force of an order.</summary>
public enum TimeInForce
{
    /// <summary>Works until it is filled or cancelled. The default of limit orders.</summary>
    [JsonStringEnumMemberName("gtc")] GoodTillCancelled = 1,

    /// <summary>Fills what it can at once; the remainder expires. The default of market orders.</summary>
    [JsonStringEnumMemberName("ioc")] ImmediateOrCancel = 2,

    /// <summary>Fills completely at once or not at all.</summary>
    [JsonStringEnumMemberName("fok")] FillOrKill = 3,

    /// <summary>Works until the symbol closes.</summary>
    [JsonStringEnumMemberName("day")] Day = 4,

    /// <summary>Works until <see cref="PlaceOrder.GoodTill"/>.</summary>
    [JsonStringEnumMemberName("gtd")] GoodTillDate = 5,

    /// <summary>Takes part in the opening auction; the remainder expires.</summary>
    [JsonStringEnumMemberName("opg")] AtTheOpening = 6,

    /// <summary>Waits for the closing auction; the remainder expires.</summary>
    [JsonStringEnumMemberName("cls")] AtTheClose = 7,
}

/// <summary>Role of an order in a trade.</summary>
public enum Liquidity
{
    /// <summary>The resting order.</summary>
    [JsonStringEnumMemberName("maker")] Maker = 1,

    /// <summary>The incoming order.</summary>
    [JsonStringEnumMemberName("taker")] Taker = 2,
}

/// <summary>A new order. Prices and quantities are exact decimals in the instrument's units.</summary>
public sealed record PlaceOrder
{
    /// <summary>The instrument.</summary>
    public required string Symbol { get; init; }

    /// <summary>Buy or sell.</summary>
    public required OrderSide Side { get; init; }

    /// <summary>Type; limit by default.</summary>
    public OrderType Type { get; init; } = OrderType.Limit;

    /// <summary>
    /// Time in force; null for the default: good till cancelled for a limit order, immediate for a market order.
    /// </summary>
    public TimeInForce? TimeInForce { get; init; }

    /// <summary>
    /// Limit price, a whole number of ticks; null for a market order and for stops that become one. For a pegged order
    /// its cap, which a buy must have.
    /// </summary>
    public decimal? Price { get; init; }

    /// <summary>Total quantity, a whole number of lots; null for a market order by amount.</summary>
    public decimal? Quantity { get; init; }

    /// <summary>
    /// Client order id: 1 to 36 printable ASCII characters without spaces and slashes, neither <c>.</c> nor <c>..</c>.
    /// It names the order permanently. If it is null, the client generates one, so a retry can never place the order
    /// twice.
    /// </summary>
    public string? ClientOrderId { get; init; }

    /// <summary>True to reject the order instead of letting it take liquidity.</summary>
    public bool PostOnly { get; init; }

    /// <summary>
    /// Post-only: true to move one tick away from the best order it would meet, instead of a rejection.
    /// </summary>
    [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingDefault)]
    public bool Slide { get; init; }

    /// <summary>Iceberg: displayed quantity at a time, a whole number of lots; at most 1,000 parts.</summary>
    public decimal? DisplayQuantity { get; init; }

    /// <summary>True to hide the order. It trades after all displayed orders at its price.</summary>
    [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingDefault)]
    public bool Hidden { get; init; }

    /// <summary>True to trade it whole or not at all, now or later.</summary>
    [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingDefault)]
    public bool AllOrNone { get; init; }

    /// <summary>
    /// True if a dividend leaves its prices unchanged. Only for non-trailing limits, stops and take-profits.
    /// </summary>
    [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingDefault)]
    public bool DoNotReduce { get; init; }

    /// <summary>Minimum quantity to fill at entry, a whole number of lots. Otherwise the order expires.</summary>
    public decimal? MinQuantity { get; init; }

    /// <summary>Trigger price of a stop or take-profit.</summary>
    public decimal? TriggerPrice { get; init; }

    /// <summary>Price that triggers it; null for the last trade.</summary>
    public TriggerBy? TriggerBy { get; init; }

    /// <summary>Trailing stop: distance, as a price difference.</summary>
    public decimal? TrailingDistance { get; init; }

    /// <summary>Trailing stop: distance in basis points instead, 1 to 9,999.</summary>
    public int? TrailingBasisPoints { get; init; }

    /// <summary>Trailing stop: price at which it begins to trail; null to trail at once.</summary>
    public decimal? ActivationPrice { get; init; }

    /// <summary>Trailing stop-limit: offset of the limit beyond the trigger, a price difference from 0.</summary>
    public decimal? LimitOffset { get; init; }

    /// <summary>Pegged: reference price.</summary>
    public PegTo? Peg { get; init; }

    /// <summary>Pegged: offset from the reference, away from the market, as a price difference.</summary>
    public decimal? PegOffset { get; init; }

    /// <summary>Market order by amount: most to spend or receive, in the quote asset.</summary>
    public decimal? QuoteAmount { get; init; }

    /// <summary>
    /// Market order or stop: largest distance from the first price at which it may trade, a price difference from 0.
    /// </summary>
    public decimal? Protection { get; init; }

    /// <summary>Good till date: expiry time, sent in UTC with a resolution of 100 ns.</summary>
    public DateTimeOffset? GoodTill { get; init; }

    /// <summary>Self-trade prevention mode; null for none.</summary>
    public SelfTrade? SelfTrade { get; init; }

    /// <summary>Returns a limit order, good till cancelled.</summary>
    public static PlaceOrder Limit(string symbol, OrderSide side, decimal quantity, decimal price) =>
        new() { Symbol = symbol, Side = side, Quantity = quantity, Price = price };

    /// <summary>Returns a market order.</summary>
    public static PlaceOrder Market(string symbol, OrderSide side, decimal quantity) =>
        new() { Symbol = symbol, Side = side, Quantity = quantity, Type = OrderType.Market };

    /// <summary>Returns a market order that spends, or receives, at most an amount of the quote asset.</summary>
    public static PlaceOrder MarketAmount(string symbol, OrderSide side, decimal quoteAmount) =>
        new() { Symbol = symbol, Side = side, QuoteAmount = quoteAmount, Type = OrderType.Market };

    /// <summary>Returns a stop: a market order once the last price moves through the trigger.</summary>
    public static PlaceOrder Stop(string symbol, OrderSide side, decimal quantity, decimal triggerPrice) =>
        new() { Symbol = symbol, Side = side, Quantity = quantity, TriggerPrice = triggerPrice, Type = OrderType.Stop };
}

/// <summary>
/// Changes to an open order; null keeps a value. Price, quantity and trigger price go together, and so do the
/// conditions below them. The exchange rejects a mix of both groups.
/// </summary>
public sealed record AmendOrder
{
    /// <summary>New limit price.</summary>
    public decimal? Price { get; init; }

    /// <summary>New total quantity, including the filled part. A reduction alone keeps the order's priority.</summary>
    public decimal? Quantity { get; init; }

    /// <summary>
    /// Expected open quantity; null for any. If it differs, for example after a fill in flight, the amendment is
    /// rejected (<c>RejectCodes.StaleLeaves</c>) and the order stays unchanged. Only with a price or a quantity.
    /// </summary>
    public decimal? ExpectedRemaining { get; init; }

    /// <summary>Client order id of a replacement, if one is needed; null: the client generates one.</summary>
    public string? ClientOrderId { get; init; }

    /// <summary>Displayed quantity of an iceberg, from its next part on.</summary>
    public decimal? DisplayQuantity { get; init; }

    /// <summary>
    /// New trigger price of a waiting stop. The order is replaced if a price or quantity changes too, or if it needs
    /// more funds, like a buy without a limit whose trigger rises.
    /// </summary>
    public decimal? TriggerPrice { get; init; }

    /// <summary>New distance of a trailing stop, as a price difference.</summary>
    public decimal? TrailingDistance { get; init; }

    /// <summary>New distance of a trailing stop in basis points, 1 to 9,999.</summary>
    public int? TrailingBasisPoints { get; init; }

    /// <summary>New expiry of a good-till-date order, sent in UTC with a resolution of 100 ns.</summary>
    public DateTimeOffset? GoodTill { get; init; }

    internal bool ChangesConditions =>
        (DisplayQuantity ?? TrailingDistance ?? TrailingBasisPoints) is not null || GoodTill is not null;
}

/// <summary>A fill of an order.</summary>
/// <param name="TradeId">Trade id, unique within the symbol and the same for both sides.</param>
/// <param name="Price">Price in the quote asset.</param>
/// <param name="Quantity">Quantity in the base asset.</param>
/// <param name="Fee">Fee in the quote asset.</param>
/// <param name="Liquidity">Maker or taker.</param>
public sealed record OrderFill(string TradeId, decimal Price, decimal Quantity, decimal Fee, Liquidity Liquidity);

/// <summary>State of an order. The reported state is durable.</summary>
/// <param name="OrderId">Public order id, unique within the symbol.</param>
/// <param name="ClientOrderId">Client order id.</param>
/// <param name="Symbol">The instrument.</param>
/// <param name="Account">The owner, <c>ACC-n</c>.</param>
/// <param name="Side">Buy or sell.</param>
/// <param name="Type">Type of the order.</param>
/// <param name="TimeInForce">Time in force.</param>
/// <param name="Price">Limit price; 0 for a market order; for another order without one the worst price it may trade
/// at; for a pegged order its cap.</param>
/// <param name="Quantity">Total quantity.</param>
/// <param name="Filled">Filled quantity.</param>
/// <param name="Remaining">Open quantity.</param>
/// <param name="Status">Status.</param>
/// <param name="EndReason">Reason it ended with a remainder (user, massCancel, immediateOrCancel…), or null.</param>
/// <param name="Sequence">Book sequence of this state.</param>
/// <param name="Time">Time of this state, UTC.</param>
/// <param name="TimeNanos">The same in Unix nanoseconds.</param>
/// <param name="Fills">Fills reported by this response, in sequence.</param>
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
    UtcTime Time,
    [property: JsonNumberHandling(JsonNumberHandling.AllowReadingFromString | JsonNumberHandling.WriteAsString)]
    long TimeNanos,
    IReadOnlyList<OrderFill> Fills)
{
    /// <summary>True for a post-only order.</summary>
    [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingDefault)]
    public bool PostOnly { get; init; }

    /// <summary>Post-only: true to slide the price instead of a rejection.</summary>
    [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingDefault)]
    public bool Slide { get; init; }

    /// <summary>Iceberg: displayed quantity at a time.</summary>
    public decimal? DisplayQuantity { get; init; }

    /// <summary>True for a hidden order.</summary>
    [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingDefault)]
    public bool Hidden { get; init; }

    /// <summary>True to trade it whole or not at all.</summary>
    [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingDefault)]
    public bool AllOrNone { get; init; }

    /// <summary>True if a dividend leaves its prices unchanged.</summary>
    [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingDefault)]
    public bool DoNotReduce { get; init; }

    /// <summary>Minimum quantity to fill at entry.</summary>
    public decimal? MinQuantity { get; init; }

    /// <summary>Stage of an open stop, take-profit or child of a list; null for any other order, which works.</summary>
    public OrderStage? Stage { get; init; }

    /// <summary>
    /// <see cref="Refusal.Code"/> of the book's rejection, for an order read later by its client order id or in the
    /// history. For a child of a list that ended at entry (<see cref="EndReason"/> list), the code it would have been
    /// rejected with. Else null.
    /// </summary>
    public string? Refusal { get; init; }

    /// <summary>Trigger price.</summary>
    public decimal? TriggerPrice { get; init; }

    /// <summary>Price that triggers it.</summary>
    public TriggerBy? TriggerBy { get; init; }

    /// <summary>Trailing distance, as a price difference.</summary>
    public decimal? TrailingDistance { get; init; }

    /// <summary>Trailing distance in basis points.</summary>
    public int? TrailingBasisPoints { get; init; }

    /// <summary>
    /// Current trigger of a trailing stop; null before it trails. Only in the response of
    /// <c>GET /orders/{symbol}/{orderId}</c>, which reads the book.
    /// </summary>
    public decimal? CurrentTriggerPrice { get; init; }

    /// <summary>
    /// Current price of a pegged order; null while it has no quote to follow. Only in the response of
    /// <c>GET /orders/{symbol}/{orderId}</c>, which reads the book. Its own price is the cap.
    /// </summary>
    public decimal? PeggedPrice { get; init; }

    /// <summary>
    /// Average price of its fills, rounded for display. Null while nothing is filled, and in responses that do not have
    /// all fills.
    /// </summary>
    public decimal? AveragePrice { get; init; }

    /// <summary>Price at which it begins to trail.</summary>
    public decimal? ActivationPrice { get; init; }

    /// <summary>Offset of its limit beyond the trigger, as a price difference.</summary>
    public decimal? LimitOffset { get; init; }

    /// <summary>Reference price of a pegged order.</summary>
    public PegTo? Peg { get; init; }

    /// <summary>Offset from the reference price.</summary>
    public decimal? PegOffset { get; init; }

    /// <summary>Most to spend or receive, in the quote asset, rounded down to whole ticks times lots.</summary>
    public decimal? QuoteAmount { get; init; }

    /// <summary>Largest distance from the first price at which it may trade.</summary>
    public decimal? Protection { get; init; }

    /// <summary>Expiry time, UTC.</summary>
    public UtcTime? GoodTill { get; init; }

    /// <summary>Self-trade prevention mode; null for none.</summary>
    public SelfTrade? SelfTrade { get; init; }

    /// <summary>Strategy it is a leg of; null for every other order.</summary>
    public OrderStrategy? Strategy { get; init; }
}

/// <summary>A rejection in the exchange's words (RFC 9457).</summary>
/// <param name="Code">Reject reason, see <c>RejectCodes</c>.</param>
/// <param name="Title">Reason as a sentence.</param>
/// <param name="Detail">Problem with this request.</param>
/// <param name="Status">The HTTP status.</param>
/// <param name="Field">Field at fault, if there is one.</param>
/// <param name="Limit">Limit that it broke, if there is one.</param>
public sealed record Refusal(
    string? Code,
    [property: JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)] string? Title,
    [property: JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)] string? Detail,
    [property: JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)] int? Status,
    string? Field,
    [property: JsonConverter(typeof(AnyText))] string? Limit)
{
    /// <summary>Id of the request, as in the exchange's log.</summary>
    public string? Trace { get; init; }

    /// <summary>Instrument of a rejected order.</summary>
    public string? Symbol { get; init; }

    /// <summary>Client order id of a rejected order.</summary>
    public string? ClientOrderId { get; init; }

    /// <summary>Order id of a rejected order, if it has one.</summary>
    public long? OrderId { get; init; }

    /// <summary>Final state of an order that is closed.</summary>
    public Order? Order { get; init; }
}

/// <summary>Result of one order of a batch: exactly one of the two is set.</summary>
/// <param name="Order">The order, if accepted.</param>
/// <param name="Error">The rejection, if rejected.</param>
public sealed record BatchResult(Order? Order = null, Refusal? Error = null)
{
    /// <summary>Client order id to ask again with, generated by the client if the owner gave none.</summary>
    [JsonIgnore]
    public string ClientOrderId { get; internal init; } = "";
}
