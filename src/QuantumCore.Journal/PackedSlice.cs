using System.Buffers.Binary;
using System.IO.Compression;

namespace QuantumCore.Journal;

/// <summary>
/// Layout of a packed slice, little-endian: the header of <see cref="SliceLayout"/> with version 2; chain of the last
/// record (u32), bytes unpacked (u32), bytes packed (u32). Then, compressed by Brotli, for each record: length (u32),
/// body. Chains of the records in between are not stored: they follow from the chain before, and the last one proves
/// them all.
/// </summary>
internal static class PackedSlice
{
    public const byte Version = 2;
    public const int HeaderBytes = SliceLayout.HeaderBytes + 12;
    public const int RecordBytes = sizeof(int);
    private const int Quality = 5;
    private const int WindowBits = 18;

    // Upper bound of any slice, so that a damaged length cannot exhaust memory.
    private const int MostBytes = 256 << 20;

    /// <summary>
    /// Encodes a slice with these records; returns null if it would not be smaller than
    /// <paramref name="unpackedLength"/>.
    /// </summary>
    public static byte[]? Encode(
        in StreamActivation before, long first, IReadOnlyList<JournalRecord> records, uint chain, int unpackedLength)
    {
        var plain = new byte[records.Sum(record => RecordBytes + record.Body.Length)];
        var at = 0;
        foreach (var record in records)
        {
            BinaryPrimitives.WriteInt32LittleEndian(plain.AsSpan(at), record.Body.Length);
            record.Body.Span.CopyTo(plain.AsSpan(at + RecordBytes));
            at += RecordBytes + record.Body.Length;
        }

        var slice = new byte[unpackedLength - 1];
        if (slice.Length <= HeaderBytes || plain.Length > MostBytes
            || !BrotliEncoder.TryCompress(plain, slice.AsSpan(HeaderBytes), out var packed, Quality, WindowBits))
        {
            return null;
        }

        SliceLayout.WriteHeader(slice, records.Count, before, first, Version);
        BinaryPrimitives.WriteUInt32LittleEndian(slice.AsSpan(SliceLayout.HeaderBytes), chain);
        BinaryPrimitives.WriteInt32LittleEndian(slice.AsSpan(SliceLayout.HeaderBytes + 4), plain.Length);
        BinaryPrimitives.WriteInt32LittleEndian(slice.AsSpan(SliceLayout.HeaderBytes + 8), packed);
        return slice[..(HeaderBytes + packed)];
    }

    /// <summary>Returns the length of the slice that begins here; 0 if none fits.</summary>
    public static int Measure(ReadOnlySpan<byte> rest)
    {
        if (rest.Length < HeaderBytes) return 0;
        var packed = BinaryPrimitives.ReadInt32LittleEndian(rest[(SliceLayout.HeaderBytes + 8)..]);
        return packed < 0 || packed > rest.Length - HeaderBytes ? 0 : HeaderBytes + packed;
    }

    /// <summary>Returns the stored chain of the last record.</summary>
    public static uint ChainOf(ReadOnlySpan<byte> slice) =>
        BinaryPrimitives.ReadUInt32LittleEndian(slice[SliceLayout.HeaderBytes..]);

    /// <summary>Returns lengths and bodies of the records; null if they cannot be unpacked.</summary>
    public static byte[]? Unpack(ReadOnlySpan<byte> slice)
    {
        if (Measure(slice) != slice.Length) return null;
        var length = BinaryPrimitives.ReadInt32LittleEndian(slice[(SliceLayout.HeaderBytes + 4)..]);
        if (length is < 0 or > MostBytes) return null;
        var plain = new byte[length];
        return BrotliDecoder.TryDecompress(slice[HeaderBytes..], plain, out var written) && written == length
            ? plain
            : null;
    }
}
