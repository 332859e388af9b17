using System.Buffers.Binary;
using System.IO.Compression;
using QuantumCore.Instruments;

namespace QuantumCore.Bench.Consensus;

/// <summary>Verb of a message in the public harness. The numbers are the file's.</summary>
public enum ConsensusVerb : byte
{
    /// <summary>A limit order.</summary>
    New = 0,

    /// <summary>Cancels an order.</summary>
    Cancel = 1,

    /// <summary>Cancels an order and enters it again, with the same side and a new price and size.</summary>
    Modify = 2,
}

/// <summary>A message of the public matching engine harness.</summary>
/// <param name="Verb">Verb.</param>
/// <param name="Side">Side of a new order.</param>
/// <param name="ImmediateOrCancel">True if a new order never rests.</param>
/// <param name="QuantityLots">Lots of a new or modified order.</param>
/// <param name="Sequence">Ascending number of the message.</param>
/// <param name="OrderId">Sender's order id. It may be reused when its order has ended.</param>
/// <param name="PriceTicks">Price of a new or modified order.</param>
public readonly record struct ConsensusMessage(
    ConsensusVerb Verb, Side Side, bool ImmediateOrCancel, uint QuantityLots, ulong Sequence, ulong OrderId,
    long PriceTicks);

/// <summary>A message file of the harness, little-endian: a header of 16 bytes, then 40 bytes per message.</summary>
public static class ConsensusFile
{
    private const ulong Magic = 0x4D45_4257_5F30_3031;
    private const int HeaderLength = 16;
    private const int RecordLength = 40;

    /// <summary>Reads a whole file, gzip-compressed or not.</summary>
    /// <exception cref="InvalidDataException">The file has another format or is truncated.</exception>
    public static ConsensusMessage[] Read(string path)
    {
        using var file = File.OpenRead(path);
        var zipped = file.ReadByte() == 0x1F && file.ReadByte() == 0x8B;
        file.Position = 0;
        if (!zipped)
            return Read(new BufferedStream(file, 1 << 16));

        using var unzipped = new GZipStream(file, CompressionMode.Decompress);
        return Read(new BufferedStream(unzipped, 1 << 16));
    }

    private static ConsensusMessage[] Read(Stream source)
    {
        Span<byte> bytes = stackalloc byte[RecordLength];
        var header = bytes[..HeaderLength];
        if (source.ReadAtLeast(header, HeaderLength, throwOnEndOfStream: false) < HeaderLength
            || BinaryPrimitives.ReadUInt64LittleEndian(header) != Magic
            || BinaryPrimitives.ReadUInt32LittleEndian(header[8..]) != 1)
        {
            throw new InvalidDataException("This is no message file of the harness, version 1.");
        }

        var count = BinaryPrimitives.ReadUInt32LittleEndian(header[12..]);
        var messages = new List<ConsensusMessage>();
        while (source.ReadAtLeast(bytes, RecordLength, throwOnEndOfStream: false) is > 0 and var read)
        {
            if (read < RecordLength)
                throw new InvalidDataException($"The file ends within message {messages.Count}.");
            messages.Add(Parse(bytes, messages.Count));
        }

        return messages.Count == count
            ? [.. messages]
            : throw new InvalidDataException($"The header announces {count} messages; there are {messages.Count}.");
    }

    private static ConsensusMessage Parse(ReadOnlySpan<byte> bytes, int number)
    {
        if (bytes[0] > 2 || bytes[1] > 1 || bytes[2] > 1)
            throw new InvalidDataException(
                $"Message {number}: type {bytes[0]}, side {bytes[1]} or flag {bytes[2]} is unknown.");

        return new ConsensusMessage(
            (ConsensusVerb)bytes[0], (Side)(bytes[1] + 1), bytes[2] == 1,
            BinaryPrimitives.ReadUInt32LittleEndian(bytes[4..]),
            BinaryPrimitives.ReadUInt64LittleEndian(bytes[8..]), BinaryPrimitives.ReadUInt64LittleEndian(bytes[16..]),
            BinaryPrimitives.ReadInt64LittleEndian(bytes[24..]));
    }
}
