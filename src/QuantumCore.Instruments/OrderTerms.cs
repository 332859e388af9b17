namespace QuantumCore.Instruments;

/// <summary>Side of an order (FIX tag 54).</summary>
public enum Side : byte
{
    /// <summary>Pays quote, receives base.</summary>
    Buy = 1,

    /// <summary>Delivers base, receives quote.</summary>
    Sell = 2,
}

/// <summary>Order type (FIX tag 40).</summary>
public enum OrderType : byte
{
    /// <summary>Takes what is there up to its protection price; never rests.</summary>
    Market = 1,

    /// <summary>Takes up to its limit; the rest rests as the time in force says.</summary>
    Limit = 2,
}

/// <summary>Time in force (FIX tag 59).</summary>
public enum TimeInForce : byte
{
    /// <summary>Good till cancelled.</summary>
    GoodTillCancel = 1,

    /// <summary>Immediate or cancel: the remainder expires.</summary>
    ImmediateOrCancel = 3,

    /// <summary>Fill or kill: all at once, or nothing.</summary>
    FillOrKill = 4,
}

/// <summary>Life of an order (FIX tag 39).</summary>
public enum OrderStatus : byte
{
    /// <summary>Open, nothing filled.</summary>
    New = 0,

    /// <summary>Open, partly filled.</summary>
    PartiallyFilled = 1,

    /// <summary>Done: nothing left.</summary>
    Filled = 2,

    /// <summary>Done: taken out by its owner or the operator.</summary>
    Cancelled = 4,

    /// <summary>Done: never entered the book.</summary>
    Rejected = 8,

    /// <summary>Done: its remainder could not be executed under its own terms.</summary>
    Expired = 12,
}

/// <summary>Why an order that had entered the book ended with something left.</summary>
public enum EndReason : byte
{
    /// <summary>It has not ended, or ended filled.</summary>
    None = 0,

    /// <summary>Cancelled by its owner.</summary>
    User = 1,

    /// <summary>Cancelled by a mass cancel.</summary>
    MassCancel = 2,

    /// <summary>Replaced by a new order.</summary>
    Replaced = 3,

    /// <summary>Reduced to no more than was already filled.</summary>
    Amended = 4,

    /// <summary>Immediate-or-cancel remainder.</summary>
    ImmediateOrCancel = 5,

    /// <summary>Fill-or-kill that could not be filled whole.</summary>
    FillOrKill = 6,

    /// <summary>Market order: nothing (more) on the other side.</summary>
    NoLiquidity = 7,

    /// <summary>Market order: there was more, beyond its protection price.</summary>
    Protection = 8,
}
