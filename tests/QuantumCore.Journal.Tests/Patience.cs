using QuantumCore.TestKit;
using Xunit;

namespace QuantumCore.Journal.Tests;

internal static class Patience
{
    /// <summary>Waits much longer than any machine needs. On a timeout the text says what did not happen.</summary>
    public static async Task WithinAsync(Task task, string phase)
    {
        try
        {
            await task.WaitAsync(Wait.Limit, TestContext.Current.CancellationToken);
        }
        catch (TimeoutException)
        {
            Assert.Fail($"Gave up waiting for {phase}.");
        }
    }
}
