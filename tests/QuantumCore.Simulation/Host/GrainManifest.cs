using System.Reflection;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Options;
using Orleans.Serialization;
using Orleans.Serialization.Cloning;
using Orleans.Serialization.Configuration;
using Orleans.Serialization.Serializers;
using Orleans.Serialization.TypeSystem;
using QuantumCore.Gateway.Cluster;
using QuantumCore.Grains.Books;

namespace QuantumCore.Simulation.Host;

/// <summary>
/// The product's grain classes and interfaces with their generated Orleans code, read once. Proxies, calls and the
/// serializer are Orleans' own, so a message that a cluster cannot send fails in a simulation too.
/// </summary>
internal sealed class GrainManifest
{
    /// <summary>Manifest of the product.</summary>
    public static readonly GrainManifest Product = new(typeof(IAccountGrain).Assembly, typeof(OrderBookGrain).Assembly);

    private readonly Dictionary<Type, GrainKind> _byInterface = [];
    private readonly Dictionary<GrainType, GrainKind> _byType = [];
    private readonly Dictionary<Type, ConstructorInfo> _proxies = [];
    private readonly ServiceProvider _services;

    private GrainManifest(params Assembly[] assemblies)
    {
        _services = Services(assemblies);
        Codecs = _services.GetRequiredService<CodecProvider>();
        CopyContexts = _services.GetRequiredService<CopyContextPool>();
        Copier = _services.GetRequiredService<DeepCopier>();
        Serializer = _services.GetRequiredService<Serializer>();
        foreach (var type in assemblies.SelectMany(assembly => assembly.GetTypes()).Where(IsGrainClass))
            Add(new GrainKind(type, _services));
        foreach (var proxy in _services.GetRequiredService<IOptions<TypeManifestOptions>>().Value.InterfaceProxies)
        {
            foreach (var shape in proxy.GetInterfaces().Where(_byInterface.ContainsKey))
                _proxies.Add(shape, proxy.GetConstructor([typeof(GrainReferenceShared), typeof(IdSpan)])!);
        }
    }

    /// <summary>Codecs that proxies use.</summary>
    public CodecProvider Codecs { get; }

    /// <summary>Pool of contexts with which proxies copy arguments.</summary>
    public CopyContextPool CopyContexts { get; }

    /// <summary>Copier of messages that stay in a silo.</summary>
    public DeepCopier Copier { get; }

    /// <summary>Serializer of messages that leave a silo.</summary>
    public Serializer Serializer { get; }

    /// <summary>All grain classes, always in the same order.</summary>
    public IReadOnlyCollection<GrainKind> Kinds => _byType.Values;

    /// <summary>Returns the class of a grain.</summary>
    public GrainKind KindOf(GrainType type) => _byType[type];

    /// <summary>Returns the class that implements a grain interface.</summary>
    public GrainKind KindOf(Type interfaceType) => _byInterface[interfaceType];

    /// <summary>Creates a proxy of a grain.</summary>
    public GrainReference CreateProxy(Type interfaceType, GrainReferenceShared shared, IdSpan key) =>
        (GrainReference)_proxies[interfaceType].Invoke([shared, key]);

    /// <summary>Writes a message and reads it back, as the network between two silos does.</summary>
    public T Transfer<T>(T message) => Serializer.Deserialize<T>(Serializer.SerializeToArray(message))!;

    private static bool IsGrainClass(Type type) =>
        type is { IsClass: true, IsAbstract: false, IsGenericType: false } && typeof(Grain).IsAssignableFrom(type);

    private static ServiceProvider Services(Assembly[] assemblies)
    {
        var services = new ServiceCollection();
        services.AddSerializer(builder => Array.ForEach(assemblies, assembly => builder.AddAssembly(assembly)));

        // Orleans registers every assembly of the process. If a mutant has copies of some, only ours count.
        foreach (var foreign in services.Where(IsForeign).ToArray())
            services.Remove(foreign);
        services.AddSingleton<TypeResolver, OwnTypes>();
        services.SendExceptionsWhole();
        services.AddSingleton<IAttributeToFactoryMapper<PersistentStateAttribute>, PersistentStateAttributeMapper>();
        return services.BuildServiceProvider();
    }

    private static bool IsForeign(ServiceDescriptor service) =>
        service is { IsKeyedService: false, ImplementationType.Assembly: var assembly }
        && service.ServiceType == typeof(IConfigureOptions<TypeManifestOptions>)
        && Assembly.Load(assembly.GetName()) != assembly;

    private void Add(GrainKind kind)
    {
        _byType.Add(kind.GrainType, kind);
        foreach (var shape in kind.Interfaces)
            _byInterface.Add(shape, kind);
    }

    /// <summary>Resolves types from this assembly's context: a mutant has copies of them.</summary>
    private sealed class OwnTypes : TypeResolver
    {
        private readonly CachedTypeResolver _any = new();

        public override Type ResolveType(string name) => Own(_any.ResolveType(name));

        public override bool TryResolveType(string name, out Type type)
        {
            var isKnown = _any.TryResolveType(name, out type);
            type = isKnown ? Own(type) : type;
            return isKnown;
        }

        private static Type Own(Type type) => type switch
        {
            { IsSZArray: true } => Own(type.GetElementType()!).MakeArrayType(),
            { IsConstructedGenericType: true } =>
                Own(type.GetGenericTypeDefinition()).MakeGenericType(Array.ConvertAll(type.GenericTypeArguments, Own)),
            _ => Assembly.Load(type.Assembly.GetName()).GetType(type.FullName!)!,
        };
    }
}
