namespace QuantumCore.Journal;

/// <summary>The queue in front of the store is full. Nothing was enqueued. Retry the same request later.</summary>
public sealed class JournalFullException()
    : Exception("The journal's queue is full; nothing was appended. Try again with the same key.");

/// <summary>
/// Records that must be appended together exceed the records or bytes of one commit. Nothing was enqueued, and a retry
/// will always fail.
/// </summary>
public sealed class AppendTooLargeException(int records, long bytes)
    : Exception($"{records} records of {bytes} bytes do not fit into one frame of the journal; nothing was appended.")
{
    /// <summary>Number of records.</summary>
    public int Records { get; } = records;

    /// <summary>Sum of the lengths of their bodies, in bytes.</summary>
    public long Bytes { get; } = bytes;
}

/// <summary>
/// This activation no longer owns its stream or another stream of its bundle, or its writer stopped. The outcome of its
/// pending appends is unknown. The caller retries with the same key, and the next activation finds the result if there
/// is one.
/// </summary>
public sealed class StreamLostException(string stream)
    : Exception($"Stream {stream} is lost to this activation; the outcome is unknown. Retry with the same key.")
{
    /// <summary>Name of the stream.</summary>
    public string Stream { get; } = stream;
}

/// <summary>
/// Stored bytes do not match their checksum, or a record is missing. The stream must halt and never skip.
/// </summary>
public sealed class JournalCorruptionException(string stream, long sequence, string what)
    : Exception($"Stream {stream} is damaged at sequence {sequence}: {what}")
{
    /// <summary>Name of the stream.</summary>
    public string Stream { get; } = stream;

    /// <summary>First sequence that cannot be trusted.</summary>
    public long Sequence { get; } = sequence;
}

/// <summary>
/// The database is configured in a way that could lose acknowledged records, or another process uses it.
/// </summary>
public sealed class JournalSetupException(string message, Exception? cause = null) : Exception(message, cause);
