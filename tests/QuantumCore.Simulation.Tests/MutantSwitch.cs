namespace QuantumCore.SimulationTests;

/// <summary>
/// Mutant active on this thread. A simulated day never leaves its thread, so days of different mutants run in parallel
/// in one process.
/// </summary>
public static class MutantSwitch
{
    [ThreadStatic]
    private static int s_number;

    /// <summary>Returns true if a mutant is active. Called by the compiled mutants.</summary>
    public static bool Is(int number) => s_number == number;

    /// <summary>Runs work with an active mutant.</summary>
    internal static T With<T>(int number, Func<T> work)
    {
        s_number = number;
        try
        {
            return work();
        }
        finally
        {
            s_number = 0;
        }
    }
}
