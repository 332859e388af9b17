using System.Text.Json.Serialization;
using QuantumCore.Instruments;

namespace QuantumCore.Market;

/// <summary>Participants of a simulated market. Each has an account of its own.</summary>
public enum Participant
{
    /// <summary>Market maker: quotes closely on both sides and watches its inventory.</summary>
    [JsonStringEnumMemberName("maker")] Maker = 0,

    /// <summary>Quotes larger sizes farther from the market.</summary>
    [JsonStringEnumMemberName("depth")] Depth = 1,

    /// <summary>Noise traders, arriving at random: some take, some rest.</summary>
    [JsonStringEnumMemberName("noise")] Noise = 2,

    /// <summary>Trades with a move.</summary>
    [JsonStringEnumMemberName("momentum")] Momentum = 3,

    /// <summary>Trades against a move.</summary>
    [JsonStringEnumMemberName("reversion")] Reversion = 4,

    /// <summary>Works a large order in slices.</summary>
    [JsonStringEnumMemberName("institution")] Institution = 5,
}

/// <summary>Kind of a participant's intent.</summary>
public enum IntentKind
{
    /// <summary>A limit order that rests or is rejected.</summary>
    Rest = 1,

    /// <summary>An immediate-or-cancel limit order.</summary>
    Take = 2,

    /// <summary>Cancels an own order.</summary>
    Cancel = 3,
}

/// <summary>An order or a cancel that a participant wants executed.</summary>
/// <param name="Participant">Owner of the order.</param>
/// <param name="Kind">Kind of intent.</param>
/// <param name="Handle">The market's own number of the order, from 1.</param>
/// <param name="Side">Buy or sell.</param>
/// <param name="PriceTicks">Limit, in ticks.</param>
/// <param name="QuantityLots">Quantity, in lots; for a cancel the open quantity.</param>
public readonly record struct OrderIntent(
    Participant Participant, IntentKind Kind, long Handle, Side Side, long PriceTicks, long QuantityLots);

/// <summary>Book data that a participant sees before it acts; 0 if there is none.</summary>
/// <param name="BidTicks">Best bid, in ticks.</param>
/// <param name="AskTicks">Best ask, in ticks.</param>
/// <param name="TradedLots">Lots traded since the previous data.</param>
/// <param name="SignedLots">Lots that takers bought, less lots that takers sold.</param>
public readonly record struct MarketSight(long BidTicks, long AskTicks, long TradedLots, long SignedLots);

/// <summary>
/// Parameters of a simulated market. Distances are in basis points of the price, times in seconds. The defaults are
/// calibrated to a recorded day (docs/market-simulation.md).
/// </summary>
public sealed record MarketModel
{
    /// <summary>Length of a clock step, in seconds.</summary>
    public double StepSeconds { get; init; } = 0.1;

    /// <summary>Standard deviation of a day's return of the reference price, without jumps, as a fraction.</summary>
    public double DailyVolatility { get; init; } = 0.033;

    /// <summary>Half-life of a deviation from the home price, in seconds.</summary>
    public double HomeHalfLife { get; init; } = 12 * 3_600;

    /// <summary>Correlation of two symbols' diffusions.</summary>
    public double Correlation { get; init; } = 0.6;

    /// <summary>Standard deviation of the logarithm of volatility over time.</summary>
    public double VolatilityOfVolatility { get; init; } = 0.7;

    /// <summary>Half-life of a deviation of volatility, in seconds.</summary>
    public double VolatilityHalfLife { get; init; } = 600;

    /// <summary>Average number of jumps a day.</summary>
    public double JumpsPerDay { get; init; } = 240;

    /// <summary>Standard deviation of a jump, in basis points.</summary>
    public double JumpBasisPoints { get; init; } = 9;

    /// <summary>Permanent impact of one round lot taken on the reference price, in basis points.</summary>
    public double ImpactBasisPoints { get; init; } = 0.02;

    /// <summary>Half spread of the close maker at rest, in basis points: Avellaneda and Stoikov's 1/k.</summary>
    public double HalfSpread { get; init; } = 2.3;

    /// <summary>Avellaneda and Stoikov's risk aversion, per basis point and round lot.</summary>
    public double RiskAversion { get; init; } = 0.01;

    /// <summary>Avellaneda and Stoikov's horizon: expected holding time of an inventory, in seconds.</summary>
    public double Horizon { get; init; } = 20;

    /// <summary>Distance between the close maker's levels, in basis points.</summary>
    public double LevelDistance { get; init; } = 0.8;

    /// <summary>Levels of each side of the close maker.</summary>
    public int Levels { get; init; } = 12;

    /// <summary>Levels of each side of the far maker, twice as far apart.</summary>
    public int DepthLevels { get; init; } = 26;

    /// <summary>
    /// Average number of random takers a second. The next one arrives within <see cref="LongestQuiet"/>.
    /// </summary>
    public double TakersPerSecond { get; init; } = 0.8;

    /// <summary>Longest time between two takers, in seconds.</summary>
    public double LongestQuiet { get; init; } = 0.8;

    /// <summary>Average number of resting orders a second from noise traders.</summary>
    public double RestersPerSecond { get; init; } = 1.2;

    /// <summary>Time within which half of them are cancelled, in seconds.</summary>
    public double RestersMedianLife { get; init; } = 1.1;

    /// <summary>Average number of large orders a day.</summary>
    public double LargeOrdersPerDay { get; init; } = 72;
}
