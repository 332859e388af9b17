
namespace QuantumCore.Simulation;

/// <summary>
/// One simulated installation: its silos, its database, its clients, and the one thread on which all of it runs.
/// Whatever could happen next waits in a list; chance, by the seed, says what does. So a seed is a whole history, and
/// the same seed is the same history.
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

    /// <summary>What decides everything.</summary>
    public int Seed { get; }

    /// <summary>What may go wrong, and how often.</summary>
    public Faults Faults { get; set; }

    /// <summary>Ticks of 100 nanoseconds since the start.</summary>
    public long Now { get; private set; }

    /// <summary>When something last kept a silo from looking at the database.</summary>
    public long LastTrouble { get; private set; }

    /// <summary>Turns, messages, commits and timers so far.</summary>
    public long Steps { get; private set; }

    /// <summary>Hash of every choice made so far: two runs of a seed agree in it.</summary>
    public ulong Trace { get; private set; } = 0xCBF2_9CE4_8422_2325;

    /// <summary>Where clients and chaos run: never killed, never paused.</summary>
    public Owner Outside { get; }

    public SimClock Clock { get; }

    public Database Database { get; }

    public Bank Bank { get; }

    public Depository Depository { get; }

    public Desk Desk { get; }

    public Nights Nights { get; }

    /// <summary>Around what everybody trades, in ticks.</summary>
    public long Middle { get; set; } = 1_000;

    public Directory Directory { get; }

    public List<Silo> Silos { get; } = [];

    /// <summary>The symbol that may say that it is halted; none as long as nothing of the journal rots.</summary>
    public string? MayHalt { get; set; }

    /// <summary>What is wrong; empty is good news.</summary>
    public List<string> Findings { get; } = [];

    /// <summary>Told of each line of the story, where somebody wants to read it.</summary>
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

    /// <summary>Goes on until something is done, or for so many steps.</summary>
    /// <returns>False: the steps are used up, or nothing can ever happen any more.</returns>
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
        // What a dead silo leaves behind may still be woken, by a finalizer for one.
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

    /// <summary>What waits on behalf of an owner that is paused stays; of one that is dead goes.</summary>
    public void Forget(Owner dead) => _ready.RemoveAll(waiting => waiting.Owner == dead);

    private bool Step()
    {
        Steps++;
        FireDue();
        if (TakeReady() is not { } next)
            return SkipToNextTimer();

        // Work takes time, so that timers come due in its midst.
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

/// <summary>What may go wrong, as probabilities of one occasion each.</summary>
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
    /// Some of these more often and some never: what is rare together shows in the days in which little else happens.
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

    /// <summary>Returns the same, with more of what rare situations of a habit need. Days without faults stay so.</summary>
    public Faults Of(Habit habit) => habit switch
    {
        Habit.Amends when this != None => this with { DeliveryLost = 0.3 },
        Habit.GivesAll when this != None => this with { DeliversNothing = true },
        // Accounts alone: a night may end within the second in which a catalog that is split shows old holidays.
        Habit.Watches when this != None => this with { AccountElsewhere = 0.08 },
        _ => this,
    };

    public double CallLost { get; init; }

    public double AnswerLost { get; init; }

    public double CallDoubled { get; init; }

    /// <summary>A call that takes seconds, so that it arrives when nobody waits for it any more.</summary>
    public double CallLate { get; init; }

    /// <summary>A book's delivery to an account. The account hears of it when it asks by itself.</summary>
    public double DeliveryLost { get; init; }

    public double CommitFailsBefore { get; init; }

    /// <summary>The commit lands, and its answer is lost.</summary>
    public double CommitFailsAfter { get; init; }

    /// <summary>The connection is lost, and the transaction lands later.</summary>
    public double CommitLandsLate { get; init; }

    public double KilledBeforeCommit { get; init; }

    public double KilledAfterCommit { get; init; }

    public double StoreCallFails { get; init; }

    public double HistoryCommitFails { get; init; }

    /// <summary>A silo believes that a grain lives in itself although another one holds it.</summary>
    public double Elsewhere { get; init; }

    /// <summary>The same of accounts, beside that.</summary>
    public double AccountElsewhere { get; init; }

    /// <summary>Whether who delivers less than it owes delivers nothing, and most do.</summary>
    public bool DeliversNothing { get; init; }

    /// <summary>Whether silos are killed and paused, the database goes down, clocks jump and snapshots rot.</summary>
    public bool Chaos { get; init; }
}
