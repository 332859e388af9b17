using System.Text.Json.Serialization;

namespace QuantumCore.Client;

/// <summary>One leg of a strategy.</summary>
/// <param name="Symbol">The instrument; each leg has another, all of one group and paid in one asset.</param>
/// <param name="Side">Buy or sell.</param>
/// <param name="Quantity">What one unit of the strategy buys or sells of it, a whole number of lots.</param>
public sealed record StrategyLeg(string Symbol, OrderSide Side, decimal Quantity);

/// <summary>A strategy to be placed: so many units of several legs for a net price, all legs or none.</summary>
public sealed record PlaceStrategy
{
    /// <summary>
    /// The most its owner pays for one unit, in the quote asset; negative: the least it receives. Fees come on top.
    /// </summary>
    public required decimal Net { get; init; }

    /// <summary>How many units, from 1.</summary>
    public required long Units { get; init; }

    /// <summary>Two to four legs.</summary>
    public required IReadOnlyList<StrategyLeg> Legs { get; init; }

    /// <summary>Null: good till cancelled. Not at the opening, not at the close.</summary>
    public TimeInForce? TimeInForce { get; init; }

    /// <summary>Good till date: when it expires; sent in UTC, to 100 ns.</summary>
    [JsonConverter(typeof(UtcTime))]
    public DateTimeOffset? GoodTill { get; init; }

    /// <summary>
    /// Name of the first leg's order, which names the strategy for ever: 1 to 34 printable ASCII characters without spaces
    /// and slashes, neither <c>.</c> nor <c>..</c>. The orders of the other legs are named after it: .2, .3 and .4. Null:
    /// the client makes one.
    /// </summary>
    public string? ClientOrderId { get; init; }
}

/// <summary>A strategy that was placed.</summary>
/// <param name="Net">What one unit may cost at most, in the quote asset; negative: what it brings at least.</param>
/// <param name="Units">How many units were asked for.</param>
/// <param name="Orders">
/// The orders of its legs, in their sequence. They fill by the same number of units; cancelling one ends all.
/// </param>
public sealed record StrategyReport(decimal Net, long Units, IReadOnlyList<Order> Orders);

/// <summary>What the order of a leg belongs to.</summary>
/// <param name="Net">What one unit may cost at most, in the quote asset; negative: what it brings at least.</param>
/// <param name="Leg">Which of the legs the order is, from 1.</param>
/// <param name="Legs">All legs.</param>
public sealed record OrderStrategy(decimal Net, int Leg, IReadOnlyList<StrategyLeg> Legs);
