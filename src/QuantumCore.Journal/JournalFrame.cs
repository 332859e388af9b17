using System.Buffers.Binary;

namespace QuantumCore.Journal;

/// <summary>Id of a frame: the writer that made it, and that writer's own counter.</summary>
public readonly record struct FrameId(long WriterId, long FrameNo);

/// <summary>
/// The part of a frame that belongs to one stream: consecutive records of one activation. Position and length, in
/// bytes, locate it in the frame's body. The chain is the chained CRC-32C of its last record.
/// </summary>
public readonly record struct FrameSlice(
    long StreamId, long Epoch, long FirstSequence, long LastSequence, int Position, int Length, uint Chain);

/// <summary>
/// The unit of a commit: the records of many streams in one blob, a slice for each stream. Its id is never reused for
/// other content, so its presence proves this commit. The checksum is the CRC-32C of the body. Slices are sorted by
/// stream number, and every store locks streams in this order.
/// </summary>
public sealed record JournalFrame(FrameId Id, uint Crc, byte[] Body, IReadOnlyList<FrameSlice> Slices);

/// <summary>
/// Layout of a slice as a commit writes it; an old one may be a <see cref="PackedSlice"/>. Little-endian: version (u8),
/// three zero bytes, count (u32), stream (i64), epoch (i64), first sequence (i64), chain before (u32). Then for each
/// record: length (u32), chain (u32), body.
/// </summary>
internal static class SliceLayout
{
    public const byte Version = 1;
    public const int HeaderBytes = 36;
    public const int RecordBytes = 8;

    public static void WriteHeader(
        Span<byte> into, int count, in StreamActivation at, long first, byte version = Version)
    {
        into[..4].Clear();
        into[0] = version;
        BinaryPrimitives.WriteInt32LittleEndian(into[4..], count);
        BinaryPrimitives.WriteInt64LittleEndian(into[8..], at.StreamId);
        BinaryPrimitives.WriteInt64LittleEndian(into[16..], at.Epoch);
        BinaryPrimitives.WriteInt64LittleEndian(into[24..], first);
        BinaryPrimitives.WriteUInt32LittleEndian(into[32..], at.Chain);
    }

    /// <summary>Reads the header of a slice at this place. Returns false if the rest cannot hold it.</summary>
    public static bool TryMeasure(
        ReadOnlySpan<byte> body, int at, out long streamId, out long first, out long last, out int length)
    {
        (streamId, first, last, length) = (0, 0, 0, HeaderBytes);
        var rest = body[at..];
        if (rest.Length < HeaderBytes) return false;
        var count = BinaryPrimitives.ReadInt32LittleEndian(rest[4..]);
        streamId = BinaryPrimitives.ReadInt64LittleEndian(rest[8..]);
        first = BinaryPrimitives.ReadInt64LittleEndian(rest[24..]);
        if (count < 1 || first < 1 || first > long.MaxValue - count) return false;
        last = first + count - 1;
        if (rest[0] == PackedSlice.Version) return (length = PackedSlice.Measure(rest)) > 0;
        for (var i = 0; i < count; i++)
        {
            if (rest.Length - length < RecordBytes) return false;
            var record = BinaryPrimitives.ReadInt32LittleEndian(rest[length..]);
            if (record < 0 || record > rest.Length - length - RecordBytes) return false;
            length += RecordBytes + record;
        }

        return true;
    }
}
