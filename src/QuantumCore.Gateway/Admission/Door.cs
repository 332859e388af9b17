namespace QuantumCore.Gateway.Admission;

/// <summary>
/// Where requests come in, or are refused before anything was done for them. So many orders are inside at a time that
/// the journal's commits are full and whoever is let in is quick; some more wait their turn here, where they cost nothing
/// and where cancels pass them. One that would have to wait for too long is refused at once, and so is every order while
/// the journal has not committed for too long. Who was let in is never refused for want of room here.
/// </summary>
public sealed class Door(GatewayOptions options, CommitAge commits, GatewayMetrics metrics, TimeProvider time)
{
    /// <summary>How often it is looked how many orders are answered.</summary>
    internal static readonly TimeSpan Window = TimeSpan.FromMilliseconds(100);

    /// <summary>An order weighs 1, a batch as much as its body has parts of this length.</summary>
    private const int BytesPerWeight = 256;

    /// <summary>With fewer, the journal's commits are half empty; and no batch weighs more, so that it finds room beside others.</summary>
    private const int LeastInside = 64;

    /// <summary>So many may always wait: eight clients that send one batch after the other.</summary>
    private const int LeastWaiting = 8 * LeastInside;

    /// <summary>One of so many WebSockets is kept for those that take orders.</summary>
    private const int TradingPart = 10;

    private static readonly TimeSpan s_way = TimeSpan.FromMilliseconds(25);

    /// <summary>After this time the most that was answered in a window counts for half.</summary>
    private static readonly TimeSpan s_memory = TimeSpan.FromSeconds(2);

    private readonly RefusalPace _refusals = new(time);
    private readonly Lock _lock = new();
    private readonly int[] _inside = new int[4];
    private readonly LinkedList<WaitingOrders> _waiting = new();
    private int _waitingWeight;
    private long _windowStart = time.GetTimestamp();
    private int _answered;
    private bool _crowded;
    private bool _crowdedAtStart;
    private double _mostPerSecond;
    private int _mostInside = options.MostOrdersInside;
    private int _mostWaiting = options.MostOrdersWaiting;
    private bool _stalled;
    private int _perSecond;

    /// <summary>Orders that were answered in the last second, as far as it was crowded.</summary>
    internal int OrdersPerSecond => Volatile.Read(ref _perSecond);

    /// <summary>Nobody is inside or waits, but readers of streams.</summary>
    public bool IsEmpty
    {
        get
        {
            lock (_lock)
                return _waiting.First is null && _inside.AsSpan(0, (int)Lane.Streams).IndexOfAnyExcept(0) < 0;
        }
    }

    /// <summary>Orders that are inside and that wait, by their weight.</summary>
    public (int Inside, int Waiting) Orders
    {
        get
        {
            lock (_lock)
                return (_inside[(int)Lane.Orders], _waitingWeight);
        }
    }

    /// <summary>What orders in a body of this length weigh.</summary>
    internal static int Weight(long bodyLength) => (int)Math.Min(1 + (bodyLength / BytesPerWeight), LeastInside);

    /// <summary>Whether an order would be let in now, or to wait; one that hears no is refused.</summary>
    internal bool HasRoomForOrders()
    {
        lock (_lock)
        {
            Look(time.GetTimestamp());
            if (!_stalled && (_waitingWeight < _mostWaiting || HasRoomInside(1)))
                return true;

            _crowded = true;
        }

        metrics.TurnedAway(Lane.Orders);
        return false;
    }

    /// <summary>
    /// Lets orders in, now or when it is their turn; or answers false, and they are to be refused as overloaded: nothing
    /// was done. The first to wait waits whatever it weighs.
    /// </summary>
    /// <param name="weight">Their weight.</param>
    /// <param name="account">Whose they are; 0 when that is not known.</param>
    internal ValueTask<bool> EnterOrders(int weight, long account)
    {
        lock (_lock)
        {
            var now = time.GetTimestamp();
            Look(now);
            if (!_stalled && _waiting.First is null && HasRoomInside(weight))
            {
                _inside[(int)Lane.Orders] += weight;
                return ValueTask.FromResult(true);
            }

            _crowded = true;
            if (!_stalled && (_waiting.First is null || _waitingWeight + weight <= _mostWaiting))
            {
                var waiting = new WaitingOrders(weight, account, now);
                _waiting.AddLast(waiting);
                _waitingWeight += weight;
                return new(waiting.Turn.Task);
            }
        }

        metrics.TurnedAway(Lane.Orders);
        return ValueTask.FromResult(false);
    }

