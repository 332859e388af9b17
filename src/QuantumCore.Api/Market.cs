using System.Text.Json.Serialization;

namespace QuantumCore.Client;

/// <summary>A tradable instrument: units, limits and fees of its orders.</summary>
public sealed record Instrument
{
    /// <summary>1 to 20 capital letters, digits, dots or dashes.</summary>
    public required string Symbol { get; init; }

    /// <summary>Asset that is bought and sold.</summary>
    public required string BaseAsset { get; init; }

    /// <summary>Digits of the base asset's minor unit.</summary>
    public int BaseDecimals { get; init; }

    /// <summary>Asset in which prices and fees are paid.</summary>
    public required string QuoteAsset { get; init; }

    /// <summary>Digits of the quote asset's minor unit.</summary>
    public int QuoteDecimals { get; init; }

    /// <summary>Tick size: prices are whole multiples of it.</summary>
    public required decimal TickSize { get; init; }

    /// <summary>Lot size: quantities are whole multiples of it.</summary>
    public required decimal LotSize { get; init; }

    /// <summary>Lowest price of an order.</summary>
    public decimal? MinPrice { get; init; }

    /// <summary>Highest price of an order.</summary>
    public decimal? MaxPrice { get; init; }

    /// <summary>Smallest quantity of an order, in the base asset.</summary>
    public decimal? MinQuantity { get; init; }

    /// <summary>Largest quantity of an order, in the base asset.</summary>
    public decimal? MaxQuantity { get; init; }

    /// <summary>Smallest price times quantity, in the quote asset.</summary>
    public decimal? MinNotional { get; init; }

    /// <summary>Largest price times quantity, in the quote asset.</summary>
    public decimal? MaxNotional { get; init; }

    /// <summary>Maker fee, in millionths of the notional.</summary>
    public int MakerFeePpm { get; init; }

    /// <summary>Taker fee, in millionths of the notional.</summary>
    public int TakerFeePpm { get; init; }

    /// <summary>Reference price that bounds market orders before the first trade; null or 0 for none.</summary>
    public decimal? ReferencePrice { get; init; }

    /// <summary>Largest distance from the reference at which a market order may execute, in millionths.</summary>
    public int? ProtectionPpm { get; init; }

    /// <summary>Most price levels on one side of the book.</summary>
    public int? MaxLevels { get; init; }

    /// <summary>
    /// Trading group, named like a symbol; null or empty for none. Strategies combine instruments of one group. Never
    /// changes.
    /// </summary>
    public string? Group { get; init; }

    /// <summary>Business days from a trade to its settlement, 0 to 2; 0 settles at the trade. Never changes.</summary>
    [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingDefault)]
    public int SettlementDays { get; init; }

    /// <summary>
    /// Settlement venue of its trades; null for none, or MAIN if it is listed with settlement days. Never changes.
    /// </summary>
    public string? SettlementVenue { get; init; }
}

/// <summary>A price level. On the wire <c>["150.00","100"]</c>.</summary>
/// <param name="Price">The price.</param>
/// <param name="Quantity">Open quantity; 0 in an update removes the level.</param>
[JsonConverter(typeof(PriceLevelPair))]
public readonly record struct PriceLevel(decimal Price, decimal Quantity);

/// <summary>A book by price level at one sequence.</summary>
/// <param name="Symbol">The instrument.</param>
/// <param name="Sequence">The book's sequence.</param>
/// <param name="Time">Time of that sequence, UTC.</param>
/// <param name="TimeNanos">The same in Unix nanoseconds.</param>
/// <param name="Bids">Buy levels, highest first.</param>
/// <param name="Asks">Sell levels, lowest first.</param>
public sealed record BookSnapshot(
    string Symbol,
    long Sequence,
    UtcTime Time,
    [property: JsonNumberHandling(JsonNumberHandling.AllowReadingFromString | JsonNumberHandling.WriteAsString)]
    long TimeNanos,
    [property: JsonRequired] IReadOnlyList<PriceLevel> Bids,
    [property: JsonRequired] IReadOnlyList<PriceLevel> Asks);

