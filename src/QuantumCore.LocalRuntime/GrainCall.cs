using System.Diagnostics;
using System.Runtime.CompilerServices;

namespace QuantumCore.LocalRuntime;

/// <summary>
/// A call whose answer somebody may wait for; kept in <see cref="PendingCalls"/> until it is answered.
/// </summary>
internal abstract class GrainCall : GrainRequest
{
    /// <summary>Coarse milliseconds of the runtime after which the caller is told that it took too long.</summary>
    internal long DeadlineMillis { get; set; }

    internal GrainCall? PreviousPending { get; set; }

    internal GrainCall? NextPending { get; set; }

    internal PendingCalls? Pending { get; set; }

    internal bool FromOutside { get; set; }

    internal sealed override bool IsLimited => true;

    internal abstract GrainMethod Method { get; }

    internal abstract IReadOnlyList<object?> Arguments { get; }

    /// <summary>The same call once more, as a network may double it: nobody waits for its answer.</summary>
    internal abstract GrainCall Copy();

    internal sealed override bool AlwaysInterleave => Method.AlwaysInterleave;

    internal sealed override bool ReadOnly => Method.ReadOnly;
}

#pragma warning disable CA1001 // The token source has no timer and no link to another: nothing to dispose.
/// <summary>A call with its answer.</summary>
internal sealed class GrainCall<TResult> : GrainCall
{
    private readonly TaskCompletionSource<TResult> _answer = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private readonly GrainMethod<TResult> _method;
    private readonly GrainReference _target;
    private readonly object?[] _arguments;
    private readonly Dictionary<string, object>? _context;
    private readonly Activity? _span;
    private readonly CancellationTokenRegistration _cancellation;
    private readonly CancellationTokenSource? _cancelInside;

    /// <summary>
    /// The activation that runs the call, once it has started; written only where a token can be cancelled.
    /// </summary>
    private Activation? _runsOn;

    internal GrainCall(GrainMethod<TResult> method, GrainReference target, object?[] arguments)
    {
        _method = method;
        _target = target;
        _arguments = arguments;
        _context = RequestContext.Current.Value;
        _span = CallTracing.Begin(method, target);
        if (method.TokenIndex >= 0
            && arguments[method.TokenIndex] is CancellationToken { CanBeCanceled: true } token)
        {
            // The grain gets its own token, so that what it hangs on it runs inside its turns, not on the caller's
            // thread.
            _cancelInside = new();
            arguments[method.TokenIndex] = _cancelInside.Token;
            _cancellation = token.UnsafeRegister(
                static (call, token) => ((GrainCall<TResult>)call!).Cancel(token), this);
        }
    }

    internal Task<TResult> Answer => _answer.Task;

    internal override GrainMethod Method => _method;

    internal override IReadOnlyList<object?> Arguments => _arguments;

    internal override bool IsDone => _answer.Task.IsCompleted;

    internal override GrainCall Copy() => new GrainCall<TResult>(_method, _target, _arguments);

    internal override void Run(Activation activation)
    {
        if (_cancelInside is not null)
        {
            // Either this turn sees the cancellation, or the canceller sees this activation.
            Interlocked.Exchange(ref _runsOn, activation);
            if (IsDone)
                _cancelInside.Cancel();
        }

        if (_context is not null)
            RequestContext.Current.Value = _context;
        if (_span is not null)
            Activity.Current = _span;

        ValueTask<TResult> result;
        try
        {
            result = _method.Invoke(activation.GrainInstance!, _arguments);
        }
        catch (Exception error)
        {
            EndFailed(activation, error);
            return;
        }

        if (result.IsCompletedSuccessfully)
            End(activation, result.Result);
        else
            EndWhenDone(activation, result);
    }

    internal override void Fail(Exception error)
    {
        Forget();
        if (_target.Runtime.Options.Hostile && FromOutside && !SurvivesTheWire(error))
            error = new OrleansException($"No serializer for an exception of type {error.GetType()}.");
        CallTracing.End(_span, error);
        if (_answer.TrySetException(error))
            _ = _answer.Task.Exception; // Observed: a caller who does not look has decided so.
    }

    private static bool SurvivesTheWire(Exception error) =>
        error.GetType().Assembly == typeof(object).Assembly
        || error.GetType().IsDefined(typeof(GenerateSerializerAttribute), inherit: false);

    // In a turn of the activation, as an await would come back: one of the few things that every call pays for, so without its state machine.
    private void EndWhenDone(Activation activation, ValueTask<TResult> running)
    {
        var done = running.GetAwaiter();
        done.UnsafeOnCompleted(() => End(activation, done));
    }

    private void End(Activation activation, ValueTaskAwaiter<TResult> done)
    {
        try
        {
#pragma warning disable VSTHRD002 // It is complete.
            End(activation, done.GetResult());
#pragma warning restore VSTHRD002
        }
        catch (Exception error)
        {
            EndFailed(activation, error);
        }
    }

    private void End(Activation activation, TResult result)
    {
        Forget();
        CallTracing.End(_span, null);
        _answer.TrySetResult(result);
        activation.Completed(this);
    }

    private void EndFailed(Activation activation, Exception error)
    {
        if (_method.OneWay)
            Log.OneWayFailed(_target.Runtime.Logger, error, activation.GrainId, _method.Name);
        if (error is InconsistentStateException)
        {
            activation.Deactivate(
                new(DeactivationReasonCode.ApplicationError, error, "The stored state has changed."),
                CancellationToken.None);
        }

        Fail(error);
        activation.Completed(this);
    }

    private void Cancel(CancellationToken token)
    {
        // The caller goes on at once. A call that waits will not start; one that runs sees its own token cancelled.
        CallTracing.End(_span, new OperationCanceledException(token));
        _answer.TrySetCanceled(token);
        Pending?.Remove(this);
        if (Volatile.Read(ref _runsOn) is { } activation)
            activation.Post(_cancelInside!.Cancel);
    }

    private void Forget()
    {
        Pending?.Remove(this);
        _cancellation.Unregister();
    }
}