    /// <summary>Orders that were let in are answered: those that wait have their turn.</summary>
    internal void LeaveOrders(int weight)
    {
        lock (_lock)
        {
            _inside[(int)Lane.Orders] -= weight;
            _answered += weight;
            while (_waiting.First is { } first && HasRoomInside(first.Value.Weight))
            {
                // After a standstill the first have waited too long; their places serve those who come now.
                var isLate = time.GetElapsedTime(first.Value.Since) > options.LongestCommit;
                if (!isLate)
                    _inside[(int)Lane.Orders] += first.Value.Weight;
                Dismiss(first, isLetIn: !isLate);
            }
        }
    }

    /// <summary>Complete when a connection may go on whose order was refused: at once, unless it does not heed when to come again.</summary>
    internal Task AfterRefusal(RefusedConnection connection, CancellationToken cancellation)
    {
        var pause = _refusals.Next(connection, OrdersPerSecond);
        return pause > TimeSpan.Zero ? Task.Delay(pause, time, cancellation) : Task.CompletedTask;
    }

    /// <summary>Refuses what waits of an account: it cancels all it has sent.</summary>
    internal void RefuseWaiting(long account)
    {
        lock (_lock)
        {
            for (var waiting = _waiting.First; waiting is not null;)
            {
                var next = waiting.Next;
                if (waiting.Value.Account == account)
                    Dismiss(waiting, isLetIn: false);
                waiting = next;
            }
        }
    }

    /// <summary>Lets a request into a lane where nobody waits; false: it is to be refused as overloaded.</summary>
    internal bool Enter(Lane lane)
    {
        var most = lane switch
        {
            Lane.Orders => throw new ArgumentOutOfRangeException(nameof(lane)),
            Lane.Urgent => options.MostUrgentInside,
            Lane.Readings => options.MostReadingsInside,
            Lane.Streams => options.StreamConnections - (options.StreamConnections / TradingPart),
            Lane.Trading => options.StreamConnections,
        };
        if (Interlocked.Increment(ref _inside[Counted(lane)]) <= most)
            return true;

        Leave(lane);
        metrics.TurnedAway(lane);
        return false;
    }

    /// <summary>A request that was let into a lane is answered.</summary>
    internal void Leave(Lane lane) => Interlocked.Decrement(ref _inside[Counted(lane)]);

    /// <summary>All WebSockets are counted together.</summary>
    private static int Counted(Lane lane) => (int)(lane == Lane.Trading ? Lane.Streams : lane);

    private bool HasRoomInside(int weight) =>
        _inside[(int)Lane.Orders] == 0 || _inside[(int)Lane.Orders] + weight <= _mostInside;

    private void Dismiss(LinkedListNode<WaitingOrders> waiting, bool isLetIn)
    {
        _waiting.Remove(waiting);
        _waitingWeight -= waiting.Value.Weight;
        waiting.Value.Turn.SetResult(isLetIn);
    }

    /// <summary>
    /// In a crowd, only as many may wait as can be answered within the longest wait, and no more are inside than can be
    /// within the longest way: a cancel goes that way too. As many can be answered as were in the best window of late: a
    /// moment in which the store stands still, or code is compiled, must not make the room smaller, or the next window
    /// would be worse for it. Where nobody had to wait for a whole window there is no telling, and a burst may fill all places.
    /// </summary>
    private void Look(long now)
    {
        if (time.GetElapsedTime(_windowStart, now) is var passed && passed < Window)
            return;

        var perSecond = _answered * (TimeSpan.FromSeconds(1) / passed);
        _mostPerSecond = !_crowded ? 0
            : _crowdedAtStart ? Math.Max(perSecond, _mostPerSecond * Math.Pow(0.5, passed / s_memory))
            : _mostPerSecond;
        var isMeasured = _crowded && (_crowdedAtStart || _mostPerSecond > 0);
        _mostWaiting = isMeasured ? Places(options.LongestWait, LeastWaiting, options.MostOrdersWaiting) : options.MostOrdersWaiting;
        _mostInside = isMeasured ? Places(s_way, LeastInside, options.MostOrdersInside) : options.MostOrdersInside;
        Volatile.Write(ref _perSecond, (int)Math.Min(perSecond, int.MaxValue));
        _stalled = commits.Oldest > options.LongestCommit;
        _crowdedAtStart = _waiting.First is not null;
        (_windowStart, _answered, _crowded) = (now, 0, _crowdedAtStart);

        int Places(TimeSpan within, int least, int most) =>
            Math.Clamp((int)Math.Min(_mostPerSecond * within.TotalSeconds, most), Math.Min(least, most), most);
    }

    private sealed record WaitingOrders(int Weight, long Account, long Since)
    {
        public TaskCompletionSource<bool> Turn { get; } = new(TaskCreationOptions.RunContinuationsAsynchronously);
    }
}

/// <summary>How long the oldest record that is not durable yet has waited, where a journal is in this process.</summary>
/// <param name="read">Tells it. Called ten times a second at most.</param>
public sealed class CommitAge(Func<TimeSpan> read)
{
    /// <summary>Zero when nothing waits.</summary>
    public TimeSpan Oldest => read();
}
