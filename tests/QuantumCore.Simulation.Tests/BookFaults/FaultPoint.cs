namespace QuantumCore.SimulationTests;

/// <summary>
/// Faults in the middle of a book's command. The book's compiled code calls <see cref="Pass"/> before each statement,
/// and each statement reached throws once. A simulated day never leaves its thread.
/// </summary>
public static class FaultPoint
{
    [ThreadStatic]
    private static FaultPlan? s_plan;

    [ThreadStatic]
    private static bool s_inCommand;

    /// <summary>True if a grain is to keep the state in which a fault left it: the defect that must be found.</summary>
    public static bool KeepsState => s_plan is { KeepsState: true };

    /// <summary>Begins a book's command. The faults end with it, so that a replay meets none.</summary>
    public static InCommand Command()
    {
        s_plan?.BeginCommand();
        s_inCommand = true;
        return default;
    }

    /// <summary>Passes a place of the book's code. Throws if the plan says so.</summary>
    public static void Pass(int place)
    {
        if (s_inCommand && s_plan is { } plan)
            plan.Pass(place);
    }

    /// <summary>Runs a day with a plan.</summary>
    internal static T With<T>(FaultPlan plan, Func<T> day)
    {
        s_plan = plan;
        try
        {
            return day();
        }
        finally
        {
            s_plan = null;
        }
    }

    /// <summary>A book's command that is running.</summary>
    public readonly struct InCommand : IDisposable
    {
        /// <inheritdoc/>
        public void Dispose() => s_inCommand = false;
    }
}

/// <summary>Faults of a day.</summary>
/// <param name="seed">Seed of the day, which decides the commands that fail.</param>
/// <param name="thrown">Places that have thrown, on this day and before.</param>
internal sealed class FaultPlan(int seed, HashSet<int> thrown)
{
    // Between two faults some commands succeed, so that the day gets somewhere.
    private const int MostBetween = 5;
    private readonly Random _random = new(seed);
    private bool _isOn;
    private int _wait;

    public bool KeepsState { get; init; }

    /// <summary>Places passed by commands while faults were possible.</summary>
    public HashSet<int> Passed { get; } = [];

    /// <summary>Reads the story of the day: its faults begin with the customers' orders.</summary>
    public void Follow(string line)
    {
        if (line.EndsWith(": the faults begin", StringComparison.Ordinal))
            _isOn = true;
        else if (line.EndsWith(": the faults stop", StringComparison.Ordinal))
            _isOn = false;
    }

    public void BeginCommand() => _wait--;

    public void Pass(int place)
    {
        if (!_isOn)
            return;
        Passed.Add(place);
        if (_wait > 0 || !thrown.Add(place))
            return;

        _wait = _random.Next(1, MostBetween);
        // No defect of the product throws it, so that the simulation does not take it for one.
        throw new ArithmeticException("A fault in the middle of a command.");
    }
}
