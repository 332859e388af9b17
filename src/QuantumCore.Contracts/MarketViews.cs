using System.Collections.Immutable;
using QuantumCore.Instruments;

namespace QuantumCore.Contracts;

/// <summary>A price level of a book.</summary>
/// <param name="PriceTicks">Price in ticks.</param>
/// <param name="QuantityLots">Open quantity in lots; 0 in an update means that the level is gone.</param>
/// <param name="Orders">Number of orders.</param>
[GenerateSerializer, Immutable, Alias("depth-level")]
public readonly record struct DepthLevel(long PriceTicks, long QuantityLots, int Orders);

/// <summary>A trade as the public sees it.</summary>
/// <param name="Sequence">The book's sequence; with <paramref name="Index"/> it identifies the trade.</param>
/// <param name="Index">Position within that sequence, from 0.</param>
/// <param name="TimeNanos">Unix nanoseconds.</param>
/// <param name="PriceTicks">Price in ticks.</param>
/// <param name="QuantityLots">Quantity in lots.</param>
/// <param name="TakerSide">Side of the aggressive order; meaningless if <paramref name="IsAuction"/>.</param>
/// <param name="ChangedTicks">
/// Corrected price, in ticks; 0 if the trade was busted; null if it is unchanged. An update shows a trade as it was
/// made.
/// </param>
/// <param name="IsOfLeg">True for a trade of a multi-leg order's leg, which does not change the last price.</param>
/// <param name="IsAuction">True for a trade of an auction: neither order was the taker.</param>
[GenerateSerializer, Immutable, Alias("public-trade")]
public readonly record struct PublicTrade(
    long Sequence, int Index, long TimeNanos, long PriceTicks, long QuantityLots, Side TakerSide,
    long? ChangedTicks = null, bool IsOfLeg = false, bool IsAuction = false)
{
    /// <summary>Side of the taker; null if neither order was one.</summary>
    public Side? Aggressor => IsAuction ? null : TakerSide;
}

/// <summary>A bust or price correction of an earlier trade, as the public sees it.</summary>
/// <param name="Sequence">The book's sequence of the change.</param>
/// <param name="TimeNanos">Time of the change, Unix nanoseconds.</param>
/// <param name="Trade">The trade as it was first made.</param>
/// <param name="BeforeTicks">Price in force before the change, in ticks.</param>
/// <param name="PriceTicks">Price in force now, in ticks; 0 if the trade was busted.</param>
[GenerateSerializer, Immutable, Alias("public-trade-change")]
public readonly record struct PublicTradeChange(
    long Sequence, long TimeNanos, PublicTrade Trade, long BeforeTicks, long PriceTicks);

/// <summary>The book by price (L2), best first, at a sequence. Everything shown is durable.</summary>
/// <param name="Sequence">The book's sequence.</param>
/// <param name="TimeNanos">Time of that sequence, Unix nanoseconds.</param>
/// <param name="Bids">Buy levels, highest first.</param>
/// <param name="Asks">Sell levels, lowest first.</param>
/// <param name="LastPriceTicks">
/// The book's last price at that sequence, in ticks; 0 for none, or if the levels come from another source than the
/// book.
/// </param>
[GenerateSerializer, Immutable, Alias("depth-view")]
public sealed record DepthView(
    long Sequence, long TimeNanos, ImmutableArray<DepthLevel> Bids, ImmutableArray<DepthLevel> Asks,
    long LastPriceTicks = 0);

/// <summary>Changes after a sequence; or the whole book if that is shorter or the changes are no longer kept.</summary>
/// <param name="IsSnapshot">
/// True if the levels are the whole book; otherwise they are the changed ones, with their new size.
/// </param>
/// <param name="PreviousSequence">
/// The sequence this update follows; a reader at another sequence must ask again.
/// </param>
/// <param name="Sequence">The book's sequence after it.</param>
/// <param name="TimeNanos">Time of that sequence, Unix nanoseconds.</param>
/// <param name="Bids">Buy levels.</param>
/// <param name="Asks">Sell levels.</param>
/// <param name="Trades">Trades in between, oldest first.</param>
/// <param name="ChangedTrades">Value of <see cref="TradeChanges"/>; default from an earlier release.</param>
[GenerateSerializer, Immutable, Alias("market-update")]
public sealed record MarketUpdate(
    bool IsSnapshot,
    long PreviousSequence,
    long Sequence,
    long TimeNanos,
    ImmutableArray<DepthLevel> Bids,
    ImmutableArray<DepthLevel> Asks,
    ImmutableArray<PublicTrade> Trades,
    ImmutableArray<PublicTradeChange> ChangedTrades = default)
{
    /// <summary>
    /// Busts and corrections of earlier trades, or of trades in this update, oldest first; none from an earlier
    /// release.
    /// </summary>
    public ImmutableArray<PublicTradeChange> TradeChanges => ChangedTrades.IsDefault ? [] : ChangedTrades;
}

