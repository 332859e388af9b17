using QuantumCore.Simulation;

namespace QuantumCore.SimulationTests;

/// <summary>Rule: a snapshot and the records after it give the same state as all records.</summary>
internal static class SnapshotsMutants
{
    public static readonly Mutant[] All =
    [
        new()
        {
            Rule = "a snapshot forgets names",
            Original = "state.Keys.AddTo(captured);",
            Changed = "new UsedKeys().AddTo(captured);",
            Seed = 4,
        },
        new()
        {
            Rule = "a snapshot forgets how far books are folded",
            Original = "state.Cursors.Add(from.Text(), from.Count());",
            Changed = "state.Cursors.Add(from.Text(), from.Count() * 0);",
        },
        new()
        {
            Rule = "a snapshot forgets the number given last",
            Original = "state.Account.Restore(lastNumber,",
            Changed = "state.Account.Restore(lastNumber - Math.Min(1, lastNumber),",
        },
        new()
        {
            Rule = "a book's snapshot forgets floors",
            Original = "to.Count(presence.Floor);",
            Changed = "to.Count(presence.Floor * 0);",
            Habit = Habit.CancelsAll,
        },
        new()
        {
            Rule = "a book's snapshot forgets finished orders",
            Original = "_finished.AddTo(state);",
            Changed = "new FinishedOrders().AddTo(state);",
        },
        new()
        {
            Rule = "a book's snapshot forgets fractions of fees",
            Original = "to.Fixed128(ticket.Fees.Weighted);",
            Changed = "to.Fixed128(ticket.Fees.Weighted / 1_000_000 * 1_000_000);",
        },
        new()
        {
            Rule = "an account goes on from its snapshot without what came after",
            In = "AccountRecovery.ReplayAsync",
            Original = "machine.Sequence + 1, stream.Head,",
            Changed = "machine.Sequence + 1, machine.Sequence,",
        },
    ];
}
