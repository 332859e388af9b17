using QuantumCore.Instruments;

namespace QuantumCore.Matching;

/// <summary>What a market order does at the edge of the dynamic band.</summary>
public enum BandMode : byte
{
    /// <summary>The remainder expires.</summary>
    Reject = 0,

    /// <summary>A limit remainder rests and the symbol goes to a volatility auction.</summary>
    Auction = 1,
}

/// <summary>The rules of one book that its operator sets. Price bands are in basis points of their reference.</summary>
public sealed record BookRules
{
    /// <summary>A book without bands, protection or limits.</summary>
    public static BookRules None { get; } = new();

    /// <summary>Lowest price of any order in ticks, 1 to 2^47.</summary>
    public long MinPriceTicks { get; init; } = 1;

    /// <summary>Highest price of any order in ticks, 1 to 2^47.</summary>
    public long MaxPriceTicks { get; init; } = Instrument.PriceTicksLimit;

    /// <summary>How far a market order may trade from the first order it meets, in ticks, from 0; null: no bound.</summary>
    public long? ProtectionTicks { get; init; }

    /// <summary>Static band around the last auction price: prices outside are refused; null: none. 0 to 9,999.</summary>
    public int? StaticBandBasisPoints { get; init; }

    /// <summary>Dynamic band around the last trade: nothing executes outside; null: none. 0 to 9,999.</summary>
    public int? DynamicBandBasisPoints { get; init; }

    /// <summary>What happens at the edge of the dynamic band.</summary>
    public BandMode DynamicBandMode { get; init; }

    /// <summary>How far an auction price may be from the static reference; null: the static band. 0 to 9,999.</summary>
    public int? AuctionCollarBasisPoints { get; init; }

    /// <summary>How often an auction outside its collar is extended before its price is confined to it.</summary>
    public int MaxExtensions { get; init; } = 2;
}
