using QuantumCore.Instruments;

namespace QuantumCore.Matching;

/// <summary>Rules of one book, set by its operator. Price bands are in basis points of their reference price.</summary>
public sealed record BookRules
{
    /// <summary>A book without bands, protection or limits.</summary>
    public static BookRules None { get; } = new();

    /// <summary>Lowest price of any order, in ticks, 1 to 2^47.</summary>
    public long MinPriceTicks { get; init; } = 1;

    /// <summary>Highest price of any order, in ticks, 1 to 2^47.</summary>
    public long MaxPriceTicks { get; init; } = Instrument.PriceTicksLimit;

    /// <summary>
    /// Maximum distance of a market order's trades from the first order it meets, in ticks, from 0; null for none.
    /// </summary>
    public long? ProtectionTicks { get; init; }

    /// <summary>
    /// Static band around the last auction price, in basis points, 0 to 9,999; null for none. Prices outside are
    /// rejected.
    /// </summary>
    public int? StaticBandBasisPoints { get; init; }

    /// <summary>
    /// Dynamic band around the last trade, in basis points, 0 to 9,999; null for none. Nothing executes outside.
    /// </summary>
    public int? DynamicBandBasisPoints { get; init; }

    /// <summary>Behaviour at the edge of the dynamic band.</summary>
    public BandMode DynamicBandMode { get; init; }

    /// <summary>
    /// Maximum distance of an auction price from the static reference, in basis points, 0 to 9,999; null for the static
    /// band.
    /// </summary>
    public int? AuctionCollarBasisPoints { get; init; }

    /// <summary>
    /// Maximum number of extensions of an auction outside its collar. After that, its price is confined to the collar.
    /// </summary>
    public int MaxExtensions { get; init; } = 2;

    internal bool HasBands =>
        ProtectionTicks is not null || StaticBandBasisPoints is not null || DynamicBandBasisPoints is not null;

    internal bool IsInRange => MinPriceTicks >= 1 && MaxPriceTicks <= Instrument.PriceTicksLimit
        && MinPriceTicks <= MaxPriceTicks
        && ProtectionTicks is null or (>= 0 and <= Instrument.PriceTicksLimit)
        && StaticBandBasisPoints is null or (>= 0 and <= OrderRules.BasisPointsLimit)
        && DynamicBandBasisPoints is null or (>= 0 and <= OrderRules.BasisPointsLimit)
        && AuctionCollarBasisPoints is null or (>= 0 and <= OrderRules.BasisPointsLimit)
        && DynamicBandMode <= BandMode.Auction && MaxExtensions >= 0;
}
