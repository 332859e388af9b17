using System.Text.Json.Serialization;

namespace QuantumCore.Client;

/// <summary>Indicative result of an auction.</summary>
/// <param name="Price">Auction price; null if nothing would trade.</param>
/// <param name="Quantity">Quantity that would trade.</param>
/// <param name="Imbalance">Surplus quantity: positive for buyers, negative for sellers.</param>
public sealed record IndicativeAuction(decimal? Price, decimal Quantity, decimal Imbalance);

/// <summary>A symbol's phase and prices.</summary>
/// <param name="Symbol">The instrument.</param>
/// <param name="Sequence">The book's sequence.</param>
/// <param name="Phase">Its trading phase.</param>
/// <param name="LastPrice">Price of the last trade; null before the first.</param>
/// <param name="MarkPrice">The mark price; null when none is set.</param>
/// <param name="ReferencePrice">Reference price of the static band; null for none.</param>
/// <param name="PriceLimits">Prices that the static band accepts now; null for no band.</param>
/// <param name="Indicative">Indicative auction result, in a call phase.</param>
/// <param name="PhaseReason">Reason of the phase; null if none was given.</param>
/// <param name="PhaseSince">Start of the phase; null if unknown.</param>
/// <param name="NextPhase">Scheduled next phase; null for none.</param>
/// <param name="NextPhaseTime">Start of the next phase.</param>
/// <param name="AuctionSeconds">Length of a volatility auction, in seconds; null until an operator ends it.</param>
/// <param name="Rules">
/// Rules that the operator set, without <see cref="BookRules.AuctionSeconds"/>. A rule that is not set is null.
/// </param>
public sealed record SymbolState(
    string Symbol,
    long Sequence,
    TradingPhase Phase,
    decimal? LastPrice,
    decimal? MarkPrice,
    decimal? ReferencePrice,
    PriceLimits? PriceLimits,
    IndicativeAuction? Indicative,
    PhaseReason? PhaseReason,
    UtcTime? PhaseSince,
    TradingPhase? NextPhase,
    UtcTime? NextPhaseTime,
    int? AuctionSeconds,
    BookRules Rules);

/// <summary>Accepted price range of a symbol, both limits inclusive.</summary>
/// <param name="Lowest">Lowest price.</param>
/// <param name="Highest">Highest price.</param>
public sealed record PriceLimits(decimal Lowest, decimal Highest);

/// <summary>Reason of a symbol's phase.</summary>
public enum PhaseReason
{
    /// <summary>News is pending.</summary>
    [JsonStringEnumMemberName("newsPending")] NewsPending = 1,

    /// <summary>News was published and is being disseminated.</summary>
    [JsonStringEnumMemberName("newsDissemination")] NewsDissemination = 2,

    /// <summary>Buy and sell orders are imbalanced.</summary>
    [JsonStringEnumMemberName("orderImbalance")] OrderImbalance = 3,

    /// <summary>Technical problem.</summary>
    [JsonStringEnumMemberName("technical")] Technical = 4,

    /// <summary>Requested by an authority.</summary>
    [JsonStringEnumMemberName("regulatory")] Regulatory = 5,

    /// <summary>Market-wide circuit breaker. Callers may not give this reason or the two below.</summary>
    [JsonStringEnumMemberName("marketWideBreaker")] MarketWideBreaker = 6,

    /// <summary>A price would have left its band, or an auction its collar.</summary>
    [JsonStringEnumMemberName("priceBand")] PriceBand = 7,

    /// <summary>Scheduled when the previous phase began.</summary>
    [JsonStringEnumMemberName("planned")] Planned = 8,
}

/// <summary>Terms of a phase change.</summary>
public sealed record PhaseTerms
{
    /// <summary>Reason of the phase.</summary>
    public PhaseReason? Reason { get; init; }

    /// <summary>Duration, whole seconds from 1 second to a week; null until the next change.</summary>
    public TimeSpan? For { get; init; }

    /// <summary>Following phase; null for the usual one (an auction after a halt, trading after an auction).</summary>
    public TradingPhase? Then { get; init; }

    /// <summary>
    /// Duration of the following phase until continuous trading, whole seconds; null until the next change.
    /// </summary>
    public TimeSpan? ThenFor { get; init; }

    /// <summary>Reason to record, at most 200 characters.</summary>
    public string? Why { get; init; }
}

/// <summary>Changes of a book's rules. Null keeps a rule; <see cref="None"/> removes it.</summary>
public sealed record BookRules
{
    /// <summary>Value that removes a rule.</summary>
    public const int None = -1;

    /// <summary>
    /// Largest distance from the first order it meets at which a market order may trade, a price difference from 0.
    /// </summary>
    [JsonIgnore(Condition = JsonIgnoreCondition.Never)]
    public decimal? Protection { get; init; }

    /// <summary>Static band around its reference, in basis points, 0 to 9,999. Prices outside are rejected.</summary>
    [JsonIgnore(Condition = JsonIgnoreCondition.Never)]
    public int? StaticBand { get; init; }

    /// <summary>Dynamic band around the last trade, in basis points, 0 to 9,999. Nothing trades outside.</summary>
    [JsonIgnore(Condition = JsonIgnoreCondition.Never)]
    public int? DynamicBand { get; init; }

    /// <summary>Action of the dynamic band.</summary>
    [JsonIgnore(Condition = JsonIgnoreCondition.Never)]
    public BandMode? DynamicBandMode { get; init; }

    /// <summary>Largest distance of an auction price from the static reference, in basis points, 0 to 9,999.</summary>
    [JsonIgnore(Condition = JsonIgnoreCondition.Never)]
    public int? AuctionCollar { get; init; }

    /// <summary>Most extensions of an auction outside its collar, 0 to 100.</summary>
    [JsonIgnore(Condition = JsonIgnoreCondition.Never)]
    public int? MaxExtensions { get; init; }

    /// <summary>Length of a volatility auction, from 1 second to a week; none until an operator ends it.</summary>
    public int? AuctionSeconds { get; init; }
}

/// <summary>Symbols in which an account was blocked or unblocked.</summary>
/// <param name="Account">The account, <c>ACC-n</c>.</param>
/// <param name="Blocked">True if it is blocked there now.</param>
/// <param name="Symbols">Symbols, sorted.</param>
public sealed record BlockReceipt(string Account, bool Blocked, IReadOnlyList<string> Symbols);

/// <summary>Accounts of an owner that were blocked or unblocked.</summary>
/// <param name="Owner">The owner's name.</param>
/// <param name="Blocked">True if they are blocked now.</param>
/// <param name="Accounts">Each account.</param>
public sealed record OwnerBlockReceipt(string Owner, bool Blocked, IReadOnlyList<BlockReceipt> Accounts);

/// <summary>Result of the market-wide circuit breaker.</summary>
/// <param name="Level">Level of the index's fall: 0, or 1 to 3.</param>
/// <param name="Acted">True if it stopped trading now.</param>
/// <param name="Symbols">Symbols it stopped.</param>
public sealed record BreakerReport(int Level, bool Acted, IReadOnlyList<string> Symbols);
