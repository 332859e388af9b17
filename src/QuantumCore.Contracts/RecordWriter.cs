using System.Buffers;
using System.Buffers.Binary;
using System.Text;

namespace QuantumCore.Contracts;

/// <summary>Writes an item of a list.</summary>
internal delegate void WriteItem<in T>(ref RecordWriter to, T item);

/// <summary>
/// Writes a journal record: little-endian, with LEB128 for usually small values. Use one writer per record. The scratch
/// buffer belongs to the thread, and to one writer at a time.
/// </summary>
internal ref struct RecordWriter
{
    // A snapshot may take megabytes. Larger buffers come from the pool; the thread keeps enough for a record.
    private const int LargestKept = 64 << 10;

    [ThreadStatic]
    private static byte[]? t_scratch;

    private byte[] _buffer;
    private int _length;

    /// <summary>Creates a writer of bytes without a record header.</summary>
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

    /// <summary>Writes a non-negative value in LEB128.</summary>
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

    /// <summary>
    /// Writes a rarely negative value in LEB128. Non-negative values have the same bytes as with <see cref="Count"/>.
    /// </summary>
    public void Signed(long value)
    {
        if (value >= 0)
        {
            Count(value);
            return;
        }

        // All 64 bits, so that the tenth byte distinguishes it from everything else.
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

    /// <summary>Writes a list: the number of its items, then each of them.</summary>
    public void Items<T>(IReadOnlyCollection<T> items, WriteItem<T> write)
    {
        Count(items.Count);
        foreach (var item in items)
        {
            write(ref this, item);
        }
    }

    /// <summary>Returns the written bytes and ends the writer. They are valid until the thread's next writer.</summary>
    public readonly ReadOnlySpan<byte> ToSpan()
    {
        if (_buffer.Length <= LargestKept)
        {
            t_scratch = _buffer;
        }

        return _buffer.AsSpan(0, _length);
    }

    /// <summary>
    /// Returns a copy of the written bytes and ends the writer, whose buffer goes back to its source.
    /// </summary>
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

    // Leaving snapshots' outgrown buffers to the garbage collector cost as much as all other storage work.
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
