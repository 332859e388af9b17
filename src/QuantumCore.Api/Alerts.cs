using System.Text.Json.Serialization;

namespace QuantumCore.Client;

/// <summary>A price alert. It fires once and stays listed until it is removed or displaced by newer alerts.</summary>
/// <param name="Id">Alert number, greater than 0.</param>
/// <param name="Symbol">The instrument.</param>
/// <param name="Price">Price in the quote asset, a multiple of the instrument's tick.</param>
/// <param name="IsAbove">True if it fires at the first trade at the price or higher; false for the price or
/// lower.</param>
/// <param name="Time">Creation time, UTC.</param>
/// <param name="TimeNanos">The same in Unix nanoseconds.</param>
/// <param name="Fired">Trade that fired it; null while it waits.</param>
public sealed record PriceAlert(
    long Id,
    string Symbol,
    decimal Price,
    [property: JsonPropertyName("above")] bool IsAbove,
    UtcTime Time,
    [property: JsonNumberHandling(JsonNumberHandling.AllowReadingFromString | JsonNumberHandling.WriteAsString)]
    long TimeNanos,
    AlertFired? Fired = null);

/// <summary>Trade that fired an alert.</summary>
/// <param name="Price">Traded price, in the quote asset.</param>
/// <param name="Time">
/// Time of the trade, UTC. If the last price was there when the alert was set, the time it was
/// set.
/// </param>
/// <param name="TimeNanos">The same in Unix nanoseconds.</param>
public sealed record AlertFired(
    decimal Price,
    UtcTime Time,
    [property: JsonNumberHandling(JsonNumberHandling.AllowReadingFromString | JsonNumberHandling.WriteAsString)]
    long TimeNanos);

/// <summary>All alerts of an account.</summary>
/// <param name="Since">
/// Time from which the account's alerts have been kept, UTC. A different time means a different
/// store, such as a volatile store after a restart, which has none of the earlier alerts.
/// </param>
/// <param name="Alerts">Waiting and fired alerts, oldest first; 50 at most.</param>
public sealed record AccountAlerts(UtcTime Since, [property: JsonRequired] IReadOnlyList<PriceAlert> Alerts);
