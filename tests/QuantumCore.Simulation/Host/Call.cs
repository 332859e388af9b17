using Orleans.CodeGeneration;
using Orleans.Serialization.Invocation;

namespace QuantumCore.Simulation.Host;

/// <summary>A grain call, as the generated proxy made it.</summary>
internal sealed class Call(
    GrainId target, IInvokable request, InvokeMethodOptions options, PendingReply? reply, bool isRemote = false)
    : NetworkMessage(target)
{
    public override InvokeMethodOptions Options => options;

    /// <summary>First argument; null if there is none.</summary>
    public object? FirstArgument => request.GetArgumentCount() > 0 ? request.GetArgument(0) : null;

    public override NetworkMessage Arrive(bool isRemote, bool expectsReply) =>
        new Call(
            Target,
            isRemote ? GrainManifest.Product.Transfer(request) : request,
            options,
            expectsReply ? reply : null,
            isRemote)
        {
            Context = Context,
            Number = Number,
        };

    public override async Task RunAsync(HostedGrain activation)
    {
        request.SetTarget(activation);
        var response = await request.Invoke();
        if (response.Exception is { } error)
        {
            if (error is InconsistentStateException)
                activation.Deactivate(
                    new(DeactivationReasonCode.ApplicationError, error, "The stored state has changed."));
            if (options.HasFlag(InvokeMethodOptions.OneWay))
                activation.Tell($"the one-way call {request.GetMethodName()} failed: {error}");
        }

        reply?.Complete(
            isRemote ? GrainManifest.Product.Transfer(response) : GrainManifest.Product.Copier.Copy(response));
    }

    public override void Fail(Exception error) => reply?.Complete(Response.FromException(error));
}

/// <summary>The caller's side of a call: waits for the first reply, up to a deadline.</summary>
internal sealed class PendingReply(IResponseCompletionSource caller, string method, long deadline)
{
    private IResponseCompletionSource? _caller = caller;

    /// <summary>Returns true if the caller no longer waits. Fails a call whose deadline has passed.</summary>
    public bool IsOver(long now)
    {
        if (now >= deadline)
            Complete(
                Response.FromException(
                    new TimeoutException($"{method} was not answered in time. Its outcome is unknown.")));
        return _caller is null;
    }

    /// <summary>Completes the call. Later replies are dropped.</summary>
    public void Complete(Response response)
    {
        var waiting = _caller;
        _caller = null;
        waiting?.Complete(response);
    }
}
