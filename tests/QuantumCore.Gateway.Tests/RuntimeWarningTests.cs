using Microsoft.Extensions.Logging;
using QuantumCore.Gateway.Hosting;
using Xunit;

namespace QuantumCore.Gateway.Tests;

/// <summary>Runtime warnings that are kept from the operator's log.</summary>
public class RuntimeWarningTests
{
    [Theory]
    [InlineData(101215, "[SystemTarget: S127.0.0.1:43955:154923895/sys.svc.dir.client/127.0.0.1:43955]", true)]
    [InlineData(101215, "[Activation: S127.0.0.1:43955:154923895/catalog/all]", false)]
    [InlineData(100150, "[SystemTarget: S127.0.0.1:43955:154923895/sys.svc.dir.client/127.0.0.1:43955]", false)]
    public void Long_turns_of_the_runtime_itself_are_not_logged(int id, string context, bool isSpared)
    {
        KeyValuePair<string, object?>[] values = [new("Task", "any"), new("GrainContext", context)];
        Assert.Equal(isSpared, RuntimeWarnings.IsLongTurnOfRuntime(new EventId(id), values));
    }
}
