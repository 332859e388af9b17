using System.Collections.Immutable;

namespace QuantumCore.Instruments;

/// <summary>One leg of a strategy: what one unit of it buys or sells of an instrument.</summary>
/// <param name="Symbol">The instrument.</param>
/// <param name="Side">Buy or sell.</param>
/// <param name="Lots">Lots of it in one unit, from 1: the leg's ratio.</param>
public readonly record struct StrategyLeg(string Symbol, Side Side, long Lots);

/// <summary>
/// The terms of a strategy order (FIX message AB): so many units of several legs for a net price, all legs or none.
/// Each of its leg orders carries the whole of them.
/// </summary>
/// <param name="Net">
/// The most its owner pays for one unit, in minor units of the quote asset, -2^60 to 2^60; negative: the least it
/// receives.
/// </param>
/// <param name="Leg">Which of the legs the order is, from 0.</param>
/// <param name="Legs">The legs, 2 to 4, each of another instrument.</param>
public sealed record StrategyTerms(long Net, int Leg, ImmutableArray<StrategyLeg> Legs)
{
    /// <summary>Most legs.</summary>
    public const int LegsLimit = 4;

    /// <summary>Largest net price, in minor units of the quote asset, either way.</summary>
    public const long NetLimit = Instrument.NotionalLimit;

    /// <inheritdoc/>
    public bool Equals(StrategyTerms? other) => other is not null && Net == other.Net && Leg == other.Leg
        && Legs.AsSpan().SequenceEqual(other.Legs.AsSpan());

    /// <inheritdoc/>
    public override int GetHashCode() => HashCode.Combine(Net, Leg, Legs.Length);

    /// <summary>Why no such strategy can trade, whatever its books are: the fields at fault; null when it can.</summary>
    /// <param name="instrumentOf">The instrument of a symbol that is listed.</param>
    public string? Check(Func<string, Instrument> instrumentOf)
    {
        if (Legs.Length is < 2 or > LegsLimit || Leg < 0 || Leg >= Legs.Length)
            return $"a strategy has 2 to {LegsLimit} legs";
        if (Net is < -NetLimit or > NetLimit)
            return "net is -2^60 to 2^60 minor units";

        var instruments = Legs.Select(leg => instrumentOf(leg.Symbol)).ToArray();
        if (Legs.DistinctBy(leg => leg.Symbol).Count() != Legs.Length)
            return "each leg has a symbol of its own";
        if (Legs.Any(leg => leg.Side is not (Side.Buy or Side.Sell) || leg.Lots is < 1 or > Instrument.QuantityLotsLimit))
            return "a leg buys or sells at least one lot";
        if (instruments.Any(i => i.Group.Length == 0 || i.Group != instruments[0].Group))
            return "symbol and symbol: strategies trade within one group of instruments";
        if (instruments.Any(i => i.Quote != instruments[0].Quote))
            return "symbol and symbol: all legs are paid in one asset";
        return ResidualLeg(instruments) < 0
            ? "quantity and quantity: one leg must be a step that divides those of the others and the net price"
            : null;
    }

    /// <summary>
    /// The first leg whose price can make up any net price when strategies trade with each other: a tick of it in one
    /// unit divides a tick of every other leg, and the net price. -1 for none (RULES 16.4).
    /// </summary>
    /// <param name="instruments">Those of the legs.</param>
    public int ResidualLeg(IReadOnlyList<Instrument> instruments)
    {
        for (var i = 0; i < Legs.Length; i++)
        {
            var step = StepOf(instruments, i);
            var fits = Net % step == 0;
            for (var other = 0; other < Legs.Length; other++)
                fits &= StepOf(instruments, other) % step == 0;
            if (fits)
                return i;
        }

        return -1;
    }

    /// <summary>What one tick of a leg is worth in one unit of the strategy, in minor units of the quote asset.</summary>
    public Int128 StepOf(IReadOnlyList<Instrument> instruments, int leg) =>
        (Int128)instruments[leg].TickLotValue * Legs[leg].Lots;
}
