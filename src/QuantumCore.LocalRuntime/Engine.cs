using System.Reflection;

namespace QuantumCore.LocalRuntime;

internal abstract class Activation : IGrainContext
{
    [field: ThreadStatic]
    internal static Activation? UnderConstruction { get; set; }

    public abstract GrainId GrainId { get; }

    public abstract object? GrainInstance { get; }

    public abstract IServiceProvider ActivationServices { get; }

    public abstract Task Deactivated { get; }

    internal abstract IGrainFactory GrainFactory { get; }

    public abstract void Deactivate(DeactivationReason deactivationReason, CancellationToken cancellationToken = default);

    internal abstract void DelayDeactivation(TimeSpan timeSpan);

    internal abstract IGrainTimer RegisterTimer(
        Func<CancellationToken, Task> callback, GrainTimerCreationOptions options);

    internal abstract IStreamProvider GetStreamProvider(string name);

    internal abstract object ReferenceTo(Type interfaceType);
}

internal abstract class GrainReference : DispatchProxy
{
    internal abstract GrainId GrainId { get; }

    internal abstract object As(Type interfaceType);
}

internal abstract class LocalGrains
{
    internal abstract IStreamProvider GetStreamProvider(string name);
}
