using QuantumCore.Gateway.Hosting;

namespace QuantumCore.Gateway.Admission;

/// <summary>
/// Admission control. Requests enter here, or are rejected before anything is done for them. The number of orders in
/// flight is limited so that the journal's commits are full and admitted orders are fast. More orders queue here, where
/// they cost nothing and cancels pass them. An order that would wait too long is rejected at once, and so is every
/// order while the journal has not committed for too long. Admitted requests are never rejected for lack of room.
/// </summary>
public sealed class Door(GatewayOptions options, CommitAge commits, GatewayMetrics metrics, TimeProvider time)
{
    /// <summary>Interval at which the number of answered orders is measured.</summary>
    internal static readonly TimeSpan Window = TimeSpan.FromMilliseconds(100);

    /// <summary>
    /// Bytes of body per unit of weight. An order weighs 1, a batch weighs by the length of its body.
    /// </summary>
    private const int BytesPerWeight = 256;

    /// <summary>
    /// Minimum limit of orders in flight; with fewer, the journal's commits are half empty. It is also the maximum
    /// weight of a batch, so that it fits beside others.
    /// </summary>
    private const int LeastInside = 64;

    /// <summary>Weight that may always queue: eight clients that send one batch after the other.</summary>
    private const int LeastWaiting = 8 * LeastInside;

    /// <summary>Fraction of the WebSockets reserved for order entry: one in this many.</summary>
    private const int TradingPart = 10;

    /// <summary>Time after the first order in which code is still being compiled.</summary>
    private static readonly TimeSpan s_warmUp = TimeSpan.FromMinutes(1);

    private static readonly TimeSpan s_way = TimeSpan.FromMilliseconds(25);

    /// <summary>Half-life of the best window's number of answered orders.</summary>
    private static readonly TimeSpan s_memory = TimeSpan.FromSeconds(2);

    private readonly RefusalPace _refusals = new(time);
    private readonly Lock _lock = new();
    private readonly int[] _inside = new int[4];
    private readonly LinkedList<WaitingOrders> _waiting = new();
    private int _waitingWeight;
    private long _windowStart = time.GetTimestamp();
    private int _answered;
    private long _answeredInAll;
    private long? _firstAnswer;
    private bool _crowded;
    private bool _crowdedAtStart;
    private double _mostPerSecond;
    private int _mostInside = options.MostOrdersInside;
    private int _mostWaiting = options.MostOrdersWaiting;
    private bool _stalled;
    private int _perSecond;

    /// <summary>Orders answered per second, as measured over the last window.</summary>
    internal int OrdersPerSecond => Volatile.Read(ref _perSecond);

    /// <summary>True if nobody is inside or waits, other than stream readers.</summary>
    public bool IsEmpty
    {
        get
        {
            lock (_lock)
                return _waiting.First is null && _inside.AsSpan(0, (int)Lane.Streams).IndexOfAnyExcept(0) < 0;
        }
    }

    /// <summary>Weight of the orders that are inside and that wait.</summary>
    public (int Inside, int Waiting) Orders
    {
        get
        {
            lock (_lock)
                return (_inside[(int)Lane.Orders], _waitingWeight);
        }
    }

    /// <summary>Returns the weight of the orders in a body of this length.</summary>
    internal static int Weight(long bodyLength) => (int)Math.Min(1 + (bodyLength / BytesPerWeight), LeastInside);

    /// <summary>Returns true if an order can be admitted or queued now; otherwise the caller rejects it.</summary>
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
    /// Admits orders now or in their turn. False if they must be rejected as overloaded; nothing was done then. The
    /// first in the queue waits whatever its weight.
    /// </summary>
    /// <param name="weight">Weight of the orders.</param>
    /// <param name="account">Account of the orders; 0 if unknown.</param>
    internal ValueTask<bool> EnterOrdersAsync(int weight, long account)
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

    /// <summary>Releases the weight of answered orders, and admits waiting ones.</summary>
    internal void LeaveOrders(int weight)
    {
        lock (_lock)
        {
            _inside[(int)Lane.Orders] -= weight;
            _answered += weight;
            while (_waiting.First is { } first && HasRoomInside(first.Value.Weight))
            {
                // After a stall, the first in the queue have waited too long; their places serve new arrivals.
                var isLate = time.GetElapsedTime(first.Value.Since) > options.LongestCommit;
                if (!isLate)
                    _inside[(int)Lane.Orders] += first.Value.Weight;
                Dismiss(first, isLetIn: !isLate);
            }
        }
    }

    /// <summary>
    /// Completes when a connection with a rejected order may go on. That is at once, unless it ignores the retry time.
    /// </summary>
    internal Task AfterRefusalAsync(RefusedConnection connection, CancellationToken cancellation)
    {
        var pause = _refusals.Next(connection, OrdersPerSecond);
        return pause > TimeSpan.Zero ? Task.Delay(pause, time, cancellation) : Task.CompletedTask;
    }

    /// <summary>Rejects an account's queued orders, because the account cancels all it has sent.</summary>
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

    /// <summary>Admits a request to a lane without a queue; false if it must be rejected as overloaded.</summary>
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

    /// <summary>Releases an answered request from its lane.</summary>
    internal void Leave(Lane lane) => Interlocked.Decrement(ref _inside[Counted(lane)]);

    /// <summary>Returns the lane that counts a request; all WebSockets count together.</summary>
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
    /// Adjusts the limits to the measured rate. In a crowd, no more orders may queue than can be answered within the
    /// longest wait. No more are inside than can be answered within the longest way, because a cancel takes that way
    /// too. The rate is that of the best recent window. So a moment in which the store stalls, or code is compiled,
    /// does not shrink the limits. If nobody had to wait for a whole window, or in the first minute of trading, the
    /// rate is unknown, and a burst may fill all places.
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
        _answeredInAll += _answered;
        _firstAnswer ??= _answered > 0 ? now : null;
        var isWarm = _answeredInAll >= options.OrdersOfWarmUp
            || (_firstAnswer is { } first && time.GetElapsedTime(first, now) > s_warmUp);
        _mostWaiting = isMeasured && isWarm
            ? Places(options.LongestWait, LeastWaiting, options.MostOrdersWaiting)
            : options.MostOrdersWaiting;
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

/// <summary>Age of the oldest record that is not durable yet, in a process with a journal.</summary>
/// <param name="read">Reads the age. It is called at most ten times a second.</param>
public sealed class CommitAge(Func<TimeSpan> read)
{
    /// <summary>Age of the oldest record; zero if none waits.</summary>
    public TimeSpan Oldest => read();
}
