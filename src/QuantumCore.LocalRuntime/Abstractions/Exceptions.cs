namespace QuantumCore.LocalRuntime;

/// <summary>
/// The base of what the runtime itself throws. The name is the programming model's, so that callers catch it on both
/// runtimes.
/// </summary>
[GenerateSerializer]
public class OrleansException : Exception
{
    public OrleansException()
    {
    }

    public OrleansException(string message)
        : base(message)
    {
    }

    public OrleansException(string message, Exception innerException)
        : base(message, innerException)
    {
    }
}

/// <summary>Too many requests wait for one activation; this one was never started.</summary>
[GenerateSerializer]
public sealed class LimitExceededException : OrleansException
{
    public LimitExceededException()
    {
    }

    public LimitExceededException(string message)
        : base(message)
    {
    }

    public LimitExceededException(string message, Exception innerException)
        : base(message, innerException)
    {
    }
}

/// <summary>The runtime is stopping. Whether a call that was already running took effect is unknown.</summary>
[GenerateSerializer]
public sealed class SiloUnavailableException : OrleansException
{
    public SiloUnavailableException()
    {
    }

    public SiloUnavailableException(string msg)
        : base(msg)
    {
    }

    public SiloUnavailableException(string message, Exception innerException)
        : base(message, innerException)
    {
    }
}

/// <summary>
/// The stored state is not the one this activation has read. When it leaves a grain method, the activation is thrown
/// away and the next call reads afresh.
/// </summary>
[GenerateSerializer]
public class InconsistentStateException : OrleansException
{
    public InconsistentStateException()
    {
    }

    public InconsistentStateException(string message)
        : base(message)
    {
    }

    public InconsistentStateException(string message, Exception? innerException)
        : base(message, innerException!)
    {
    }
}
