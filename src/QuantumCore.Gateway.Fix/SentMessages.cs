namespace QuantumCore.Gateway.Fix;

/// <summary>Application message that was sent.</summary>
internal readonly record struct SentMessage(
    int Sequence, string Type, DateTimeOffset Time, ReadOnlyMemory<byte> Body, FixRoute Route = default);

/// <summary>Last application messages sent, kept for resending.</summary>
internal sealed class SentMessages
{
    /// <summary>Maximum number of messages kept.</summary>
    public const int Most = 10_000;

    /// <summary>Maximum number of bytes kept.</summary>
    public const int MostBytes = 16 * 1024 * 1024;

    private readonly Queue<SentMessage> _kept = new();
    private int _bytes;

    /// <summary>Adds a message, and drops the oldest above the limits.</summary>
    public void Add(in SentMessage message)
    {
        _kept.Enqueue(message);
        _bytes += message.Body.Length;
        while (_kept.Count > Most || _bytes > MostBytes)
            _bytes -= _kept.Dequeue().Body.Length;
    }

    /// <summary>Returns the kept messages from one number to another, in order.</summary>
    public IEnumerable<SentMessage> Between(int first, int last) =>
        _kept.SkipWhile(message => message.Sequence < first).TakeWhile(message => message.Sequence <= last);

    /// <summary>Drops all messages.</summary>
    public void Clear()
    {
        _kept.Clear();
        _bytes = 0;
    }
}
