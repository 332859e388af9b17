namespace QuantumCore.Bench.Scale;

/// <summary>
/// Event queue in simulated nanoseconds. Events of the same time run in the sequence in which they were added.
/// </summary>
internal sealed class EventQueue
{
    private readonly PriorityQueue<Action, (long Time, long Number)> _events = new();
    private long _number;

    public long Now { get; private set; }

    public void After(long nanos, Action what) => _events.Enqueue(what, (Now + nanos, _number++));

    public void RunUntil(long time)
    {
        while (_events.TryPeek(out _, out var next) && next.Time <= time)
        {
            Now = next.Time;
            _events.Dequeue()();
        }

        Now = time;
    }
}

/// <summary>
/// A first-come, first-served station with a number of places: the processors of a machine, or a grain's turn.
/// </summary>
internal sealed class Station(EventQueue events, int places)
{
    private readonly Queue<Action<Action>> _waiting = new();
    private int _inside;
    private long _since;
    private double _occupied;

    /// <summary>Utilization since the start, in percent.</summary>
    public int BusyPercent
    {
        get
        {
            Note(0);
            return (int)Math.Round(_occupied * 100 / ((double)events.Now * places));
        }
    }

    /// <summary>Occupies a place for a number of nanoseconds.</summary>
    public void Serve(long nanos, Action done) => Enter(leave => events.After(nanos, () =>
    {
        leave();
        done();
    }));

    /// <summary>Occupies a place as soon as one is free, until <c>leave</c> is called.</summary>
    public void Enter(Action<Action> work)
    {
        if (_inside == places)
        {
            _waiting.Enqueue(work);
            return;
        }

        Note(1);
        work(Leave);
    }

    private void Leave()
    {
        Note(-1);
        if (_waiting.TryDequeue(out var next))
            Enter(next);
    }

    private void Note(int change)
    {
        _occupied += (double)_inside * (events.Now - _since);
        (_since, _inside) = (events.Now, _inside + change);
    }
}
