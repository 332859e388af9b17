using QuantumCore.Journal;

namespace QuantumCore.Upkeep;

/// <summary>
/// One stream on its way through the journal: its slices come in roughly in sequence, its records are checked and taken
/// strictly so. At the first that fails it stops; other streams go on. One thread at a time.
/// </summary>
internal abstract class Lane
{
    /// <summary>Slices that wait for one before them, in bytes: more says that one is missing, not late.</summary>
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

    /// <summary>Where what is wrong is told.</summary>
    protected FindingList Findings { get; }

    /// <summary>The thread that it belongs to.</summary>
    public int Worker { get; set; }

    /// <summary>The first sequence that is looked at.</summary>
    public long First { get; }

    /// <summary>Records taken.</summary>
    public long Taken { get; private set; }

    /// <summary>It stopped at something wrong; what follows was not looked at.</summary>
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

    /// <summary>Everything came; what is still missing is missing.</summary>
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
                "An exchange would take the records after the head for none and write over them.");
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

    /// <summary>Nothing of the stream from here on is looked at.</summary>
    public void Stop(FindingKind kind, long sequence, string what, string meaning)
    {
        IsStopped = true;
        _early.Clear();
        Findings.Add(kind, Stream.Name, sequence, what, meaning);
    }

    /// <summary>What this stream's owner makes of a record that is sound.</summary>
    protected abstract void Take(in JournalRecord record);

    /// <summary>All records were taken.</summary>
    protected virtual void Ended()
    {
    }

    private void Missing() => Stop(
        FindingKind.RecordMissing, _reader.Next,
        _early.Count > 0
            ? $"it is not there, while records from {_early.First().Key} on are"
            : $"it is not there, and the stream's head is {Stream.Head}",
        "Something that was acknowledged is lost: restore a backup. Until then this stream's owner does not serve.");

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
                FindingKind.HeadDiffers, record.Sequence, $"its epoch {record.Epoch} is ahead of the stream's {Stream.Epoch}",
                "The fence against older activations does not hold any more.");
            return;
        }

        Taken++;
        Take(record);
    }
}
