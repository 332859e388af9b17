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
    private readonly Dictionary<(long Account, long Number), OrderEnded> _ends = EndsIn(record);

    /// <summary>The record.</summary>
    public BookRecord Record => record;

    /// <summary>Its sequence.</summary>
    public long Sequence => sequence;

    /// <summary>Returns the step that ended an order; null if there is none.</summary>
    public OrderEnded? Of(long account, long number) => _ends.GetValueOrDefault((account, number));

    private static Dictionary<(long Account, long Number), OrderEnded> EndsIn(BookRecord record)
    {
        var ends = new Dictionary<(long Account, long Number), OrderEnded>();
        foreach (var end in record is BookTurn turn ? turn.Steps.OfType<OrderEnded>() : [])
        {
            ends.TryAdd((end.Account, end.Number), end);
        }

        return ends;
    }
}
