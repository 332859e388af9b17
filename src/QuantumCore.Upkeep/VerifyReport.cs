namespace QuantumCore.Upkeep;

/// <summary>A book whose commands were run again.</summary>
/// <param name="Symbol">The symbol.</param>
/// <param name="Sequence">Sequence of the last record run.</param>
/// <param name="OpenOrders">Number of open orders at that sequence.</param>
/// <param name="StateHash">State hash of the matching core at that sequence, 16 hexadecimal digits.</param>
public sealed record VerifiedBook(string Symbol, long Sequence, int OpenOrders, string StateHash);

/// <summary>Result of a verification.</summary>
public sealed record VerifyReport
{
    /// <summary>True if no issue was found.</summary>
    public bool IsClean => FindingCount == 0;

    /// <summary>Location of the journal.</summary>
    public required string Journal { get; init; }

    /// <summary>Number of streams.</summary>
    public required int Streams { get; init; }

    /// <summary>Number of accounts folded to the end.</summary>
    public required int Accounts { get; init; }

    /// <summary>Number of frames read.</summary>
    public required long Frames { get; init; }

    /// <summary>Bytes of the frames.</summary>
    public required long Bytes { get; init; }

    /// <summary>Number of records taken.</summary>
    public required long Records { get; init; }

    /// <summary>Number of snapshots that agree with the records.</summary>
    public required int Snapshots { get; init; }

    /// <summary>True if the history was compared; null if there is none.</summary>
    public required bool? History { get; init; }

    /// <summary>Books whose commands were run again.</summary>
    public required IReadOnlyList<VerifiedBook> Books { get; init; }

    /// <summary>Number of payout and settlement files in a backup, each compared with its batch.</summary>
    public int Files { get; init; }

    /// <summary>Number of issues; the list may be shorter.</summary>
    public required int FindingCount { get; init; }

    /// <summary>Issues found.</summary>
    public required IReadOnlyList<Finding> Findings { get; init; }

    /// <summary>Duration, in milliseconds.</summary>
    public required long Milliseconds { get; init; }
}
