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

    /// <summary>A market order once the price has gone through the trigger, against the market.</summary>
    [JsonStringEnumMemberName("stop")] Stop = 3,

    /// <summary>A limit order once the price has gone through the trigger, against the market.</summary>
    [JsonStringEnumMemberName("stopLimit")] StopLimit = 4,

    /// <summary>A market order once the price has reached the trigger, with the market.</summary>
    [JsonStringEnumMemberName("takeProfit")] TakeProfit = 5,

    /// <summary>A limit order once the price has reached the trigger, with the market.</summary>
    [JsonStringEnumMemberName("takeProfitLimit")] TakeProfitLimit = 6,

    /// <summary>A stop whose trigger follows the best price at a distance, and never moves back.</summary>
    [JsonStringEnumMemberName("trailingStop")] TrailingStop = 7,

    /// <summary>A stop-limit whose trigger follows the best price; its limit stands off the trigger.</summary>
    [JsonStringEnumMemberName("trailingStopLimit")] TrailingStopLimit = 8,

    /// <summary>A limit order whose price follows the quotes; its own price is the cap it never passes.</summary>
    [JsonStringEnumMemberName("pegged")] Pegged = 9,

    /// <summary>One leg of a strategy: see <see cref="PlaceStrategy"/>, which alone makes such orders.</summary>
    [JsonStringEnumMemberName("leg")] Leg = 10,
}

/// <summary>Which price triggers a stop.</summary>
public enum TriggerBy
{
    /// <summary>The last trade; unless told otherwise.</summary>
    [JsonStringEnumMemberName("last")] Last = 1,

    /// <summary>The best displayed quote the order would meet: buys look at the ask, sells at the bid.</summary>
    [JsonStringEnumMemberName("quote")] Quote = 2,

    /// <summary>The mark price that the operator sets.</summary>
    [JsonStringEnumMemberName("mark")] Mark = 3,
}

/// <summary>What an open order waits for.</summary>
public enum OrderStage
{
    /// <summary>Nothing but the other side: it is in the book, or trades as soon as the book does.</summary>
    [JsonStringEnumMemberName("working")] Working = 1,

    /// <summary>A child of a list: that its parent is filled.</summary>
    [JsonStringEnumMemberName("pending")] Pending = 2,

    /// <summary>A stop or take-profit: its trigger.</summary>
    [JsonStringEnumMemberName("armed")] Armed = 3,
}

/// <summary>What a pegged order follows.</summary>
public enum PegTo
{
    /// <summary>The best price of its own side.</summary>
    [JsonStringEnumMemberName("primary")] Primary = 1,

    /// <summary>The best price of the other side; needs an offset.</summary>
    [JsonStringEnumMemberName("market")] Market = 2,

    /// <summary>The middle of both; never displayed.</summary>
    [JsonStringEnumMemberName("midpoint")] Midpoint = 3,
}

/// <summary>What happens when an order would trade with one of its own account; the incoming order decides.</summary>
public enum SelfTrade
{
    /// <summary>They trade.</summary>
    [JsonStringEnumMemberName("none")] None = 1,

    /// <summary>The incoming order's remainder expires.</summary>
    [JsonStringEnumMemberName("expireTaker")] ExpireTaker = 2,

    /// <summary>The resting order expires; the incoming one goes on.</summary>
    [JsonStringEnumMemberName("expireMaker")] ExpireMaker = 3,

    /// <summary>Both expire.</summary>
    [JsonStringEnumMemberName("expireBoth")] ExpireBoth = 4,

    /// <summary>Both shrink by what they would have traded.</summary>
    [JsonStringEnumMemberName("decrement")] Decrement = 5,

    /// <summary>The order entered later expires.</summary>
    [JsonStringEnumMemberName("cancelNewest")] CancelNewest = 6,

    /// <summary>The order entered earlier expires.</summary>
    [JsonStringEnumMemberName("cancelOldest")] CancelOldest = 7,
}

