using System.Collections.Concurrent;
using Xunit;

namespace QuantumCore.LocalRuntime.Tests;

/// <summary>
/// What tests and the grains under test tell each other, by name: both live in one process. A grain reports that it
/// has come somewhere, and waits at a gate until the test opens it.
/// </summary>
internal static class Signals
{
    private static readonly TimeSpan s_limit = QuantumCore.TestKit.Wait.Limit;
    private static readonly ConcurrentDictionary<string, TaskCompletionSource> s_signals = new(StringComparer.Ordinal);
    private static int s_lastName;

    /// <summary>A grain key or signal name that no other test has.</summary>
    public static string NewName() => $"n{Interlocked.Increment(ref s_lastName)}";

    public static void Raise(string name) => Signal(name).TrySetResult();

    public static Task Raised(string name) => Signal(name).Task;

    /// <summary>Waits for a signal; the failure names it.</summary>
    public static async Task Wait(string name) => await Within(Signal(name).Task, $"the signal '{name}'");

    /// <summary>Waits for a task; the failure says for what.</summary>
    public static async Task Within(Task task, string what, TimeSpan? limit = null)
    {
        var first = await Task.WhenAny(task, Task.Delay(limit ?? s_limit, TestContext.Current.CancellationToken));
        Assert.True(first == task, $"No {what} within {limit ?? s_limit}.");
        await task;
    }

    private static TaskCompletionSource Signal(string name) =>
        s_signals.GetOrAdd(name, _ => new(TaskCreationOptions.RunContinuationsAsynchronously));
}
