using QuantumCore.Instruments;

namespace QuantumCore.Matching;

/// <summary>Price bands around a reference price, rounded inward.</summary>
internal static class PriceBands
{
    /// <summary>
    /// Returns a band around a reference price, rounded inward; all prices without a reference price.
    /// </summary>
    public static (long Low, long High) Around(long reference, int basisPoints) => reference == 0
        ? (1, Instrument.PriceTicksLimit)
        : (Scale(reference, 10_000 - basisPoints, roundUp: true),
            Scale(reference, 10_000 + basisPoints, roundUp: false));

    /// <summary>Multiplies a price by basis points. 47 bits times 15 fit 64 bits.</summary>
    public static long Scale(long price, int basisPoints, bool roundUp)
    {
        var product = price * basisPoints;
        return (product / 10_000) + (roundUp && product % 10_000 != 0 ? 1 : 0);
    }
}
