using System.Collections.Concurrent;

namespace QuantumCore.TestKit;

/// <summary>Lets concurrent calls overtake each other, as a network may: the newest goes first.</summary>
internal sealed class OvertakingCalls : IOutgoingGrainCallFilter
{
    private readonly ConcurrentStack<TaskCompletionSource> _waiting = new();

    /// <inheritdoc/>
    public async Task Invoke(IOutgoingGrainCallContext context)
    {
        var turn = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
        _waiting.Push(turn);
        ThreadPool.UnsafeQueueUserWorkItem(
            static waiting =>
            {
                if (waiting.TryPop(out var newest))
                    newest.SetResult();
            },
            _waiting,
            preferLocal: false);
        await turn.Task;
        await context.Invoke();
    }
}
