namespace QuantumCore.Bench;

/// <summary>The command line is invalid; the message says why.</summary>
internal sealed class UsageException(string problem) : Exception(problem);
