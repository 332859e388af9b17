using QuantumCore.TestKit;
using Xunit;

namespace QuantumCore.Grains.Tests;

/// <summary>Time at which a waiter for a grain's next change gets its response.</summary>
public sealed class ChangeWatchTests : IDisposable
{
    private readonly ManualTime _time = new();
    private readonly CancellationTokenSource _process = new();
    private readonly ChangeWatch _watch;

    public ChangeWatchTests() => _watch = new ChangeWatch(_time, _process.Token);

    public void Dispose() => _process.Dispose();

    [Fact]
    public async Task A_change_answers_all_who_wait_and_none_who_come_later()
    {
        var first = _watch.NextAsync().AsTask();
        var second = _watch.NextAsync().AsTask();
        _watch.Tell();
        Assert.True(await first);
        Assert.True(await second);
        Assert.False(_watch.NextAsync().AsTask().IsCompleted);
    }

    [Fact]
    public async Task After_three_seconds_there_is_nothing_to_tell()
    {
        var waiting = _watch.NextAsync().AsTask();
        _time.Advance(TimeSpan.FromMilliseconds(2_999));
        Assert.False(waiting.IsCompleted);
        _time.Advance(TimeSpan.FromMilliseconds(1));
        Assert.False(await waiting);
    }

    [Fact]
    public async Task The_end_of_the_process_answers_and_who_asks_again_waits_a_tenth_of_a_second()
    {
        var waiting = _watch.NextAsync().AsTask();
        await _process.CancelAsync();
        Assert.False(await waiting);

        waiting = _watch.NextAsync().AsTask();
        _time.Advance(TimeSpan.FromMilliseconds(99));
        Assert.False(waiting.IsCompleted);
        _time.Advance(TimeSpan.FromMilliseconds(1));
        Assert.False(await waiting);
    }

    [Fact]
    public async Task A_change_is_told_while_the_process_ends()
    {
        await _process.CancelAsync();
        var waiting = _watch.NextAsync().AsTask();
        _watch.Tell();
        Assert.True(await waiting);
    }

    [Fact]
    public async Task One_more_than_may_wait_is_answered_at_once_and_room_comes_back()
    {
        Task<bool>[] waiting = [.. Enumerable.Range(0, ChangeWatch.Limit).Select(_ => _watch.NextAsync().AsTask())];
        Assert.False(await _watch.NextAsync());

        _watch.Tell();
        Assert.All(await Task.WhenAll(waiting), Assert.True);
        Assert.False(_watch.NextAsync().AsTask().IsCompleted);
    }
}
