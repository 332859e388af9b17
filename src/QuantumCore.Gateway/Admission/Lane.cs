namespace QuantumCore.Gateway.Admission;

/// <summary>Admission lane. A crowd in one lane does not block another.</summary>
internal enum Lane
{
    /// <summary>Requests that may add an order, or enlarge one.</summary>
    Orders = 0,

    /// <summary>Cancels and all operator calls: blocks, halts, the breaker.</summary>
    Urgent = 1,

    /// <summary>Reads, which change nothing.</summary>
    Readings = 2,

    /// <summary>WebSockets, for as long as they are open.</summary>
    Streams = 3,

    /// <summary>
    /// WebSockets for order entry, which need a key. They have room even if stream readers have taken all of theirs.
    /// </summary>
    Trading = 4,
}

/// <summary>Lane of a call, as metadata of its route.</summary>
internal sealed record LaneOf(Lane Lane);
