using System.Collections.Immutable;
using QuantumCore.Contracts;

namespace QuantumCore.Grains;

/// <summary>
/// The price alerts of one account, keyed by its number in decimal. Every change is on disk before it is published. An
/// alert fires once and stays until its owner removes it.
/// </summary>
[Alias("price-alerts")]
public interface IPriceAlertsGrain : IGrainWithStringKey
{
    /// <summary>Returns all alerts as they are on disk.</summary>
    [AlwaysInterleave, Alias("alerts")]
    ValueTask<AccountAlerts> Alerts();

    /// <summary>Waits a few seconds for alerts of another version than this one. Returns null on timeout.</summary>
    [AlwaysInterleave, Alias("wait")]
    ValueTask<AccountAlerts?> WaitForChange(long version);

    /// <summary>Sets an alert. Returns an equal one instead if it already waits.</summary>
    [Alias("add")]
    ValueTask<AlertResult> Add(AlertRequest request);

    /// <summary>Removes an alert, fired or not, and returns the rest. An unknown number changes nothing.</summary>
    [Alias("remove")]
    ValueTask<AccountAlerts> Remove(long id);

    /// <summary>
    /// Fires alerts of a symbol. Repeated until the symbol's watch gets <see cref="IPriceWatchGrain.Forget"/>.
    /// </summary>
    [OneWay, Alias("fire")]
    Task Fire(string symbol, ImmutableArray<WatchedPrice> fired);
}
