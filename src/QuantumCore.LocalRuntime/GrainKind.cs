using System.Collections.Concurrent;
using System.Reflection;
using Microsoft.Extensions.DependencyInjection;

namespace QuantumCore.LocalRuntime;

/// <summary>A grain class: what its attributes say, how it is constructed, and its living activations by key.</summary>
internal sealed class GrainKind
{
    private readonly ObjectFactory _construct;
    private readonly ParameterInfo[] _states;

    internal GrainKind(Type type)
    {
        Type = type;
        GrainType = GrainType.Create(NameOf(type));
        Reentrant = type.IsDefined(typeof(ReentrantAttribute));
        KeepAlive = type.IsDefined(typeof(KeepAliveAttribute));
        Workers = type.GetCustomAttribute<StatelessWorkerAttribute>()?.Workers ?? 1;
        StreamNamespaces =
            [.. type.GetCustomAttributes<ImplicitStreamSubscriptionAttribute>().Select(a => a.StreamNamespace)];
        Interfaces =
            [.. type.GetInterfaces().Where(i => typeof(IGrain).IsAssignableFrom(i) && i != typeof(IGrain)
                && i != typeof(IGrainWithStringKey))];
        _states =
            [.. type.GetConstructors().SelectMany(c => c.GetParameters())
                .Where(p => p.IsDefined(typeof(PersistentStateAttribute)))];
        _construct = ActivatorUtilities.CreateFactory(type, [.. _states.Select(p => p.ParameterType)]);
    }

    internal Type Type { get; }

    internal GrainType GrainType { get; }

    internal bool Reentrant { get; }

    internal bool KeepAlive { get; }

    /// <summary>How many activations one key may have: more than one for stateless workers only.</summary>
    internal int Workers { get; }

    internal IReadOnlyList<string> StreamNamespaces { get; }

    internal IReadOnlyList<Type> Interfaces { get; }

    /// <summary>The living activations; the arrays are never changed, only replaced.</summary>
    internal ConcurrentDictionary<string, Activation[]> Activations { get; } = new(StringComparer.Ordinal);

    /// <summary>Constructs the grain object inside a turn of its activation and returns the states to read before it starts.</summary>
    internal async ValueTask<Grain> Construct(Activation activation, MemoryStorage storage)
    {
        var states = Array.ConvertAll(_states, parameter => storage.StateFor(activation.GrainId, parameter));
        var grain = (Grain)_construct(activation.ActivationServices, states);
        foreach (var state in states)
            await ((IStorage)state).ReadStateAsync();
        return grain;
    }

    /// <summary>The activation that takes the next request for a key, made if need be.</summary>
    internal Activation Choose(LocalGrains runtime, string key)
    {
        while (true)
        {
            if (!Activations.TryGetValue(key, out var living))
            {
                var first = new Activation(runtime, this, key);
                if (Activations.TryAdd(key, [first]))
                    return first;
                continue;
            }

            var chosen = living[0];
            if (Workers == 1 || chosen.Load == 0)
                return chosen;

            chosen = living.MinBy(a => a.Load)!;
            if (chosen.Load == 0 || living.Length >= Workers)
                return chosen;

            var another = new Activation(runtime, this, key);
            if (Activations.TryUpdate(key, [.. living, another], living))
                return another;
        }
    }

    internal void Remove(Activation activation)
    {
        while (Activations.TryGetValue(activation.Key, out var living) && living.Contains(activation))
        {
            Activation[] rest = [.. living.Where(a => a != activation)];
            var removed = rest.Length == 0
                ? Activations.TryRemove(new(activation.Key, living))
                : Activations.TryUpdate(activation.Key, rest, living);
            if (removed)
                return;
        }
    }

    private static string NameOf(Type type)
    {
#pragma warning disable CA1308 // Lower case is how the programming model writes grain types.
        var name = type.Name.ToLowerInvariant();
#pragma warning restore CA1308
        return name.Length > 5 && name.EndsWith("grain", StringComparison.Ordinal) ? name[..^5] : name;
    }
}
