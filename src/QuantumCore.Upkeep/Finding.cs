namespace QuantumCore.Upkeep;

/// <summary>Kind of an issue. The names are stable, because programs read them.</summary>
public enum FindingKind
{
    /// <summary>The database file fails the database's own integrity check.</summary>
    FileDamaged = 1,

    /// <summary>A frame does not match its checksum.</summary>
    FrameDamaged = 2,

    /// <summary>A record does not match its checksum, or the record before it.</summary>
    RecordDamaged = 3,

    /// <summary>Acknowledged records are missing.</summary>
    RecordMissing = 4,

    /// <summary>The index does not match the frames.</summary>
    IndexDiffers = 5,

    /// <summary>The head of a stream is not its last record.</summary>
    HeadDiffers = 6,

    /// <summary>A book's command, run again, does not give its record.</summary>
    BookDiverges = 7,

    /// <summary>Records that touch an account contradict each other.</summary>
    AccountContradicts = 8,

    /// <summary>A snapshot does not match its checksum or its own hash.</summary>
    SnapshotDamaged = 9,

    /// <summary>A snapshot does not equal the state that the records give.</summary>
    SnapshotDiffers = 10,

    /// <summary>A record of the catalog, or of an unknown stream, is unreadable.</summary>
    RecordUnreadable = 11,

    /// <summary>A strategy's legs are incomplete.</summary>
    StrategyBroken = 12,

    /// <summary>An invariant of the history is violated, or the history is ahead of the journal.</summary>
    HistoryContradicts = 13,

    /// <summary>An outgoing file does not equal the journal's batch of its name.</summary>
    FileDiffers = 14,

    /// <summary>A settlement batch does not equal the net of its trades.</summary>
    BatchDiffers = 15,

    /// <summary>A part of a corporate action does not match the account's units.</summary>
    ActionDiffers = 16,

    /// <summary>The history's file is unreadable.</summary>
    HistoryUnreadable = 17,
}

/// <summary>An issue found by a verification.</summary>
/// <param name="Kind">Kind of issue.</param>
/// <param name="Stream">The stream; null for none in particular.</param>
/// <param name="Sequence">Sequence of the record; null for none in particular.</param>
/// <param name="What">Description.</param>
/// <param name="Meaning">Meaning for the exchange.</param>
public sealed record Finding(FindingKind Kind, string? Stream, long? Sequence, string What, string Meaning);

/// <summary>Thread-safe list of issues. Beyond a limit they are only counted.</summary>
internal sealed class FindingList
{
    public const int Limit = 1_000;
    private readonly Lock _gate = new();
    private readonly List<Finding> _findings = [];
    private readonly HashSet<(FindingKind, string?, long?)> _told = [];

    public int Count { get; private set; }

    /// <summary>Adds an issue, once for each kind, stream and sequence.</summary>
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