/// <summary>
/// An order as others see it. An iceberg shows only its tip. Hidden orders, waiting orders, and market orders in a call
/// phase are never shown.
/// </summary>
/// <param name="OrderId">Its public id, from 1.</param>
/// <param name="PriceTicks">Price in ticks.</param>
/// <param name="QuantityLots">Displayed quantity in lots, from 1.</param>
[GenerateSerializer, Immutable, Alias("displayed-order")]
public readonly record struct DisplayedOrder(long OrderId, long PriceTicks, long QuantityLots);

/// <summary>A change of one displayed order, or a trade without a displayed resting order.</summary>
/// <param name="Sequence">The book's sequence of the change.</param>
/// <param name="TimeNanos">Time of that sequence, Unix nanoseconds.</param>
/// <param name="Kind">Kind of the change.</param>
/// <param name="Side">Side of the order. Printed: side of the taker; the buyer's for an auction.</param>
/// <param name="OrderId">Public id of the order; 0 if Printed.</param>
/// <param name="PriceTicks">Price of the order, in ticks. Executed, Printed: price of the trade.</param>
/// <param name="QuantityLots">Added, Resized: lots displayed now. Executed, Printed: lots traded. Removed: 0.</param>
/// <param name="BeforeId">Added: the order at that price right behind it in the queue; 0 if it is last.</param>
/// <param name="TradeIndex">Executed, Printed: position of the trade within its sequence, from 0; else 0.</param>
[GenerateSerializer, Immutable, Alias("displayed-order-change")]
public readonly record struct DisplayedOrderChange(
    long Sequence, long TimeNanos, OrderChangeKind Kind, Side Side, long OrderId, long PriceTicks, long QuantityLots,
    long BeforeId, int TradeIndex);

/// <summary>
/// Market-by-order (L3) changes after a sequence; or all displayed orders if the changes are no longer kept. Everything
/// shown is durable.
/// </summary>
/// <param name="IsSnapshot">
/// True if the orders are all displayed orders and replace earlier ones; otherwise there are only changes.
/// </param>
/// <param name="PreviousSequence">
/// The sequence this update follows; a reader at another sequence must ask again.
/// </param>
/// <param name="Sequence">The book's sequence after it.</param>
/// <param name="TimeNanos">Time of that sequence, Unix nanoseconds.</param>
/// <param name="Bids">Buy orders in priority: highest price first, then queue position.</param>
/// <param name="Asks">Sell orders in priority: lowest price first, then queue position.</param>
/// <param name="Changes">Changes in between, in the sequence in which they happened.</param>
[GenerateSerializer, Immutable, Alias("order-by-order")]
public sealed record OrderByOrderUpdate(
    bool IsSnapshot,
    long PreviousSequence,
    long Sequence,
    long TimeNanos,
    ImmutableArray<DisplayedOrder> Bids,
    ImmutableArray<DisplayedOrder> Asks,
    ImmutableArray<DisplayedOrderChange> Changes);

/// <summary>Place of a trade in its book's stream.</summary>
/// <param name="Sequence">The book's sequence.</param>
/// <param name="Index">Position within that sequence, from 0.</param>
[GenerateSerializer, Immutable, Alias("trade-place")]
public readonly record struct TradePlace(long Sequence, int Index);

/// <summary>A fill in an account's history.</summary>
/// <param name="Symbol">The instrument.</param>
/// <param name="OrderId">Public id of the account's order.</param>
/// <param name="ClientOrderId">Its client order id.</param>
/// <param name="Side">The account's side.</param>
/// <param name="TimeNanos">Unix nanoseconds.</param>
/// <param name="Fill">Current price, quantity and fee. A busted trade shows its original price and no fee.</param>
/// <param name="State">Later change of the trade.</param>
/// <param name="TradedTicks">Original price, in ticks; 0 if the price is unchanged.</param>
[GenerateSerializer, Immutable, Alias("account-fill")]
public sealed record AccountFill(
    string Symbol, long OrderId, string ClientOrderId, Side Side, long TimeNanos, OrderFill Fill,
    TradeState State = TradeState.AsMade, long TradedTicks = 0);

/// <summary>Later change of a trade. Numbers never change.</summary>
public enum TradeState : byte
{
    /// <summary>Unchanged.</summary>
    AsMade = 0,

    /// <summary>Busted: money and units were returned.</summary>
    Void = 1,

