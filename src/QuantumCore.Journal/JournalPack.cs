namespace QuantumCore.Journal;

/// <summary>The oldest frames that no pack has taken yet, in the sequence of their commits.</summary>
/// <param name="Frames">Some of them; checksums are not checked.</param>
/// <param name="IsFull">There were as many as were asked for.</param>
/// <param name="PackNo">Number of the pack that they would become.</param>
public sealed record UnpackedFrames(IReadOnlyList<FrameRow> Frames, bool IsFull, long PackNo);

/// <summary>
/// One frame that takes the place of several: the same records of the same streams, in fewer and smaller slices.
/// </summary>
/// <param name="Frames">The frames that it stands for, in the sequence of their commits.</param>
/// <param name="Slices">Their entries of the index.</param>
/// <param name="Packed">What stands for them.</param>
public sealed record JournalPack(IReadOnlyList<FrameId> Frames, IReadOnlyList<SliceRow> Slices, JournalFrame Packed)
{
    /// <summary>The number that all packs have for their writer; writers draw theirs from 2^64.</summary>
    public const long WriterId = long.MinValue;
}

/// <summary>How much is packed at a time: all of it is one transaction, which commits wait for.</summary>
public sealed record PackLimits
{
    /// <summary>Most frames.</summary>
    public int MaxFrames { get; init; } = 512;

    /// <summary>Most entries of the index.</summary>
    public int MaxSlices { get; init; } = 2_048;

    /// <summary>Bytes of frames, about.</summary>
    public int MaxBytes { get; init; } = 1 << 20;

    /// <summary>Bytes of a slice before it is packed, about: who reads one record unpacks so much.</summary>
    public int SliceBytes { get; init; } = 64 << 10;
}
