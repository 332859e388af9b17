using Orleans.CodeGeneration;

namespace QuantumCore.Simulation.Host;

/// <summary>Message to a grain: a call, stream items or a tick. The grain runs it in its turns.</summary>
internal abstract class Message(GrainId target)
{
    /// <summary>Grain that receives it.</summary>
    public GrainId Target => target;

    /// <summary>Options of the called method.</summary>
    public virtual InvokeMethodOptions Options => InvokeMethodOptions.None;

    /// <summary>True if it counts as use of the activation.</summary>
    public virtual bool KeepsAlive => true;

    /// <summary>True if it must not run any more.</summary>
    public virtual bool IsObsolete => false;

    /// <summary>Request context of the sender.</summary>
    public Dictionary<string, object>? Context { get; init; }

    /// <summary>Number in the sequence of all messages sent.</summary>
    public long Number { get; set; }

    /// <summary>Number of ended activations that forwarded it.</summary>
    public int Forwards { get; set; }

    /// <summary>Runs it, in turns of the activation. Never throws.</summary>
    public abstract Task RunAsync(HostedGrain activation);

    /// <summary>Ends it without running it.</summary>
    public abstract void Fail(Exception error);
}

/// <summary>Message between silos. The network may lose, duplicate, delay and reorder it.</summary>
internal abstract class NetworkMessage(GrainId target) : Message(target)
{
    /// <summary>Returns the message as it arrives.</summary>
    /// <param name="isRemote">True if it leaves its silo or is a duplicate, so it arrives as another object.</param>
    /// <param name="expectsReply">False if the sender never receives a reply to this copy.</param>
    public abstract NetworkMessage Arrive(bool isRemote, bool expectsReply);
}
