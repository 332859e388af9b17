namespace QuantumCore.LocalRuntime;

/// <summary>
/// The base of a grain class: an object with an identity that is activated by its first call and runs one turn at a time,
/// so that its fields need no lock. Constructed by the runtime only, with services from the container.
/// </summary>
public abstract class Grain : IGrainBase, IAddressable
{
    private readonly Activation _activation;

    protected Grain() =>
        _activation = Activation.Current is { GrainInstance: null } activation
            ? activation
            : throw new InvalidOperationException("A grain is constructed by the runtime: use IGrainFactory.GetGrain.");

    /// <inheritdoc/>
    public IGrainContext GrainContext => _activation;

    /// <summary>The grain's identity as text.</summary>
    public string IdentityString => _activation.GrainId.ToString();

    /// <summary>References to other grains. Throws once this activation has ended.</summary>
    protected IGrainFactory GrainFactory => _activation.GrainFactory;

    /// <summary>The services of this activation.</summary>
    protected internal IServiceProvider ServiceProvider => _activation.ActivationServices;

#pragma warning disable CA1725 // The parameters' names are those of the programming model.
    /// <inheritdoc cref="IGrainBase.OnActivateAsync"/>
    public virtual Task OnActivateAsync(CancellationToken cancellationToken) => Task.CompletedTask;

    /// <inheritdoc cref="IGrainBase.OnDeactivateAsync"/>
    public virtual Task OnDeactivateAsync(DeactivationReason reason, CancellationToken cancellationToken) =>
        Task.CompletedTask;
#pragma warning restore CA1725

    /// <summary>Ends this activation when its running requests have ended; the next call activates the grain anew.</summary>
    protected void DeactivateOnIdle() => GrainBaseExtensions.DeactivateOnIdle(this);

    /// <summary>Keeps the activation from being collected as idle for the time given, from now.</summary>
    protected void DelayDeactivation(TimeSpan timeSpan) => _activation.DelayDeactivation(timeSpan);
}

/// <summary>What can be asked of a grain or of a reference to one.</summary>
public static class GrainExtensions
{
    /// <summary>The grain's key.</summary>
    public static string GetPrimaryKeyString(this IAddressable grain) => grain.GetGrainId().Key.ToString();

    /// <summary>The grain's identity.</summary>
    public static GrainId GetGrainId(this IAddressable grain) => grain switch
    {
        IGrainBase inside => inside.GrainContext.GrainId,
        GrainReference outside => outside.GrainId,
        _ => throw new ArgumentException("Neither a grain nor a reference to one.", nameof(grain)),
    };

    /// <summary>The reference that others can call, by another of the grain's interfaces if need be.</summary>
    public static TGrainInterface AsReference<TGrainInterface>(this IAddressable grain)
        where TGrainInterface : IAddressable => grain switch
        {
            IGrainBase inside => (TGrainInterface)((Activation)inside.GrainContext).ReferenceTo(typeof(TGrainInterface)),
            GrainReference outside => (TGrainInterface)outside.As(typeof(TGrainInterface)),
            _ => throw new ArgumentException("Neither a grain nor a reference to one.", nameof(grain)),
        };
}
