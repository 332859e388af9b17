using System.Text.Json.Serialization;

namespace QuantumCore.Client;

/// <summary>A leg of a strategy.</summary>
/// <param name="Symbol">Instrument; different for each leg, all in one group and quoted in one asset.</param>
/// <param name="Side">Buy or sell.</param>
/// <param name="Quantity">Quantity of one unit of the strategy, a whole number of lots.</param>
public sealed record StrategyLeg(string Symbol, OrderSide Side, decimal Quantity);

/// <summary>A strategy to place: units of several legs for a net price, all legs or none.</summary>
public sealed record PlaceStrategy
{
    /// <summary>Most to pay for one unit, in the quote asset; negative: least to receive. Fees are extra.</summary>
    public required decimal Net { get; init; }

    /// <summary>Number of units, from 1.</summary>
    public required long Units { get; init; }

    /// <summary>Legs, two to four.</summary>
    public required IReadOnlyList<StrategyLeg> Legs { get; init; }

    /// <summary>Time in force; null for good till cancelled. Not at the opening, not at the close.</summary>
    public TimeInForce? TimeInForce { get; init; }

    /// <summary>Good till date: expiry time, sent in UTC with a resolution of 100 ns.</summary>
    public DateTimeOffset? GoodTill { get; init; }

    /// <summary>
    /// Client order id of the first leg's order, which names the strategy permanently. 1 to 34 printable ASCII
    /// characters without spaces and slashes, neither <c>.</c> nor <c>..</c>. The other legs' orders add the suffixes
    /// .2, .3 and .4. If it is null, the client generates one.
    /// </summary>
    public string? ClientOrderId { get; init; }
}

/// <summary>A strategy that was placed.</summary>
/// <param name="Net">Most that one unit may cost, in the quote asset; negative: least that it brings.</param>
/// <param name="Units">Number of units requested.</param>
/// <param name="Orders">Orders of its legs, in sequence. They fill by the same number of units; cancelling one ends
/// all.</param>
public sealed record StrategyReport(decimal Net, long Units, IReadOnlyList<Order> Orders)
{
    /// <summary>The word <c>strategy</c>, beside the kinds of order lists.</summary>
    [JsonPropertyOrder(-1)]
    public string Kind { get; init; } = "strategy";
}

/// <summary>Strategy that a leg's order belongs to.</summary>
/// <param name="Net">Most that one unit may cost, in the quote asset; negative: least that it brings.</param>
/// <param name="Leg">Number of the order's leg, from 1.</param>
/// <param name="Legs">All legs.</param>
public sealed record OrderStrategy(decimal Net, int Leg, IReadOnlyList<StrategyLeg> Legs);
