using System.Collections.Immutable;
using QuantumCore.Instruments;

namespace QuantumCore.Contracts;

/// <summary>Market data of one symbol.</summary>
[Alias("market-data")]
public interface IMarketDataGrain : IGrainWithStringKey
{
    /// <summary>The book by price, at most this many levels a side.</summary>
    [Alias("depth")]
    ValueTask<DepthView> Depth(int levels);

    /// <summary>The newest trades, newest first.</summary>
    [Alias("trades")]
    ValueTask<ImmutableArray<PublicTrade>> Trades(int limit);

    /// <summary>The last price as the book has it, in ticks; 0 for none. A split scales it, and what strategies' legs trade with quotes or with each other is none.</summary>
    [Alias("last-price")]
    ValueTask<long> LastPrice();

    /// <summary>Waits until there is something after a sequence, some seconds at most; 0 gives a snapshot at once.</summary>
    [Alias("wait")]
    ValueTask<MarketUpdate?> WaitForUpdate(long afterSequence);

    /// <summary>For half a minute hands what the book publishes to the symbol's <see cref="IPriceWatchGrain"/> too.</summary>
    [Alias("forward")]
    ValueTask ForwardTrades();

    /// <summary>The first displayed orders of each side, at most this many. The first to ask waits until the book's records were run again.</summary>
    [Alias("orders")]
    ValueTask<OrderByOrderUpdate> DisplayedOrders(int limit);

    /// <summary>
    /// Waits until there is something after a sequence, some seconds at most, and tells it order by order; 0 gives all displayed orders at once. The first
    /// to ask waits until the book's records were run again.
    /// </summary>
    [Alias("wait-orders")]
    ValueTask<OrderByOrderUpdate?> WaitForOrders(long afterSequence);
}

/// <summary>One price level of a book.</summary>
/// <param name="PriceTicks">Price in ticks.</param>
/// <param name="QuantityLots">Open quantity in lots; 0 in an update means that the level is gone.</param>
/// <param name="Orders">Number of orders.</param>
[GenerateSerializer, Immutable, Alias("depth-level")]
public readonly record struct DepthLevel(long PriceTicks, long QuantityLots, int Orders);

/// <summary>A trade as the public sees it.</summary>
/// <param name="Sequence">The book's sequence; with <paramref name="Index"/> it names the trade.</param>
/// <param name="Index">Position within that sequence, from 0.</param>
/// <param name="TimeNanos">Unix nanoseconds.</param>
/// <param name="PriceTicks">Price in ticks.</param>
/// <param name="QuantityLots">Quantity in lots.</param>
/// <param name="TakerSide">Side of the aggressive order; says nothing where <paramref name="IsAuction"/>.</param>
/// <param name="ChangedTicks">Its price since it was changed, in ticks; 0: it is void; null: it is as it was made. An update tells a trade as it was made.</param>
/// <param name="IsOfLeg">The trade is one of a strategy's leg, which leaves the last price alone.</param>
/// <param name="IsAuction">The trade is one of an auction's: neither order took.</param>
[GenerateSerializer, Immutable, Alias("public-trade")]
public readonly record struct PublicTrade(
    long Sequence, int Index, long TimeNanos, long PriceTicks, long QuantityLots, Side TakerSide, long? ChangedTicks = null, bool IsOfLeg = false, bool IsAuction = false)
{
    /// <summary>Side of the order that took; null where neither did.</summary>
    public Side? Aggressor => IsAuction ? null : TakerSide;
}

/// <summary>A trade of before was declared void, or has another price, as the public sees it.</summary>
/// <param name="Sequence">The book's sequence with it.</param>
/// <param name="TimeNanos">When it was changed, Unix nanoseconds.</param>
/// <param name="Trade">The trade, as it was made.</param>
/// <param name="BeforeTicks">The price that held until then, in ticks.</param>
/// <param name="PriceTicks">The price that holds now, in ticks; 0: it is void.</param>
[GenerateSerializer, Immutable, Alias("public-trade-change")]
public readonly record struct PublicTradeChange(long Sequence, long TimeNanos, PublicTrade Trade, long BeforeTicks, long PriceTicks);

