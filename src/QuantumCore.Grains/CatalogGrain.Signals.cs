using System.Collections.Immutable;
using QuantumCore.Contracts;
using QuantumCore.Instruments;

namespace QuantumCore.Grains;

/// <content>Webhook strategies: their rate limits and their dead signals.</content>
public sealed partial class CatalogGrain
{
    private readonly SignalRegister _signals = new();

    /// <inheritdoc/>
    public ValueTask<ImmutableArray<SignalStrategyState>> SignalStrategies() => WhenDurable(_signals.All(Now));

    /// <inheritdoc/>
    public ValueTask<SignalStrategyState?> FindSignalStrategy(string name) => WhenDurable(_signals.Find(name, Now));

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
    public ValueTask<SignalAdmission> AdmitSignal(string strategy, string key) => new(_signals.Admit(strategy, key, Now));

    /// <inheritdoc/>
    public async ValueTask EndSignal(DeadSignal outcome)
    {
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

        await Stream.WhenDurable(Stream.Head);
    }

    /// <inheritdoc/>
    public async ValueTask<bool> ResumeSignals(string strategy, string by)
    {
        var isPaused = _signals.Find(strategy, Now) is { PausedUntilNanos: > 0 };
        if (isPaused)
            Record(new SignalsPaused(Now, strategy, 0, by));
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
}
