namespace QuantumCore.Bench;

/// <summary>The command line makes no sense; the message says what.</summary>
internal sealed class UsageException(string problem) : Exception(problem);
