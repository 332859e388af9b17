namespace QuantumCore.LocalRuntime;

/// <summary>Something that calls can be addressed to.</summary>
public interface IAddressable;

/// <summary>A grain. Its methods return Task, Task of T, ValueTask or ValueTask of T.</summary>
public interface IGrain : IAddressable;

/// <summary>A grain whose key is a text: the only kind of key here.</summary>
public interface IGrainWithStringKey : IGrain;

/// <summary>
/// Gives references to grains. A reference costs nothing until it is called; then the grain is activated if need be.
/// </summary>
public interface IGrainFactory
{
    /// <summary>The reference to one grain.</summary>
    /// <param name="primaryKey">The grain's key.</param>
    /// <param name="grainClassNamePrefix">
    /// Chooses between several classes that implement the interface; null when there is one.
    /// </param>
    /// <exception cref="ArgumentException">No class, or more than one, implements the interface.</exception>
    TGrainInterface GetGrain<TGrainInterface>(string primaryKey, string? grainClassNamePrefix = null)
        where TGrainInterface : IGrainWithStringKey;
}

/// <summary>The way from outside any grain to the grains.</summary>
public interface IClusterClient : IGrainFactory
{
    /// <summary>The services of the host.</summary>
    IServiceProvider ServiceProvider { get; }
}

/// <summary>One activation of a grain, as the runtime sees it.</summary>
public interface IGrainContext
{
    /// <summary>The grain's identity.</summary>
    GrainId GrainId { get; }

    /// <summary>The grain object; null before it is constructed.</summary>
    object? GrainInstance { get; }

    /// <summary>Services scoped to this activation.</summary>
    IServiceProvider ActivationServices { get; }

    /// <summary>Complete when the activation has ended. Awaiting it inside the grain never ends.</summary>
    Task Deactivated { get; }

    /// <summary>
    /// Asks for the end of the activation once its running requests have ended; does not wait for it.
    /// </summary>
    void Deactivate(DeactivationReason deactivationReason, CancellationToken cancellationToken = default);
}

/// <summary>What the runtime needs of a grain class. <see cref="Grain"/> is the usual way to have it.</summary>
public interface IGrainBase
{
    /// <summary>The activation this object belongs to.</summary>
    IGrainContext GrainContext { get; }

    /// <summary>Runs before the first request; when it throws, all waiting callers get that exception.</summary>
    Task OnActivateAsync(CancellationToken token) => Task.CompletedTask;

    /// <summary>
    /// Runs after the last request and after the timers have stopped. Not called when the process dies.
    /// </summary>
    Task OnDeactivateAsync(DeactivationReason reason, CancellationToken token) => Task.CompletedTask;
}

/// <summary>Why an activation ends.</summary>
public readonly struct DeactivationReason
{
    public DeactivationReason(DeactivationReasonCode code, string text)
        : this(code, exception: null, text)
    {
    }

    public DeactivationReason(DeactivationReasonCode code, Exception? exception, string text)
    {
        ReasonCode = code;
        Exception = exception;
        Description = text;
    }

    /// <summary>The reason as a code.</summary>
    public DeactivationReasonCode ReasonCode { get; }

    /// <summary>The reason as a sentence.</summary>
    public string Description { get; }

    /// <summary>The error behind it, if any.</summary>
    public Exception? Exception { get; }

    public override string ToString() => $"{ReasonCode}: {Description}";
}

/// <summary>Reasons for the end of an activation. The embedded runtime gives only some of them.</summary>
public enum DeactivationReasonCode : byte
{
    None = 0,
    ShuttingDown = 1,
    ActivationFailed = 2,
    DirectoryFailure = 3,
    ActivationIdle = 4,
    ActivationUnresponsive = 5,
    DuplicateActivation = 6,
    IncompatibleRequest = 7,
    ApplicationError = 8,
    ApplicationRequested = 9,
    Migrating = 10,
    RuntimeRequested = 11,
    HighMemoryPressure = 12,
}
