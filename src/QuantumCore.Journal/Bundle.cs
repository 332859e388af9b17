namespace QuantumCore.Journal;

/// <summary>
/// The streams of one owner whose records may have to land together: one is lost, all are lost. An ordinary stream is
/// a bundle of one. What the bundle has queued goes in units, oldest first; a unit has one segment for each of its
/// streams that has records in it, and all of it is in one frame. Changed under the writer's gate.
/// </summary>
internal sealed class Bundle(JournalStream first)
{
    private Segment? _openUnit;
    private int _openRecords;
    private long _openBytes;
    private volatile bool _isLost;

    /// <summary>The streams, those that are handed back and have nothing queued left out.</summary>
    public JournalStream[] Streams { get; private set; } = [first];

    /// <summary>Of all streams at once: none is ever seen lost before another. Read from any thread.</summary>
    public bool IsLost => _isLost;

    public void Join(JournalStream stream)
    {
        Streams = [.. Streams, stream];
        stream.Bundle = this;
    }

    /// <summary>Nothing of this stream is without an outcome and nothing will be: it has no part in the others' fate.</summary>
    public void Leave(JournalStream stream)
    {
        if (Streams.Length == 1) return;
        Streams = Array.FindAll(Streams, other => other != stream);
        stream.Bundle = new Bundle(stream);
    }

    /// <summary>Before records are added: those of one call must find room in one unit.</summary>
    public void MakeRoom(int records, long bytes, JournalWriterOptions options)
    {
        if (_openRecords + records > options.MaxFrameRecords || _openBytes + bytes > options.MaxFrameBytes) CloseUnit();
        _openRecords += records;
        _openBytes += bytes;
    }

    /// <summary>Puts a stream's new segment into the open unit. True: it is the unit's first, and stands for it in the queue.</summary>
    public bool AddToUnit(Segment segment)
    {
        segment.Stream.Open = segment;
        if (_openUnit is null)
        {
            _openUnit = segment;
            return true;
        }

        segment.NextOfUnit = _openUnit.NextOfUnit;
        _openUnit.NextOfUnit = segment;
        return false;
    }

    /// <summary>The unit is on its way: nothing may be added to it any more.</summary>
    public void Taken(Segment unit)
    {
        if (_openUnit == unit) CloseUnit();
    }

    public void MarkLost()
    {
        _isLost = true;
        CloseUnit();
    }

    private void CloseUnit()
    {
        for (var segment = _openUnit; segment is not null; segment = segment.NextOfUnit) segment.Stream.Open = null;
        _openUnit = null;
        _openRecords = 0;
        _openBytes = 0;
    }
}
