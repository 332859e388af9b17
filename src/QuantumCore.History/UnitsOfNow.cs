using System.Collections.Immutable;
using QuantumCore.Contracts;
using QuantumCore.Instruments;

namespace QuantumCore.History;

/// <summary>A symbol's splits: what was traded before them, in the units of now.</summary>
internal sealed class UnitsOfNow
{
    // Products beyond it lose their last bits, so that a sum of lots times one has room.
    private static readonly Int128 s_mostUnits = (Int128)1 << 62;

    // Each with all later ones.
    private readonly ImmutableArray<(long Sequence, Int128 NewUnits, Int128 OldUnits)> _since;

    /// <param name="splits">Each with its place in the symbol's stream, in their sequence.</param>
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

    /// <summary>Whether nothing changed between two places in the symbol's stream.</summary>
    public bool AreSame(long sequence, long other) => After(sequence) == After(other);

    /// <summary>A candle in them. What its trades came to is the same in any.</summary>
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

    /// <summary>A price of a place in the symbol's stream: to the nearest tick, but at least one.</summary>
    public long PriceOf(long priceTicks, long sequence)
    {
        var (news, olds) = After(sequence);
        return (long)Int128.Clamp(Rounding.DivHalfEven(priceTicks * olds, news), 1, Instrument.PriceTicksLimit);
    }

    /// <summary>Rounded down.</summary>
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
