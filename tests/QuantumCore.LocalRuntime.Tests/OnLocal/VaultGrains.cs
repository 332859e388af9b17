namespace QuantumCore.LocalRuntime.Tests;

public interface IVault : IGrainWithStringKey
{
    Task<int> Life();

    Task Delay(TimeSpan time);

    [ResponseTimeout("00:00:05")]
    Task ServeShortly(string gate);

    Task Serve(string gate);

    /// <summary>Keeps its thread until the test lets it go.</summary>
    Task Block(WaitHandle gate);

    Task StartClock(TimeSpan period, bool keepAlive);

    Task ChangeClock(TimeSpan due, TimeSpan period);

    Task<int> Ticks();

    Task StopClock();

    Task<bool> ClockWasCancelled();
}

/// <summary>What any grain has, on a clock that the test moves.</summary>
public class VaultGrain : Grain, IVault, IDisposable
{
    private readonly TaskCompletionSource _cancelled = new();
    private IGrainTimer? _timer;
    private int _life;
    private int _ticks;

    public override Task OnActivateAsync(CancellationToken cancellationToken)
    {
        _life = Lives.Begin(IdentityString);
        return Task.CompletedTask;
    }

    public override Task OnDeactivateAsync(DeactivationReason reason, CancellationToken cancellationToken)
    {
        Signals.Raise($"left:{this.GetPrimaryKeyString()}:{_life}:{reason.ReasonCode}");
        return Task.CompletedTask;
    }

    public void Dispose()
    {
        GC.SuppressFinalize(this);
        Signals.Raise($"disposed:{this.GetPrimaryKeyString()}:{_life}");
    }

    public Task<int> Life() => Task.FromResult(_life);

    public Task Delay(TimeSpan time)
    {
        DelayDeactivation(time);
        return Task.CompletedTask;
    }

    public Task ServeShortly(string gate) => Serve(gate);

    public async Task Serve(string gate)
    {
        Signals.Raise($"in:{gate}");
        await Signals.Raised(gate);
    }

    public Task Block(WaitHandle gate)
    {
        gate.WaitOne();
        return Task.CompletedTask;
    }

    public Task StartClock(TimeSpan period, bool keepAlive)
    {
        _timer = this.RegisterGrainTimer(Tick, new GrainTimerCreationOptions(period, period) { KeepAlive = keepAlive });
        return Task.CompletedTask;
    }

    public Task ChangeClock(TimeSpan due, TimeSpan period)
    {
        _timer!.Change(due, period);
        return Task.CompletedTask;
    }

    public Task<int> Ticks() => Task.FromResult(_ticks);

    public Task StopClock()
    {
        _timer!.Dispose();
        return Task.CompletedTask;
    }

    public async Task<bool> ClockWasCancelled()
    {
        await _cancelled.Task;
        return true;
    }

    private Task Tick(CancellationToken cancellationToken)
    {
        _ticks++;
        cancellationToken.Register(_cancelled.SetResult);
        Signals.Raise($"tick:{this.GetPrimaryKeyString()}:{_ticks}");
        return Task.CompletedTask;
    }
}

public interface IArchive : IVault;

[KeepAlive]
public sealed class ArchiveGrain : VaultGrain, IArchive;

/// <summary>Implemented twice.</summary>
public interface ITwin : IGrainWithStringKey
{
    Task<string> Name();
}

public sealed class FirstTwinGrain : Grain, ITwin
{
    public Task<string> Name() => Task.FromResult("first");
}

public sealed class SecondTwinGrain : Grain, ITwin
{
    public Task<string> Name() => Task.FromResult("second");
}

/// <summary>A method that is no call.</summary>
public interface IShouter : IGrainWithStringKey
{
    int Shout();
}

public sealed class ShouterGrain : Grain, IShouter
{
    public int Shout() => 1;
}

/// <summary>Throws at every event of 0, whenever it comes.</summary>
public interface IStubborn : IGrainWithStringKey
{
    Task<int> Refusals();
}

[ImplicitStreamSubscription("stubborn")]
public sealed class StubbornGrain : Grain, IStubborn, IStreamSubscriptionObserver
{
    private int _refusals;

    public Task OnSubscribed(IStreamSubscriptionHandleFactory handleFactory) =>
        handleFactory.Create<Print>().ResumeAsync((print, _) =>
        {
            if (print.Number == 0)
            {
                _refusals++;
                throw new InvalidOperationException("never");
            }

            Signals.Raise($"got:{this.GetPrimaryKeyString()}:{print.Number}");
            return Task.CompletedTask;
        });

    public Task<int> Refusals() => Task.FromResult(_refusals);
}
