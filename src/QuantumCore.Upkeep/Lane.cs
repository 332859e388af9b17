using QuantumCore.Journal;

namespace QuantumCore.Upkeep;

/// <summary>
/// Verifies one stream. Its slices arrive roughly in sequence; its records are checked and taken strictly in sequence.
/// The first failure stops the stream; other streams continue. Used by one thread at a time.
/// </summary>
internal abstract class Lane
{
    /// <summary>
    /// Most bytes of slices that wait for an earlier one. Beyond that the earlier one is missing, not late.
    /// </summary>
    private const long LatecomerBytes = 256L << 20;

    private readonly SliceReader _reader;
    private readonly SortedDictionary<long, StoredSlice> _early = [];
    private long _earlyBytes;

    protected Lane(StreamRow stream, long from, FindingList findings)
    {
        Stream = stream;
        Findings = findings;
        _reader = new SliceReader(stream.Name, stream.StreamId, from);
        First = from;
    }

    public StreamRow Stream { get; }

    /// <summary>Receives the issues.</summary>
    protected FindingList Findings { get; }

    /// <summary>Thread of the lane.</summary>
    public int Worker { get; set; }

    /// <summary>First sequence to check.</summary>
    public long First { get; }

    /// <summary>Number of records taken.</summary>
    public long Taken { get; private set; }

    /// <summary>True if an issue stopped the stream. Later records are not checked.</summary>
    public bool IsStopped { get; private set; }

    /// <summary>Takes a slice, and those that waited for it.</summary>
    public void Take(in StoredSlice slice)
    {
        if (IsStopped || slice.LastSequence < _reader.Next)
        {
            return;
        }

        if (slice.FirstSequence > _reader.Next)
        {
            if (_early.TryAdd(slice.FirstSequence, slice))
            {
                _earlyBytes += slice.Bytes.Length;
            }

            if (_earlyBytes > LatecomerBytes)
            {
                Missing();
            }

            return;
        }

        Read(slice);
        while (!IsStopped && _early.Count > 0 && _early.First() is var (first, early) && first <= _reader.Next)
        {
            _early.Remove(first);
            _earlyBytes -= early.Bytes.Length;
            if (early.LastSequence >= _reader.Next)
            {
                Read(early);
            }
        }
    }

    /// <summary>Ends the stream. Records that have not arrived by now are missing.</summary>
    public void End()
    {
        if (IsStopped)
        {
            return;
        }

        if (_early.Count > 0 || _reader.Next <= Stream.Head)
        {
            Missing();
        }
        else if (_reader.Next > Stream.Head + 1 && Taken > 0)
        {
            Stop(
                FindingKind.HeadDiffers, Stream.Head + 1,
                $"its head is {Stream.Head}, and there are records up to {_reader.Next - 1}",
                "An exchange would ignore the records after the head and overwrite them.");
        }
        else if (Taken > 0 && _reader.Chain != Stream.Chain)
        {
            Stop(
                FindingKind.HeadDiffers, Stream.Head, "the head's checksum is not that of its last record",
                "The next record would not continue the stream, and could never be read.");
        }
        else
        {
            Ended();
        }
    }

    /// <summary>Reports an issue and stops checking the stream.</summary>
    public void Stop(FindingKind kind, long sequence, string what, string meaning)
    {
        IsStopped = true;
        _early.Clear();
        Findings.Add(kind, Stream.Name, sequence, what, meaning);
    }

    /// <summary>Processes a sound record.</summary>
    protected abstract void Take(in JournalRecord record);

    /// <summary>Called after all records were taken.</summary>
    protected virtual void Ended()
    {
    }

    private void Missing() => Stop(
        FindingKind.RecordMissing, _reader.Next,
        _early.Count > 0
            ? $"it is not there, while records from {_early.First().Key} on are"
            : $"it is not there, and the stream's head is {Stream.Head}",
        "Acknowledged records are lost: restore a backup. Until then this stream's owner does not serve.");

    private void Read(in StoredSlice slice)
    {
        try
        {
            foreach (var record in _reader.Decode(slice))
            {
                TakeFrom(record);
            }
        }
        catch (JournalCorruptionException damage)
        {
            foreach (var record in _reader.Sound)
            {
                TakeFrom(record);
            }

            if (!IsStopped)
            {
                Stop(
                    FindingKind.RecordDamaged, damage.Sequence, damage.Message,
                    "The record can't be trusted: restore a backup. Until then this stream's owner does not serve.");
            }
        }
    }

    private void TakeFrom(in JournalRecord record)
    {
        if (IsStopped || record.Sequence < First)
        {
            return;
        }

        if (record.Epoch > Stream.Epoch)
        {
            Stop(
                FindingKind.HeadDiffers, record.Sequence,
                $"its epoch {record.Epoch} is ahead of the stream's {Stream.Epoch}",
                "The fence against older activations no longer works.");
            return;
        }

        Taken++;
        Take(record);
    }
}
