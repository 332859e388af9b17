using QuantumCore.Contracts;

namespace QuantumCore.Clearing;

/// <summary>
/// Index of the steps by which a record ended orders, for constant-time lookup: there may be as many as an account can
/// have.
/// </summary>
/// <param name="record">The record.</param>
/// <param name="sequence">Its sequence, if needed.</param>
internal sealed class EndsOfRecord(BookRecord record, long sequence = 0)
{
    private readonly Dictionary<(long Account, long Number), int> _steps = StepsOf(record);

    /// <summary>The record.</summary>
    public BookRecord Record => record;

    /// <summary>Its sequence.</summary>
    public long Sequence => sequence;

    /// <summary>Returns the step that ended an order; the default if there is none.</summary>
    public TurnStep Of(long account, long number) =>
        _steps.TryGetValue((account, number), out var at) ? ((BookTurn)record).Steps[at] : default;

    private static Dictionary<(long Account, long Number), int> StepsOf(BookRecord record)
    {
        var steps = new Dictionary<(long Account, long Number), int>();
        var all = record is BookTurn turn ? turn.Steps : [];
        for (var i = 0; i < all.Length; i++)
        {
            if (all[i].Kind == StepKind.Ended)
            {
                steps.TryAdd((all[i].Account, all[i].Number), i);
            }
        }

        return steps;
    }
}
