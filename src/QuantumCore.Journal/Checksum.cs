using System.Buffers.Binary;
using System.Numerics;
using System.Runtime.InteropServices;

namespace QuantumCore.Journal;

/// <summary>Computes CRC-32C (Castagnoli), which the processor does eight bytes at a time.</summary>
internal static class Checksum
{
    public static uint Of(ReadOnlySpan<byte> bytes) => ~Extend(uint.MaxValue, bytes);

    /// <summary>
    /// Returns the chained checksum of a record: over the previous record's checksum, the record's place, and its body.
    /// So reading a stream alone detects a record that was changed, moved, dropped or put under another stream.
    /// </summary>
    public static uint OfRecord(uint previous, long streamId, long epoch, long sequence, ReadOnlySpan<byte> body)
    {
        unchecked
        {
            var crc = BitOperations.Crc32C(~previous, (ulong)streamId);
            crc = BitOperations.Crc32C(crc, (ulong)epoch);
            crc = BitOperations.Crc32C(crc, (ulong)sequence);
            crc = BitOperations.Crc32C(crc, (ulong)body.Length);
            return ~Extend(crc, body);
        }
    }

    private static uint Extend(uint crc, ReadOnlySpan<byte> bytes)
    {
        var words = MemoryMarshal.Cast<byte, ulong>(bytes);
        foreach (var word in words)
        {
            crc = BitOperations.Crc32C(
                crc, BitConverter.IsLittleEndian ? word : BinaryPrimitives.ReverseEndianness(word));
        }

        foreach (var last in bytes[(words.Length * sizeof(ulong))..]) crc = BitOperations.Crc32C(crc, last);
        return crc;
    }
}
