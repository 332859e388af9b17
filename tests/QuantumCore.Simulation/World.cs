
namespace QuantumCore.Simulation;

/// <summary>
/// A simulated installation: silos, database, clients, and the one thread on which all of it runs. Everything that
/// could happen next waits in a list, and the seed's random sequence selects from it. So the same seed gives the same
/// history.
/// </summary>
internal sealed class World
{
    private readonly Random _random;
    private readonly List<(Owner Owner, Task Task)> _ready = [];
    private readonly PriorityQueue<SimTimer, (long Due, long Order)> _timers = new();
    private readonly int _thread = Environment.CurrentManagedThreadId;
    private long _timerOrder;

    public World(int seed, Faults faults)
    {
        _random = new Random(seed);
        Seed = seed;
        Faults = faults;
        Nights = new Nights(this);
        Outside = new Owner(this, "outside");
        Clock = new SimClock(this, Outside);
        Database = new Database(this);
        Bank = new Bank(this);
        Depository = new Depository(this);
        Desk = new Desk(this);
        Directory = new Directory(this);
    }

    /// <summary>Seed that decides everything.</summary>
    public int Seed { get; }

    /// <summary>Possible faults and their probabilities.</summary>
    public Faults Faults { get; set; }

    /// <summary>Time since the start, in ticks of 100 nanoseconds.</summary>
    public long Now { get; private set; }

    /// <summary>Last time at which something kept a silo from reading the database.</summary>
    public long LastTrouble { get; private set; }

    /// <summary>Number of turns, messages, commits and timers so far.</summary>
    public long Steps { get; private set; }

    /// <summary>Hash of every random choice so far. Two runs of a seed agree in it.</summary>
    public ulong Trace { get; private set; } = 0xCBF2_9CE4_8422_2325;

    /// <summary>Owner of clients and chaos, never killed or paused.</summary>
    public Owner Outside { get; }

    public SimClock Clock { get; }

    public Database Database { get; }

    public Bank Bank { get; }

    public Depository Depository { get; }

    public Desk Desk { get; }

    public Nights Nights { get; }

    /// <summary>Price around which customers trade, in ticks.</summary>
    public long Middle { get; set; } = 1_000;

    public Directory Directory { get; }

    public List<Silo> Silos { get; } = [];

    /// <summary>
    /// True if orders enter before their holds are durable, as on SQLite. On a day with several silos, which the
    /// product does not have, an order whose account and book are apart is of unknown outcome.
    /// </summary>
    public bool HoldsAhead { get; set; }

    /// <summary>Number of starts and deaths of silos.</summary>
    public long MembershipVersion { get; set; }

    /// <summary>Symbol that may halt; null as long as no journal data is damaged.</summary>
    public string? MayHalt { get; set; }

    /// <summary>Issues found; empty if there are none.</summary>
    public List<string> Findings { get; } = [];

    /// <summary>Called with each line of the story; null for none.</summary>
    public Action<string>? Story { get; init; }

    public bool IsBroken => Findings.Count > 0;

    public int Next(int below) => _random.Next(below);

    public long Next(long below) => _random.NextInt64(below);

    public int Next(int from, int below) => _random.Next(from, below);

    public long Next(long from, long below) => _random.NextInt64(from, below);

    public bool Chance(double probability) => probability > 0 && _random.NextDouble() < probability;

    public T Pick<T>(IReadOnlyList<T> of) => of[_random.Next(of.Count)];

    public TimeSpan Within(int fromMicroseconds, int toMicroseconds) =>
        TimeSpan.FromMicroseconds(_random.Next(fromMicroseconds, toMicroseconds));

    public void Trouble() => LastTrouble = Now;

    public void Tell(string line) => Story?.Invoke($"{Now / 10_000.0:F3} ms: {line}");

    public void Find(string wrong)
    {
        Tell("WRONG: " + wrong);
        if (Findings.Count < 20)
            Findings.Add(wrong);
    }

    /// <summary>Runs a coroutine outside the silos.</summary>
    public Task Run(Func<Task> work) => Outside.Run(work);

    /// <summary>Runs steps until a task is done, up to a maximum.</summary>
    /// <returns>False if the steps are used up, or nothing can ever happen any more.</returns>
    public bool RunUntil(Task done, long mostSteps)
    {
        var end = Steps + mostSteps;
        while (!done.IsCompleted && !IsBroken)
        {
            if (Steps >= end || !Step())
                return false;
        }

        return true;
    }

    public void Enqueue(Owner owner, Task task)
    {
        // Leftovers of a dead silo may still be woken, for example by a finalizer.
        if (owner.IsDead)
            return;
        if (Environment.CurrentManagedThreadId != _thread)
        {
            Find($"Something has left the simulation's thread: {Environment.StackTrace}");
            throw new InvalidOperationException("Something has left the simulation's thread.");
        }

        _ready.Add((owner, task));
    }

    public void Arm(SimTimer timer, TimeSpan due) =>
        _timers.Enqueue(timer, (timer.Due = Now + Math.Max(1, due.Ticks), timer.Order = ++_timerOrder));

    /// <summary>Removes the waiting work of a dead owner. Work of a paused owner stays.</summary>
    public void Forget(Owner dead) => _ready.RemoveAll(waiting => waiting.Owner == dead);

