namespace QuantumCore.SimulationTests;

/// <summary>Rule: nothing leaves before it is durable.</summary>
internal static class DurabilityMutants
{
    public static readonly Mutant[] All =
    [
        new()
        {
            Rule = "an account answers before its record is durable",
            Original = "return Stream.WhenDurable(Stream.Head);",
            Changed = "return Task.CompletedTask;",
        },
        new()
        {
            Rule = "a book answers before its record is durable",
            Original = "? journal.Stream.WhenDurable(journal.Stream.Head)",
            Changed = "? Task.CompletedTask",
        },
        new()
        {
            Rule = "an order stays although its hold is lost",
            Original = "segment.Followers?.ForEach(Lose);",
            Changed = "",
            Days = Days.ThatHoldAhead,
            Seed = 138,
        },
        new()
        {
            Rule = "the books of a group answer before their records are durable",
            In = "BookJournal.WhenAllDurableAsync",
            Original = "await durable;",
            Changed = "await Task.Yield();",
        },
        new()
        {
            Rule = "the outbox tells what is not durable",
            Original = "entry.Sequence <= durable",
            Changed = "entry.Sequence <= long.MaxValue",
            Seed = 23,
        },
        new()
        {
            Rule = "records are complete before they are committed",
            Original = "if (TryCommit(frame) is not { } refused) return false;",
            Changed = "if (TryCommit(frame) is not { } refused) refused = [];",
        },
    ];
}
