using System.Runtime.CompilerServices;
using QuantumCore.Matching;

namespace QuantumCore.Bench.Ops;

/// <summary>The sink of a replay: what all engines must agree on.</summary>
public record struct OpsOutcome()
{
    private const ulong FowlerNollVoPrime = 0x100_0000_01B3;

    /// <summary>Trades.</summary>
    public int Trades { get; private set; }

    /// <summary>Lots traded.</summary>
    public long QuantityLots { get; private set; }

    /// <summary>FNV-1a over 64-bit words: maker, taker, price and lots of each trade, ids as in the file.</summary>
    public ulong Hash { get; private set; } = 0xCBF2_9CE4_8422_2325;

    /// <summary>Operations that the book refused: none in a file that keeps to the format.</summary>
    public int Refused { get; internal set; }

    /// <summary>Reads all events of one operation.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    internal void Read(ReadOnlySpan<BookEvent> events, uint taker, in OpsBookUnderTest book)
    {
        foreach (ref readonly var happened in events)
        {
            if (happened.Kind != BookEventKind.Trade)
                continue;

            Trades++;
            QuantityLots += happened.QuantityLots;
            // A hash wraps.
            unchecked
            {
                var hash = (Hash ^ book.FileId(happened.MakerId)) * FowlerNollVoPrime;
                hash = (hash ^ taker) * FowlerNollVoPrime;
                hash = (hash ^ (ulong)happened.PriceTicks) * FowlerNollVoPrime;
                Hash = (hash ^ (ulong)happened.QuantityLots) * FowlerNollVoPrime;
            }
        }
    }
}

/// <summary>A round of a replay.</summary>
/// <param name="Time">Of the operations after the preload.</param>
/// <param name="AllocatedBytes">Allocated by them.</param>
/// <param name="Outcome">What they did.</param>
public readonly record struct OpsRound(TimeSpan Time, long AllocatedBytes, OpsOutcome Outcome);