    private bool Step()
    {
        Steps++;
        FireDue();
        if (TakeReady() is not { } next)
            return SkipToNextTimer();

        // Work takes time, so that timers become due meanwhile.
        Now += _random.Next(20, 400);
        next.Owner.Execute(next.Task);
        return true;
    }

    private (Owner Owner, Task Task)? TakeReady()
    {
        for (var attempt = 0; attempt < 4 && _ready.Count > 0; attempt++)
        {
            var at = _random.Next(_ready.Count);
            var next = _ready[at];
            if (next.Owner.IsPaused)
                continue;

            _ready[at] = _ready[^1];
            _ready.RemoveAt(_ready.Count - 1);
            Trace = unchecked((Trace ^ (ulong)(at + (_ready.Count << 8)) ^ ((ulong)Now << 20)) * 0x100_0000_01B3);
            return next;
        }

        return null;
    }

    private bool SkipToNextTimer()
    {
        if (!_timers.TryPeek(out _, out var due))
            return _ready.Count > 0;

        Now = Math.Max(Now, due.Due);
        return true;
    }

    private void FireDue()
    {
        while (_timers.TryPeek(out var timer, out var due) && due.Due <= Now)
        {
            _timers.Dequeue();
            if (timer.Due == due.Due && timer.Order == due.Order)
                timer.Fire();
        }
    }
}

/// <summary>Possible faults, as probabilities of one occasion each.</summary>
internal sealed record Faults
{
    public static readonly Faults None = new();

    private static readonly double[] s_often = [0, 0.5, 1, 1, 4];

    public static readonly Faults Usual = new()
    {
        CallLost = 0.01,
        AnswerLost = 0.01,
        CallDoubled = 0.03,
        CallLate = 0.02,
        CommitFailsBefore = 0.01,
        CommitFailsAfter = 0.01,
        CommitLandsLate = 0.01,
        KilledBeforeCommit = 0.004,
        KilledAfterCommit = 0.004,
        StoreCallFails = 0.003,
        HistoryCommitFails = 0.01,
        Elsewhere = 0.01,
        Chaos = true,
    };

    /// <summary>
    /// Draws faults: some more often and some never. Rare combinations show on days on which little else happens.
    /// </summary>
    public static Faults Drawn(World world)
    {
        double Often(double usual) => usual * world.Pick(s_often);
        return new Faults
        {
            CallLost = Often(Usual.CallLost),
            AnswerLost = Often(Usual.AnswerLost),
            CallDoubled = Often(Usual.CallDoubled),
            CallLate = Often(Usual.CallLate),
            CommitFailsBefore = Often(Usual.CommitFailsBefore),
            CommitFailsAfter = Often(Usual.CommitFailsAfter),
            CommitLandsLate = Often(Usual.CommitLandsLate),
            KilledBeforeCommit = Often(Usual.KilledBeforeCommit),
            KilledAfterCommit = Often(Usual.KilledAfterCommit),
            StoreCallFails = Often(Usual.StoreCallFails),
            HistoryCommitFails = Often(Usual.HistoryCommitFails),
            Elsewhere = Often(Usual.Elsewhere) * world.Pick(s_often),
            Chaos = world.Chance(0.8),
        };
    }

    /// <summary>
    /// Returns the same faults, with more of what a habit's rare situations need. Days without faults stay so.
    /// </summary>
    public Faults Of(Habit habit) => habit switch
    {
        Habit.Amends when this != None => this with { DeliveryLost = 0.3 },
        Habit.GivesAll when this != None => this with { DeliversNothing = true },
        // Only for accounts: a night may end within the second in which a split catalog shows old holidays.
        Habit.Watches when this != None => this with { AccountElsewhere = 0.08 },
        _ => this,
    };

    public double CallLost { get; init; }

    public double AnswerLost { get; init; }

    public double CallDoubled { get; init; }

    /// <summary>Probability of a call that takes seconds and arrives when nobody waits for it any more.</summary>
    public double CallLate { get; init; }

    /// <summary>Probability of a lost delivery from a book to an account. The account finds out by polling.</summary>
    public double DeliveryLost { get; init; }

    public double CommitFailsBefore { get; init; }

    /// <summary>Probability of a commit that lands while its response is lost.</summary>
    public double CommitFailsAfter { get; init; }

    /// <summary>Probability of a lost connection whose transaction lands later.</summary>
    public double CommitLandsLate { get; init; }

    public double KilledBeforeCommit { get; init; }

    public double KilledAfterCommit { get; init; }

    public double StoreCallFails { get; init; }

    public double HistoryCommitFails { get; init; }

    /// <summary>Probability that a silo believes a grain lives in itself although another one holds it.</summary>
    public double Elsewhere { get; init; }

    /// <summary>Additional probability of the same for accounts.</summary>
    public double AccountElsewhere { get; init; }

    /// <summary>True if most accounts fail to deliver, and deliver nothing then.</summary>
    public bool DeliversNothing { get; init; }

    /// <summary>
    /// True if silos are killed and paused, the database fails, clocks jump and snapshots are damaged.
    /// </summary>
    public bool Chaos { get; init; }
}
