namespace QuantumCore.Journal;

/// <summary>
/// The streams of one owner whose records may have to become durable together: if one is lost, all are lost. An
/// ordinary stream is a bundle of one. Queued records go in units, oldest first. A unit has one segment for each of its
/// streams with records, and one frame holds all of it. Changed under the writer's gate.
/// </summary>
internal sealed class Bundle(JournalStream first)
{
    private Segment? _openUnit;
    private int _openRecords;
    private long _openBytes;
    private volatile bool _isLost;

    /// <summary>The streams, without those that are closed and have nothing queued.</summary>
    public JournalStream[] Streams { get; private set; } = [first];

    /// <summary>True if all streams are lost; they are lost at once. May be read from any thread.</summary>
    public bool IsLost => _isLost;

    public void Join(JournalStream stream)
    {
        Streams = [.. Streams, stream];
        stream.Bundle = this;
    }

    /// <summary>
    /// Separates a stream that has no pending records and will get none: it does not share the others' fate.
    /// </summary>
    public void Leave(JournalStream stream)
    {
        if (Streams.Length == 1) return;
        Streams = Array.FindAll(Streams, other => other != stream);
        stream.Bundle = new Bundle(stream);
    }

    /// <summary>Reserves room before records are added: all records of one call must fit in one unit.</summary>
    public void MakeRoom(int records, long bytes, JournalWriterOptions options)
    {
        if (_openRecords + records > options.MaxFrameRecords || _openBytes + bytes > options.MaxFrameBytes) CloseUnit();
        _openRecords += records;
        _openBytes += bytes;
    }

    /// <summary>
    /// Puts a stream's new segment into the open unit. Returns true if it is the unit's first, which represents it in
    /// the queue.
    /// </summary>
    public bool AddToUnit(Segment segment)
    {
        segment.Stream.Open = segment;
        if (_openUnit is null)
        {
            _openUnit = segment;
            return true;
        }

        segment.Unit = _openUnit.Unit;
        segment.NextOfUnit = _openUnit.NextOfUnit;
        _openUnit.NextOfUnit = segment;
        return false;
    }

    /// <summary>
    /// Closes the open unit if another unit was queued after it, so that the next record goes behind both.
    /// </summary>
    public void GoBehind(long unit)
    {
        if (_openUnit?.Unit < unit) CloseUnit();
    }

    /// <summary>Marks the unit as in flight: nothing may be added to it any more.</summary>
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
