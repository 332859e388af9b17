namespace QuantumCore.SimulationTests;

/// <summary>Busted and corrected trades, and accounts that lack what was taken back.</summary>
internal static class TradeChangesMutants
{
    public static readonly Mutant[] All =
    [
        new()
        {
            Rule = "who lacks what was taken back is not frozen",
            Original = "!IsShort || !IsCaughtUp",
            Changed = "IsShort || !IsCaughtUp",
            Seed = 52,
        },
        new()
        {
            Rule = "who lacks what was taken back is let go",
            Original = "if (machine.IsShort)",
            Changed = "if (machine.IsShort && !machine.IsFrozen)",
            Seed = 43,
        },
        new()
        {
            Rule = "a change gives no fees back",
            Original = "fee = isTakenBack ? -fee : fee;",
            Changed = "fee = 0;",
            Seed = 16,
        },
        new()
        {
            Rule = "what is changed is traded on the day of the change",
            Original = "volumes.Count(instrument.Quote, tradedNanos,",
            Changed = "volumes.Count(instrument.Quote, timeNanos,",
            Seed = 7,
        },
        new()
        {
            Rule = "a void trade is changed again",
            Original = "before.PriceTicks == 0",
            Changed = "before.PriceTicks < 0",
            Seed = 7,
        },
        new()
        {
            Rule = "a book's snapshot forgets which trades are changed",
            Original = "to.Count(_changed.Count); foreach (var ((sequence, index), now) in _changed)",
            Changed = "to.Count(0); foreach (var ((sequence, index), now) in _changed.Take(0))",
            Seed = 7,
        },
    ];
}
