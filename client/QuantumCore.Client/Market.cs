using System.Text.Json.Serialization;

namespace QuantumCore.Client;

/// <summary>A tradable instrument: units, limits and fees of its orders.</summary>
public sealed record Instrument
{
    /// <summary>1 to 20 capital letters, digits, dots or dashes.</summary>
    public required string Symbol { get; init; }

    /// <summary>What is bought and sold.</summary>
    public required string BaseAsset { get; init; }

    /// <summary>Digits of the base asset's minor unit.</summary>
    public int BaseDecimals { get; init; }

    /// <summary>What it is paid in; fees too.</summary>
    public required string QuoteAsset { get; init; }

    /// <summary>Digits of the quote asset's minor unit.</summary>
    public int QuoteDecimals { get; init; }

    /// <summary>Prices are whole multiples of it.</summary>
    public required decimal TickSize { get; init; }

    /// <summary>Quantities are whole multiples of it.</summary>
    public required decimal LotSize { get; init; }

    /// <summary>Lowest price of an order.</summary>
    public decimal? MinPrice { get; init; }

    /// <summary>Highest price of an order.</summary>
    public decimal? MaxPrice { get; init; }

    /// <summary>Smallest order.</summary>
    public decimal? MinQuantity { get; init; }

    /// <summary>Largest order.</summary>
    public decimal? MaxQuantity { get; init; }

    /// <summary>Smallest price times quantity, in the quote asset.</summary>
    public decimal? MinNotional { get; init; }

    /// <summary>Largest price times quantity, in the quote asset.</summary>
    public decimal? MaxNotional { get; init; }

    /// <summary>Fee of the resting side, in millionths of the notional.</summary>
    public int MakerFeePpm { get; init; }

    /// <summary>Fee of the aggressive side, in millionths of the notional.</summary>
    public int TakerFeePpm { get; init; }

    /// <summary>The price a market order is held at before the first trade; null or 0: none.</summary>
    public decimal? ReferencePrice { get; init; }

    /// <summary>How far from the reference a market order may execute, in millionths.</summary>
    public int? ProtectionPpm { get; init; }

    /// <summary>Most price levels on one side of the book.</summary>
    public int? MaxLevels { get; init; }

    /// <summary>
    /// The group it trades in, named like a symbol; null or empty for none. Strategies are over instruments of one group.
    /// Never changes.
    /// </summary>
    public string? Group { get; init; }

    /// <summary>Business days from a trade to its settlement, 0 to 2; 0: the trade itself settles. Never changes.</summary>
    [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingDefault)]
    public int SettlementDays { get; init; }

    /// <summary>Where its trades settle; null for none, or MAIN where it is listed with settlement days. Never changes.</summary>
    public string? SettlementVenue { get; init; }
}

/// <summary>A price level. On the wire <c>["150.00","100"]</c>.</summary>
/// <param name="Price">The price.</param>
/// <param name="Quantity">The open quantity; in an update 0 removes the level.</param>
[JsonConverter(typeof(PriceLevelPair))]
public readonly record struct PriceLevel(decimal Price, decimal Quantity);

/// <summary>The book by price at one sequence.</summary>
/// <param name="Symbol">The instrument.</param>
/// <param name="Sequence">The book's sequence.</param>
/// <param name="Time">Time of that sequence, UTC; cut to 100 ns.</param>
/// <param name="TimeNanos">The same in Unix nanoseconds.</param>
/// <param name="Bids">Buy levels, highest first.</param>
/// <param name="Asks">Sell levels, lowest first.</param>
public sealed record BookSnapshot(
    string Symbol,
    long Sequence,
    DateTimeOffset Time,
    [property: JsonNumberHandling(JsonNumberHandling.AllowReadingFromString | JsonNumberHandling.WriteAsString)]
    long TimeNanos,
    [property: JsonRequired] IReadOnlyList<PriceLevel> Bids,
    [property: JsonRequired] IReadOnlyList<PriceLevel> Asks);

/// <summary>A public trade.</summary>
/// <param name="TradeId">Unique within the symbol.</param>
/// <param name="Price">Price in the quote asset, as it was made, whatever became of it.</param>
/// <param name="Quantity">Quantity in the base asset.</param>
/// <param name="TakerSide">Side of the aggressive order; null for a trade of an auction, where neither took.</param>
/// <param name="Time">Time of the trade, UTC; cut to 100 ns.</param>
/// <param name="TimeNanos">The same in Unix nanoseconds.</param>
/// <param name="State">What became of the trade afterwards; null: nothing. A followed book tells that in <see cref="BookUpdate.TradeChanges"/>.</param>
/// <param name="CorrectedPrice">Its price now, in the quote asset, where it was corrected.</param>
/// <param name="IsLeg">A strategy's leg traded with a quote or another leg: the last price stays what it was.</param>
public sealed record Trade(
    string TradeId,
    decimal Price,
    decimal Quantity,
    OrderSide? TakerSide,
    DateTimeOffset Time,
    [property: JsonNumberHandling(JsonNumberHandling.AllowReadingFromString | JsonNumberHandling.WriteAsString)]
    long TimeNanos,
    TradeState? State = null,
    decimal? CorrectedPrice = null,
    [property: JsonPropertyName("leg")] bool IsLeg = false);

/// <summary>A public trade of before was declared void, or its price corrected. The book, the last price and candles stay what they were.</summary>
/// <param name="TradeId">The trade, unique within the symbol.</param>
/// <param name="State">What became of it.</param>
/// <param name="TradedPrice">The price it was made at, in the quote asset.</param>
/// <param name="PriceBefore">The price that held until then: another one where it had been corrected before.</param>
/// <param name="Price">Its price now; null for a void one.</param>
/// <param name="Quantity">Quantity in the base asset.</param>
/// <param name="TakerSide">Side of the aggressive order; null for a trade of an auction, where neither took.</param>
/// <param name="TradedTimeNanos">When it was traded, Unix nanoseconds.</param>
/// <param name="Sequence">The book's sequence with the change.</param>
/// <param name="TimeNanos">When it was changed, Unix nanoseconds.</param>
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

/// <summary>What a symbol does now, and what it traded in the last 24 hours, in whole minutes and in the units of now.</summary>
/// <param name="Symbol">The instrument.</param>
/// <param name="Phase">Its trading phase now; <see cref="TradingPhase.Halt"/> also where its book can't be explained.</param>
/// <param name="LastPrice">The last price; null before the first trade.</param>
/// <param name="OpenPrice">The first price of the 24 hours; null where nothing was traded, as the next two are.</param>
/// <param name="HighPrice">The highest.</param>
/// <param name="LowPrice">The lowest.</param>
/// <param name="Volume">What was traded, in the base asset.</param>
/// <param name="QuoteVolume">What was paid for it, in the quote asset.</param>
/// <param name="Trades">How many trades.</param>
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
