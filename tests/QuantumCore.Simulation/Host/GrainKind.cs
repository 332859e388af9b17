using System.Reflection;

namespace QuantumCore.Simulation.Host;

/// <summary>A grain class of the product, with its attributes and activator.</summary>
internal sealed class GrainKind
{
    private readonly DefaultGrainActivator _activator;
    private readonly ImplicitStreamSubscriptionAttribute[] _subscriptions;

    /// <summary>Reads a class. Attribute mappers create constructor parameters with facets.</summary>
    /// <exception cref="NotSupportedException">The class has an attribute that the host does not support.</exception>
    public GrainKind(Type type, IServiceProvider mappers)
    {
        if (type.IsDefined(typeof(StatelessWorkerAttribute)) || type.IsDefined(typeof(MayInterleaveAttribute)))
            throw new NotSupportedException($"{type}: the host knows neither stateless workers nor MayInterleave.");

        _activator = new DefaultGrainActivator(mappers, type);
        _subscriptions = [.. type.GetCustomAttributes<ImplicitStreamSubscriptionAttribute>()];
        GrainType = GrainType.Create(type.Name);
        IsReentrant = type.IsDefined(typeof(ReentrantAttribute));
        IsKeptAlive = type.IsDefined(typeof(KeepAliveAttribute));
        Interfaces =
        [
            .. type.GetInterfaces().Where(
                shape => typeof(IGrainWithStringKey).IsAssignableFrom(shape) && shape != typeof(IGrainWithStringKey)),
        ];
    }

    /// <summary>Type part of the grains' ids.</summary>
    public GrainType GrainType { get; }

    /// <summary>Public grain interfaces.</summary>
    public IReadOnlyList<Type> Interfaces { get; }

    /// <summary>True if any request may run while another one waits.</summary>
    public bool IsReentrant { get; }

    /// <summary>True if idle activations stay.</summary>
    public bool IsKeptAlive { get; }

    /// <summary>Returns true if each stream of a namespace has a subscriber of this class.</summary>
    public bool Subscribes(string streamNamespace) =>
        Array.Exists(_subscriptions, subscription => subscription.Predicate.IsMatch(streamNamespace));

    /// <summary>Creates a grain with services of its activation.</summary>
    public object Create(IGrainContext activation) => _activator.CreateInstance(activation);

    /// <summary>Disposes a grain that has ended.</summary>
    public ValueTask DisposeAsync(IGrainContext activation, object grain) =>
        _activator.DisposeInstance(activation, grain);
}
