using System.Runtime.CompilerServices;
using QuantumCore.Matching;

namespace QuantumCore.Bench.Ops;

/// <summary>Result of a replay on which all engines must agree.</summary>
/// <param name="Trades">Number of trades.</param>
/// <param name="QuantityLots">Quantity traded, in lots.</param>
/// <param name="Hash">FNV-1a over 64-bit words: maker, taker, price and lots of each trade, with the file's
/// ids.</param>
/// <param name="Refused">Number of operations that the book rejected; none in a valid file.</param>
public readonly record struct OpsOutcome(int Trades, long QuantityLots, ulong Hash, int Refused);

/// <summary>
/// Sink of a replay. It keeps every trade and computes the result when timing has stopped. Otherwise the file's id of
/// each maker, which no engine is asked for, would be looked up while timing runs.
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

    /// <summary>Number of operations that the book rejected.</summary>
    public int Refused { get; set; }

    /// <summary>Starts again.</summary>
    public void Rewind()
    {
        _count = 0;
        Refused = 0;
    }

    /// <summary>Adds the trades of a step.</summary>
    /// <param name="step">Index of the step.</param>
    /// <param name="events">Events from its first trade on.</param>
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

    /// <summary>Returns the result of the round.</summary>
    public OpsOutcome Outcome(OpsOrigin[] origins, OpsBookUnderTest[] books)
    {
        var lots = 0L;
        var hash = 0xCBF2_9CE4_8422_2325;
        foreach (ref readonly var trade in _trades.AsSpan(0, _count))
        {
            ref readonly var origin = ref origins[trade.Step];
            lots += trade.QuantityLots;
            // Hashes wrap by design.
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
/// <param name="Time">Time of the operations after the preload.</param>
/// <param name="AllocatedBytes">Bytes allocated by those operations.</param>
/// <param name="Outcome">Result of those operations.</param>
public readonly record struct OpsRound(TimeSpan Time, long AllocatedBytes, OpsOutcome Outcome);
