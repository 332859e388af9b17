namespace QuantumCore.LocalRuntime;

/// <summary>
/// The calls that wait for an answer: a list linked through the calls themselves, so that an answer costs two short locks and no
/// allocation. The runtime holds several, to keep callers on different threads apart.
/// </summary>
internal sealed class PendingCalls
{
    private readonly Lock _gate = new();
    private GrainCall? _first;

    internal void Add(GrainCall call)
    {
        lock (_gate)
        {
            call.Pending = this;
            call.NextPending = _first;
            if (_first is not null)
                _first.PreviousPending = call;
            _first = call;
        }
    }

    internal void Remove(GrainCall call)
    {
        lock (_gate)
        {
            if (call.Pending is null)
                return;

            call.Pending = null;
            if (call.PreviousPending is null)
                _first = call.NextPending;
            else
                call.PreviousPending.NextPending = call.NextPending;
            if (call.NextPending is not null)
                call.NextPending.PreviousPending = call.PreviousPending;
            call.PreviousPending = null;
            call.NextPending = null;
        }
    }

    /// <summary>Adds the calls whose deadline is not after <paramref name="nowMillis"/> to <paramref name="late"/>.</summary>
    internal void Collect(long nowMillis, List<GrainCall> late)
    {
        lock (_gate)
        {
            for (var call = _first; call is not null; call = call.NextPending)
            {
                if (call.DeadlineMillis <= nowMillis)
                    late.Add(call);
            }
        }
    }
}
