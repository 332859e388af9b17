using QuantumCore.Simulation;

namespace QuantumCore.SimulationTests;

/// <summary>Rule: only the book decides the fate of an order.</summary>
internal static class BooksMutants
{
    public static readonly Mutant[] All =
    [
        new()
        {
            Rule = "a submit that comes twice is two orders",
            Original = "book.Machine.IsKnown(order.Account, order.Number, out var open, out var finished)",
            Changed = """
                book.Machine.IsKnown(order.Account, order.Number, out var open, out var finished)
                && finished.Sequence == long.MaxValue
                """,
        },
        new()
        {
            Rule = "the agent's question leaves no tombstone",
            Original = "book.Tickets.IsKnown(account, number, out _, out _) ? null "
                + ": plain.Tombstone(account, number, now)",
            Changed = "null",
        },
        new()
        {
            Rule = "a tombstone is forgotten at once",
            Original = "book.Tickets.Reject(record.Account, record.Number,",
            Changed = """
                if (!book.Tickets.IsKnown(record.Account + 1_000_000, record.Number, out _, out _))
                    book.Tickets.Reject(record.Account + 1_000_000, record.Number,
                """,
        },
        new()
        {
            Rule = "a cancel that overtakes its order leaves nothing",
            Original = "return plain.Tombstone(account, number, now);",
            Changed = "return null;",
            Seed = 9,
        },
        new()
        {
            Rule = "a mass cancel leaves no floor",
            Original = "presence.Floor = floor;",
            Changed = "",
            Habit = Habit.CancelsAll,
            Seed = 20,
        },
        new()
        {
            Rule = "a replacement does not look at what is open",
            Original = "replaced.LeavesLots != order.ExpectedLeavesLots",
            Changed = "replaced.LeavesLots < 0",
            Habit = Habit.Amends,
            Seed = 52,
        },
        new()
        {
            Rule = "an order that was replaced is not told to be closed",
            Original = """
                ClosedOrder? old = replaced?.ToClosed(EndReason.Replaced);
                if (old is { } closed)
                {
                    book.Finish(replaced!, closed.Reason);
                }
                """,
            Changed = """
                ClosedOrder? old = null;
                if (replaced is not null)
                    book.Finish(replaced, EndReason.Replaced);
                """,
        },
        new()
        {
            Rule = "a book's time goes back with the clock",
            In = "BookMachineState.At",
            Original = "TimeCorrection.After(TimeNanos, now, CorrectsTime)",
            Changed = "now",
            Seed = 3,
        },
        new()
        {
            Rule = "an action adjusts a book's orders each time it is brought",
            Original = "_adjusted.Contains(action)",
            Changed = "_adjusted.Contains(-action)",
        },
    ];
}
