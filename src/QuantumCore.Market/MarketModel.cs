using System.Text.Json.Serialization;
using QuantumCore.Instruments;

namespace QuantumCore.Market;

/// <summary>Who trades in a simulated market. Each has an account of its own.</summary>
public enum Participant
{
    /// <summary>Quotes closely on both sides, with an eye on its inventory.</summary>
    [JsonStringEnumMemberName("maker")] Maker = 0,

    /// <summary>Quotes larger and farther away.</summary>
    [JsonStringEnumMemberName("depth")] Depth = 1,

    /// <summary>Many who come by chance: some take, some wait.</summary>
    [JsonStringEnumMemberName("noise")] Noise = 2,

    /// <summary>Goes with a move.</summary>
    [JsonStringEnumMemberName("momentum")] Momentum = 3,

    /// <summary>Goes against a move.</summary>
    [JsonStringEnumMemberName("reversion")] Reversion = 4,

    /// <summary>Works a large order in slices.</summary>
    [JsonStringEnumMemberName("institution")] Institution = 5,
}

/// <summary>What a participant wants done.</summary>
public enum IntentKind
{
    /// <summary>A limit order that rests or is refused.</summary>
    Rest = 1,

    /// <summary>An immediate-or-cancel limit order.</summary>
    Take = 2,

    /// <summary>Takes an own order out.</summary>
    Cancel = 3,
}

/// <summary>One order, or the end of one.</summary>
/// <param name="Participant">Whose.</param>
/// <param name="Kind">What.</param>
/// <param name="Handle">The market's own number of the order, from 1.</param>
/// <param name="Side">Buy or sell.</param>
/// <param name="PriceTicks">Limit in ticks.</param>
/// <param name="QuantityLots">Lots; of a cancel what is left.</param>
public readonly record struct OrderIntent(
    Participant Participant, IntentKind Kind, long Handle, Side Side, long PriceTicks, long QuantityLots);

/// <summary>What a participant sees of a book before it acts; 0 where there is nothing.</summary>
/// <param name="BidTicks">Best bid.</param>
/// <param name="AskTicks">Best ask.</param>
/// <param name="TradedLots">Traded by anybody since the look before.</param>
/// <param name="SignedLots">Of that, what takers bought less what they sold.</param>
public readonly record struct MarketSight(long BidTicks, long AskTicks, long TradedLots, long SignedLots);

/// <summary>
/// The parameters of a simulated market. Distances are basis points of the price, times seconds. Their defaults are chosen by a
/// recorded day (docs/market-simulation.md).
/// </summary>
public sealed record MarketModel
{
    /// <summary>One step of the clock.</summary>
    public double StepSeconds { get; init; } = 0.1;

    /// <summary>Standard deviation of a day's return of the reference price, jumps aside, as a fraction.</summary>
    public double DailyVolatility { get; init; } = 0.033;

    /// <summary>Half of a deviation from the home price is gone after this.</summary>
    public double HomeHalfLife { get; init; } = 12 * 3_600;

    /// <summary>Correlation of two symbols' diffusions.</summary>
    public double Correlation { get; init; } = 0.6;

    /// <summary>Spread of the logarithm of volatility over time, and how long a level of it lasts.</summary>
    public double VolatilityOfVolatility { get; init; } = 0.7;

    /// <summary>Half of a deviation of volatility is gone after this.</summary>
    public double VolatilityHalfLife { get; init; } = 600;

    /// <summary>Jumps a day, and their standard deviation.</summary>
    public double JumpsPerDay { get; init; } = 240;

    /// <summary>Standard deviation of a jump.</summary>
    public double JumpBasisPoints { get; init; } = 9;

    /// <summary>How far one round lot that is taken moves the reference price for good.</summary>
    public double ImpactBasisPoints { get; init; } = 0.02;

    /// <summary>Half the spread of the close maker at rest: Avellaneda and Stoikov's 1/k.</summary>
    public double HalfSpread { get; init; } = 2.3;

    /// <summary>Their risk aversion, for each basis point and round lot.</summary>
    public double RiskAversion { get; init; } = 0.01;

    /// <summary>Their horizon: how long an inventory is expected to be kept.</summary>
    public double Horizon { get; init; } = 20;

    /// <summary>Distance of the close maker's levels.</summary>
    public double LevelDistance { get; init; } = 0.8;

    /// <summary>Levels a side of the close maker.</summary>
    public int Levels { get; init; } = 12;

    /// <summary>Levels a side of the far maker; twice as far apart.</summary>
    public int DepthLevels { get; init; } = 26;

    /// <summary>Takers a second, who come by chance; the next never comes later than <see cref="LongestQuiet"/>.</summary>
    public double TakersPerSecond { get; init; } = 0.8;

    /// <summary>Longest time between two takers.</summary>
    public double LongestQuiet { get; init; } = 0.8;

    /// <summary>Waiting orders a second of those who come by chance.</summary>
    public double RestersPerSecond { get; init; } = 1.2;

    /// <summary>Half of them are taken out before this.</summary>
    public double RestersMedianLife { get; init; } = 1.1;

    /// <summary>Large orders a day.</summary>
    public double LargeOrdersPerDay { get; init; } = 72;
}
