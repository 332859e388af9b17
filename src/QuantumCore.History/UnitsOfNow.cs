using System.Collections.Immutable;
using QuantumCore.Contracts;
using QuantumCore.Instruments;

namespace QuantumCore.History;

/// <summary>Splits of a symbol. Converts earlier prices and quantities to current units.</summary>
internal sealed class UnitsOfNow
{
    // Larger products lose their low bits, so that lots times the product fit into 128 bits.
    private static readonly Int128 s_mostUnits = (Int128)1 << 62;

    // Each split combined with all later ones.
    private readonly ImmutableArray<(long Sequence, Int128 NewUnits, Int128 OldUnits)> _since;

    /// <param name="splits">Splits with their sequences in the symbol's stream, in ascending order.</param>
    public UnitsOfNow(ImmutableArray<(long Sequence, OrderAdjustment Split)> splits)
    {
        var since = new (long, Int128, Int128)[splits.Length];
        var (news, olds) = (Int128.One, Int128.One);
        for (var i = splits.Length - 1; i >= 0; i--)
        {
            var (sequence, split) = splits[i];
            (news, olds) = (news * split.NewUnits, olds * split.OldUnits);
            while (Int128.Max(news, olds) > s_mostUnits)
            {
                (news, olds) = (Int128.Max(news >> 1, 1), Int128.Max(olds >> 1, 1));
            }

            since[i] = (sequence, news, olds);
        }

        _since = ImmutableArray.Create(since);
    }

    /// <summary>Returns true if no split lies between two sequences of the symbol's stream.</summary>
    public bool AreSame(long sequence, long other) => After(sequence) == After(other);

    /// <summary>Returns a candle in current units. The traded value is the same in any units.</summary>
    public Candle Of(Candle candle)
    {
        var sequence = candle.First.Sequence;
        return _since.IsEmpty || _since[^1].Sequence < sequence ? candle : candle with
        {
            OpenTicks = PriceOf(candle.OpenTicks, sequence),
            HighTicks = PriceOf(candle.HighTicks, sequence),
            LowTicks = PriceOf(candle.LowTicks, sequence),
            CloseTicks = PriceOf(candle.CloseTicks, sequence),
            Lots = LotsOf(candle.Lots, sequence),
            BoughtLots = LotsOf(candle.BoughtLots, sequence),
        };
    }

    /// <summary>
    /// Returns a price at a sequence of the symbol's stream in current units: rounded to the nearest tick, at least
    /// one.
    /// </summary>
    public long PriceOf(long priceTicks, long sequence)
    {
        var (news, olds) = After(sequence);
        return (long)Int128.Clamp(Rounding.DivHalfEven(priceTicks * olds, news), 1, Instrument.PriceTicksLimit);
    }

    /// <summary>Returns lots in current units, rounded down.</summary>
    private Int128 LotsOf(Int128 lots, long sequence)
    {
        var (news, olds) = After(sequence);
        return Rounding.DivDown(lots * news, olds);
    }

    private (Int128 NewUnits, Int128 OldUnits) After(long sequence)
    {
        foreach (var (at, news, olds) in _since)
        {
            if (at > sequence)
            {
                return (news, olds);
            }
        }

        return (1, 1);
    }
}
