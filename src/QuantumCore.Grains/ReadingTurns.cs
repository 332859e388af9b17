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

    private readonly LinkedList<TaskCompletionSource<bool>> _waiting = new();
    private int _reading;

    /// <summary>Reads when it is the caller's turn.</summary>
    /// <exception cref="LimitExceededException">It was not within <see cref="Patience"/>: nothing was read.</exception>
    public async Task<T> ReadAsync<T>(Func<Task<T>> read)
    {
        if (_reading < most)
        {
            _reading++;
        }
        else if (!await IsMyTurnAsync())
        {
            throw new LimitExceededException("Too many read the history.");
        }

        try
        {
            return await read();
        }
        finally
        {
            PassOn();
        }
    }

    private async Task<bool> IsMyTurnAsync()
    {
        var turn = new TaskCompletionSource<bool>(TaskCreationOptions.RunContinuationsAsynchronously);
        var waiting = _waiting.AddLast(turn);
        await using var patience = time.CreateTimer(_ => turn.TrySetResult(false), null, Patience, Timeout.InfiniteTimeSpan);
        var isMine = await turn.Task;
        if (waiting.List is not null)
        {
            _waiting.Remove(waiting);
        }

        return isMine;
    }

    // A turn goes from one to the next; who lost patience in this very moment has none.
    private void PassOn()
    {
        while (_waiting.First is { } next)
        {
            _waiting.RemoveFirst();
            if (next.Value.TrySetResult(true))
            {
                return;
            }
        }

        _reading--;
    }
}
