namespace QuantumCore.SimulationTests;

/// <summary>
/// The mutant that runs on this thread. A simulated day never leaves its thread, so days of different mutants run side
/// by side in one process.
/// </summary>
public static class MutantSwitch
{
    [ThreadStatic]
    private static int s_number;

    /// <summary>Returns whether a mutant is on. The compiled mutants ask.</summary>
    public static bool Is(int number) => s_number == number;

    /// <summary>Does something with a mutant on.</summary>
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
