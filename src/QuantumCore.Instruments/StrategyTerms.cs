using System.Collections.Immutable;

namespace QuantumCore.Instruments;

/// <summary>A leg of a multi-leg order: what one unit buys or sells of an instrument.</summary>
/// <param name="Symbol">The instrument.</param>
/// <param name="Side">Buy or sell.</param>
/// <param name="Lots">Lots of it in one unit, from 1: the leg's ratio.</param>
public readonly record struct StrategyLeg(string Symbol, Side Side, long Lots);

/// <summary>
/// Terms of a multi-leg order (FIX message AB): units of several legs for a net price, all legs or none. Each leg order
/// carries all the terms.
/// </summary>
/// <param name="Net">
/// Net price of one unit, in minor units of the quote asset, -2^60 to 2^60. Positive: the most its owner pays.
/// Negative: the least it receives.
/// </param>
/// <param name="Leg">Index of the order's leg, from 0.</param>
/// <param name="Legs">The legs, 2 to 4, each of another instrument.</param>
public sealed record StrategyTerms(long Net, int Leg, ImmutableArray<StrategyLeg> Legs)
{
    /// <summary>Maximum number of legs.</summary>
    public const int LegsLimit = 4;

    /// <summary>Maximum net price, in minor units of the quote asset, in either direction.</summary>
    public const long NetLimit = Instrument.NotionalLimit;

    /// <inheritdoc/>
    public bool Equals(StrategyTerms? other) => other is not null && Net == other.Net && Leg == other.Leg
        && Legs.AsSpan().SequenceEqual(other.Legs.AsSpan());

    /// <inheritdoc/>
    public override int GetHashCode() => HashCode.Combine(Net, Leg, Legs.Length);

    /// <summary>
    /// Validates the terms, independent of the books. Returns the fields at fault and an error, or null if they are
    /// valid.
    /// </summary>
    /// <param name="instrumentOf">Returns the listed instrument of a symbol.</param>
    public string? Check(Func<string, Instrument> instrumentOf)
    {
        if (Legs.Length is < 2 or > LegsLimit || Leg < 0 || Leg >= Legs.Length)
            return $"a strategy has 2 to {LegsLimit} legs";
        if (Net is < -NetLimit or > NetLimit)
            return "net is -2^60 to 2^60 minor units";

        var instruments = Legs.Select(leg => instrumentOf(leg.Symbol)).ToArray();
        if (Legs.DistinctBy(leg => leg.Symbol).Count() != Legs.Length)
            return "each leg has a symbol of its own";
        if (Legs.Any(
            leg => leg.Side is not (Side.Buy or Side.Sell) || leg.Lots is < 1 or > Instrument.QuantityLotsLimit))
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
    /// Returns the first leg whose price can make up any net price when multi-leg orders trade with each other; -1 for
    /// none (RULES 16.4). A tick of it in one unit must divide a tick of every other leg, and the net price.
    /// </summary>
    /// <param name="instruments">Instruments of the legs.</param>
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

    /// <summary>Returns the value of one tick of a leg in one unit, in minor units of the quote asset.</summary>
    public Int128 StepOf(IReadOnlyList<Instrument> instruments, int leg) =>
        (Int128)instruments[leg].TickLotValue * Legs[leg].Lots;
}
