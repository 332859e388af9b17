using System.Collections.Concurrent;
using System.Reflection;
using Xunit;
using Xunit.v3;

namespace QuantumCore.TestKit;

/// <summary>
/// Ends a test that takes longer than QUANTUMCORE_TEST_MINUTES, if it is set. First it cancels the test's token, so
/// that the test fails where it waits. If that has no effect, it ends the process with the name of the test. Long runs
/// set no limit.
/// </summary>
[AttributeUsage(AttributeTargets.Assembly)]
public sealed class TimeLimitAttribute : BeforeAfterTestAttribute
{
    private const string MinutesVariable = "QUANTUMCORE_TEST_MINUTES";

    private static readonly TimeSpan s_grace = TimeSpan.FromSeconds(30);

    private static readonly ConcurrentDictionary<string, Timer> s_timers = new(StringComparer.Ordinal);

    /// <inheritdoc/>
    public override void Before(MethodInfo methodUnderTest, IXunitTest test)
    {
        if (!int.TryParse(Environment.GetEnvironmentVariable(MinutesVariable), out var minutes))
            return;

        var limit = TimeSpan.FromMinutes(minutes);
        var (context, isCancelled) = (TestContext.Current, false);
        s_timers[test.UniqueID] = new Timer(
            _ =>
            {
                if (isCancelled)
                    Environment.FailFast(
                        $"{test.TestDisplayName} did not end within {limit}, nor when it was told to.");
                isCancelled = true;
                context.CancelCurrentTest();
            },
            null, limit, s_grace);
    }

    /// <inheritdoc/>
    public override void After(MethodInfo methodUnderTest, IXunitTest test)
    {
        if (s_timers.TryRemove(test.UniqueID, out var timer))
            timer.Dispose();
    }
}
