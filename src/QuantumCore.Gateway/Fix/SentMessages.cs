namespace QuantumCore.Gateway.Fix;

/// <summary>A message of the application that went out.</summary>
internal readonly record struct SentMessage(int Sequence, string Type, DateTimeOffset Time, ReadOnlyMemory<byte> Body, FixRoute Route = default);

/// <summary>The last messages of the application that went out, to be sent again.</summary>
internal sealed class SentMessages
{
    /// <summary>Most that are kept.</summary>
    public const int Most = 10_000;

    /// <summary>Most bytes of them.</summary>
    public const int MostBytes = 16 * 1024 * 1024;

    private readonly Queue<SentMessage> _kept = new();
    private int _bytes;

    /// <summary>Keeps one, and forgets the oldest where they are too many.</summary>
    public void Add(in SentMessage message)
    {
        _kept.Enqueue(message);
        _bytes += message.Body.Length;
        while (_kept.Count > Most || _bytes > MostBytes)
            _bytes -= _kept.Dequeue().Body.Length;
    }

    /// <summary>Those that are kept from one number to another, in order.</summary>
    public IEnumerable<SentMessage> Between(int first, int last) =>
        _kept.SkipWhile(message => message.Sequence < first).TakeWhile(message => message.Sequence <= last);

    /// <summary>Forgets them all.</summary>
    public void Clear()
    {
        _kept.Clear();
        _bytes = 0;
    }
}
