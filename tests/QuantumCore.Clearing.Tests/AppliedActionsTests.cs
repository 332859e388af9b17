using QuantumCore.Contracts;
using Xunit;

namespace QuantumCore.Clearing.Tests;

/// <summary>Corporate actions that a book has applied.</summary>
public class AppliedActionsTests
{
    [Fact]
    public void Snapshot_restores_actions()
    {
        var actions = new AppliedActions();
        Assert.False(actions.Any);
        actions.Add(7);
        actions.Add(3);
        var to = new RecordWriter();
        actions.Write(ref to);
        var from = RecordReader.Headless(to.ToSpan());
        var restored = new AppliedActions();
        restored.Read(ref from);
        from.End();
        Assert.True(restored.Any);
        Assert.True(restored.Contains(3));
        Assert.True(restored.Contains(7));
        Assert.False(restored.Contains(5));
    }
}