/// <summary>How long an order lives.</summary>
public enum TimeInForce
{
    /// <summary>Until it is filled or cancelled; the default of limit orders.</summary>
    [JsonStringEnumMemberName("gtc")] GoodTillCancelled = 1,

    /// <summary>Fills what it can at once; the rest expires. The default of market orders.</summary>
    [JsonStringEnumMemberName("ioc")] ImmediateOrCancel = 2,

    /// <summary>Fills completely at once or not at all.</summary>
    [JsonStringEnumMemberName("fok")] FillOrKill = 3,

    /// <summary>Until the symbol closes.</summary>
    [JsonStringEnumMemberName("day")] Day = 4,

    /// <summary>Until a time, <see cref="PlaceOrder.GoodTill"/>.</summary>
    [JsonStringEnumMemberName("gtd")] GoodTillDate = 5,

    /// <summary>Takes part in the opening auction; what is left of it expires.</summary>
    [JsonStringEnumMemberName("opg")] AtTheOpening = 6,

    /// <summary>Waits for the closing auction; what is left of it expires.</summary>
    [JsonStringEnumMemberName("cls")] AtTheClose = 7,
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

    /// <summary>
    /// The limit, a whole number of ticks; null for a market order and for stops that become one. A pegged order's cap,
    /// which a buy must have.
    /// </summary>
    public decimal? Price { get; init; }

    /// <summary>The total quantity, a whole number of lots; null for a market order by amount.</summary>
    public decimal? Quantity { get; init; }

    /// <summary>
    /// 1 to 36 printable ASCII characters without spaces and slashes, neither <c>.</c> nor <c>..</c>, that name the
    /// order for ever. Null: the client makes one,
    /// so that a retry can never place the order twice.
    /// </summary>
    public string? ClientOrderId { get; init; }

    /// <summary>Refuse the order rather than let it take.</summary>
    public bool PostOnly { get; init; }

    /// <summary>Post-only: move one tick away from the best order it would meet, rather than be refused.</summary>
    [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingDefault)]
    public bool Slide { get; init; }

    /// <summary>Iceberg: how much is shown at a time, a whole number of lots; at most 1,000 parts.</summary>
    public decimal? DisplayQuantity { get; init; }

    /// <summary>Do not show it at all; behind everything that is shown at its price.</summary>
    [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingDefault)]
    public bool Hidden { get; init; }

    /// <summary>Trade it whole or not at all, now or later.</summary>
    [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingDefault)]
    public bool AllOrNone { get; init; }

    /// <summary>A dividend leaves its prices as they are; limits, stops and take-profits that do not trail.</summary>
    [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingDefault)]
    public bool DoNotReduce { get; init; }

    /// <summary>Least quantity to be filled at entry, else it expires; a whole number of lots.</summary>
    public decimal? MinQuantity { get; init; }

    /// <summary>Stop or take-profit: the price that triggers it.</summary>
    public decimal? TriggerPrice { get; init; }

    /// <summary>Which price triggers; null is the last trade.</summary>
    public TriggerBy? TriggerBy { get; init; }

    /// <summary>Trailing stop: its distance, a difference of prices.</summary>
    public decimal? TrailingDistance { get; init; }

    /// <summary>Trailing stop: its distance in basis points instead, 1 to 9,999.</summary>
    public int? TrailingBasisPoints { get; init; }

    /// <summary>Trailing stop: the price at which it begins to follow; null follows at once.</summary>
    public decimal? ActivationPrice { get; init; }

    /// <summary>Trailing stop-limit: how far its limit stands beyond the trigger, a difference of prices from 0.</summary>
    public decimal? LimitOffset { get; init; }

    /// <summary>Pegged: what it follows.</summary>
    public PegTo? Peg { get; init; }

    /// <summary>Pegged: distance from what it follows, away from the market, a difference of prices.</summary>
    public decimal? PegOffset { get; init; }

    /// <summary>Market order by amount: what to spend or receive at most, in the quote asset.</summary>
    public decimal? QuoteAmount { get; init; }

    /// <summary>Market order or stop: how far from the first price it may trade, a difference of prices from 0.</summary>
    public decimal? Protection { get; init; }

    /// <summary>Good till date: when it expires; sent in UTC, to 100 ns.</summary>
    [JsonConverter(typeof(UtcTime))]
    public DateTimeOffset? GoodTill { get; init; }

    /// <summary>What happens when it meets an order of its own account; null lets them trade.</summary>
    public SelfTrade? SelfTrade { get; init; }

    /// <summary>A limit order, good till cancelled.</summary>
    public static PlaceOrder Limit(string symbol, OrderSide side, decimal quantity, decimal price) =>
        new() { Symbol = symbol, Side = side, Quantity = quantity, Price = price };

    /// <summary>A market order.</summary>
    public static PlaceOrder Market(string symbol, OrderSide side, decimal quantity) =>
        new() { Symbol = symbol, Side = side, Quantity = quantity, Type = OrderType.Market };

    /// <summary>A market order that spends, or receives, at most an amount of the quote asset.</summary>
    public static PlaceOrder MarketAmount(string symbol, OrderSide side, decimal quoteAmount) =>
        new() { Symbol = symbol, Side = side, QuoteAmount = quoteAmount, Type = OrderType.Market };

    /// <summary>A stop: a market order once the last price has gone through the trigger.</summary>
    public static PlaceOrder Stop(string symbol, OrderSide side, decimal quantity, decimal triggerPrice) =>
        new() { Symbol = symbol, Side = side, Quantity = quantity, TriggerPrice = triggerPrice, Type = OrderType.Stop };
}

