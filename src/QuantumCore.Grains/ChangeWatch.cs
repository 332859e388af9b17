namespace QuantumCore.Grains;

/// <summary>
/// Whoever waits for a grain's next change. They are answered when it comes, after three seconds without one, and when the process
/// ends: its end waits for the calls that are under way.
/// </summary>
/// <param name="time">The clock they wait by.</param>
/// <param name="ending">Cancelled when the process begins to end.</param>
internal sealed class ChangeWatch(TimeProvider time, CancellationToken ending)
{
    /// <summary>Most who wait at a time; one more is answered at once with nothing.</summary>
    public const int Limit = 256;

    // Well below the response time-out of a caller: an answer of nothing must not be taken for a failed call.
    private static readonly TimeSpan s_wait = TimeSpan.FromSeconds(3);

    // Whoever asks again while the process ends must neither hold that up nor ask without a pause.
    private static readonly TimeSpan s_waitAtTheEnd = TimeSpan.FromMilliseconds(100);

    private TaskCompletionSource _changed = NewSignal();
    private int _waiting;

    /// <summary>Waits for the next <see cref="Tell"/>; false: there is nothing to tell.</summary>
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

    /// <summary>Answers everyone who waits.</summary>
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
