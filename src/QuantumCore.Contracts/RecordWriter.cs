using System.Buffers;
using System.Buffers.Binary;
using System.Text;

namespace QuantumCore.Contracts;

/// <summary>
/// Writes a journal record: little-endian, with LEB128 for what is usually small. One writer per record; the
/// scratch buffer belongs to the thread, and to one writer at a time.
/// </summary>
internal ref struct RecordWriter
{
    // A snapshot may take megabytes: what is larger comes from the pool, the thread keeps what a record needs.
    private const int LargestKept = 64 << 10;

    [ThreadStatic]
    private static byte[]? t_scratch;

    private byte[] _buffer;
    private int _length;

    /// <summary>For an entry that is no record: nothing comes before what is written.</summary>
    public RecordWriter()
    {
        _buffer = t_scratch ?? new byte[512];
        t_scratch = null;
    }

    public RecordWriter(byte version, byte kind, long timeNanos)
        : this()
    {
        Byte(version);
        Byte(kind);
        Fixed64(timeNanos);
    }

    public void Byte(byte value)
    {
        Reserve(1);
        _buffer[_length++] = value;
    }

    public void Bool(bool value) => Byte(value ? (byte)1 : (byte)0);

    public void Fixed64(long value)
    {
        Reserve(8);
        BinaryPrimitives.WriteInt64LittleEndian(_buffer.AsSpan(_length), value);
        _length += 8;
    }

    /// <summary>LEB128 of a value that is never negative.</summary>
    public void Count(long value)
    {
        ArgumentOutOfRangeException.ThrowIfNegative(value);
        Reserve(10);
        var rest = (ulong)value;
        while (rest >= 0x80)
        {
            _buffer[_length++] = (byte)(rest & 0x7f | 0x80);
            rest >>= 7;
        }

        _buffer[_length++] = (byte)rest;
    }

    /// <summary>LEB128 of a value that seldom is negative: one that is not has the bytes of <see cref="Count"/>.</summary>
    public void Signed(long value)
    {
        if (value >= 0)
        {
            Count(value);
            return;
        }

        // All 64 bits of it, so that the tenth byte tells it from everything else.
        Reserve(10);
        for (var rest = unchecked((ulong)value); rest != 0; rest >>= 7)
        {
            _buffer[_length++] = (byte)(rest & 0x7f | (rest < 0x80 ? 0u : 0x80u));
        }
    }

    public void Fixed128(Int128 value)
    {
        Fixed64((long)(value >> 64));
        Fixed64(unchecked((long)value));
    }

    public void Text(string value)
    {
        var bytes = Encoding.UTF8.GetByteCount(value);
        Count(bytes);
        Reserve(bytes);
        _length += Encoding.UTF8.GetBytes(value, _buffer.AsSpan(_length));
    }

    public void Bytes(ReadOnlySpan<byte> value)
    {
        Count(value.Length);
        Reserve(value.Length);
        value.CopyTo(_buffer.AsSpan(_length));
        _length += value.Length;
    }

    /// <summary>What was written. The writer is done with, and the bytes hold until the thread's next one.</summary>
    public readonly ReadOnlySpan<byte> ToSpan()
    {
        if (_buffer.Length <= LargestKept)
        {
            t_scratch = _buffer;
        }

        return _buffer.AsSpan(0, _length);
    }

    /// <summary>The record. The writer is done with: its buffer goes back to where it is from.</summary>
    public readonly byte[] ToArray()
    {
        var record = ToSpan().ToArray();
        GiveBack(_buffer);
        return record;
    }

    private void Reserve(int bytes)
    {
        if (_buffer.Length - _length < bytes)
        {
            Grow(Math.Max(_buffer.Length * 2, _length + bytes));
        }
    }

    // Snapshots that left their outgrown buffers to the collector cost as much as all else that is stored.
    private void Grow(int length)
    {
        var old = _buffer;
        _buffer = length > LargestKept ? ArrayPool<byte>.Shared.Rent(length) : new byte[length];
        old.AsSpan(0, _length).CopyTo(_buffer);
        GiveBack(old);
    }

    private static void GiveBack(byte[] buffer)
    {
        if (buffer.Length > LargestKept)
        {
            ArrayPool<byte>.Shared.Return(buffer);
        }
    }
}
