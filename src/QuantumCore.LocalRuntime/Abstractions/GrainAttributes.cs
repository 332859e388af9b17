namespace QuantumCore.LocalRuntime;

/// <summary>Requests of this grain interleave at each await; still only one of them runs at any instant.</summary>
[AttributeUsage(AttributeTargets.Class)]
public sealed class ReentrantAttribute : Attribute;

/// <summary>A method that may start while any other request of the grain is waiting at an await.</summary>
[AttributeUsage(AttributeTargets.Method)]
public sealed class AlwaysInterleaveAttribute : Attribute;

/// <summary>A method that changes nothing: it may interleave with other read-only methods. Never await inside one.</summary>
[AttributeUsage(AttributeTargets.Method)]
public sealed class ReadOnlyAttribute : Attribute;

/// <summary>A method whose caller does not wait: the task is complete at once, and errors are lost.</summary>
[AttributeUsage(AttributeTargets.Method)]
public sealed class OneWayAttribute : Attribute;

/// <summary>A grain with no state, of which several activations may work for one key at the same time.</summary>
[AttributeUsage(AttributeTargets.Class)]
public sealed class StatelessWorkerAttribute : Attribute
{
    /// <summary>As many activations as the machine has processors.</summary>
    public StatelessWorkerAttribute()
        : this(Environment.ProcessorCount)
    {
    }

    /// <summary>At most <paramref name="maxLocalWorkers"/> activations; a number below one means one per processor.</summary>
    public StatelessWorkerAttribute(int maxLocalWorkers) =>
        Workers = maxLocalWorkers > 0 ? maxLocalWorkers : Environment.ProcessorCount;

    internal int Workers { get; }
}

/// <summary>Never deactivate this grain because it is idle.</summary>
[AttributeUsage(AttributeTargets.Class)]
public class KeepAliveAttribute : Attribute;

/// <summary>On a cluster: activate on the silo that made the first call. Inert here.</summary>
[AttributeUsage(AttributeTargets.Class, AllowMultiple = false)]
public sealed class PreferLocalPlacementAttribute : Attribute;

/// <summary>On a cluster: never move this grain between silos while it lives. Inert here.</summary>
[AttributeUsage(AttributeTargets.Class, AllowMultiple = false)]
public sealed class ImmovableAttribute(ImmovableKind kind = ImmovableKind.Any) : Attribute
{
    /// <summary>What must not move the grain.</summary>
    public ImmovableKind Kind { get; } = kind;
}

/// <summary>The agents of a cluster that move grains.</summary>
[Flags]
public enum ImmovableKind : byte
{
    /// <summary>The one that brings grains that talk to each other together.</summary>
    Repartitioner = 1,

    /// <summary>The one that evens out the number of grains per silo.</summary>
    Rebalancer = 2,

    /// <summary>Both.</summary>
    Any = Repartitioner | Rebalancer,
}

/// <summary>
/// Subscribes the grain to every stream of a namespace: an event on the stream with key K is delivered to the grain with key K,
/// which is activated if need be.
/// </summary>
[AttributeUsage(AttributeTargets.Class, AllowMultiple = true)]
public class ImplicitStreamSubscriptionAttribute : Attribute
{
    /// <param name="streamNamespace">The namespace of the streams.</param>
    /// <param name="streamIdMapper">Not supported: a stream's key is always the grain's key.</param>
    public ImplicitStreamSubscriptionAttribute(string streamNamespace, string? streamIdMapper = null)
    {
        if (streamIdMapper is not null)
            throw new NotSupportedException("A stream's key is the grain's key.");

        StreamNamespace = streamNamespace;
    }

    internal string StreamNamespace { get; }
}

/// <summary>Marks the constructor parameter that receives the grain's stored state.</summary>
[AttributeUsage(AttributeTargets.Parameter)]
public class PersistentStateAttribute(string stateName, string? storageName = null) : Attribute
{
    /// <summary>Tells the states of one grain apart.</summary>
    public string StateName { get; } = stateName;

    /// <summary>The storage; null for the default one.</summary>
    public string? StorageName { get; } = storageName;
}
