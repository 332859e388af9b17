using System.Text.Json.Serialization;

namespace QuantumCore;

/// <summary>Action of a signal.</summary>
public enum SignalAction : byte
{
    /// <summary>Buys.</summary>
    [JsonStringEnumMemberName("buy")] Buy = 1,

    /// <summary>Sells.</summary>
    [JsonStringEnumMemberName("sell")] Sell = 2,

    /// <summary>Closes the position.</summary>
    [JsonStringEnumMemberName("flatten")] Flatten = 3,
}

/// <summary>Policy for buy and sell signals when the account already has a position.</summary>
public enum SignalPolicy : byte
{
    /// <summary>Ignores the signal.</summary>
    [JsonStringEnumMemberName("skip")] Skip = 1,

    /// <summary>Trades the signal's quantity whatever the position.</summary>
    [JsonStringEnumMemberName("add")] Add = 2,

    /// <summary>Closes an opposite position, and opens none.</summary>
    [JsonStringEnumMemberName("flatten")] Flatten = 3,

    /// <summary>
    /// Closes an opposite position and opens the signal's own; never adds to a position of the same side.
    /// </summary>
    [JsonStringEnumMemberName("reverse")] Reverse = 4,
}
