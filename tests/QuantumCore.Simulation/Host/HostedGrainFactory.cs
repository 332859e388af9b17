namespace QuantumCore.Simulation.Host;

/// <summary>Creates proxies of grains with string keys. The product has no other grains.</summary>
internal sealed class HostedGrainFactory(GrainHost host) : IGrainFactory
{
    private static NotSupportedException Unknown => new("The host knows grains by an interface and a name alone.");

    public TGrainInterface GetGrain<TGrainInterface>(string primaryKey, string? grainClassNamePrefix = null)
        where TGrainInterface : IGrainWithStringKey =>
        (TGrainInterface)(object)Find(typeof(TGrainInterface), primaryKey, grainClassNamePrefix);

    public IGrain GetGrain(Type grainInterfaceType, string grainPrimaryKey) =>
        (IGrain)Find(grainInterfaceType, grainPrimaryKey, prefix: null);

    TGrainInterface IGrainFactory.GetGrain<TGrainInterface>(Guid primaryKey, string? grainClassNamePrefix) =>
        throw Unknown;
    TGrainInterface IGrainFactory.GetGrain<TGrainInterface>(long primaryKey, string? grainClassNamePrefix) =>
        throw Unknown;
    TGrainInterface IGrainFactory.GetGrain<TGrainInterface>(
        Guid primaryKey, string keyExtension, string? grainClassNamePrefix) => throw Unknown;
    TGrainInterface IGrainFactory.GetGrain<TGrainInterface>(
        long primaryKey, string keyExtension, string? grainClassNamePrefix) => throw Unknown;
    TGrainObserverInterface IGrainFactory.CreateObjectReference<TGrainObserverInterface>(IGrainObserver obj) =>
        throw Unknown;
    void IGrainFactory.DeleteObjectReference<TGrainObserverInterface>(IGrainObserver obj) => throw Unknown;
    IGrain IGrainFactory.GetGrain(Type grainInterfaceType, Guid grainPrimaryKey) => throw Unknown;
    IGrain IGrainFactory.GetGrain(Type grainInterfaceType, long grainPrimaryKey) => throw Unknown;
    IGrain IGrainFactory.GetGrain(Type grainInterfaceType, Guid grainPrimaryKey, string keyExtension) => throw Unknown;
    IGrain IGrainFactory.GetGrain(Type grainInterfaceType, long grainPrimaryKey, string keyExtension) => throw Unknown;
    TGrainInterface IGrainFactory.GetGrain<TGrainInterface>(GrainId grainId) => throw Unknown;
    IAddressable IGrainFactory.GetGrain(GrainId grainId) => throw Unknown;
    IAddressable IGrainFactory.GetGrain(GrainId grainId, GrainInterfaceType interfaceType) => throw Unknown;
    IAddressable IGrainFactory.GetGrain(Type interfaceType, IdSpan grainKey, string grainClassNamePrefix) =>
        throw Unknown;
    IAddressable IGrainFactory.GetGrain(Type interfaceType, IdSpan grainKey) => throw Unknown;

    private GrainReference Find(Type type, string key, string? prefix)
    {
        ArgumentException.ThrowIfNullOrWhiteSpace(key);
        return prefix is null ? host.Reference(type, IdSpan.Create(key)) : throw Unknown;
    }
}
