using System.Text.Json.Serialization;

namespace QuantumCore;

/// <summary>Phase of a symbol's trading day (FIX tag 340). Numbers are journaled and never change.</summary>
public enum TradingPhase : byte
{
    /// <summary>Matches continuously.</summary>
    [JsonStringEnumMemberName("continuous")] Continuous = 0,

    /// <summary>Collects orders, without an indicative price.</summary>
    [JsonStringEnumMemberName("preOpen")] PreOpen = 1,

    /// <summary>Collects orders for the opening auction.</summary>
    [JsonStringEnumMemberName("opening")] Opening = 2,

    /// <summary>Collects orders for an auction triggered by a price band or a halt.</summary>
    [JsonStringEnumMemberName("volatility")] Volatility = 3,

    /// <summary>Collects orders for the closing auction.</summary>
    [JsonStringEnumMemberName("closing")] Closing = 4,

    /// <summary>Halted: orders may be cancelled or reduced, none entered.</summary>
    [JsonStringEnumMemberName("halt")] Halt = 5,

    /// <summary>The trading day is over.</summary>
    [JsonStringEnumMemberName("closed")] Closed = 6,
}

/// <summary>
/// Action of the dynamic band when the next price is outside. Numbers are journaled and never change.
/// </summary>
public enum BandMode : byte
{
    /// <summary>The remainder of the order expires.</summary>
    [JsonStringEnumMemberName("reject")] Reject = 0,

    /// <summary>A limit remainder rests, and the symbol goes to a volatility auction.</summary>
    [JsonStringEnumMemberName("auction")] Auction = 1,
}