/// <summary>
/// What to change in an open order; what is null stays. Price, quantity and trigger price go together, and so do the conditions below
/// them; the exchange refuses both kinds at once.
/// </summary>
public sealed record AmendOrder
{
    /// <summary>The new limit.</summary>
    public decimal? Price { get; init; }

    /// <summary>The new total quantity, what is filled included. A smaller one alone keeps the order's priority.</summary>
    public decimal? Quantity { get; init; }

    /// <summary>
    /// What is believed to be open: with anything else, as after a fill that is on its way, the change is refused
    /// (<see cref="RejectCodes.StaleLeaves"/>) and the order stays as it is. With a price or a quantity; null: whatever is open.
    /// </summary>
    public decimal? ExpectedRemaining { get; init; }

    /// <summary>The name of the replacement, should one be needed; null: the client makes one.</summary>
    public string? ClientOrderId { get; init; }

    /// <summary>How much an iceberg shows from its next part on.</summary>
    public decimal? DisplayQuantity { get; init; }

    /// <summary>
    /// A waiting stop's new trigger price. The order is replaced where a price or quantity comes with it, or where it takes more cover, as a buy
    /// without a limit does that is to trigger higher.
    /// </summary>
    public decimal? TriggerPrice { get; init; }

    /// <summary>A trailing stop's new distance, a difference of prices.</summary>
    public decimal? TrailingDistance { get; init; }

    /// <summary>A trailing stop's new distance in basis points, 1 to 9,999.</summary>
    public int? TrailingBasisPoints { get; init; }

    /// <summary>When a good-till-date order expires; sent in UTC, to 100 ns.</summary>
    [JsonConverter(typeof(UtcTime))]
    public DateTimeOffset? GoodTill { get; init; }

