using System.Collections.Concurrent;
using System.Collections.Immutable;

namespace QuantumCore.LocalRuntime.Tests;

/// <summary>Counts how many are inside, and whether two were ever running at the same instant.</summary>
internal sealed class Turnstile
{
    private int _inside;
    private int _running;

    public int MostInside { get; private set; }

    public bool Raced { get; private set; }

    public async Task<int> Pass(string name, string gate)
    {
        MostInside = Math.Max(MostInside, ++_inside);
        Signals.Raise($"in:{name}");
        await Signals.Raised(gate);
        _inside--;
        return MostInside;
    }

    public async Task<bool> Shuffle(int times)
    {
        for (var i = 0; i < times; i++)
        {
            if (Interlocked.Increment(ref _running) != 1)
                Raced = true;
            Thread.SpinWait(20);
            Interlocked.Decrement(ref _running);
            await Task.Yield();
        }

        return Raced;
    }
}

internal static class Lives
{
    private static readonly ConcurrentDictionary<string, int> s_lives = new(StringComparer.Ordinal);

    public static readonly AsyncLocal<string?> Ambient = new();

    public static int Begin(string key) => s_lives.AddOrUpdate(key, 1, (_, n) => n + 1);

    public static int Count(string key) => s_lives.GetValueOrDefault(key);
}

public sealed class DeskGrain : Grain, IDesk
{
    private readonly List<int> _notes = [];
    private readonly Turnstile _turnstile = new();
    private int _cancellations;
    private int _life;

    public override Task OnActivateAsync(CancellationToken cancellationToken)
    {
        _life = Lives.Begin(this.GetPrimaryKeyString());
        return Task.CompletedTask;
    }

    public override Task OnDeactivateAsync(DeactivationReason reason, CancellationToken cancellationToken)
    {
        Signals.Raise($"left:{this.GetPrimaryKeyString()}:{_life}:{reason.ReasonCode}");
        return Task.CompletedTask;
    }

    public Task<int> Note(int number)
    {
        _notes.Add(number);
        Signals.Raise($"noted:{this.GetPrimaryKeyString()}:{number}");
        return Task.FromResult(_notes.Count);
    }

    public Task<ImmutableArray<int>> Notes() => Task.FromResult(_notes.ToImmutableArray());

    public ValueTask<int> Add(int left, int right) => new(left + right);

    public ValueTask Touch() => default;

    public async Task<int> Serve(string gate)
    {
        _notes.Add(-1);
        var most = await _turnstile.Pass(gate, gate);
        _notes.Add(-2);
        return most;
    }

    public async Task<int> Look(string gate)
    {
        var most = await _turnstile.Pass(gate, gate[..gate.LastIndexOf('/')]);
        _notes.Add(-3);
        return most;
    }

    public Task<int> Glance() => Task.FromResult(_notes.Count);

    public Task Whisper(int number) => Note(number);

    public ValueTask WhisperNonsense() => throw new InvalidOperationException("Nobody hears this.");

    public Task<bool> Shuffle(int times) => _turnstile.Shuffle(times);

    public async Task<bool> AwaitsComeBack()
    {
        var home = TaskScheduler.Current;
        await Task.Delay(1, CancellationToken.None);
        var afterDelay = TaskScheduler.Current;
        var away = await Task.Run(() => TaskScheduler.Current, CancellationToken.None);
        var started = await Task.Factory.StartNew(
            () => TaskScheduler.Current, CancellationToken.None, TaskCreationOptions.None, TaskScheduler.Current);
        return home == afterDelay && home == TaskScheduler.Current && home == started && home != away;
    }

    public async Task<int> Refuse(string how)
    {
        if (how == "at once")
            throw new InvalidOperationException("refused at once");

        await Task.Yield();
        throw how switch
        {
            "for the wire" => new RefusalException("refused", 42),
            "plain" => new PlainRefusalException("refused plainly"),
            _ => new InvalidOperationException("refused later"),
        };
    }

    public async Task<string> ExceptionSeenFrom(string otherDesk, string how)
    {
        try
        {
            await GrainFactory.GetGrain<IDesk>(otherDesk).Refuse(how);
            return "";
        }
        catch (Exception error)
        {
            return error.GetType().Name;
        }
    }

    public Task<string?> ContextValue(string key) => Task.FromResult(RequestContext.Get(key) as string);

    public async Task ChangeContext(string key, string value)
    {
        RequestContext.Set(key, value);
        await Task.Yield();
    }

    public Task<string?> AmbientValue() => Task.FromResult(Lives.Ambient.Value);

