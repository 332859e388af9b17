namespace QuantumCore.Grains;

/// <summary>
/// Limits concurrent history queries of one grain to what the database serves, first come, first served. A caller that
/// would wait too long is rejected.
/// </summary>
/// <param name="most">Maximum number of concurrent queries.</param>
/// <param name="time">The clock for waits.</param>
internal sealed class ReadingTurns(int most, TimeProvider time)
{
    /// <summary>
    /// Maximum wait, well within the callers' timeout, so that a caller learns of the overload instead of getting no
    /// answer.
    /// </summary>
    public static readonly TimeSpan Patience = TimeSpan.FromSeconds(1);

    private readonly LinkedList<TaskCompletionSource<bool>> _waiting = new();
    private int _reading;

    /// <summary>Runs a query when there is room.</summary>
    /// <exception cref="LimitExceededException">
    /// No slot became free within <see cref="Patience"/>; nothing was read.
    /// </exception>
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
        await using var patience =
            time.CreateTimer(_ => turn.TrySetResult(false), null, Patience, Timeout.InfiniteTimeSpan);
        var isMine = await turn.Task;
        if (waiting.List is not null)
        {
            _waiting.Remove(waiting);
        }

        return isMine;
    }

    // Hands the slot of a finished query to the next waiting caller that has not given up.
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
