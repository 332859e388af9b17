namespace QuantumCore.Upkeep;

/// <summary>What kind of thing is wrong. The names are stable: programs read them.</summary>
public enum FindingKind
{
    /// <summary>The database's file does not pass the database's own check.</summary>
    FileDamaged = 1,

    /// <summary>A frame's bytes do not agree with its checksum.</summary>
    FrameDamaged = 2,

    /// <summary>A record's bytes do not agree with its checksum, or with the record before it.</summary>
    RecordDamaged = 3,

    /// <summary>Records that were acknowledged are not there.</summary>
    RecordMissing = 4,

    /// <summary>The index and the frames do not say the same.</summary>
    IndexDiffers = 5,

    /// <summary>The stream's head is not its last record.</summary>
    HeadDiffers = 6,

    /// <summary>A book's command, run again, does something else than its record says.</summary>
    BookDiverges = 7,

    /// <summary>Records that touch an account contradict each other.</summary>
    AccountContradicts = 8,

    /// <summary>A snapshot's bytes do not agree with its checksum or its own hash.</summary>
    SnapshotDamaged = 9,

    /// <summary>A snapshot is not the state that the records give.</summary>
    SnapshotDiffers = 10,

    /// <summary>A record of the catalog, or of a stream that nobody knows, can't be read.</summary>
    RecordUnreadable = 11,

    /// <summary>A strategy's legs are not whole.</summary>
    StrategyBroken = 12,

    /// <summary>An invariant of the history does not hold, or it is ahead of the journal.</summary>
    HistoryContradicts = 13,

    /// <summary>A file that went out is not the batch that the journal has under its name.</summary>
    FileDiffers = 14,

    /// <summary>A settlement batch is not what its trades come to.</summary>
    BatchDiffers = 15,

    /// <summary>A part of a corporate action is not what the account's units come to.</summary>
    ActionDiffers = 16,

    /// <summary>The history's file can't be read.</summary>
    HistoryUnreadable = 17,
}

/// <summary>One thing that is wrong.</summary>
/// <param name="Kind">What kind.</param>
/// <param name="Stream">The stream; null where it is none in particular.</param>
/// <param name="Sequence">The record; null where it is none in particular.</param>
/// <param name="What">What was found.</param>
/// <param name="Meaning">What it means for the exchange.</param>
public sealed record Finding(FindingKind Kind, string? Stream, long? Sequence, string What, string Meaning);

/// <summary>Findings of several threads; beyond a limit they are only counted.</summary>
internal sealed class FindingList
{
    public const int Limit = 1_000;
    private readonly Lock _gate = new();
    private readonly List<Finding> _findings = [];
    private readonly HashSet<(FindingKind, string?, long?)> _told = [];

    public int Count { get; private set; }

    /// <summary>One of a kind at one place.</summary>
    public void Add(FindingKind kind, string? stream, long? sequence, string what, string meaning)
    {
        lock (_gate)
        {
            if (stream is not null && !_told.Add((kind, stream, sequence)))
            {
                return;
            }

            Count++;
            if (_findings.Count < Limit)
            {
                _findings.Add(new Finding(kind, stream, sequence, what, meaning));
            }
        }
    }

    public IReadOnlyList<Finding> All()
    {
        lock (_gate)
        {
            return [.. _findings
                .OrderBy(finding => finding.Kind)
                .ThenBy(finding => finding.Stream, StringComparer.Ordinal)
                .ThenBy(finding => finding.Sequence)];
        }
    }
}