    internal bool ChangesConditions =>
        (DisplayQuantity ?? TrailingDistance ?? TrailingBasisPoints) is not null || GoodTill is not null;
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
/// <param name="Price">The limit; 0 of a market order; of another one without a limit the worst price it may ever trade at; of a pegged order its cap.</param>
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
    IReadOnlyList<OrderFill> Fills)
{
    /// <summary>It was refused rather than let it take.</summary>
    [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingDefault)]
    public bool PostOnly { get; init; }

    /// <summary>Post-only: it was moved rather than refused.</summary>
    [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingDefault)]
    public bool Slide { get; init; }

    /// <summary>Iceberg: how much is shown at a time.</summary>
    public decimal? DisplayQuantity { get; init; }

    /// <summary>It is not shown.</summary>
    [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingDefault)]
    public bool Hidden { get; init; }

    /// <summary>It trades whole or not at all.</summary>
    [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingDefault)]
    public bool AllOrNone { get; init; }

    /// <summary>A dividend leaves its prices as they are.</summary>
    [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingDefault)]
    public bool DoNotReduce { get; init; }

    /// <summary>Least quantity to be filled at entry.</summary>
    public decimal? MinQuantity { get; init; }

    /// <summary>What an open stop, take-profit or child of a list waits for; null for any other order, which works.</summary>
    public OrderStage? Stage { get; init; }

    /// <summary>
    /// The <see cref="Refusal.Code"/> that its book refused it with, of an order asked for later by its name or in the history; of a child of
    /// a list that ended as it was to enter (<see cref="EndReason"/> list), the one it would have been refused with then; else null.
    /// </summary>
    public string? Refusal { get; init; }

    /// <summary>The price that triggers it.</summary>
    public decimal? TriggerPrice { get; init; }

    /// <summary>Which price triggers it.</summary>
    public TriggerBy? TriggerBy { get; init; }

    /// <summary>Its trailing distance, a difference of prices.</summary>
    public decimal? TrailingDistance { get; init; }

    /// <summary>Its trailing distance in basis points.</summary>
    public int? TrailingBasisPoints { get; init; }

    /// <summary>
    /// The trigger that a trailing stop has by now, where its book was asked for this one order (<see cref="QuantumCoreClient.GetOrderAsync"/>);
    /// null before it follows a price.
    /// </summary>
    public decimal? CurrentTriggerPrice { get; init; }

    /// <summary>
    /// The price at which a pegged order stands by now, where its book was asked for this one order (<see cref="QuantumCoreClient.GetOrderAsync"/>);
    /// null while it has no quote to follow. Its own price is the cap.
    /// </summary>
    public decimal? PeggedPrice { get; init; }

    /// <summary>The mean price of its fills, rounded, to look at; null while nothing is filled, and where an answer does not have all fills.</summary>
    public decimal? AveragePrice { get; init; }

    /// <summary>The price at which it begins to follow.</summary>
    public decimal? ActivationPrice { get; init; }

    /// <summary>How far its limit stands beyond the trigger.</summary>
    public decimal? LimitOffset { get; init; }

    /// <summary>What it follows.</summary>
    public PegTo? Peg { get; init; }

    /// <summary>Distance from what it follows.</summary>
    public decimal? PegOffset { get; init; }

    /// <summary>What it spends or receives at most, in the quote asset, rounded down to whole ticks times lots.</summary>
    public decimal? QuoteAmount { get; init; }

    /// <summary>How far from the first price it may trade.</summary>
    public decimal? Protection { get; init; }

    /// <summary>When it expires, UTC; cut to 100 ns.</summary>
    [JsonConverter(typeof(UtcTime))]
    public DateTimeOffset? GoodTill { get; init; }

    /// <summary>What happens when it meets an order of its own account; null: they trade.</summary>
    public SelfTrade? SelfTrade { get; init; }

    /// <summary>The strategy it is a leg of; null for every other order.</summary>
    public OrderStrategy? Strategy { get; init; }
}

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
public sealed record BatchResult(Order? Order, Refusal? Error)
{
    /// <summary>The order's name, which the client chose where its owner did not: to ask again with.</summary>
    [JsonIgnore]
    public string ClientOrderId { get; internal init; } = "";
}