/// <summary>The book by price (L2), best first, at a sequence. Everything shown is durable.</summary>
/// <param name="Sequence">The book's sequence.</param>
/// <param name="TimeNanos">Time of that sequence, Unix nanoseconds.</param>
/// <param name="Bids">Buy levels, highest first.</param>
/// <param name="Asks">Sell levels, lowest first.</param>
/// <param name="LastPriceTicks">What its book says is the last price at that sequence, in ticks; 0 for none, and where another than the book tells the levels.</param>
[GenerateSerializer, Immutable, Alias("depth-view")]
public sealed record DepthView(
    long Sequence, long TimeNanos, ImmutableArray<DepthLevel> Bids, ImmutableArray<DepthLevel> Asks, long LastPriceTicks = 0);

/// <summary>What changed after a sequence, or the whole book where that is shorter or the past is forgotten.</summary>
/// <param name="IsSnapshot">The levels are the whole book; otherwise the changed ones, with their new size.</param>
/// <param name="PreviousSequence">The sequence this follows on; a reader at another one must ask again.</param>
/// <param name="Sequence">The book's sequence after it.</param>
/// <param name="TimeNanos">Time of that sequence, Unix nanoseconds.</param>
/// <param name="Bids">Buy levels.</param>
/// <param name="Asks">Sell levels.</param>
/// <param name="Trades">Trades in between, oldest first.</param>
/// <param name="ChangedTrades">What <see cref="TradeChanges"/> has.</param>
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
    /// <summary>Changes of trades of before, or of those in between, oldest first; a release from before tells none.</summary>
    public ImmutableArray<PublicTradeChange> TradeChanges => ChangedTrades.IsDefault ? [] : ChangedTrades;
}

/// <summary>An order as others see it: of an iceberg its tip; hidden orders, orders that wait and market orders in a call phase are never seen.</summary>
/// <param name="OrderId">Its public id, from 1.</param>
/// <param name="PriceTicks">Price in ticks.</param>
/// <param name="QuantityLots">Lots it shows, from 1.</param>
[GenerateSerializer, Immutable, Alias("displayed-order")]
public readonly record struct DisplayedOrder(long OrderId, long PriceTicks, long QuantityLots);

/// <summary>What happened to one displayed order, or a trade that none tells of.</summary>
/// <param name="Sequence">The book's sequence that brought it.</param>
/// <param name="TimeNanos">Time of that sequence, Unix nanoseconds.</param>
/// <param name="Kind">What happened.</param>
/// <param name="Side">Side of the order; Printed: of the taker, of an auction the buyer's.</param>
/// <param name="OrderId">The order; 0 when Printed.</param>
/// <param name="PriceTicks">Its price in ticks; Executed, Printed: the price traded.</param>
/// <param name="QuantityLots">Added, Resized: lots it shows now. Executed, Printed: lots traded. Removed: 0.</param>
/// <param name="BeforeId">Added: the order at that price that it stands right before; 0 when it is last.</param>
/// <param name="TradeIndex">Executed, Printed: the trade's position within its sequence, from 0; else 0.</param>
[GenerateSerializer, Immutable, Alias("displayed-order-change")]
public readonly record struct DisplayedOrderChange(
    long Sequence, long TimeNanos, OrderChangeKind Kind, Side Side, long OrderId, long PriceTicks, long QuantityLots, long BeforeId, int TradeIndex);

/// <summary>What happened order by order (L3) after a sequence, or all displayed orders where the past is forgotten. Everything shown is durable.</summary>
/// <param name="IsSnapshot">The orders are all there are; otherwise there are none, and the changes say what happened.</param>
/// <param name="PreviousSequence">The sequence this follows on; a reader at another one must ask again.</param>
/// <param name="Sequence">The book's sequence after it.</param>
/// <param name="TimeNanos">Time of that sequence, Unix nanoseconds.</param>
/// <param name="Bids">Buyers' orders in the sequence in which they trade: highest price first, then the first in line.</param>
/// <param name="Asks">Sellers', lowest price first.</param>
/// <param name="Changes">What happened in between, in the sequence in which it did.</param>
[GenerateSerializer, Immutable, Alias("order-by-order")]
public sealed record OrderByOrderUpdate(
    bool IsSnapshot,
    long PreviousSequence,
    long Sequence,
    long TimeNanos,
    ImmutableArray<DisplayedOrder> Bids,
    ImmutableArray<DisplayedOrder> Asks,
    ImmutableArray<DisplayedOrderChange> Changes);

