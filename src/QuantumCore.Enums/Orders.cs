using System.Text.Json.Serialization;

namespace QuantumCore;

/// <summary>Type of an order: its pricing and trigger (FIX tag 40). Numbers are journaled and never change.</summary>
public enum OrderType : byte
{
    /// <summary>Trades at the prices in the book, up to its protection price; never rests.</summary>
    [JsonStringEnumMemberName("market")] Market = 1,

    /// <summary>Trades at the limit price or better; the rest rests if the time in force allows.</summary>
    [JsonStringEnumMemberName("limit")] Limit = 2,

    /// <summary>Becomes a market order when the price moves through the trigger, against the market.</summary>
    [JsonStringEnumMemberName("stop")] Stop = 3,

    /// <summary>Becomes a limit order when the price moves through the trigger, against the market.</summary>
    [JsonStringEnumMemberName("stopLimit")] StopLimit = 4,

    /// <summary>Becomes a market order when the price reaches the trigger, with the market.</summary>
    [JsonStringEnumMemberName("takeProfit")] TakeProfit = 5,

    /// <summary>Becomes a limit order when the price reaches the trigger, with the market.</summary>
    [JsonStringEnumMemberName("takeProfitLimit")] TakeProfitLimit = 6,

    /// <summary>A stop whose trigger follows the best price at a distance, and never moves back.</summary>
    [JsonStringEnumMemberName("trailingStop")] TrailingStop = 7,

    /// <summary>A stop-limit whose trigger follows the best price. Its limit is offset from the trigger.</summary>
    [JsonStringEnumMemberName("trailingStopLimit")] TrailingStopLimit = 8,

    /// <summary>A limit order whose price follows the quotes. Its own price is the cap it never passes.</summary>
    [JsonStringEnumMemberName("pegged")] Pegged = 9,

    /// <summary>
    /// A leg of a multi-leg order: it trades only together with the other legs. Its price is its worst price.
    /// </summary>
    [JsonStringEnumMemberName("leg")] Leg = 10,
}

/// <summary>Status of an order (FIX tag 39). Numbers are journaled and never change.</summary>
public enum OrderStatus : byte
{
    /// <summary>Open, nothing filled.</summary>
    [JsonStringEnumMemberName("new")] New = 0,

    /// <summary>Open, partly filled.</summary>
    [JsonStringEnumMemberName("partiallyFilled")] PartiallyFilled = 1,

    /// <summary>Done: completely filled.</summary>
    [JsonStringEnumMemberName("filled")] Filled = 2,

    /// <summary>Done: cancelled by its owner or the operator, or replaced.</summary>
    [JsonStringEnumMemberName("cancelled")] Cancelled = 4,

    /// <summary>Done: never entered the book.</summary>
    [JsonStringEnumMemberName("rejected")] Rejected = 8,

    /// <summary>Done: ended by its time in force or protection.</summary>
    [JsonStringEnumMemberName("expired")] Expired = 12,
}

/// <summary>
/// Stage of an open order: the event it waits for. Numbers are journaled and never change.
/// </summary>
public enum OrderStage : byte
{
    /// <summary>
    /// In the book, or trading as soon as the book does; it waits only for the other side (FIX 636 = Y).
    /// </summary>
    [JsonStringEnumMemberName("working")] Working = 0,

    /// <summary>A child of a list that waits for its parent to fill.</summary>
    [JsonStringEnumMemberName("pending")] Pending = 1,

    /// <summary>A stop or take-profit that waits for its trigger.</summary>
    [JsonStringEnumMemberName("armed")] Armed = 2,
}
