using System.Runtime.CompilerServices;
using Xunit;

namespace QuantumCore.TestKit;

/// <summary>Waits for conditions.</summary>
public static class Wait
{
    /// <summary>
    /// Timeout for conditions that must come true: far longer than necessary, since a busy machine is no defect.
    /// </summary>
    public static readonly TimeSpan Limit = TimeSpan.FromMinutes(5);

    /// <summary>Waits until a condition is true. A timeout fails with the condition, or with a given text.</summary>
    public static Task UntilAsync(
        Func<Task<bool>> isTrue, [CallerArgumentExpression(nameof(isTrue))] string what = "") =>
        UntilAsync(isTrue, () => what);

    /// <summary>Waits until a synchronous condition is true.</summary>
    public static Task UntilAsync(Func<bool> isTrue, [CallerArgumentExpression(nameof(isTrue))] string what = "") =>
        UntilAsync(() => Task.FromResult(isTrue()), () => what);

    /// <summary>Waits until a condition is true. A timeout fails with a text created at that time.</summary>
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
