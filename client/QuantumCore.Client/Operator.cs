using System.Text.Json.Serialization;

namespace QuantumCore.Client;

/// <summary>Phase of a symbol's trading day.</summary>
public enum TradingPhase
{
    /// <summary>Collects orders, tells no indicative price.</summary>
    [JsonStringEnumMemberName("preOpen")] PreOpen = 1,

    /// <summary>Collects orders for the opening auction.</summary>
    [JsonStringEnumMemberName("opening")] Opening = 2,

    /// <summary>Matches continuously.</summary>
    [JsonStringEnumMemberName("continuous")] Continuous = 3,

    /// <summary>Collects orders for an auction that a price band or a halt called for.</summary>
    [JsonStringEnumMemberName("volatility")] Volatility = 4,

    /// <summary>Collects orders for the closing auction.</summary>
    [JsonStringEnumMemberName("closing")] Closing = 5,

    /// <summary>Stopped: orders may be cancelled or made smaller, none entered.</summary>
    [JsonStringEnumMemberName("halt")] Halt = 6,

    /// <summary>The day is over.</summary>
    [JsonStringEnumMemberName("closed")] Closed = 7,
}

/// <summary>What an auction would give now.</summary>
/// <param name="Price">Its price; null when nothing would trade.</param>
/// <param name="Quantity">Quantity that would trade.</param>
/// <param name="Imbalance">Quantity that would be left: of buyers when positive, of sellers when negative.</param>
public sealed record IndicativeAuction(decimal? Price, decimal Quantity, decimal Imbalance);

/// <summary>A symbol's phase and prices.</summary>
/// <param name="Symbol">The instrument.</param>
/// <param name="Sequence">The book's sequence.</param>
/// <param name="Phase">Its trading phase.</param>
/// <param name="LastPrice">Price of the last trade; null before the first.</param>
/// <param name="MarkPrice">The mark price; null when none is set.</param>
/// <param name="ReferencePrice">Reference of the static band; null for none.</param>
/// <param name="Indicative">In a call phase: what the auction would give.</param>
/// <param name="PhaseReason">Why it is in its phase; null where nobody said.</param>
/// <param name="PhaseSince">When the phase began; null where that is not known.</param>
/// <param name="NextPhase">The phase that is to follow; null when none is planned.</param>
/// <param name="NextPhaseTime">When it follows.</param>
/// <param name="AuctionSeconds">How long a volatility auction lasts; null: until somebody ends it.</param>
/// <param name="Rules">The rules its operator set, <see cref="BookRules.AuctionSeconds"/> apart; null for one there is not, and as a whole from an exchange that does not tell them.</param>
/// <param name="PriceLimits">The prices that the static band takes now; null while there is none.</param>
public sealed record SymbolState(
    string Symbol,
    long Sequence,
    TradingPhase Phase,
    decimal? LastPrice,
    decimal? MarkPrice,
    decimal? ReferencePrice,
    IndicativeAuction? Indicative,
    PhaseReason? PhaseReason = null,
    DateTimeOffset? PhaseSince = null,
    TradingPhase? NextPhase = null,
    DateTimeOffset? NextPhaseTime = null,
    int? AuctionSeconds = null,
    BookRules? Rules = null,
    PriceLimits? PriceLimits = null);

/// <summary>The prices that a symbol takes, both included.</summary>
/// <param name="Lowest">The lowest.</param>
/// <param name="Highest">The highest.</param>
public sealed record PriceLimits(decimal Lowest, decimal Highest);

/// <summary>Why a symbol is in its phase.</summary>
public enum PhaseReason
{
    /// <summary>News is pending.</summary>
    [JsonStringEnumMemberName("newsPending")] NewsPending = 1,

    /// <summary>News is out and is being read.</summary>
    [JsonStringEnumMemberName("newsDissemination")] NewsDissemination = 2,

    /// <summary>Orders stand too far apart.</summary>
    [JsonStringEnumMemberName("orderImbalance")] OrderImbalance = 3,

    /// <summary>Something technical.</summary>
    [JsonStringEnumMemberName("technical")] Technical = 4,

    /// <summary>An authority asked for it.</summary>
    [JsonStringEnumMemberName("regulatory")] Regulatory = 5,

