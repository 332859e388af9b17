namespace QuantumCore.Gateway.Admission;

/// <summary>Who waits with whom at the door. A crowd in one lane keeps nobody in another from passing.</summary>
internal enum Lane
{
    /// <summary>Whatever may add an order, or make one larger.</summary>
    Orders = 0,

    /// <summary>Cancels, and all that an operator does: blocks, halts, the breaker.</summary>
    Urgent = 1,

    /// <summary>Whatever changes nothing.</summary>
    Readings = 2,

    /// <summary>WebSockets, for as long as they are open.</summary>
    Streams = 3,

    /// <summary>WebSockets that take orders, which nobody opens without a key: they have room where those who read have taken all of theirs.</summary>
    Trading = 4,
}

/// <summary>The lane of a call, as its route knows it.</summary>
internal sealed record LaneOf(Lane Lane);
