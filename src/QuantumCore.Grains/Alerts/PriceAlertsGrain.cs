using System.Collections.Immutable;
using Microsoft.Extensions.Hosting;
using QuantumCore.Contracts;
using QuantumCore.Grains.Storage;
using QuantumCore.Instruments;

namespace QuantumCore.Grains.Alerts;

/// <summary>The stored state of an account's price alerts.</summary>
[GenerateSerializer]
public sealed class PriceAlertsState
{
    /// <summary>Number of changes.</summary>
    [Id(0)]
    public long Version { get; set; }

    /// <summary>Time of the first change, Unix nanoseconds.</summary>
    [Id(1)]
    public long SinceNanos { get; set; }

    /// <summary>The greatest number given to an alert.</summary>
    [Id(2)]
    public long LastId { get; set; }

    /// <summary>The alerts, oldest first.</summary>
    [Id(3)]
    public List<PriceAlert> Alerts { get; set; } = [];
}

/// <summary>The price alerts of one account. The state is written before anything is published.</summary>
[GrainType("price-alerts")]
public sealed class PriceAlertsGrain(
    [PersistentState("price-alerts")] IPersistentState<PriceAlertsState> state, TimeProvider time,
    IHostApplicationLifetime lifetime)
    : Grain, IPriceAlertsGrain
{
    // The next trade, or an owner who listens, activates a watch whose silo died.
    private static readonly TimeSpan s_wake = TimeSpan.FromSeconds(10);

    private readonly ChangeWatch _watch = new(time, lifetime.ApplicationStopping);
    private AccountAlerts _durable = new(0, 0, []);
    private long _wokenAt;

    private long Account => long.Parse(this.GetPrimaryKeyString(), System.Globalization.CultureInfo.InvariantCulture);

    /// <inheritdoc/>
    public override Task OnActivateAsync(CancellationToken cancellationToken)
    {
        Publish();
        WakeWatches();
        return Task.CompletedTask;
    }

    /// <inheritdoc/>
    public ValueTask<AccountAlerts> Alerts() => new(_durable);

    /// <inheritdoc/>
    public async ValueTask<AccountAlerts?> WaitForChange(long version)
    {
        if (time.GetElapsedTime(_wokenAt) >= s_wake)
            WakeWatches();
        return version == _durable.Version && !await _watch.NextAsync() ? null : _durable;
    }

    /// <inheritdoc/>
    public async ValueTask<AlertResult> Add(AlertRequest request)
    {
        var (now, (symbol, price, isAbove, after, reached)) = (time.UnixNanos(), request);
        var alerts = state.State.Alerts.ToList();
        if (alerts.Find(
            alert => !alert.HasFired
                && (alert.Symbol, alert.PriceTicks, alert.IsAbove) == (symbol, price, isAbove)) is { } same)
            return new AlertResult(RejectReason.None, same);

        // The oldest fired alert makes room.
        if (alerts.Count >= PriceAlert.MostOfOne && alerts.Find(alert => alert.HasFired) is { } oldest)
            alerts.Remove(oldest);
        if (alerts.Count >= PriceAlert.MostOfOne)
            return new AlertResult(RejectReason.Forbidden, null);

        // The first number is the time in milliseconds, so that no number of an earlier release, which kept alerts in
        // memory, is used again.
        var id = state.State.LastId == 0 ? now / 1_000_000 : state.State.LastId + 1;
        var alert = new PriceAlert(id, symbol, price, isAbove, now, reached, reached > 0 ? now : 0);

        // Watched before it is stored: a watched alert that is not stored is forgotten when it fires; the other way it
        // would never fire.
        if (!alert.HasFired
            && !await GrainFactory.PriceWatch(symbol).Watch(new WatchedPrice(Account, id, price, isAbove, after)))
            return new AlertResult(RejectReason.Overloaded, null);

        alerts.Add(alert);
        await WriteAsync(alerts, id);
        return new AlertResult(RejectReason.None, alert);
    }

    /// <inheritdoc/>
    public async ValueTask<AccountAlerts> Remove(long id)
    {
        if (state.State.Alerts.Find(alert => alert.Id == id) is { } alert)
        {
            await WriteAsync([.. state.State.Alerts.Where(other => other != alert)], state.State.LastId);
            if (!alert.HasFired)
                _ = GrainFactory.PriceWatch(alert.Symbol).Forget(Account, [id]);
        }

        return _durable;
    }

    /// <inheritdoc/>
    public async Task Fire(string symbol, ImmutableArray<WatchedPrice> fired)
    {
        var byId = fired.ToDictionary(price => price.Id);
        var alerts = state.State.Alerts.ConvertAll(alert => !alert.HasFired && byId.TryGetValue(alert.Id, out var price)
            ? alert with { FiredTicks = price.FiredTicks, FiredNanos = price.FiredNanos }
            : alert);
        if (!alerts.SequenceEqual(state.State.Alerts))
            await WriteAsync(alerts, state.State.LastId);
        _ = GrainFactory.PriceWatch(symbol).Forget(Account, [.. byId.Keys]);
    }

    private async Task WriteAsync(List<PriceAlert> alerts, long lastId)
    {
        state.State = new PriceAlertsState
        {
            Version = state.State.Version + 1,
            SinceNanos = state.State.SinceNanos == 0 ? _durable.SinceNanos : state.State.SinceNanos,
            LastId = lastId,
            Alerts = alerts,
        };
        await this.WriteOrDeactivateAsync(state);
        Publish();
        _watch.Tell();
    }

    private void Publish() => _durable = new AccountAlerts(
        state.State.Version,
        state.State.SinceNanos != 0
            ? state.State.SinceNanos
            : _durable.SinceNanos != 0 ? _durable.SinceNanos : time.UnixNanos(),
        [.. state.State.Alerts]);

    private void WakeWatches()
    {
        _wokenAt = time.GetTimestamp();
        foreach (var symbol in _durable.Alerts.Where(alert => !alert.HasFired).Select(alert => alert.Symbol)
            .Distinct(StringComparer.Ordinal))
            _ = GrainFactory.PriceWatch(symbol).Follow();
    }
}
