using System.Buffers;
using System.Buffers.Binary;
using System.Numerics;
using System.Runtime.InteropServices;

namespace QuantumCore.Matching;

/// <summary>Receives the numbers of a book's state, one after the other.</summary>
internal interface IStateSink
{
    void Write(long number);
}

/// <summary>Mixes the numbers of a state into a hash (see <see cref="OrderBook.StateHash"/>).</summary>
internal struct HashSink : IStateSink
{
    public ulong Hash;

    public void Write(long number)
    {
        // The hash wraps.
        Hash = unchecked((Hash ^ (ulong)number) * 0x100_0000_01B3UL);
        Hash ^= Hash >> 32;
    }
}

/// <summary>Writes the frame and the numbers of a snapshot.</summary>
internal ref struct SnapshotWriter : IStateSink
{
    public const byte Version = 2;
    public const int ChecksumLength = 4;

    private const int LongestNumber = 10;

    private byte[] _bytes;
    private int _length;

    public SnapshotWriter(long expectedLength)
    {
        _bytes = ArrayPool<byte>.Shared.Rent(checked((int)expectedLength));
        Magic.CopyTo(_bytes);
        _bytes[Magic.Length] = Version;
        _length = HeaderLength;
    }

    public static ReadOnlySpan<byte> Magic => "QCBK"u8;

    public static int HeaderLength => Magic.Length + 1;

    /// <summary>Writes any number; small ones of either sign stay short.</summary>
    public void Write(long number) => WriteBits(unchecked(((ulong)number << 1) ^ (ulong)(number >> 63)));

    public byte[] Finish()
    {
        Reserve();
        BinaryPrimitives.WriteUInt32LittleEndian(_bytes.AsSpan(_length), Checksum(_bytes.AsSpan(0, _length)));
        var snapshot = _bytes.AsSpan(0, _length + ChecksumLength).ToArray();
        ArrayPool<byte>.Shared.Return(_bytes);
        return snapshot;
    }

    public static uint Checksum(ReadOnlySpan<byte> bytes)
    {
        var crc = uint.MaxValue;
        var words = MemoryMarshal.Cast<byte, ulong>(bytes);
        foreach (var word in words)
            crc = BitOperations.Crc32C(
                crc, BitConverter.IsLittleEndian ? word : BinaryPrimitives.ReverseEndianness(word));
        foreach (var one in bytes[(words.Length * sizeof(ulong))..])
            crc = BitOperations.Crc32C(crc, one);
        return ~crc;
    }

    private void WriteBits(ulong bits)
    {
        Reserve();
        for (; bits >= 0x80; bits >>= 7)
            _bytes[_length++] = (byte)(bits & 0x7F | 0x80);
        _bytes[_length++] = (byte)bits;
    }

    private void Reserve()
    {
        if (_bytes.Length - _length >= LongestNumber)
            return;
        var old = _bytes;
        _bytes = ArrayPool<byte>.Shared.Rent(checked(old.Length * 2));
        old.AsSpan(0, _length).CopyTo(_bytes);
        ArrayPool<byte>.Shared.Return(old);
    }
}

/// <summary>Compares a state with the snapshot from which it was read, number by number.</summary>
internal ref struct SnapshotEcho(ReadOnlySpan<byte> snapshot) : IStateSink
{
    private SnapshotReader _read = new(snapshot);

    public void Write(long number)
    {
        if (_read.ReadAny("state") != number)
            throw new InvalidDataException("Snapshot of a book: its numbers contradict each other.");
    }
}

/// <summary>Reads what <see cref="SnapshotWriter"/> wrote and validates every value.</summary>
internal ref struct SnapshotReader
{
    private ReadOnlySpan<byte> _rest;

    public SnapshotReader(ReadOnlySpan<byte> snapshot)
    {
        var magic = SnapshotWriter.Magic;
        if (snapshot.Length < SnapshotWriter.HeaderLength + SnapshotWriter.ChecksumLength
            || !snapshot.StartsWith(magic))
            throw new InvalidDataException("These bytes are no snapshot of a book.");

        var body = snapshot[..^SnapshotWriter.ChecksumLength];
        if (SnapshotWriter.Checksum(body) != BinaryPrimitives.ReadUInt32LittleEndian(snapshot[body.Length..]))
            throw new InvalidDataException("Snapshot of a book: the checksum is wrong.");
        if (snapshot[magic.Length] != SnapshotWriter.Version)
            throw new InvalidDataException($"Snapshot of a book: version {snapshot[magic.Length]} is unknown.");

        _rest = body[SnapshotWriter.HeaderLength..];
    }

    /// <summary>Reads the next number, which must be within bounds.</summary>
    public long Read(long lowest, long highest, string what)
    {
        var number = ReadAny(what);
        if (number < lowest || number > highest)
            throw new InvalidDataException($"Snapshot of a book: {what} {number} is out of range.");
        return number;
    }

    /// <summary>Reads the next number.</summary>
    public long ReadAny(string what)
    {
        var bits = ReadBits(what);
        return unchecked((long)(bits >> 1) ^ -(long)(bits & 1));
    }

    /// <summary>Reads the next number as the distance from the one before it.</summary>
    public long ReadStep(long before, string what)
    {
        var sum = (Int128)before + ReadAny(what);
        if (sum < 0 || sum > long.MaxValue)
            throw new InvalidDataException($"Snapshot of a book: {what} {sum} is out of range.");
        return (long)sum;
    }

    public readonly void Finish()
    {
        if (!_rest.IsEmpty)
            throw new InvalidDataException("Snapshot of a book: there are bytes after its end.");
    }

    private ulong ReadBits(string what)
    {
        var bits = 0UL;
        for (var shift = 0; shift < 64 && !_rest.IsEmpty; shift += 7)
        {
            var one = _rest[0];
            _rest = _rest[1..];
            // The tenth byte has one bit left. A last byte of 0 after others would be a second encoding of the same
            // number.
            if ((shift == 63 && one > 1) || (one == 0 && shift > 0))
                break;

            bits |= (ulong)(one & 0x7F) << shift;
            if (one < 0x80)
                return bits;
        }

        throw new InvalidDataException($"Snapshot of a book: {what} is cut off or misspelt.");
    }
}
