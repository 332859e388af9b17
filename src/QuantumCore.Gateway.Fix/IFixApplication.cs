namespace QuantumCore.Gateway.Fix;

/// <summary>
/// Application of a session: handles its messages, and sends through it. It is disposed of once, after the connection
/// has ended.
/// </summary>
internal interface IFixApplication : IAsyncDisposable
{
    /// <summary>Returns true if messages of a type are supported.</summary>
    bool Knows(string type);

    /// <summary>
    /// Returns true if a message of a type may have a tag, apart from header tags. It is not asked about tags from
    /// 5000.
    /// </summary>
    bool MayHave(string type, int tag);

    /// <summary>Handles a message in its turn; never throws. The next one comes when this one is accepted.</summary>
    ValueTask TakeAsync(FixMessage message);

    /// <summary>Starts to send, after the logon is answered.</summary>
    void Begin(FixSession session);
}

/// <summary>Result of a logon: its application, or the reason of its rejection.</summary>
internal readonly record struct FixLogon(IFixApplication? Application, string? Refusal);

/// <summary>Line that carries a session's messages to its client.</summary>
internal interface IFixLine
{
    /// <summary>
    /// Queues a message for the client; returns at once. A client with too many waiting messages is cut; messages it
    /// asked for do not count.
    /// </summary>
    void Offer(ReadOnlyMemory<byte> message, bool isAskedFor = false);

    /// <summary>Waits until all queued messages are sent.</summary>
    Task DrainedAsync();

    /// <summary>Closes the connection after all queued messages; none may follow.</summary>
    void Close();
}