    /// <summary>Its price was corrected.</summary>
    Corrected = 2,
}

/// <summary>Length of a candle. The number is in minutes; for a month, the longest.</summary>
public enum CandlePeriod
{
    /// <summary>A minute.</summary>
    Minute = 1,

    /// <summary>Three minutes.</summary>
    ThreeMinutes = 3,

    /// <summary>Five minutes.</summary>
    FiveMinutes = 5,

    /// <summary>A quarter of an hour.</summary>
    QuarterHour = 15,

    /// <summary>Half an hour.</summary>
    HalfHour = 30,

    /// <summary>An hour.</summary>
    Hour = 60,

    /// <summary>Two hours.</summary>
    TwoHours = 120,

    /// <summary>Four hours.</summary>
    FourHours = 240,

    /// <summary>Six hours.</summary>
    SixHours = 360,

    /// <summary>Eight hours.</summary>
    EightHours = 480,

    /// <summary>Half a day.</summary>
    HalfDay = 720,

    /// <summary>A UTC day.</summary>
    Day = 1_440,

    /// <summary>Three days.</summary>
    ThreeDays = 4_320,

    /// <summary>A week from Monday.</summary>
    Week = 10_080,

    /// <summary>A calendar month.</summary>
    Month = 44_640,
}

/// <summary>
/// A candle: the trades of a symbol within a period. Without trades, all prices are the last price before it.
/// </summary>
/// <param name="StartNanos">Its start, Unix nanoseconds.</param>
/// <param name="EndNanos">Start of the next candle, Unix nanoseconds.</param>
/// <param name="OpenTicks">First price, in ticks.</param>
/// <param name="HighTicks">Highest price, in ticks.</param>
/// <param name="LowTicks">Lowest price, in ticks.</param>
/// <param name="CloseTicks">Last price, in ticks.</param>
/// <param name="Lots">Traded quantity, in lots.</param>
/// <param name="Value">Traded value, in ticks times lots.</param>
/// <param name="Trades">Number of trades.</param>
/// <param name="BoughtLots">Quantity bought by takers, in lots.</param>
/// <param name="BoughtValue">Value bought by takers, in ticks times lots.</param>
/// <param name="First">The first trade; default if there is none.</param>
/// <param name="Last">The last trade; default if there is none.</param>
[GenerateSerializer, Immutable, Alias("candle")]
public readonly record struct Candle(
    long StartNanos,
    long EndNanos,
    long OpenTicks,
    long HighTicks,
    long LowTicks,
    long CloseTicks,
    Int128 Lots,
    Int128 Value,
    long Trades,
    Int128 BoughtLots,
    Int128 BoughtValue,
    TradePlace First,
    TradePlace Last);

/// <summary>Query for candles.</summary>
/// <param name="Symbol">The instrument.</param>
/// <param name="Period">Length of each candle; null for one candle over the whole time, in whole minutes.</param>
/// <param name="FromNanos">Earliest start of a candle, Unix nanoseconds; null returns the newest candles.</param>
/// <param name="ThroughNanos">Latest start of a candle, Unix nanoseconds.</param>
/// <param name="Limit">Maximum number of candles, from 1.</param>
/// <param name="IsAsTraded">True for prices and lots as traded; false to adjust them for later splits.</param>
[GenerateSerializer, Immutable, Alias("candle-query")]
public sealed record CandleQuery(
    string Symbol, CandlePeriod? Period, long? FromNanos, long ThroughNanos, int Limit, bool IsAsTraded = false);

/// <summary>Query for public trades.</summary>
/// <param name="Symbol">The instrument.</param>
/// <param name="From">First trade to return; null returns the newest, unless a time is given.</param>
/// <param name="FromNanos">Earliest time, Unix nanoseconds.</param>
/// <param name="ThroughNanos">Latest time, Unix nanoseconds.</param>
/// <param name="Limit">Maximum number of trades, from 1.</param>
[GenerateSerializer, Immutable, Alias("trade-query")]
public sealed record TradeQuery(string Symbol, TradePlace? From, long? FromNanos, long? ThroughNanos, int Limit);

/// <summary>Query for an account's fills.</summary>
/// <param name="Account">The account.</param>
/// <param name="Symbol">The instrument.</param>
/// <param name="OrderId">Public id of an order; only its fills are returned.</param>
/// <param name="From">First trade to return; null returns the newest, unless a time is given.</param>
/// <param name="FromNanos">Earliest time, Unix nanoseconds.</param>
/// <param name="ThroughNanos">Latest time, Unix nanoseconds.</param>
/// <param name="Limit">Maximum number of fills, from 1.</param>
/// <param name="OmitsVoid">True to omit busted trades.</param>
[GenerateSerializer, Immutable, Alias("fill-query")]
public sealed record FillQuery(
    long Account, string Symbol, long? OrderId, TradePlace? From, long? FromNanos, long? ThroughNanos, int Limit,
    bool OmitsVoid = false);

