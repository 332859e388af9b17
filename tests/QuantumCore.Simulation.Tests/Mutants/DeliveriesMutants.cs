using QuantumCore.Simulation;

namespace QuantumCore.SimulationTests;

/// <summary>Rule: accounts receive all results of their orders.</summary>
internal static class DeliveriesMutants
{
    public static readonly Mutant[] All =
    [
        new()
        {
            Rule = "no pull on activation",
            In = "AccountGrain.OnActivateAsync",
            Original = "await CatchUp();",
            Changed = "",
        },
        new()
        {
            Rule = "no pull while something is open",
            Original = "quiet.Length == 0",
            Changed = "quiet.Length >= 0",
            Habit = Habit.Amends,
            Seed = 6,
        },
        new()
        {
            Rule = "a delivery over a gap is folded",
            Original = "delivered.PreviousSequence > cursor",
            Changed = "delivered.PreviousSequence > long.MaxValue - 1",
            Seed = 6,
        },
        new()
        {
            Rule = "a delivery is folded each time it comes",
            Original = "delivered.Sequence <= cursor",
            Changed = "delivered.Sequence <= 0",
        },
        new()
        {
            Rule = "a delivery does not say what came before it",
            Original = "return previous;",
            Changed = "return 0 * previous;",
            Seed = 6,
        },
        new()
        {
            Rule = "a pull leaves the last record out",
            In = "Tail.AddTo",
            Original = "sequence <= through",
            Changed = "sequence < through",
        },
        new()
        {
            Rule = "a reduction finds its book by what is open",
            Original = "asked.Number, asked.Symbol,",
            Changed = """
                asked.Number,
                state.Account.Orders.TryGetValue(asked.Number, out var smaller) ? smaller.Instrument.Symbol : "",
                """,
            Habit = Habit.Amends,
            Seed = 9,
        },
        new()
        {
            Rule = "an account's time goes back with the clock",
            In = "AccountClock.At",
            Original = "TimeCorrection.After(TimeNanos, now, CorrectsTime)",
            Changed = "now",
            Seed = 3,
        },
    ];
}
