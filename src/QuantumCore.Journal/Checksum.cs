using System.Buffers.Binary;
using System.Numerics;
using System.Runtime.InteropServices;

namespace QuantumCore.Journal;

/// <summary>CRC-32C (Castagnoli), which the processor computes eight bytes at a time.</summary>
internal static class Checksum
{
    public static uint Of(ReadOnlySpan<byte> bytes) => ~Extend(uint.MaxValue, bytes);

    /// <summary>
    /// The chained checksum of a record: over the previous record's checksum, where the record stands, and its body.
    /// So a record that was changed, moved, dropped or put under another stream is found by reading its stream alone.
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
