namespace QuantumCore.Upkeep;

/// <summary>A book that was run again.</summary>
/// <param name="Symbol">The symbol.</param>
/// <param name="Sequence">The last record that was run.</param>
/// <param name="OpenOrders">Orders that are open then.</param>
/// <param name="StateHash">Hash of the state of the matching core then, sixteen hexadecimal digits.</param>
public sealed record VerifiedBook(string Symbol, long Sequence, int OpenOrders, string StateHash);

/// <summary>What a verification looked at and found.</summary>
public sealed record VerifyReport
{
    /// <summary>Whether nothing is wrong.</summary>
    public bool IsClean => FindingCount == 0;

    /// <summary>The journal.</summary>
    public required string Journal { get; init; }

    /// <summary>Streams in it.</summary>
    public required int Streams { get; init; }

    /// <summary>Accounts that were folded to the end.</summary>
    public required int Accounts { get; init; }

    /// <summary>Frames that were read.</summary>
    public required long Frames { get; init; }

    /// <summary>Bytes of the frames.</summary>
    public required long Bytes { get; init; }

    /// <summary>Records that were taken.</summary>
    public required long Records { get; init; }

    /// <summary>Snapshots that agree with the records.</summary>
    public required int Snapshots { get; init; }

    /// <summary>Whether the history was compared; null: there is none.</summary>
    public required bool? History { get; init; }

    /// <summary>Books that were run again.</summary>
    public required IReadOnlyList<VerifiedBook> Books { get; init; }

    /// <summary>Files of payouts and settlement in a backup, each compared with its batch.</summary>
    public int Files { get; init; }

    /// <summary>How much is wrong; the list may be shorter.</summary>
    public required int FindingCount { get; init; }

    /// <summary>What is wrong.</summary>
    public required IReadOnlyList<Finding> Findings { get; init; }

    /// <summary>How long it took, in milliseconds.</summary>
    public required long Milliseconds { get; init; }
}