    public Task<string?> ContextOfNext(string otherDesk, string key) =>
        GrainFactory.GetGrain<IDesk>(otherDesk).ContextValue(key);

    public async Task CallInOrder(string otherDesk, int count)
    {
        var other = GrainFactory.GetGrain<IDesk>(otherDesk);
        await other.Touch();
        await Task.WhenAll(Enumerable.Range(0, count).Select(other.Note));
    }

    public async Task<int> AddThere(IDesk other, int left, int right) => await other.Add(left, right);

    public async Task<int> WaitCancellable(string started, CancellationToken cancellationToken)
    {
        Signals.Raise(started);
        try
        {
            await Task.Delay(Timeout.InfiniteTimeSpan, cancellationToken);
        }
        catch (OperationCanceledException)
        {
            _cancellations++;
            Signals.Raise($"cancelled:{started}");
            throw;
        }

        return 0;
    }

    public Task<int> Cancellations() => Task.FromResult(_cancellations);

    public Task Leave()
    {
        DeactivateOnIdle();
        return Task.CompletedTask;
    }

    public Task<int> Life() => Task.FromResult(_life);

    public Task LeaveAndCallLater(string gate, string done, string otherDesk)
    {
        var other = GrainFactory.GetGrain<IDesk>(otherDesk);
        var home = TaskScheduler.Current;
        DeactivateOnIdle();
        _ = Later();
        return Task.CompletedTask;

        async Task Later()
        {
            await Signals.Raised(gate);
            var back = home == TaskScheduler.Current;
            try
            {
                var found = GrainFactory;
                await other.Note(found.GetHashCode());
                Signals.Raise($"{done}:called");
            }
            catch (InvalidOperationException)
            {
                Signals.Raise($"{done}:refused:{back}");
            }
        }
    }

    public Task<string> Key() => Task.FromResult(this.GetPrimaryKeyString());

    public Task Forever() => new TaskCompletionSource().Task;
}

[Reentrant, KeepAlive]
public sealed class HallGrain : Grain, IHall
{
    private readonly Turnstile _turnstile = new();

    public Task<int> Serve(string gate) => _turnstile.Pass(gate, gate[..gate.LastIndexOf('/')]);

    public Task<bool> Shuffle(int times) => _turnstile.Shuffle(times);
}

[StatelessWorker(4)]
public sealed class KioskGrain : Grain, IKiosk
{
    public async Task Serve(string gate)
    {
        Signals.Raise($"in:{gate}");
        await Signals.Raised(gate[..gate.LastIndexOf('/')]);
    }
}

public sealed class ShutterGrain : Grain, IShutter
{
    private int _knocks;

    public override async Task OnActivateAsync(CancellationToken cancellationToken)
    {
        var key = this.GetPrimaryKeyString();
        var life = Lives.Begin(key);
        Signals.Raise($"opening:{key}");
        await Signals.Raised($"gate:{key}");
        if (key.EndsWith("stuck", StringComparison.Ordinal) && life == 1)
            throw new InvalidOperationException("The shutter is stuck.");
    }

    public Task<int> Knock() => Task.FromResult(++_knocks);
}

public sealed class SafeGrain(
    [PersistentState("balance")] IPersistentState<StoredBalance> balance,
    [PersistentState("balance")] IPersistentState<StoredBalance> sameBalance)
    : Grain, ISafe
{
    private int _life;

    public override Task OnActivateAsync(CancellationToken cancellationToken)
    {
        _life = Lives.Begin(this.GetPrimaryKeyString());
        return Task.CompletedTask;
    }

    public async Task<long> Put(long amount, bool write)
    {
        balance.State.Amount += amount;
        if (write)
            await balance.WriteStateAsync(CancellationToken.None);
        return balance.State.Amount;
    }

    public Task<long> Balance() => Task.FromResult(balance.State.Amount);

    public Task Leave()
    {
        DeactivateOnIdle();
        return Task.CompletedTask;
    }

    public async Task Clash()
    {
        await balance.WriteStateAsync(CancellationToken.None);
        await sameBalance.WriteStateAsync(CancellationToken.None);
    }

    public Task<int> Life() => Task.FromResult(_life);
}

public sealed class ClockGrain : Grain, IClock
{
    private IGrainTimer? _timer;
    private int _ticks;
    private int _inside;
    private int _most;
    private int _duringService;
    private bool _serving;

    public override Task OnDeactivateAsync(DeactivationReason reason, CancellationToken cancellationToken)
    {
        Signals.Raise($"left:{this.GetPrimaryKeyString()}:{_ticks}");
        return Task.CompletedTask;
    }