/// <summary>The place of a trade in its book's stream.</summary>
/// <param name="Sequence">The book's sequence.</param>
/// <param name="Index">Position within that sequence, from 0.</param>
[GenerateSerializer, Immutable, Alias("trade-place")]
public readonly record struct TradePlace(long Sequence, int Index);

/// <summary>A fill in an account's history.</summary>
/// <param name="Symbol">The instrument.</param>
/// <param name="OrderId">The account's order.</param>
/// <param name="ClientOrderId">The client's name for it.</param>
/// <param name="Side">The account's side.</param>
/// <param name="TimeNanos">Unix nanoseconds.</param>
/// <param name="Fill">Price, quantity, fee as they are now; of a trade that is void the price it was made at, and no fee.</param>
/// <param name="State">What became of the trade afterwards.</param>
/// <param name="TradedTicks">The price it was made at, in ticks; 0 where it is still that.</param>
[GenerateSerializer, Immutable, Alias("account-fill")]
public sealed record AccountFill(
    string Symbol, long OrderId, string ClientOrderId, Side Side, long TimeNanos, OrderFill Fill, TradeState State = TradeState.AsMade, long TradedTicks = 0);

/// <summary>What became of a trade after it was made. Numbers never change.</summary>
public enum TradeState : byte
{
    /// <summary>It is as it was made.</summary>
    AsMade = 0,

    /// <summary>It was declared void: what it moved was given back.</summary>
    Void = 1,

    /// <summary>Its price was corrected.</summary>
    Corrected = 2,
}

/// <summary>How long a candle is; the number is minutes, of a month the longest.</summary>
public enum CandlePeriod
{
    /// <summary>One minute.</summary>
    Minute = 1,

    /// <summary>Three minutes.</summary>
    ThreeMinutes = 3,

    /// <summary>Five minutes.</summary>
    FiveMinutes = 5,

    /// <summary>A quarter of an hour.</summary>
    QuarterHour = 15,

    /// <summary>Half an hour.</summary>
    HalfHour = 30,

    /// <summary>One hour.</summary>
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

    /// <summary>One day, UTC.</summary>
    Day = 1_440,

    /// <summary>Three days.</summary>
    ThreeDays = 4_320,

    /// <summary>A week from Monday.</summary>
    Week = 10_080,

    /// <summary>A month of the calendar.</summary>
    Month = 44_640,
}

/// <summary>
/// The trades of a symbol within a time. Without any, all prices are the last one before it.
/// </summary>
/// <param name="StartNanos">Its start, Unix nanoseconds.</param>
/// <param name="EndNanos">The start of the next one.</param>
/// <param name="OpenTicks">First price.</param>
/// <param name="HighTicks">Highest price.</param>
/// <param name="LowTicks">Lowest price.</param>
/// <param name="CloseTicks">Last price.</param>
/// <param name="Lots">What was traded, in lots.</param>
/// <param name="Value">What was paid for it, in ticks times lots.</param>
/// <param name="Trades">Number of trades.</param>
/// <param name="BoughtLots">What takers bought of it.</param>
/// <param name="BoughtValue">What they paid, in ticks times lots.</param>
/// <param name="First">The first trade; nothing when there is none.</param>
/// <param name="Last">The last trade.</param>
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

/// <summary>Which candles.</summary>
/// <param name="Symbol">The instrument.</param>
/// <param name="Period">How long each is; null for one candle over the whole time, in whole minutes.</param>
/// <param name="FromNanos">The first candle that begins at this time or later, Unix nanoseconds; null: the newest ones.</param>
/// <param name="ThroughNanos">None that begins after this time.</param>
/// <param name="Limit">Most candles, from 1.</param>
/// <param name="IsAsTraded">Prices and lots as they were traded; otherwise of the units of now, splits since then reckoned in.</param>
[GenerateSerializer, Immutable, Alias("candle-query")]
public sealed record CandleQuery(
    string Symbol, CandlePeriod? Period, long? FromNanos, long ThroughNanos, int Limit, bool IsAsTraded = false);

