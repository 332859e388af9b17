using QuantumCore.Client;

namespace QuantumCore.Cli;

/// <summary>What <c>qc</c> returns to the shell.</summary>
internal static class ExitCodes
{
    /// <summary>Done.</summary>
    internal const int Done = 0;

    /// <summary>The exchange refused, or a replay found a difference.</summary>
    internal const int Refused = 1;

    /// <summary>The command line or a file is wrong; the exchange was not asked.</summary>
    internal const int Usage = 2;

    /// <summary>The exchange cannot be reached, or it is not known what it did.</summary>
    internal const int Unreachable = 3;

    internal static int For(QuantumCoreException failure) => failure.Code
        is RejectCodes.Unreachable or RejectCodes.OutcomeUnknown or RejectCodes.BadAnswer ? Unreachable : Refused;
}

/// <summary>The command line asks for something that cannot be; the message says what.</summary>
internal sealed class UsageException(string message) : Exception(message);
