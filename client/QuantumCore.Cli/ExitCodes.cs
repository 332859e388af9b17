using QuantumCore.Client;

namespace QuantumCore.Cli;

/// <summary>Exit codes of <c>qc</c>.</summary>
internal static class ExitCodes
{
    /// <summary>Done.</summary>
    internal const int Done = 0;

    /// <summary>The exchange rejected the request, or a replay found a difference.</summary>
    internal const int Refused = 1;

    /// <summary>The command line or a file is invalid; no request was sent.</summary>
    internal const int Usage = 2;

    /// <summary>The exchange cannot be reached, or the outcome is unknown.</summary>
    internal const int Unreachable = 3;

    internal static int For(QuantumCoreException failure) => failure.Code
        is RejectCodes.Unreachable or RejectCodes.OutcomeUnknown or RejectCodes.BadAnswer ? Unreachable : Refused;
}

/// <summary>The command line is invalid; the message says why.</summary>
internal sealed class UsageException(string message) : Exception(message);