/// <summary>Records of a book that became durable together, published on the book's stream.</summary>
/// <param name="Symbol">The book.</param>
/// <param name="FirstSequence">Sequence of the first record.</param>
/// <param name="Records">The records, without a gap.</param>
[Immutable]
public sealed record BookBatch(string Symbol, long FirstSequence, ImmutableArray<BookRecord> Records);

/// <summary>Notice that a journal stream has advanced, so that its readers may read on.</summary>
/// <param name="Stream">Name of the journal stream.</param>
/// <param name="Sequence">Its durable head.</param>
[GenerateSerializer, Immutable, Alias("stream-advanced")]
public sealed record StreamAdvanced(string Stream, long Sequence);

/// <summary>Names of the Orleans streams between grains.</summary>
public static class EventStreams
{
    /// <summary>The stream provider.</summary>
    public const string Provider = "events";

    /// <summary>Namespace of <see cref="BookBatch"/> messages; the key is the symbol.</summary>
    public const string Book = "book";

    /// <summary>Namespace of <see cref="StreamAdvanced"/> messages; the key is <see cref="LedgerKey"/>.</summary>
    public const string Ledger = "ledger";

    /// <summary>Key of the one ledger grain.</summary>
    public const string LedgerKey = "all";
}

/// <summary>Summary of a book's state.</summary>
/// <param name="Sequence">The book's sequence.</param>
/// <param name="OpenOrders">Number of open orders.</param>
/// <param name="IsHalted">
/// True if it does not trade because its journal is inconsistent; all other fields are then empty.
/// </param>
/// <param name="Phase">Its trading phase.</param>
/// <param name="LastPriceTicks">Last price, in ticks; 0 for none.</param>
/// <param name="MarkPriceTicks">Mark price, in ticks; 0 for none.</param>
/// <param name="ReferencePriceTicks">Reference price of the static band, in ticks; 0 for none.</param>
/// <param name="Indicative">In a call phase: the indicative auction result.</param>
/// <param name="MarkNanos">
/// Time at which the mark price was last set, Unix nanoseconds; 0 if unknown since a restart.
/// </param>
/// <param name="Reason">Reason of its phase.</param>
/// <param name="PhaseNanos">Start of the phase, Unix nanoseconds; 0 if unknown.</param>
/// <param name="Plan">The planned next phase; null for none.</param>
/// <param name="AuctionNanos">Length of a volatility auction, nanoseconds; 0 if an operator must end it.</param>
/// <param name="Rules">
/// Rules in force, as the changes that set them, without the length of an auction; null if unknown.
/// </param>
/// <param name="LowestPriceTicks">Lowest price that the static band allows now, in ticks; 0 for none.</param>
/// <param name="HighestPriceTicks">Highest price that the static band allows now, in ticks; 0 for none.</param>
[GenerateSerializer, Immutable, Alias("book-state")]
public sealed record BookState(
    long Sequence,
    int OpenOrders,
    bool IsHalted = false,
    TradingPhase Phase = TradingPhase.Continuous,
    long LastPriceTicks = 0,
    long MarkPriceTicks = 0,
    long ReferencePriceTicks = 0,
    IndicativeAuction? Indicative = null,
    long MarkNanos = 0,
    PhaseReason Reason = PhaseReason.None,
    long PhaseNanos = 0,
    PhasePlan? Plan = null,
    long AuctionNanos = 0,
    RuleChanges? Rules = null,
    long LowestPriceTicks = 0,
    long HighestPriceTicks = 0)
{
    /// <summary>True if it is halted or closed and no plan ends that.</summary>
    public bool StandsStill => Phase is TradingPhase.Halt or TradingPhase.Closed && Plan is null;
}

/// <summary>Result of a request to halt a book.</summary>
/// <param name="Reason">None, or the reason why the book was not halted.</param>
/// <param name="IsOnRecord">
/// True if the halt is durable. If not, the book is halted in memory only, and the end of its process would undo the
/// halt.
/// </param>
/// <param name="State">The book's state in memory; null if it was not halted.</param>
[GenerateSerializer, Immutable, Alias("halt-answer")]
public sealed record HaltAnswer(RejectReason Reason, bool IsOnRecord, BookState? State)
{
    /// <summary>Maximum time that the answer waits for the record, milliseconds.</summary>
    public const int PatienceMillis = 500;
}
