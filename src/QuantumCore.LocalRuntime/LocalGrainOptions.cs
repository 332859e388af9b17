using System.Reflection;

namespace QuantumCore.LocalRuntime;

/// <summary>
/// Settings of the embedded grain runtime. All times are measured by the host's <see cref="TimeProvider"/>.
/// </summary>
public sealed class LocalGrainOptions
{
    /// <summary>The source of the spans of calls (an <see cref="System.Diagnostics.ActivitySource"/>), for who collects them.</summary>
    public const string TraceSource = "QuantumCore.LocalRuntime";

    /// <summary>The assemblies that hold the grain classes.</summary>
    public IList<Assembly> GrainAssemblies { get; } = [];

    /// <summary>The names of the stream providers.</summary>
    public IList<string> StreamProviders { get; } = [];

    /// <summary>
    /// How long a caller waits for an answer, where <see cref="ResponseTimeoutAttribute"/> does not say otherwise.
    /// Calls fail as timed out up to half a second later, never earlier: they are looked through every 250 ms, and no
    /// clock is read for a call.
    /// </summary>
    public TimeSpan ResponseTimeout { get; set; } = TimeSpan.FromSeconds(30);

    /// <summary>An activation that was not called for this long may be deactivated.</summary>
    public TimeSpan CollectionAge { get; set; } = TimeSpan.FromMinutes(15);

    /// <summary>How often idle activations are looked for.</summary>
    public TimeSpan CollectionPeriod { get; set; } = TimeSpan.FromMinutes(1);

    /// <summary>
    /// The longest OnActivateAsync; after it the waiting callers get a <see cref="TimeoutException"/>.
    /// </summary>
    public TimeSpan ActivationTimeout { get; set; } = TimeSpan.FromSeconds(30);

    /// <summary>
    /// The longest OnDeactivateAsync, and the longest wait for running requests when the runtime stops.
    /// </summary>
    public TimeSpan DeactivationTimeout { get; set; } = TimeSpan.FromSeconds(30);

    /// <summary>
    /// How many requests one activation holds, running and waiting; one more fails with
    /// <see cref="LimitExceededException"/>. Zero for no limit.
    /// </summary>
    public int MaxRequestsPerActivation { get; set; } = 50_000;

    /// <summary>
    /// A turn, one synchronous run of a grain's code, is reported while it takes longer than this; real time, seen to half
    /// of it. Zero: no turn is.
    /// </summary>
    public TimeSpan LongTurn { get; set; } = TimeSpan.FromMilliseconds(50);

    /// <summary>How many batches one stream holds; a producer waits while it is full.</summary>
    public int MaxBatchesPerStream { get; set; } = 4_096;

    /// <summary>How often the delivery of one batch is tried before the batch is dropped.</summary>
    public int MaxDeliveryAttempts { get; set; } = 20;

    /// <summary>
    /// For tests: behave as badly as a cluster may. Calls from outside that are in flight together overtake each other,
    /// exceptions without <see cref="GenerateSerializerAttribute"/> reach an outside caller as a plain
    /// <see cref="OrleansException"/>, and every third batch of a stream is delivered twice.
    /// </summary>
    public bool Hostile { get; set; }

    /// <summary>
    /// For simulations: where turns and streams run instead of the thread pool, one request or continuation at a time.
    /// It must run what it is given one after the other.
    /// </summary>
    internal TaskScheduler? Scheduler { get; set; }

    /// <summary>For simulations: carries every call to the runtime that takes it, or does not.</summary>
    internal Action<GrainReference, GrainCall>? Network { get; set; }
}
