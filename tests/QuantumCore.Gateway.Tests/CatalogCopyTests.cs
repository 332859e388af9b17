using QuantumCore.TestKit;
using Xunit;

namespace QuantumCore.Gateway.Tests;

/// <summary>A process's copy of the catalog while the catalog is slow or unreachable.</summary>
public sealed class CatalogCopyTests
{
    private readonly ManualTime _time = new();
    private readonly Queue<TaskCompletionSource<string>> _answers = new();
    private int _asked;

    [Fact]
    public async Task Everyone_who_waits_shares_one_load_and_its_failure()
    {
        var copy = Copy(servesOld: false);
        var slow = Expect();
        var waiting = Enumerable.Range(0, 10).Select(_ => copy.CurrentAsync().AsTask()).ToArray();
        slow.SetException(new InvalidOperationException("gone"));

        foreach (var one in waiting)
            await Assert.ThrowsAsync<InvalidOperationException>(() => one);
        Assert.Equal(1, _asked);

        Expect().SetResult("listed");
        Assert.Equal("listed", await copy.CurrentAsync());
        Assert.Equal(2, _asked);
    }

    [Fact]
    public async Task Old_listings_serve_while_the_catalog_is_slow_and_after_it_failed()
    {
        var copy = Copy(servesOld: true);
        Expect().SetResult("old");
        await copy.CurrentAsync();
        _time.Advance(CatalogCopy<string>.LongestAge);

        var slow = Expect();
        Assert.Equal("old", await copy.CurrentAsync());
        Assert.Equal("old", await copy.CurrentAsync());
        Assert.Null(copy.Fresh);
        Assert.Equal(2, _asked);
        slow.SetException(new TimeoutException());

        Expect().SetResult("new");
        Assert.Equal("old", await copy.CurrentAsync());
        Assert.Equal("new", await copy.CurrentAsync());
        Assert.Equal(3, _asked);
    }

    [Fact]
    public async Task Old_keys_do_not_serve()
    {
        var copy = Copy(servesOld: false);
        Expect().SetResult("old");
        await copy.CurrentAsync();
        _time.Advance(CatalogCopy<string>.LongestAge);

        var slow = Expect();
        var waiting = copy.CurrentAsync();
        Assert.False(waiting.IsCompleted);
        slow.SetResult("new");
        Assert.Equal("new", await waiting);
    }

    [Fact]
    public async Task Change_is_not_answered_by_a_load_that_began_before_it()
    {
        var copy = Copy(servesOld: true);
        var before = Expect();
        var early = copy.CurrentAsync();
        var after = Expect();
        var changed = copy.AfterChangeAsync();
        before.SetResult("before the change");
        after.SetResult("after the change");

        Assert.Equal("before the change", await early);
        Assert.Equal("after the change", await changed);
    }

    private CatalogCopy<string> Copy(bool servesOld) => new(
        () =>
        {
            _asked++;
            return new ValueTask<string>(_answers.Dequeue().Task);
        },
        _time,
        servesOld);

    private TaskCompletionSource<string> Expect()
    {
        var answer = new TaskCompletionSource<string>();
        _answers.Enqueue(answer);
        return answer;
    }
}
