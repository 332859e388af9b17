using System.Collections.Immutable;
using QuantumCore.Contracts;
using QuantumCore.Instruments;

namespace QuantumCore.Grains;

/// <content>Webhook strategies: their rate limits and their dead signals.</content>
public sealed partial class CatalogGrain
{
    private readonly SignalRegister _signals = new();

    /// <inheritdoc/>
    public async ValueTask<ImmutableArray<SignalStrategyState>> SignalStrategies()
    {
        await Task.WhenAll(_signals.Unloaded().Select(LoadAsync));
        return await WhenDurable(_signals.All(Now));
    }

    /// <inheritdoc/>
    public async ValueTask<SignalStrategyState?> FindSignalStrategy(string name)
    {
        await LoadAsync(name);
        return await WhenDurable(_signals.Find(name, Now));
    }

    /// <inheritdoc/>
    public async ValueTask<RejectReason> SetSignalStrategy(SignalStrategy strategy, string by)
    {
        var known = _signals.Find(strategy.Name, Now)?.Strategy;
        var reason = known is not null && known.Owner != strategy.Owner ? RejectReason.NameTaken
            : known is null && _signals.Count >= SignalStrategy.Most ? RejectReason.Overloaded
            : RejectReason.None;
        if (reason == RejectReason.None)
            Record(new SignalStrategySet(Now, strategy, by));
        await Stream.WhenDurable(Stream.Head);
        return reason;
    }

    /// <inheritdoc/>
    public async ValueTask<SignalAdmission> AdmitSignal(string strategy, string key)
    {
        var now = Now;
        return _signals.Find(strategy, now) is not { } state ? new SignalAdmission(RejectReason.UnknownUser, 0)
            : state.PausedUntilNanos > 0 ? new SignalAdmission(RejectReason.SignalsPaused, state.PausedUntilNanos - now)
            : await WindowOf(strategy)
                .Admit(key, state.Strategy.MostInWindow, TimeSpan.FromSeconds(state.Strategy.WindowSeconds).Nanos());
    }

    /// <inheritdoc/>
    public async ValueTask EndSignal(DeadSignal outcome)
    {
        await LoadAsync(outcome.Strategy);
        var now = Now;
        if (outcome.Reason == RejectReason.None)
        {
            _signals.Succeed(outcome.Strategy);
            if (_signals.FindDead(outcome.Strategy, outcome.Key) is { } dead)
                Record(new DeadSignalDropped(now, dead.Id, ""));
        }
        else if (_signals.Fail(outcome, now) is var (isNew, pausedUntil))
        {
            if (isNew)
                Record(new SignalFailed(outcome with { TimeNanos = now }));
            if (pausedUntil > 0)
                Record(new SignalsPaused(now, outcome.Strategy, pausedUntil, ""));
        }

        await KeepFailuresAsync(outcome.Strategy);
        await Stream.WhenDurable(Stream.Head);
    }

    /// <inheritdoc/>
    public async ValueTask<bool> ResumeSignals(string strategy, string by)
    {
        await LoadAsync(strategy);
        var isPaused = _signals.Find(strategy, Now) is { PausedUntilNanos: > 0 };
        if (isPaused)
            Record(new SignalsPaused(Now, strategy, 0, by));
        await KeepFailuresAsync(strategy);
        await Stream.WhenDurable(Stream.Head);
        return isPaused;
    }

    /// <inheritdoc/>
    public ValueTask<ImmutableArray<DeadSignal>> DeadSignals() => WhenDurable(_signals.Dead());

    /// <inheritdoc/>
    public async ValueTask<bool> DropDeadSignal(long id, string by)
    {
        var isThere = _signals.HasDead(id);
        if (isThere)
            Record(new DeadSignalDropped(Now, id, by));
        await Stream.WhenDurable(Stream.Head);
        return isThere;
    }

    private ISignalWindowGrain WindowOf(string strategy) => GrainFactory.GetGrain<ISignalWindowGrain>(strategy);

    private async Task LoadAsync(string strategy)
    {
        if (_signals.IsUnloaded(strategy))
            _signals.Load(strategy, await WindowOf(strategy).Failures());
    }

    // Also if the number did not change here: the last write may have failed.
    private ValueTask KeepFailuresAsync(string strategy) =>
        WindowOf(strategy).SetFailures(_signals.FailuresOf(strategy));
}