    public Task Start(string? gate, bool interleave)
    {
        _timer = this.RegisterGrainTimer(
            Tick,
            gate,
            new GrainTimerCreationOptions(TimeSpan.FromMilliseconds(5), TimeSpan.FromMilliseconds(5)) { Interleave = interleave });
        return Task.CompletedTask;
    }

    public Task<ClockReading> Read() => Task.FromResult(new ClockReading(_ticks, _most, _duringService));

    public Task<ClockReading> Glance() => Read();

    public async Task Serve(string gate)
    {
        _serving = true;
        Signals.Raise($"in:{gate}");
        await Signals.Raised(gate);
        _serving = false;
    }

    public Task StopClock()
    {
        _timer!.Dispose();
        return Task.CompletedTask;
    }

    public Task Leave()
    {
        DeactivateOnIdle();
        return Task.CompletedTask;
    }

    private async Task Tick(string? gate, CancellationToken cancellationToken)
    {
        _ticks++;
        _most = Math.Max(_most, ++_inside);
        if (_serving)
            _duringService++;
        Signals.Raise($"tick:{this.GetPrimaryKeyString()}:{_ticks}");
        if (gate is not null)
            await Signals.Raised(gate);
        else
            await Task.Yield();
        _inside--;
    }
}

[ImplicitStreamSubscription("tape")]
public sealed class TapeReaderGrain : Grain, ITapeReader, IStreamSubscriptionObserver, IAsyncBatchObserver<Print>
{
    private static readonly ConcurrentDictionary<string, int> s_stumbles = new(StringComparer.Ordinal);
    private readonly List<long> _numbers = [];
    private long _stumbleAt = -1;
    private int _inside;
    private int _most;
    private int _largest;

    public Task OnSubscribed(IStreamSubscriptionHandleFactory handleFactory) =>
        handleFactory.Create<Print>().ResumeAsync(this);

    public async Task OnNextAsync(IList<SequentialItem<Print>> items)
    {
        _most = Math.Max(_most, ++_inside);
        _largest = Math.Max(_largest, items.Count);
        await Task.Yield();
        _inside--;
        foreach (var item in items)
        {
            if (item.Item.Number == _stumbleAt)
            {
                _stumbleAt = -1;
                s_stumbles.AddOrUpdate(this.GetPrimaryKeyString(), 1, (_, n) => n + 1);
                throw new InvalidOperationException("stumbled");
            }

            // A batch may come again: what was seen is dropped by its number.
            if (_numbers.Count == 0 || item.Item.Number > _numbers[^1])
                _numbers.Add(item.Item.Number);
        }

        Signals.Raise($"read:{this.GetPrimaryKeyString()}:{items[^1].Item.Number}");
    }

    public Task OnErrorAsync(Exception ex) => Task.CompletedTask;

    public Task<ImmutableArray<long>> Read() => Task.FromResult(_numbers.ToImmutableArray());

    public Task StumbleAt(long number)
    {
        _stumbleAt = number;
        return Task.CompletedTask;
    }

    public Task<int> Stumbles() => Task.FromResult(s_stumbles.GetValueOrDefault(this.GetPrimaryKeyString()));

    public Task<int> MostAtOnce() => Task.FromResult(_most);

    public Task<int> LargestBatch() => Task.FromResult(_largest);

    public Task Leave()
    {
        DeactivateOnIdle();
        return Task.CompletedTask;
    }
}

public sealed class SubscriberGrain : Grain, ISubscriber
{
    private readonly List<long> _numbers = [];
    private StreamSubscriptionHandle<Print>? _subscription;

    public async Task Subscribe(string ns, string key) =>
        _subscription = await this.GetStreamProvider("events").GetStream<Print>(StreamId.Create(ns, key))
            .SubscribeAsync((print, _) =>
            {
                if (!_numbers.Contains(print.Number))
                    _numbers.Add(print.Number);
                Signals.Raise($"got:{this.GetPrimaryKeyString()}:{print.Number}");
                return Task.CompletedTask;
            });

    public Task Unsubscribe() => _subscription!.UnsubscribeAsync();

    public Task<ImmutableArray<long>> Read() => Task.FromResult(_numbers.ToImmutableArray());
}

public sealed class PublisherGrain : Grain, IPublisher
{
    public async Task Publish(string ns, string key, int from, int count, int batch)
    {
        var stream = this.GetStreamProvider("events").GetStream<Print>(StreamId.Create(ns, key));
        for (var first = from; first < from + count; first += batch)
        {
            if (batch == 1)
                await stream.OnNextAsync(new Print(first));
            else
                await stream.OnNextBatchAsync([.. Enumerable.Range(first, batch).Select(n => new Print(n))]);
        }
    }
}
