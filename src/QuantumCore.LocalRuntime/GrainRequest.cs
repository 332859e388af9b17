namespace QuantumCore.LocalRuntime;

/// <summary>Something that takes a turn of an activation: a call, a timer's tick, the delivery of a batch.</summary>
internal abstract class GrainRequest
{
    /// <summary>The next in the queue of an activation; touched inside its turns only.</summary>
    internal GrainRequest? NextWaiting { get; set; }

    internal int Forwards { get; set; }

    /// <summary>May start while others wait at an await.</summary>
    internal abstract bool AlwaysInterleave { get; }

    /// <summary>May interleave with others of its kind.</summary>
    internal virtual bool ReadOnly => false;

    /// <summary>Counts as use of the activation.</summary>
    internal virtual bool KeepsAlive => true;

    /// <summary>Counts against the limit of requests per activation.</summary>
    internal virtual bool IsLimited => false;

    /// <summary>Nobody waits for it any more: it timed out, was cancelled, or its timer is gone. It is not started.</summary>
    internal abstract bool IsDone { get; }

    /// <summary>Starts inside a turn; calls <see cref="Activation.Completed"/> inside a turn, now or later.</summary>
    internal abstract void Run(Activation activation);

    /// <summary>Ends the request with an error before or instead of its run. Called on any thread.</summary>
    internal abstract void Fail(Exception error);
}

/// <summary>
/// The requests that wait for an activation, in order of arrival. Not a LinkedList: the link lives in the request, and the front is
/// removed in constant time.
/// </summary>
internal struct WaitingRequests
{
    private GrainRequest? _first;
    private GrainRequest? _last;

    /// <summary>How many of those waiting could start beside a running request.</summary>
    internal int Interleaving { get; private set; }

    internal readonly bool IsEmpty => _first is null;

    internal readonly GrainRequest? First => _first;

    internal void Add(GrainRequest request)
    {
        if (_last is null)
            _first = request;
        else
            _last.NextWaiting = request;
        _last = request;
        Interleaving += Counts(request);
    }

    /// <summary>Removes the request that follows <paramref name="previous"/> (null: the first) and returns the one after it.</summary>
    internal GrainRequest? RemoveAfter(GrainRequest? previous, GrainRequest request)
    {
        var next = request.NextWaiting;
        if (previous is null)
            _first = next;
        else
            previous.NextWaiting = next;
        if (next is null)
            _last = previous;
        request.NextWaiting = null;
        Interleaving -= Counts(request);
        return next;
    }

    private static int Counts(GrainRequest request) => request.AlwaysInterleave || request.ReadOnly ? 1 : 0;
}
