namespace QuantumCore.SimulationTests;

/// <summary>Rule: the history holds every record once.</summary>
internal static class HistoryMutants
{
    public static readonly Mutant[] All =
    [
        new()
        {
            Rule = "two projectors write the same records",
            Original =
                "\"UPDATE projector_cursor SET seq = @3 {FROM} "
                + "WHERE projector_cursor.stream = @1 AND projector_cursor.seq = @2\"",
            Changed = "\"UPDATE projector_cursor SET seq = @3 {FROM} WHERE projector_cursor.stream = @1 AND @2 >= 0\"",
        },
        new()
        {
            Rule = "the history does not look for what it was not told",
            Original = "await _projection.LookAsync(cancellationToken);",
            Changed = "",
            Seed = 6,
        },
    ];
}
