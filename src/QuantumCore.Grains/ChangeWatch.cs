namespace QuantumCore.Grains;

/// <summary>
/// Wakes callers that wait for a grain's next change. They are answered on the change, after three seconds without one,
/// and on shutdown, which waits for calls in flight.
/// </summary>
/// <param name="time">The clock.</param>
/// <param name="ending">Cancelled when the process begins to shut down.</param>
internal sealed class ChangeWatch(TimeProvider time, CancellationToken ending)
{
    /// <summary>Maximum number of waiting callers. One more is answered at once with nothing.</summary>
    public const int Limit = 256;

    // Well below the callers' response timeout: an empty answer must not be mistaken for a failed call.
    private static readonly TimeSpan s_wait = TimeSpan.FromSeconds(3);

    // A caller that asks again during shutdown must neither delay it nor ask without a pause.
    private static readonly TimeSpan s_waitAtTheEnd = TimeSpan.FromMilliseconds(100);

    private TaskCompletionSource _changed = NewSignal();
    private int _waiting;

    /// <summary>Waits for the next <see cref="Tell"/>; returns false if there was none.</summary>
    public async ValueTask<bool> NextAsync()
    {
        if (_waiting >= Limit)
        {
            return false;
        }

        _waiting++;
        try
        {
            await (ending.IsCancellationRequested
                ? _changed.Task.WaitAsync(s_waitAtTheEnd, time, CancellationToken.None)
                : _changed.Task.WaitAsync(s_wait, time, ending));
            return true;
        }
        catch (Exception nothing) when (nothing is TimeoutException or OperationCanceledException)
        {
            return false;
        }
        finally
        {
            _waiting--;
        }
    }

    /// <summary>Wakes all waiting callers.</summary>
    public void Tell()
    {
        if (_waiting > 0)
        {
            var changed = _changed;
            _changed = NewSignal();
            changed.SetResult();
        }
    }

    private static TaskCompletionSource NewSignal() => new(TaskCreationOptions.RunContinuationsAsynchronously);
}
