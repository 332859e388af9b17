using System.Collections.Immutable;
using QuantumCore.Contracts;
using QuantumCore.History;

namespace QuantumCore.Grains;

/// <summary>Progress of the history in each stream: the journal's head, the cursor, and where it stopped.</summary>
internal sealed class ProjectedStreams
{
    private readonly Dictionary<string, long> _heads = new(StringComparer.Ordinal);
    private readonly Dictionary<string, long> _stoppedAfter = new(StringComparer.Ordinal);

    // Streams with records to project, in the sequence in which they fell behind.
    private readonly Queue<string> _behind = new();
    private readonly HashSet<string> _queued = new(StringComparer.Ordinal);
    private Dictionary<string, long> _cursors = new(StringComparer.Ordinal);

    /// <summary>Names of the streams whose heads are known.</summary>
    public IEnumerable<string> Names => _heads.Keys;

    /// <summary>Number of streams that wait for their turn.</summary>
    public int Waiting => _behind.Count;

    /// <summary>True while there are records that the history can take.</summary>
    public bool IsBehind => _heads.Keys.Any(stream => Cursor(stream) < Goal(stream));

    /// <summary>Number of records that the history lacks.</summary>
    public long Lag => _heads.Sum(stream => Math.Max(0, stream.Value - Cursor(stream.Key)));

    /// <summary>Number of records that the journal has.</summary>
    public long Records => _heads.Values.Sum();

    /// <summary>Number of streams that have stopped.</summary>
    public int StoppedCount => _stoppedAfter.Count;

    /// <summary>The first stream that has stopped, or null.</summary>
    public string? FirstStopped => _stoppedAfter.Keys.FirstOrDefault();

    /// <summary>The streams that have stopped, by name, with the first record that is not projected.</summary>
    public ImmutableArray<StoppedStream> Stopped =>
        [.. _stoppedAfter.Select(static stream => new StoppedStream(stream.Key, stream.Value + 1))
            .OrderBy(static stream => stream.Stream, StringComparer.Ordinal)];

    /// <summary>Returns the last known sequence of a stream.</summary>
    public long Head(string stream) => _heads.GetValueOrDefault(stream);

    /// <summary>Returns the last sequence that the history has.</summary>
    public long Cursor(string stream) => _cursors.GetValueOrDefault(stream);

    /// <summary>Returns the sequence up to which a stream can be projected now.</summary>
    public long Goal(string stream) => Math.Min(
        _heads.GetValueOrDefault(stream), _stoppedAfter.GetValueOrDefault(stream, long.MaxValue));

    /// <summary>Notes a stream's head, and queues the stream if the history lacks records of it.</summary>
    public void Note(string stream, long head)
    {
        if (HistoryChunk.IsProjected(stream))
        {
            _heads[stream] = Math.Max(head, _heads.GetValueOrDefault(stream));
            Queue(stream);
        }
    }

    /// <summary>Queues a stream if the history lacks records of it.</summary>
    public void Queue(string stream)
    {
        if (Cursor(stream) < Goal(stream) && _queued.Add(stream))
        {
            _behind.Enqueue(stream);
        }
    }

    /// <summary>Takes the stream that has waited longest. Returns false if none waits.</summary>
    public bool TryTake(out string stream)
    {
        if (!_behind.TryDequeue(out stream!))
        {
            return false;
        }

        _queued.Remove(stream);
        return true;
    }

    /// <summary>Lowers a head that the journal does not have.</summary>
    public void Lower(string stream, long head) => _heads[stream] = Math.Min(_heads[stream], head);

    /// <summary>Notes what the history has written of a stream.</summary>
    public void Advance(string stream, long cursor) => _cursors[stream] = cursor;

    /// <summary>Takes the history's own cursors over.</summary>
    public void Reload(IReadOnlyDictionary<string, long> cursors) => _cursors = new(cursors, StringComparer.Ordinal);

    /// <summary>Stops a stream: nothing from this record on is projected.</summary>
    public void Stop(string stream, long sequence) =>
        _stoppedAfter[stream] = Math.Min(sequence - 1, _stoppedAfter.GetValueOrDefault(stream, long.MaxValue));
}
