using QuantumCore.History;
using QuantumCore.Journal;

namespace QuantumCore.Grains;

/// <summary>
/// Newest durable records of this silo's streams. A ledger on the same silo takes them from memory, and reads the
/// journal only for what is missing here.
/// </summary>
internal sealed class RecentRecords
{
    /// <summary>Maximum size of all records, in bytes. Those beyond it are read from the journal.</summary>
    internal const long MaxBytes = 32 << 20;

    // Approximate memory of a record besides its body, in bytes, and of its objects for each byte of the body.
    private const int Overhead = 56;
    private const int ObjectsOverhead = 500;
    private const int ObjectsPerByte = 4;

    /// <summary>Guards all below. The journal writer's thread takes it, so it is held for moments only.</summary>
    private readonly Lock _lock = new();
    private readonly Dictionary<string, Run> _runs = new(StringComparer.Ordinal);
    private readonly HashSet<string> _stopped = new(StringComparer.Ordinal);
    private long _bytes;
    private object? _ledger;

    /// <summary>Begins to keep records for a ledger.</summary>
    public void Follow(object ledger)
    {
        lock (_lock)
        {
            _ledger = ledger;
            Clear();
        }
    }

    /// <summary>Discards the records when their ledger leaves this silo.</summary>
    public void Leave(object ledger)
    {
        lock (_lock)
        {
            if (_ledger == ledger)
            {
                _ledger = null;
                Clear();
            }
        }
    }

    /// <summary>
    /// Adds consecutive durable records of a stream. The list must not change any more. A ledger that is far behind
    /// gets them as bytes alone, so that more of them fit.
    /// </summary>
    public void Add(string stream, long last, IReadOnlyList<RecordBody> bodies)
    {
        if (!HistoryChunk.IsProjected(stream))
        {
            return;
        }

        var part = new Part(last - bodies.Count + 1, bodies);
        lock (_lock)
        {
            if (_ledger is null || _stopped.Contains(stream))
            {
                return;
            }

            if (!_runs.TryGetValue(stream, out var run))
            {
                _runs.Add(stream, run = new Run());
            }
            else if (run.End > part.First)
            {
                // The stream has moved away and come back.
                Empty(run);
            }

            if (_bytes + part.Bytes > MaxBytes / 2)
            {
                part = new(part.First, [.. bodies.Select(static body => new RecordBody(body.Bytes))]);
            }

            // Records after a gap wait in the journal until those before it are taken.
            if ((run.End < part.First && run.Parts.Count > 0) || _bytes + part.Bytes > MaxBytes)
            {
                return;
            }

            run.Parts.Enqueue(part);
            run.End = last + 1;
            _bytes += part.Bytes;
        }
    }

    /// <summary>
    /// Takes the records of a stream between two sequences, as far as they are here, and discards earlier ones. If it
    /// returns none, read the journal up to the returned sequence.
    /// </summary>
    public (IReadOnlyList<RecordBody> Bodies, long InJournalThrough) Take(string stream, long first, long through)
    {
        var taken = new List<(Part Part, int Skip, int Count)>();
        lock (_lock)
        {
            if (through < first || !_runs.TryGetValue(stream, out var run))
            {
                return ([], through);
            }

            while (run.Parts.TryPeek(out var part) && part.First <= through)
            {
                if (part.First > first)
                {
                    break;
                }

                var skip = (int)Math.Min(first - part.First, part.Bodies.Count);
                var count = (int)Math.Min(through - first + 1, part.Bodies.Count - skip);
                taken.Add((part, skip, count));
                first += count;
                if (skip + count < part.Bodies.Count)
                {
                    break;
                }

                run.Parts.Dequeue();
                _bytes -= part.Bytes;
            }

            if (taken.TrueForAll(static one => one.Count == 0) && run.Parts.TryPeek(out var next))
            {
                return ([], Math.Min(through, next.First - 1));
            }
        }

        var bodies = new List<RecordBody>(taken.Sum(static one => one.Count));
        foreach (var (part, skip, count) in taken)
        {
            for (var i = skip; i < skip + count; i++)
            {
                bodies.Add(part.Bodies[i]);
            }
        }

        return (bodies, through);
    }

    /// <summary>Keeps no records of a stream whose projection has stopped.</summary>
    public void Stop(string stream)
    {
        lock (_lock)
        {
            _stopped.Add(stream);
            if (_runs.Remove(stream, out var run))
            {
                Empty(run);
            }
        }
    }

    private void Empty(Run run)
    {
        _bytes -= run.Parts.Sum(static part => part.Bytes);
        run.Parts.Clear();
    }

    private void Clear()
    {
        _runs.Clear();
        _stopped.Clear();
        _bytes = 0;
    }

    /// <summary>Records of one commit.</summary>
    private sealed record Part(long First, IReadOnlyList<RecordBody> Bodies)
    {
        public long Bytes { get; } = Bodies.Sum(static body => body.Bytes.Length + Overhead
            + (body.Record is null ? 0 : ObjectsOverhead + ((long)body.Bytes.Length * ObjectsPerByte)));
    }

    /// <summary>Consecutive records of a stream that are not taken yet.</summary>
    private sealed class Run
    {
        /// <summary>Sequence after the last record.</summary>
        public long End { get; set; }

        public Queue<Part> Parts { get; } = new();
    }
}
