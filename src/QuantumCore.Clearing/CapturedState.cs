using System.Buffers;

namespace QuantumCore.Clearing;

/// <summary>
/// The bytes of a snapshot in parts. Its owner captures them between two commands, and another thread joins and stores
/// them. A part is a copy, or memory that nobody changes any more.
/// </summary>
internal sealed class CapturedState
{
    private readonly List<ReadOnlyMemory<byte>> _parts = [];
    private int _length;

    /// <summary>Adds the next part.</summary>
    public void Add(ReadOnlyMemory<byte> part)
    {
        _parts.Add(part);
        _length = checked(_length + part.Length);
    }

    /// <summary>Returns all bytes.</summary>
    public byte[] ToArray()
    {
        var bytes = new byte[_length];
        CopyTo(bytes);
        return bytes;
    }

    /// <summary>Passes all bytes to a function. They are valid until its task ends.</summary>
    public async Task<T> UseAsync<T>(Func<ReadOnlyMemory<byte>, Task<T>> use)
    {
        var buffer = ArrayPool<byte>.Shared.Rent(_length);
        CopyTo(buffer);
        var result = await use(buffer.AsMemory(0, _length));
        // Not after a failure: the function may still read it.
        ArrayPool<byte>.Shared.Return(buffer);
        return result;
    }

    private void CopyTo(Span<byte> bytes)
    {
        foreach (var part in _parts)
        {
            part.Span.CopyTo(bytes);
            bytes = bytes[part.Length..];
        }
    }
}