/// <summary>A public trade.</summary>
/// <param name="TradeId">Trade id, unique within the symbol.</param>
/// <param name="Price">Original price in the quote asset, even if the trade was changed later.</param>
/// <param name="Quantity">Quantity in the base asset.</param>
/// <param name="TakerSide">Side of the taker; null for an auction trade, which has none.</param>
/// <param name="Time">Time of the trade, UTC.</param>
/// <param name="TimeNanos">The same in Unix nanoseconds.</param>
/// <param name="State">Later change of the trade; null for none. A followed book reports it in
/// <c>BookUpdate.TradeChanges</c>.</param>
/// <param name="CorrectedPrice">Corrected price in the quote asset, if there is one.</param>
/// <param name="IsLeg">True if a strategy's leg traded with a quote or another leg. It does not change the last
/// price.</param>
public sealed record Trade(
    string TradeId,
    decimal Price,
    decimal Quantity,
    OrderSide? TakerSide,
    UtcTime Time,
    [property: JsonNumberHandling(JsonNumberHandling.AllowReadingFromString | JsonNumberHandling.WriteAsString)]
    long TimeNanos,
    [property: JsonPropertyOrder(1)] TradeState? State = null,
    [property: JsonPropertyOrder(2)] decimal? CorrectedPrice = null,
    [property: JsonPropertyName("leg")] bool IsLeg = false);

/// <summary>
/// An earlier public trade was busted or its price corrected. Book, last price and candles stay unchanged.
/// </summary>
/// <param name="TradeId">Trade id, unique within the symbol.</param>
/// <param name="State">Busted or corrected.</param>
/// <param name="TradedPrice">Original price, in the quote asset.</param>
/// <param name="PriceBefore">Price before this change; differs from the original one after an earlier
/// correction.</param>
/// <param name="Price">Current price; null if busted.</param>
/// <param name="Quantity">Quantity in the base asset.</param>
/// <param name="TakerSide">Side of the taker; null for an auction trade, which has none.</param>
/// <param name="TradedTimeNanos">Time of the trade, in Unix nanoseconds.</param>
/// <param name="Sequence">Book sequence of the change.</param>
/// <param name="TimeNanos">Time of the change, in Unix nanoseconds.</param>
public sealed record PublicTradeChange(
    string TradeId,
    TradeState State,
    decimal TradedPrice,
    decimal PriceBefore,
    decimal? Price,
    decimal Quantity,
    OrderSide? TakerSide,
    [property: JsonNumberHandling(JsonNumberHandling.AllowReadingFromString | JsonNumberHandling.WriteAsString)]
    long TradedTimeNanos,
    long Sequence,
    [property: JsonNumberHandling(JsonNumberHandling.AllowReadingFromString | JsonNumberHandling.WriteAsString)]
    long TimeNanos);

/// <summary>
/// Current phase of a symbol, and its trading in the last 24 hours (whole minutes), adjusted for splits.
/// </summary>
/// <param name="Symbol">The instrument.</param>
/// <param name="Phase">Trading phase; <see cref="TradingPhase.Halt"/> also if its book is inconsistent.</param>
/// <param name="LastPrice">The last price; null before the first trade.</param>
/// <param name="OpenPrice">First price of the 24 hours; null, like high and low, if nothing was traded.</param>
/// <param name="HighPrice">Highest price.</param>
/// <param name="LowPrice">Lowest price.</param>
/// <param name="Volume">Traded quantity, in the base asset.</param>
/// <param name="QuoteVolume">Traded value, in the quote asset.</param>
/// <param name="Trades">Number of trades.</param>
public sealed record Ticker(
    string Symbol,
    TradingPhase Phase,
    decimal? LastPrice,
    decimal? OpenPrice,
    decimal? HighPrice,
    decimal? LowPrice,
    decimal Volume,
    decimal QuoteVolume,
    long Trades);
