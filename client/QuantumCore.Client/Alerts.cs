using System.Text.Json.Serialization;

namespace QuantumCore.Client;

/// <summary>A price that the account waits for. It fires once, and stays on the list until it is taken away or has to make room.</summary>
/// <param name="Id">Its number, greater than 0.</param>
/// <param name="Symbol">The instrument.</param>
/// <param name="Price">The price in the quote asset, a whole multiple of the instrument's tick.</param>
/// <param name="IsAbove">Whether it fires at the first trade there or higher; otherwise there or lower.</param>
/// <param name="Time">When it was set, UTC; cut to 100 ns.</param>
/// <param name="TimeNanos">The same in Unix nanoseconds.</param>
/// <param name="Fired">What it fired at; null while it waits.</param>
public sealed record PriceAlert(
    long Id,
    string Symbol,
    decimal Price,
    [property: JsonPropertyName("above")] bool IsAbove,
    DateTimeOffset Time,
    [property: JsonNumberHandling(JsonNumberHandling.AllowReadingFromString | JsonNumberHandling.WriteAsString)]
    long TimeNanos,
    AlertFired? Fired = null);

/// <summary>What an alert fired at.</summary>
/// <param name="Price">The price that was traded, in the quote asset.</param>
/// <param name="Time">When it was traded, UTC; cut to 100 ns. Of a price that had been passed before it was looked at: when that was.</param>
/// <param name="TimeNanos">The same in Unix nanoseconds.</param>
public sealed record AlertFired(
    decimal Price,
    DateTimeOffset Time,
    [property: JsonNumberHandling(JsonNumberHandling.AllowReadingFromString | JsonNumberHandling.WriteAsString)]
    long TimeNanos);

/// <summary>All alerts of an account.</summary>
/// <param name="Since">
/// When the alerts of the account began to be kept, UTC; cut to 100 ns. Another time is another store, such as a volatile one after a restart,
/// which knows nothing of what was set before.
/// </param>
/// <param name="Alerts">Those that wait and those that have fired, the oldest first; 50 at most.</param>
public sealed record AccountAlerts(DateTimeOffset Since, [property: JsonRequired] IReadOnlyList<PriceAlert> Alerts);

/// <summary>What happened to followed alerts.</summary>
public enum AlertChange
{
    /// <summary>All alerts are new.</summary>
    Snapshot = 1,

    /// <summary>Some were set, have fired or were taken away.</summary>
    Update = 2,

    /// <summary>The connection is lost: what was told is old until the next snapshot.</summary>
    Stale = 3,
}

/// <summary>One step of followed alerts.</summary>
/// <param name="Change">What happened.</param>
/// <param name="Account">The account, <c>ACC-n</c>.</param>
/// <param name="Now">All alerts after it; when stale, as they were told last.</param>
/// <param name="Fired">
/// Those that have fired and that no step before told, the oldest first: each comes once. In the first snapshot they are all that have fired and
/// were not taken away. One that was taken away elsewhere before this feed heard of it is none of them.
/// </param>
/// <param name="Forgotten">
/// Those that waited and that the exchange has forgotten, since its store is another one now: to be set again where they are
/// still wanted, with the side they were waited for on. Only in a snapshot.
/// </param>
public sealed record AlertUpdate(
    AlertChange Change,
    string Account,
    AccountAlerts Now,
    IReadOnlyList<PriceAlert> Fired,
    IReadOnlyList<PriceAlert> Forgotten);

/// <summary>Follows the alerts of the account of a key.</summary>
internal sealed class AlertFeed(QuantumCoreClient reader, HttpMessageInvoker http, Uri root, string? apiKey, QuantumCoreClientOptions options)
    : StreamFeed<AlertMessage, AlertUpdate>(reader, http, root, apiKey, options)
{
    private readonly HashSet<long> _told = [];
    private AlertUpdate? _last;

    protected override IEnumerable<StreamRequest> Requests => [new("subscribe", Channel: "alerts")];

    protected override IEnumerable<StreamRequest> Missing => _last is null or { Change: AlertChange.Stale } ? [new("unsubscribe", Channel: "alerts"), new("subscribe", Channel: "alerts")] : [];

    protected override AlertUpdate? Take(AlertMessage message)
    {
        if (message is not { Type: "alerts", Account: { } account, Alerts: { } alerts })
            return null;

        HasStood = true;
        var change = _last is null or { Change: AlertChange.Stale } ? AlertChange.Snapshot : AlertChange.Update;
        PriceAlert[] forgotten = [];
        if (_last is { Now: var before } && before.Since != message.Since)
        {
            // The numbers of one process say nothing in the next.
            _told.Clear();
            forgotten = [.. before.Alerts.Where(alert => alert.Fired is null && !alerts.Any(now => IsSame(now, alert)))];
        }

        PriceAlert[] fired = [.. alerts.Where(alert => alert.Fired is not null && !_told.Contains(alert.Id))];
        _told.Clear();
        _told.UnionWith(alerts.Where(static alert => alert.Fired is not null).Select(static alert => alert.Id));
        return _last = new AlertUpdate(change, account, new AccountAlerts(message.Since, alerts), fired, forgotten);
    }

    protected override async Task<IReadOnlyList<AlertMessage>> PollAsync(QuantumCoreClient from, CancellationToken cancellation)
    {
        var now = await from.GetAlertsAsync(cancellation);
        if (_last is { Change: not AlertChange.Stale, Now: var before } && before.Since == now.Since && before.Alerts.SequenceEqual(now.Alerts))
            return [];

        var account = _last?.Account ?? (await from.GetAccountAsync(cancellation)).Account;
        return [new AlertMessage("alerts", account, now.Since, now.Alerts, null, null, null)];
    }

    protected override IEnumerable<AlertUpdate> Lose()
    {
        if (_last is null or { Change: AlertChange.Stale })
            yield break;

        yield return _last = _last with { Change = AlertChange.Stale, Fired = [], Forgotten = [] };
    }

    /// <summary>Another program may have set it again already.</summary>
    private static bool IsSame(PriceAlert one, PriceAlert other) =>
        one.Symbol == other.Symbol && one.Price == other.Price && one.IsAbove == other.IsAbove;
}
