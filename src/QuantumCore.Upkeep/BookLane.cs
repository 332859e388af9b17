using System.Security.Cryptography;
using QuantumCore.Clearing;
using QuantumCore.Contracts;
using QuantumCore.Instruments;
using QuantumCore.Journal;

namespace QuantumCore.Upkeep;

/// <summary>Verifies a book: its commands, run again, must give the stored records, byte for byte.</summary>
internal class BookLane(
    StreamRow stream, BookMachine machine, IReadOnlyDictionary<long, AccountLane> accounts, FindingList findings)
    : DeliveringLane(stream, machine.Sequence + 1, accounts, findings)
{
    public const string Prefix = "book/";

    private readonly Dictionary<long, (byte Version, byte[] Hash)> _snapshots = [];

    /// <summary>Current state.</summary>
    public BookMachine Machine => machine;

    /// <summary>Number of snapshots that equal the state at their sequence.</summary>
    public int SnapshotsAgreed { get; private set; }

    /// <summary>Expects a snapshot to equal the state after its record.</summary>
    public void Expect(SnapshotRow snapshot) =>
        _snapshots.Add(snapshot.Sequence, (snapshot.Body.FirstOrDefault(), SHA256.HashData(snapshot.Body)));

    protected override void Take(in JournalRecord record)
    {
        BookRecord again;
        try
        {
            again = machine.Replay(record.Sequence, record.Body.Span);
        }
        catch (DivergenceException divergence)
        {
            Stop(
                FindingKind.BookDiverges, record.Sequence, divergence.Message,
                "The book can't be replayed from here on. An exchange halts this symbol; others trade.");
            return;
        }

        if (again is InstrumentDefined && machine.Instrument!.Symbol != machine.Symbol)
        {
            Stop(
                FindingKind.BookDiverges, record.Sequence, $"it defines {machine.Instrument.Symbol}",
                "The stream's name was changed: these are the records of another book.");
            return;
        }

        Tell(record.Sequence, again);
        if (_snapshots.Count > 0 && _snapshots.Remove(record.Sequence, out var expected))
        {
            Compare(record.Sequence, expected.Version, expected.Hash);
        }
    }

    protected override void Ended()
    {
        foreach (var sequence in _snapshots.Keys)
        {
            Findings.Add(
                FindingKind.SnapshotDiffers, Stream.Name, sequence, "there is a snapshot of a record that is not there",
                "It comes from another history of this stream and would be used as its newest state.");
        }
    }

    /// <summary>Delivers a record to the accounts it touches.</summary>
    protected void Tell(long sequence, BookRecord record)
    {
        foreach (var account in record.TouchedAccounts())
        {
            if (LaneOf(account, sequence, "touches") is { } lane)
            {
                Deliveries.Add(new Delivered(lane, machine.Symbol, sequence, Book: record));
            }
        }
    }

    private void Compare(long sequence, byte version, byte[] expected)
    {
        if (machine.SnapshotOf(version) is not { } again)
        {
            Findings.Add(
                FindingKind.SnapshotDamaged, Stream.Name, sequence,
                "the snapshot is of a version that this release does not read",
                "It is not used: an older one serves, or the whole stream is replayed. Nothing is lost.");
            return;
        }

        if (SHA256.HashData(again).AsSpan().SequenceEqual(expected))
        {
            SnapshotsAgreed++;
            return;
        }

        Findings.Add(
            FindingKind.SnapshotDiffers, Stream.Name, sequence, "the snapshot is not the state that the records give",
            "A book that starts from it would have a wrong state: delete this snapshot; an older one is used.");
    }
}

/// <summary>Reads a book whose commands were run before, only to deliver its records to accounts again.</summary>
internal sealed class BookTailLane(
    StreamRow stream, string symbol, long after, IReadOnlyDictionary<long, AccountLane> accounts, FindingList findings)
    : BookLane(stream, new BookMachine(symbol), accounts, findings)
{
    protected override void Take(in JournalRecord record)
    {
        if (record.Sequence > after)
        {
            Tell(record.Sequence, BookRecordEncoding.Decode(record.Body.Span));
        }
    }
}

/// <summary>Checks and counts records of the catalog, of operators' actions, and of unknown streams.</summary>
internal sealed class PlainLane(StreamRow stream, FindingList findings) : Lane(stream, 1, findings)
{
    public const string Catalog = "catalog";

    /// <summary>Listed instruments, by symbol.</summary>
    public Dictionary<string, Instrument> Listed { get; } = new(StringComparer.Ordinal);

    protected override void Take(in JournalRecord record)
    {
        try
        {
            if (Stream.Name == OperatorLogEncoding.Stream)
            {
                OperatorLogEncoding.Decode(record.Sequence, record.Body.Span);
            }
            else if (Stream.Name == Catalog && CatalogRecordEncoding.Decode(record.Body.Span) is InstrumentListed listed
                && listed.Definition.Decode() is var instrument)
            {
                Listed[instrument.Symbol] = instrument;
            }
        }
        catch (Exception e) when (e is InvalidDataException or ArgumentException or OverflowException)
        {
            Stop(
                FindingKind.RecordUnreadable, record.Sequence, e.Message,
                Stream.Name == Catalog
                    ? "An exchange would not start on it."
                    : "That part of the audit log can't be read; nothing else depends on it.");
        }
    }
}
