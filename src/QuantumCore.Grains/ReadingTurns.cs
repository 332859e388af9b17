namespace QuantumCore.Grains;

/// <summary>
/// Readers of one grain take turns: so many read at a time as the database serves, first come, first served, and who would wait for long is refused.
/// </summary>
/// <param name="most">So many at a time.</param>
/// <param name="time">What waiting is measured by.</param>
internal sealed class ReadingTurns(int most, TimeProvider time)
{
    /// <summary>Well within the patience of who asks: he learns that there are too many, and not that nobody answers.</summary>
    public static readonly TimeSpan Patience = TimeSpan.FromSeconds(1);

    private readonly LinkedList<TaskCompletionSource> _waiting = new();
    private int _reading;

    /// <summary>Reads when it is the caller's turn.</summary>
    /// <exception cref="LimitExceededException">It was not within <see cref="Patience"/>: nothing was read.</exception>
    public async Task<T> ReadAsync<T>(Func<Task<T>> read)
    {
        if (_reading < most)
        {
            _reading++;
        }
        else
        {
            await WaitAsync();
        }

        try
        {
            return await read();
        }
        finally
        {
            // A turn goes from one to the next.
            if (_waiting.First is { } next)
            {
                _waiting.RemoveFirst();
                next.Value.SetResult();
            }
            else
            {
                _reading--;
            }
        }
    }

    private async Task WaitAsync()
    {
        var turn = _waiting.AddLast(new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously));
        try
        {
            await turn.Value.Task.WaitAsync(Patience, time);
        }
        catch (TimeoutException late)
        {
            // Who was given the turn in this very moment has it.
            if (!turn.Value.Task.IsCompleted)
            {
                _waiting.Remove(turn);
                throw new LimitExceededException("Too many read the history.", late);
            }
        }
    }
}