/// <summary>Which public trades.</summary>
/// <param name="Symbol">The instrument.</param>
/// <param name="From">The first one or a later one; null: the newest ones, unless a time is given.</param>
/// <param name="FromNanos">None before this time, Unix nanoseconds.</param>
/// <param name="ThroughNanos">None after this time.</param>
/// <param name="Limit">Most trades, from 1.</param>
[GenerateSerializer, Immutable, Alias("trade-query")]
public sealed record TradeQuery(string Symbol, TradePlace? From, long? FromNanos, long? ThroughNanos, int Limit);

/// <summary>Which fills of an account.</summary>
/// <param name="Account">Whose.</param>
/// <param name="Symbol">The instrument.</param>
/// <param name="OrderId">Of this order alone.</param>
/// <param name="From">The first one or a later one; null: the newest ones, unless a time is given.</param>
/// <param name="FromNanos">None before this time, Unix nanoseconds.</param>
/// <param name="ThroughNanos">None after this time.</param>
/// <param name="Limit">Most fills, from 1.</param>
/// <param name="OmitsVoid">Without trades that were declared void.</param>
[GenerateSerializer, Immutable, Alias("fill-query")]
public sealed record FillQuery(
    long Account, string Symbol, long? OrderId, TradePlace? From, long? FromNanos, long? ThroughNanos, int Limit, bool OmitsVoid = false);

/// <summary>Records of a book that became durable together, on the stream of that book.</summary>
/// <param name="Symbol">The book.</param>
/// <param name="FirstSequence">Sequence of the first record.</param>
/// <param name="Records">The records, without a gap.</param>
[GenerateSerializer, Immutable, Alias("book-batch")]
public sealed record BookBatch(string Symbol, long FirstSequence, ImmutableArray<BookRecord> Records);

/// <summary>A journal stream has moved on; whoever follows it may read.</summary>
/// <param name="Stream">Name of the journal stream.</param>
/// <param name="Sequence">Its durable head.</param>
[GenerateSerializer, Immutable, Alias("stream-advanced")]
public sealed record StreamAdvanced(string Stream, long Sequence);

/// <summary>Names of the streams between grains.</summary>
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

/// <summary>A book's state in short.</summary>
/// <param name="Sequence">Its sequence.</param>
/// <param name="OpenOrders">Number of open orders.</param>
/// <param name="IsHalted">Whether it does not trade because its journal can't be explained; it shows nothing then.</param>
/// <param name="Phase">Its trading phase.</param>
/// <param name="LastPriceTicks">Price of the last trade; 0 for none. So are the two below.</param>
/// <param name="MarkPriceTicks">The mark price.</param>
/// <param name="ReferencePriceTicks">Reference of the static band.</param>
/// <param name="Indicative">In a call phase: what the auction would give.</param>
/// <param name="MarkNanos">When the mark price was set last, Unix nanoseconds; 0 where that is not known since a restart.</param>
/// <param name="Reason">Why it is in its phase.</param>
/// <param name="PhaseNanos">When the phase began, Unix nanoseconds; 0 where that is not known.</param>
/// <param name="Plan">The phase that is to follow, if one is planned.</param>
/// <param name="AuctionNanos">How long a volatility auction lasts, nanoseconds; 0: until somebody ends it.</param>
/// <param name="Rules">The rules that its operator set, as <see cref="BookVerb.SetRules"/> names them; how long an auction lasts is not among them.</param>
/// <param name="LowestPriceTicks">The lowest price that the static band takes now; 0: there is none. So is the highest.</param>
/// <param name="HighestPriceTicks">The highest.</param>
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
    ImmutableArray<NamedValue> Rules = default,
    long LowestPriceTicks = 0,
    long HighestPriceTicks = 0)
{
    /// <summary>Whether it is halted or closed, and nothing is planned that would end that.</summary>
    public bool StandsStill => Phase is TradingPhase.Halt or TradingPhase.Closed && Plan is null;
}

/// <summary>Outcome of a halt.</summary>
/// <param name="Reason">None, or why the book was not halted.</param>
/// <param name="IsOnRecord">Whether it is durable. If not, the book is halted in memory, and the end of its process would undo that.</param>
/// <param name="State">The book as it is in memory; null where it was not halted.</param>
[GenerateSerializer, Immutable, Alias("halt-answer")]
public sealed record HaltAnswer(RejectReason Reason, bool IsOnRecord, BookState? State)
{
    /// <summary>Longest time that the answer waits for the record, milliseconds.</summary>
    public const int PatienceMillis = 500;
}
