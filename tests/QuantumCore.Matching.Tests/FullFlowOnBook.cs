using QuantumCore.Matching.Tests.Reference;

namespace QuantumCore.Matching.Tests;

/// <summary>The flow of all commands for the book itself; a reference book beside it says what there is to ask for.</summary>
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

    /// <summary>No command between two parts of a turn: the book is whole.</summary>
    public bool IsWhole => _guide.IsWhole;
}
