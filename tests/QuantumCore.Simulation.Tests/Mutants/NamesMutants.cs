namespace QuantumCore.SimulationTests;

/// <summary>Rule: a client order id or key is used once, whether accepted or rejected.</summary>
internal static class NamesMutants
{
    public static readonly Mutant[] All =
    [
        new()
        {
            Rule = "a refusal does not use the name up",
            In = "OrderHolds.Decide(HoldRequest, ulong, bool)",
            Original = "journal.Record(record, urgent: false);",
            Changed = "if (record is HoldPlaced) journal.Record(record, urgent: false);",
            Seed = 8,
        },
        new()
        {
            Rule = "the cancel of an unknown name does not use it up",
            Original = "journal.Record(machine.RetireKey(clientOrderId, journal.Now), urgent: true);",
            Changed = "",
            Seed = 5,
        },
        new()
        {
            Rule = "a name gives a new order each time",
            Original = "!machine.IsUsed(request.ClientOrderId, out var key)",
            Changed = "!machine.IsUsed(request.ClientOrderId, out var key) || key.Sequence > 0",
        },
        new()
        {
            Rule = "a deposit comes in each time it is sent",
            Original = "machine.IsDeposited(request.Key, out var used)",
            Changed = "machine.IsDeposited(request.Key, out var used) && used.Sequence < 0",
            Seed = 4,
        },
    ];
}