    /// <summary>The market-wide breaker; no call may say so. Nor the two below.</summary>
    [JsonStringEnumMemberName("marketWideBreaker")] MarketWideBreaker = 6,

    /// <summary>A price would have left its band, or an auction its collar.</summary>
    [JsonStringEnumMemberName("priceBand")] PriceBand = 7,

    /// <summary>It was planned when the phase before it began.</summary>
    [JsonStringEnumMemberName("planned")] Planned = 8,
}

/// <summary>What a phase call says beside the phase.</summary>
public sealed record PhaseTerms
{
    /// <summary>Why.</summary>
    public PhaseReason? Reason { get; init; }

    /// <summary>How long the phase lasts, whole seconds from 1 to a week; null: until the next call.</summary>
    public TimeSpan? For { get; init; }

    /// <summary>What follows; null: what usually does (an auction after a halt, trading after an auction).</summary>
    public TradingPhase? Then { get; init; }

    /// <summary>How long that lasts until trading is continuous, whole seconds; null: until the next call.</summary>
    public TimeSpan? ThenFor { get; init; }

    /// <summary>A sentence for the record, at most 200 characters.</summary>
    public string? Why { get; init; }
}

/// <summary>What the dynamic band does when the next price is outside.</summary>
public enum BandMode
{
    /// <summary>The remainder of the order expires.</summary>
    [JsonStringEnumMemberName("reject")] Reject = 1,

    /// <summary>The symbol goes to a volatility auction.</summary>
    [JsonStringEnumMemberName("auction")] Auction = 2,
}

/// <summary>Rules of a book that change; what is null stays, <see cref="None"/> takes a rule away.</summary>
public sealed record BookRules
{
    /// <summary>Takes a rule away.</summary>
    public const int None = -1;

    /// <summary>How far a market order may trade from the first order it meets, a difference of prices from 0.</summary>
    [JsonConverter(typeof(DecimalOrNone))]
    public decimal? Protection { get; init; }

    /// <summary>Static band around its reference in basis points, 0 to 9,999: prices outside are refused.</summary>
    [JsonConverter(typeof(NumberOrNone))]
    public int? StaticBand { get; init; }

    /// <summary>Dynamic band around the last trade in basis points, 0 to 9,999: nothing trades outside.</summary>
    [JsonConverter(typeof(NumberOrNone))]
    public int? DynamicBand { get; init; }

    /// <summary>What the dynamic band does.</summary>
    public BandMode? DynamicBandMode { get; init; }

    /// <summary>How far an auction price may be from the static reference in basis points, 0 to 9,999.</summary>
    [JsonConverter(typeof(NumberOrNone))]
    public int? AuctionCollar { get; init; }

    /// <summary>How often an auction outside its collar is extended, 0 to 100.</summary>
    public int? MaxExtensions { get; init; }

    /// <summary>How long a volatility auction lasts, 1 second to a week; none: until somebody ends it.</summary>
    [JsonConverter(typeof(NumberOrNone))]
    public int? AuctionSeconds { get; init; }

    /// <summary>Goes along with a change, and is none of the rules that a book tells.</summary>
    [JsonInclude]
    internal string? Why { get; init; }
}

/// <summary>Where an account was blocked or let in again.</summary>
/// <param name="Account">The account, <c>ACC-n</c>.</param>
/// <param name="Blocked">Whether it is blocked there now.</param>
/// <param name="Symbols">The symbols, in their order.</param>
public sealed record BlockReceipt(string Account, bool Blocked, IReadOnlyList<string> Symbols);

/// <summary>Accounts of an owner that were blocked or unblocked.</summary>
/// <param name="Owner">The owner's name.</param>
/// <param name="Blocked">True if they are blocked now.</param>
/// <param name="Accounts">Each account.</param>
public sealed record OwnerBlockReceipt(string Owner, bool Blocked, IReadOnlyList<BlockReceipt> Accounts);

/// <summary>What the market-wide breaker did.</summary>
/// <param name="Level">How far the index has fallen: 0, or level 1 to 3.</param>
/// <param name="Acted">Whether it stopped trading now.</param>
/// <param name="Symbols">The symbols it stopped.</param>
public sealed record BreakerReport(int Level, bool Acted, IReadOnlyList<string> Symbols);
