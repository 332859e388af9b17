namespace QuantumCore.Silo;

/// <summary>Limits of an activation.</summary>
internal static class GrainLimits
{
    /// <summary>Calls that may wait for one activation.</summary>
    public const int RequestsPerActivation = 50_000;

    /// <summary>For its last snapshot.</summary>
    public static readonly TimeSpan Deactivation = TimeSpan.FromSeconds(2);

    /// <summary>A long journal takes long to replay; a book that was given up would start from the beginning again.</summary>
    public static readonly TimeSpan Activation = TimeSpan.FromMinutes(10);
}
