namespace QuantumCore.Client;

/// <summary>Kind of update of followed alerts.</summary>
public enum AlertChange
{
    /// <summary>All alerts were replaced.</summary>
    Snapshot = 1,

    /// <summary>Some alerts were set, fired or removed.</summary>
    Update = 2,

    /// <summary>The connection is lost: the data is stale until the next snapshot.</summary>
    Stale = 3,
}

/// <summary>An update of followed alerts.</summary>
/// <param name="Change">Kind of update.</param>
/// <param name="Account">The account, <c>ACC-n</c>.</param>
/// <param name="Now">All alerts after the update; if stale, the last known ones.</param>
/// <param name="Fired">
/// Alerts that have fired and that no earlier update reported, oldest first; each is reported once. In the first
/// snapshot, all fired alerts that were not removed. An alert removed elsewhere before this feed saw it is not
/// included.
/// </param>
/// <param name="Forgotten">
/// Alerts that waited and that the exchange forgot because it now has a different store. Set them again if you still
/// want them, with the same side. Only in a snapshot.
/// </param>
public sealed record AlertUpdate(
    AlertChange Change,
    string Account,
    AccountAlerts Now,
    IReadOnlyList<PriceAlert> Fired,
    IReadOnlyList<PriceAlert> Forgotten);

/// <summary>Follows the alerts of a key's account.</summary>
internal sealed class AlertFeed(ExchangeCalls calls) : StreamFeed<AlertMessage, AlertUpdate>(calls)
{
    private readonly AlertsClient _alerts = new(calls);
    private readonly AccountClient _account = new(calls);
    private readonly HashSet<long> _told = [];
    private AlertUpdate? _last;

    protected override IEnumerable<StreamRequest> Requests => [new("subscribe", Channel: "alerts")];

    protected override IEnumerable<StreamRequest> Missing => _last is null or { Change: AlertChange.Stale }
        ? [new("unsubscribe", Channel: "alerts"), new("subscribe", Channel: "alerts")]
        : [];

    protected override AlertUpdate? Take(AlertMessage message)
    {
        if (message is not { Type: "alerts", Account: { } account, Alerts: { } alerts })
            return null;

        HasStood = true;
        var change = _last is null or { Change: AlertChange.Stale } ? AlertChange.Snapshot : AlertChange.Update;
        PriceAlert[] forgotten = [];
        if (_last is { Now: var before } && before.Since != message.Since)
        {
            // Alert numbers are not comparable across exchange processes.
            _told.Clear();
            forgotten = [
                .. before.Alerts.Where(alert => alert.Fired is null && !alerts.Any(now => IsSame(now, alert)))];
        }

        PriceAlert[] fired = [.. alerts.Where(alert => alert.Fired is not null && !_told.Contains(alert.Id))];
        _told.Clear();
        _told.UnionWith(alerts.Where(static alert => alert.Fired is not null).Select(static alert => alert.Id));
        return _last = new AlertUpdate(change, account, new AccountAlerts(message.Since, alerts), fired, forgotten);
    }

    protected override async Task<IReadOnlyList<AlertMessage>> PollAsync(CancellationToken cancellation)
    {
        var now = await _alerts.GetAsync(cancellation);
        if (_last is { Change: not AlertChange.Stale, Now: var before } && before.Since == now.Since
            && before.Alerts.SequenceEqual(now.Alerts))
            return [];

        var account = _last?.Account ?? (await _account.GetAsync(cancellation)).Account;
        return [new AlertMessage("alerts", account, now.Since, now.Alerts, null, null, null)];
    }

    protected override IEnumerable<AlertUpdate> Lose()
    {
        if (_last is null or { Change: AlertChange.Stale })
            yield break;

        yield return _last = _last with { Change = AlertChange.Stale, Fired = [], Forgotten = [] };
    }

    /// <summary>
    /// Returns true if two alerts are equal but for their numbers. Another program may have set it again already.
    /// </summary>
    private static bool IsSame(PriceAlert one, PriceAlert other) =>
        one.Symbol == other.Symbol && one.Price == other.Price && one.IsAbove == other.IsAbove;
}
