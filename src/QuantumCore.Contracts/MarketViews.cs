using System.Collections.Immutable;
using QuantumCore.Instruments;

namespace QuantumCore.Contracts;

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
/// <param name="TakerSide">Side of the aggressive order.</param>
[GenerateSerializer, Immutable, Alias("public-trade")]
public readonly record struct PublicTrade(
    long Sequence, int Index, long TimeNanos, long PriceTicks, long QuantityLots, Side TakerSide);

/// <summary>The book by price (L2), best first, at a sequence. Everything shown is durable.</summary>
/// <param name="Sequence">The book's sequence.</param>
/// <param name="TimeNanos">Time of that sequence, Unix nanoseconds.</param>
/// <param name="Bids">Buy levels, highest first.</param>
/// <param name="Asks">Sell levels, lowest first.</param>
[GenerateSerializer, Immutable, Alias("depth-view")]
public sealed record DepthView(
    long Sequence, long TimeNanos, ImmutableArray<DepthLevel> Bids, ImmutableArray<DepthLevel> Asks);

/// <summary>What changed after a sequence, or the whole book where that is shorter or the past is forgotten.</summary>
/// <param name="IsSnapshot">The levels are the whole book; otherwise the changed ones, with their new size.</param>
/// <param name="PreviousSequence">The sequence this follows on; a reader at another one must ask again.</param>
/// <param name="Sequence">The book's sequence after it.</param>
/// <param name="TimeNanos">Time of that sequence, Unix nanoseconds.</param>
/// <param name="Bids">Buy levels.</param>
/// <param name="Asks">Sell levels.</param>
/// <param name="Trades">Trades in between, oldest first.</param>
[GenerateSerializer, Immutable, Alias("market-update")]
public sealed record MarketUpdate(
    bool IsSnapshot,
    long PreviousSequence,
    long Sequence,
    long TimeNanos,
    ImmutableArray<DepthLevel> Bids,
    ImmutableArray<DepthLevel> Asks,
    ImmutableArray<PublicTrade> Trades);

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
/// <param name="Fill">Price, quantity, fee.</param>
[GenerateSerializer, Immutable, Alias("account-fill")]
public sealed record AccountFill(
    string Symbol, long OrderId, string ClientOrderId, Side Side, long TimeNanos, OrderFill Fill);

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
