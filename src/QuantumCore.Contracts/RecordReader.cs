using System.Buffers.Binary;
using System.Collections.Immutable;
using System.Runtime.InteropServices;
using System.Text;

namespace QuantumCore.Contracts;

/// <summary>Reads an item of a list.</summary>
internal delegate T ReadItem<out T>(ref RecordReader from);

/// <summary>
/// Reads what <see cref="RecordWriter"/> wrote; throws <see cref="InvalidDataException"/> for anything else.
/// </summary>
internal ref struct RecordReader
{
    private const string Newer = ": a newer release wrote it";

    private ReadOnlySpan<byte> _rest;

    public RecordReader(ReadOnlySpan<byte> record, byte version)
        : this(record, version, version)
    {
    }

    public RecordReader(ReadOnlySpan<byte> record, byte oldest, byte newest)
    {
        _rest = record;
        Version = Byte();
        if (Version < oldest || Version > newest)
        {
            throw new InvalidDataException(
                $"Record of version {Version}; this build reads version {newest}{(Version > newest ? Newer : "")}.");
        }

        Kind = Byte();
        TimeNanos = Fixed64();
    }

    private RecordReader(ReadOnlySpan<byte> rest) => _rest = rest;

    /// <summary>Creates a reader of bytes without a record header.</summary>
    public static RecordReader Headless(ReadOnlySpan<byte> bytes) => new(bytes);

    public byte Version { get; }

    public byte Kind { get; }

    public long TimeNanos { get; }

    /// <summary>
    /// Returns the exception for a kind that this release does not know. The checksums prove that the bytes are intact,
    /// so this happens only after a downgrade.
    /// </summary>
    public readonly InvalidDataException UnknownKind(string what) =>
        new($"Unknown kind {Kind} of {what} record{Newer}.");

    /// <summary>Number of unread bytes.</summary>
    public readonly int Rest => _rest.Length;

    public byte Byte() => Take(1)[0];

    /// <summary>Reads a member of an enum that is stored as a byte.</summary>
    public T Member<T>()
        where T : struct, Enum
    {
        var number = Byte();
        return Enum.IsDefined((T)(object)number)
            ? (T)(object)number
            : throw new InvalidDataException($"Unknown {typeof(T).Name} {number}.");
    }

    public bool Bool() => Byte() switch
    {
        0 => false,
        1 => true,
        var other => throw new InvalidDataException($"A flag of {other}."),
    };

    public long Fixed64() => BinaryPrimitives.ReadInt64LittleEndian(Take(8));

    public long Count()
    {
        ulong value = 0;
        for (var shift = 0; shift < 63; shift += 7)
        {
            var next = Byte();
            value |= (ulong)(next & 0x7f) << shift;
            if ((next & 0x80) == 0)
            {
                return (long)value;
            }
        }

        throw new InvalidDataException("A number longer than 63 bits.");
    }

    public long Signed()
    {
        ulong value = 0;
        for (var shift = 0; shift < 70; shift += 7)
        {
            var next = Byte();
            if (shift == 63 && next != 1)
            {
                break;
            }

            value |= (ulong)(next & 0x7f) << shift;
            if ((next & 0x80) == 0)
            {
                return unchecked((long)value);
            }
        }

        throw new InvalidDataException("A number longer than 64 bits.");
    }

    public int Signed32()
    {
        var value = Signed();
        return value is >= int.MinValue and <= int.MaxValue
            ? (int)value
            : throw new InvalidDataException("A number beyond 32 bits.");
    }

    public Int128 Fixed128() => ((Int128)Fixed64() << 64) | unchecked((ulong)Fixed64());

    public int Count32()
    {
        var value = Count();
        return value <= int.MaxValue ? (int)value : throw new InvalidDataException("A count beyond 31 bits.");
    }

    public ushort Count16()
    {
        var value = Count();
        return value <= ushort.MaxValue ? (ushort)value : throw new InvalidDataException("A number beyond 16 bits.");
    }

    /// <summary>Reads the length of a list, each of whose items takes at least one byte.</summary>
    public int ItemCount()
    {
        var count = Count32();
        return count <= _rest.Length ? count : throw new InvalidDataException("A list longer than its record.");
    }

    /// <summary>Reads a list: the number of its items, then each of them.</summary>
    public ImmutableArray<T> Items<T>(ReadItem<T> read)
    {
        var items = new T[ItemCount()];
        for (var i = 0; i < items.Length; i++)
        {
            items[i] = read(ref this);
        }

        return ImmutableCollectionsMarshal.AsImmutableArray(items);
    }

    public string Text() => Encoding.UTF8.GetString(Take(Count32()));

    public ReadOnlySpan<byte> Bytes() => Take(Count32());

    public readonly void End()
    {
        if (!_rest.IsEmpty)
        {
            throw new InvalidDataException($"{_rest.Length} bytes after the end of a record.");
        }
    }

    private ReadOnlySpan<byte> Take(int length)
    {
        if (length > _rest.Length)
        {
            throw new InvalidDataException("The record ends early.");
        }

        var taken = _rest[..length];
        _rest = _rest[length..];
        return taken;
    }
}
