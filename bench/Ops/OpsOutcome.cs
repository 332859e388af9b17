using System.Runtime.CompilerServices;
using QuantumCore.Matching;

namespace QuantumCore.Bench.Ops;

/// <summary>What all engines must agree on.</summary>
/// <param name="Trades">Trades.</param>
/// <param name="QuantityLots">Lots traded.</param>
/// <param name="Hash">FNV-1a over 64-bit words: maker, taker, price and lots of each trade, ids as in the file.</param>
/// <param name="Refused">Operations that the book refused: none in a file that keeps to the format.</param>
public readonly record struct OpsOutcome(int Trades, long QuantityLots, ulong Hash, int Refused);

/// <summary>
/// The sink of a replay: it keeps every trade, and what they come to is reckoned when the clock has stopped. The file's
/// id of a maker, which no engine is asked for, would otherwise be looked up while it runs.
/// </summary>
internal sealed class OpsTape
{
    private const ulong FowlerNollVoPrime = 0x100_0000_01B3;

    private struct Entry
    {
        public int Step;
        public long MakerId;
        public long PriceTicks;
        public long QuantityLots;
    }

    private Entry[] _trades = new Entry[1_024];
    private int _count;

    /// <summary>Operations that the book refused.</summary>
    public int Refused { get; set; }

    /// <summary>Begins again.</summary>
    public void Rewind()
    {
        _count = 0;
        Refused = 0;
    }

    /// <summary>Keeps the trades of a step.</summary>
    /// <param name="step">The step's number.</param>
    /// <param name="events">What happened from its first trade on.</param>
    [MethodImpl(MethodImplOptions.NoInlining)]
    public void Add(int step, ReadOnlySpan<BookEvent> events)
    {
        foreach (ref readonly var happened in events)
        {
            if (happened.Kind != BookEventKind.Trade)
                continue;

            if (_count == _trades.Length)
                Array.Resize(ref _trades, _trades.Length * 2);
            ref var entry = ref _trades[_count++];
            entry.Step = step;
            entry.MakerId = happened.MakerId;
            entry.PriceTicks = happened.PriceTicks;
            entry.QuantityLots = happened.QuantityLots;
        }
    }

    /// <summary>What the round came to.</summary>
    public OpsOutcome Outcome(OpsOrigin[] origins, OpsBookUnderTest[] books)
    {
        var lots = 0L;
        var hash = 0xCBF2_9CE4_8422_2325;
        foreach (ref readonly var trade in _trades.AsSpan(0, _count))
        {
            ref readonly var origin = ref origins[trade.Step];
            lots += trade.QuantityLots;
            // A hash wraps.
            unchecked
            {
                hash = (hash ^ books[origin.Symbol].FileId(trade.MakerId)) * FowlerNollVoPrime;
                hash = (hash ^ origin.Id) * FowlerNollVoPrime;
                hash = (hash ^ (ulong)trade.PriceTicks) * FowlerNollVoPrime;
                hash = (hash ^ (ulong)trade.QuantityLots) * FowlerNollVoPrime;
            }
        }

        return new OpsOutcome(_count, lots, hash, Refused);
    }
}

/// <summary>A round of a replay.</summary>
/// <param name="Time">Of the operations after the preload.</param>
/// <param name="AllocatedBytes">Allocated by them.</param>
/// <param name="Outcome">What they did.</param>
public readonly record struct OpsRound(TimeSpan Time, long AllocatedBytes, OpsOutcome Outcome);
