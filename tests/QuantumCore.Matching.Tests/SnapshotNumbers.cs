using System.Buffers.Binary;

namespace QuantumCore.Matching.Tests;

/// <summary>Converts a snapshot to its numbers and back, for reading and for forging one.</summary>
internal static class SnapshotNumbers
{
    public static List<long> Of(ReadOnlySpan<byte> snapshot)
    {
        var numbers = new List<long>();
        var bits = 0UL;
        var shift = 0;
        foreach (var one in snapshot[5..^4])
        {
            bits |= (ulong)(one & 0x7F) << shift;
            shift += 7;
            if (one >= 0x80)
                continue;
            numbers.Add(unchecked((long)(bits >> 1) ^ -(long)(bits & 1)));
            (bits, shift) = (0, 0);
        }

        return numbers;
    }

    public static byte[] ToSnapshot(IEnumerable<long> numbers)
    {
        List<byte> bytes = [(byte)'Q', (byte)'C', (byte)'B', (byte)'K', 2];
        foreach (var number in numbers)
        {
            var bits = unchecked(((ulong)number << 1) ^ (ulong)(number >> 63));
            for (; bits >= 0x80; bits >>= 7)
                bytes.Add((byte)(bits & 0x7F | 0x80));
            bytes.Add((byte)bits);
        }

        var checksum = new byte[4];
        BinaryPrimitives.WriteUInt32LittleEndian(checksum, SnapshotChecksum.Of([.. bytes]));
        return [.. bytes, .. checksum];
    }
}
