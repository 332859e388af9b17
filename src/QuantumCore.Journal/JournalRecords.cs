namespace QuantumCore.Journal;

/// <summary>A durable record of a stream.</summary>
/// <param name="Sequence">Place in its stream: 1, 2, 3 … without a gap.</param>
/// <param name="Epoch">Epoch of the activation that appended it; never falls along a stream.</param>
/// <param name="Body">The appended bytes.</param>
public readonly record struct JournalRecord(long Sequence, long Epoch, ReadOnlyMemory<byte> Body);

/// <summary>A record to append.</summary>
/// <param name="Bytes">Its encoding, which the journal stores.</param>
/// <param name="Record">
/// The immutable record that the bytes encode, for readers in this process; null if they have to decode it.
/// </param>
public readonly record struct RecordBody(ReadOnlyMemory<byte> Bytes, object? Record = null)
{
    /// <summary>Wraps bytes without the record.</summary>
    public static implicit operator RecordBody(ReadOnlyMemory<byte> bytes) => new(bytes);

    /// <summary>Wraps bytes without the record.</summary>
    public static implicit operator RecordBody(byte[] bytes) => new(bytes);
}

/// <summary>Head of a stream: its epoch and the sequence of its last durable record (0 for none).</summary>
public readonly record struct StreamHead(string Name, long Epoch, long Head);

/// <summary>The state of a stream's owner after the record at <paramref name="Sequence"/>.</summary>
public sealed record StreamSnapshot(string Stream, long Sequence, ReadOnlyMemory<byte> Body);

/// <summary>Result of raising a stream's epoch: the state from which an activation starts.</summary>
/// <param name="StreamId">The store's number for the stream's name.</param>
/// <param name="Epoch">The raised epoch; no append of an older one can succeed from now on.</param>
/// <param name="Head">Sequence of the last durable record (0 for none).</param>
/// <param name="Chain">Chained CRC-32C of the record at the head.</param>
public readonly record struct StreamActivation(long StreamId, long Epoch, long Head, uint Chain);

internal static class StreamName
{
    public const int MaxLength = 200;

    /// <summary>Greater than any character of a name, so that prefix + this bounds the names under a prefix.</summary>
    public const string AfterAnyName = "\u007f";

    /// <summary>Requires printable ASCII, so that every store sorts names alike.</summary>
    public static void Check(string name)
    {
        ArgumentException.ThrowIfNullOrEmpty(name);
        if (name.Length > MaxLength || name.AsSpan().ContainsAnyExceptInRange('!', '~'))
        {
            throw new ArgumentException(
                $"A stream's name is 1 to {MaxLength} printable ASCII characters without a space.", nameof(name));
        }
    }
}
