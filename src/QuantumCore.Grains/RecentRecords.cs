using QuantumCore.History;

namespace QuantumCore.Grains;

/// <summary>
/// Newest durable records of this silo's streams. A ledger on the same silo takes them from memory, and reads the
/// journal only for what is missing here.
/// </summary>
internal sealed class RecentRecords
{
    /// <summary>Maximum size of all records, in bytes. A ledger that falls further behind reads the journal.</summary>
    private const long MaxBytes = 32 << 20;

    // Approximate memory of a record besides its body, in bytes.
    private const int Overhead = 48;

    private readonly Lock _lock = new();
    private readonly Dictionary<string, Run> _runs = new(StringComparer.Ordinal);
    private long _bytes;
    private bool _isFollowed;

    /// <summary>Begins to keep records, or discards them when the ledger leaves this silo.</summary>
    public void Follow(bool isFollowed)
    {
        lock (_lock)
        {
            _isFollowed = isFollowed;
            Clear();
        }
    }

    /// <summary>Adds consecutive durable records of a stream.</summary>
    public void Add(string stream, long last, IReadOnlyList<ReadOnlyMemory<byte>> bodies)
    {
        if (!HistoryChunk.IsProjected(stream))
        {
            return;
        }

        lock (_lock)
        {
            if (!_isFollowed)
            {
                return;
            }

            var first = last - bodies.Count + 1;
            if (!_runs.TryGetValue(stream, out var run) || run.First + run.Bodies.Count != first)
            {
                Remove(stream, run?.Bodies);
                _runs.Add(stream, run = new Run(first));
            }

            run.Bodies.AddRange(bodies);
            _bytes += bodies.Sum(Size);
            if (_bytes > MaxBytes)
            {
                Clear();
            }
        }
    }

    /// <summary>
    /// Takes the records of a stream between two sequences, as far as they are here, and discards earlier ones. Without
    /// any, the journal has those up to the returned sequence.
    /// </summary>
    public (IReadOnlyList<ReadOnlyMemory<byte>> Bodies, long InJournalThrough) Take(
        string stream, long first, long through)
    {
        lock (_lock)
        {
            if (!_runs.TryGetValue(stream, out var run) || run.First > first)
            {
                return ([], run is null ? through : Math.Min(through, run.First - 1));
            }

            var skip = (int)Math.Min(first - run.First, run.Bodies.Count);
            var count = (int)Math.Min(through - first + 1, run.Bodies.Count - skip);
            if (skip + count == run.Bodies.Count)
            {
                Remove(stream, run.Bodies);
                return (skip == 0 ? run.Bodies : run.Bodies[skip..], through);
            }

            var bodies = run.Bodies.GetRange(skip, count);
            _bytes -= run.Bodies.Take(skip + count).Sum(Size);
            run.Bodies.RemoveRange(0, skip + count);
            run.First += skip + count;
            return (bodies, through);
        }
    }

    private static long Size(ReadOnlyMemory<byte> body) => body.Length + Overhead;

    private void Remove(string stream, List<ReadOnlyMemory<byte>>? bodies)
    {
        if (bodies is not null)
        {
            _bytes -= bodies.Sum(Size);
            _runs.Remove(stream);
        }
    }

    private void Clear()
    {
        _runs.Clear();
        _bytes = 0;
    }

    private sealed class Run(long first)
    {
        public long First { get; set; } = first;

        public List<ReadOnlyMemory<byte>> Bodies { get; } = [];
    }
}
