namespace QuantumCore.Journal;

/// <summary>The oldest unpacked frames, in commit sequence.</summary>
/// <param name="Frames">Some of them; checksums are not checked.</param>
/// <param name="IsFull">True if there were as many as requested.</param>
/// <param name="PackNo">Number of the pack that they would become.</param>
public sealed record UnpackedFrames(IReadOnlyList<FrameRow> Frames, bool IsFull, long PackNo);

/// <summary>
/// A frame that replaces several: the same records of the same streams, in fewer and smaller slices.
/// </summary>
/// <param name="Frames">The replaced frames, in commit sequence.</param>
/// <param name="Slices">Their index entries.</param>
/// <param name="Packed">The frame that replaces them.</param>
public sealed record JournalPack(IReadOnlyList<FrameId> Frames, IReadOnlyList<SliceRow> Slices, JournalFrame Packed)
{
    /// <summary>Writer id of all packs. Writers draw theirs at random from 2^64 numbers.</summary>
    public const long WriterId = long.MinValue;
}

/// <summary>Limits of one pack, which is one transaction that commits wait for.</summary>
public sealed record PackLimits
{
    /// <summary>Maximum number of frames.</summary>
    public int MaxFrames { get; init; } = 512;

    /// <summary>Maximum number of index entries.</summary>
    public int MaxSlices { get; init; } = 2_048;

    /// <summary>Approximate maximum size of the frames, in bytes.</summary>
    public int MaxBytes { get; init; } = 1 << 20;

    /// <summary>Approximate size of an unpacked slice, in bytes. Reading one record unpacks this much.</summary>
    public int SliceBytes { get; init; } = 64 << 10;
}
