namespace QuantumCore.Silo;

/// <summary>Limits of an activation.</summary>
internal static class GrainLimits
{
    /// <summary>Maximum number of calls that wait for one activation.</summary>
    public const int RequestsPerActivation = 50_000;

    /// <summary>Time for the last snapshot.</summary>
    public static readonly TimeSpan Deactivation = TimeSpan.FromSeconds(2);

    /// <summary>
    /// Time to replay a journal. A book whose activation is cut off would start from the beginning again.
    /// </summary>
    public static readonly TimeSpan Activation = TimeSpan.FromMinutes(10);
}
