namespace QuantumCore.Gateway.Fix;

/// <summary>What a session is for: takes its messages, and sends by it. Disposed of once, when the connection has ended.</summary>
internal interface IFixApplication : IAsyncDisposable
{
    /// <summary>Whether messages of a type are taken.</summary>
    bool Knows(string type);

    /// <summary>Whether a message of a type may have a tag, besides those of the header; tags from 5000 on are not asked for.</summary>
    bool MayHave(string type, int tag);

    /// <summary>Takes a message, in its turn; never throws. The next one comes when this one is taken.</summary>
    ValueTask Take(FixMessage message);

    /// <summary>The logon was answered: begins to send.</summary>
    void Begin(FixSession session);
}

/// <summary>The outcome of a logon: whom it is for, or why it is refused.</summary>
internal readonly record struct FixLogon(IFixApplication? Application, string? Refusal);

/// <summary>What carries a session's messages to its client.</summary>
internal interface IFixLine
{
    /// <summary>Gives the client a message; returns at once. Who lets too many wait is cut, except for those that it asked for.</summary>
    void Offer(ReadOnlyMemory<byte> message, bool isAskedFor = false);

    /// <summary>Waits until what was offered has gone out.</summary>
    Task Drained();

    /// <summary>Nothing comes after what was offered: the connection is closed then.</summary>
    void Close();
}
