using QuantumCore.Matching.Tests.Reference;

namespace QuantumCore.Matching.Tests;

/// <summary>
/// The flow of all commands for the book itself; a reference book beside it determines the valid ones.
/// </summary>
internal sealed class FullFlowOnBook(int seed)
{
    private readonly FullFlow _flow = new(seed);
    private readonly ReferenceBook _guide = new(FlowProfile.All[seed % FlowProfile.All.Count].MaxLevels);

    public static int Profiles => FlowProfile.All.Count;

    public int MaxLevels => _flow.Profile.MaxLevels;

    public FullCommand Next()
    {
        var command = _flow.Next(_guide);
        _ = command.Apply(_guide, out _);
        return command;
    }

    /// <summary>True between turns, when the book is consistent.</summary>
    public bool IsWhole => _guide.IsWhole;
}
