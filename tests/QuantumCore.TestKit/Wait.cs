using System.Runtime.CompilerServices;
using Xunit;

namespace QuantumCore.TestKit;

/// <summary>Waits for what happens in its own time.</summary>
public static class Wait
{
    /// <summary>How long a test waits for what must come: far longer than it takes, since a busy machine is no defect.</summary>
    public static readonly TimeSpan Limit = TimeSpan.FromMinutes(5);

    /// <summary>Until it is so; a test that waits in vain fails with what it waited for: what it asked, where nothing else is said.</summary>
    public static Task UntilAsync(Func<Task<bool>> isTrue, [CallerArgumentExpression(nameof(isTrue))] string what = "") =>
        UntilAsync(isTrue, () => what);

    /// <summary>The same of what is known at once.</summary>
    public static Task UntilAsync(Func<bool> isTrue, [CallerArgumentExpression(nameof(isTrue))] string what = "") =>
        UntilAsync(() => Task.FromResult(isTrue()), () => what);

    /// <summary>The same; what it waited for is told as it is then.</summary>
    public static async Task UntilAsync(Func<Task<bool>> isTrue, Func<string> what)
    {
        using var timeout = CancellationTokenSource.CreateLinkedTokenSource(TestContext.Current.CancellationToken);
        timeout.CancelAfter(Limit);
        using var poll = new PeriodicTimer(TimeSpan.FromMilliseconds(10));
        while (!await isTrue())
        {
            try
            {
                await poll.WaitForNextTickAsync(timeout.Token);
            }
            catch (OperationCanceledException)
            {
                Assert.Fail($"Waited {Limit.TotalSeconds} s for {what()}.");
            }
        }
    }
}
