using QuantumCore.TestKit;
using Xunit;

namespace QuantumCore.Grains.Tests;

/// <summary>Concurrent history queries: each gets a slot, or is soon rejected.</summary>
public sealed class ReadingTurnsTests
{
    private readonly ManualTime _time = new();

    [Fact]
    public async Task Query_that_waited_too_long_is_rejected_and_uses_no_slot()
    {
        var turns = new ReadingTurns(1, _time);
        var first = new TaskCompletionSource<int>();
        var reading = turns.ReadAsync(() => first.Task);
        var late = turns.ReadAsync(static () => Task.FromResult(2));
        _time.Advance(ReadingTurns.Patience);
        await Assert.ThrowsAsync<LimitExceededException>(() => late);

        var next = turns.ReadAsync(static () => Task.FromResult(3));
        Assert.False(next.IsCompleted);
        first.SetResult(1);
        Assert.Equal((1, 3), (await reading, await next));
        Assert.Equal(4, await turns.ReadAsync(static () => Task.FromResult(4)));
    }

    [Fact]
    public async Task Queries_are_limited_and_a_failed_one_releases_its_slot()
    {
        var turns = new ReadingTurns(2, _time);
        TaskCompletionSource<int>[] answers = [new(), new(), new()];
        var begun = 0;
        var readings = answers.Select(answer => turns.ReadAsync(() =>
        {
            begun++;
            return answer.Task;
        })).ToArray();
        Assert.Equal(2, begun);

        answers[0].SetException(new IOException("gone"));
        await Assert.ThrowsAsync<IOException>(() => readings[0]);
        answers[2].SetResult(3);
        Assert.Equal(3, await readings[2]);
        answers[1].SetResult(2);
        Assert.Equal(2, await readings[1]);
    }
}
