using Orleans.CodeGeneration;

namespace QuantumCore.Simulation.Host;

/// <summary>Message to a grain: a call, stream items or a tick. The grain runs it in its turns.</summary>
internal abstract class Message(GrainId target)
{
    /// <summary>The grain that it is for.</summary>
    public GrainId Target => target;

    /// <summary>Options of the method that is called.</summary>
    public virtual InvokeMethodOptions Options => InvokeMethodOptions.None;

    /// <summary>True if it counts as use of the activation.</summary>
    public virtual bool KeepsAlive => true;

    /// <summary>True if it must not run any more.</summary>
    public virtual bool IsObsolete => false;

    /// <summary>Request context of the sender.</summary>
    public Dictionary<string, object>? Context { get; init; }

    /// <summary>Place in the sequence of all messages that were sent.</summary>
    public long Number { get; set; }

    /// <summary>Number of activations that passed it on because they had ended.</summary>
    public int Forwards { get; set; }

    /// <summary>Runs it, in turns of the activation. Does not throw.</summary>
    public abstract Task RunAsync(HostedGrain activation);

    /// <summary>Ends it without a run.</summary>
    public abstract void Fail(Exception error);
}

/// <summary>Message that travels between silos. The network may lose, double, delay and reorder it.</summary>
internal abstract class NetworkMessage(GrainId target) : Message(target)
{
    /// <summary>Returns it as it arrives.</summary>
    /// <param name="isRemote">It leaves its silo, or comes twice: it arrives as another object.</param>
    /// <param name="expectsReply">False: the sender never hears of this copy.</param>
    public abstract NetworkMessage Arrive(bool isRemote, bool expectsReply);
}
