namespace QuantumCore.SimulationTests;

/// <summary>All mutants. Their numbers count from one.</summary>
internal static class MutantList
{
    public static readonly IReadOnlyList<Mutant> All =
    [
        .. DurabilityMutants.All,
        .. NamesMutants.All,
        .. BooksMutants.All,
        .. DeliveriesMutants.All,
        .. HoldsMutants.All,
        .. JournalMutants.All,
        .. SnapshotsMutants.All,
        .. TransfersMutants.All,
        .. PayoutsMutants.All,
        .. RestrictionsMutants.All,
        .. TradeChangesMutants.All,
        .. MarginMutants.All,
        .. SettlementMutants.All,
        .. HistoryMutants.All,
    ];

    private static readonly Dictionary<Mutant, int> s_numbers =
        All.Select((mutant, i) => (mutant, i)).ToDictionary(each => each.mutant, each => each.i + 1);

    /// <summary>Returns the number of a mutant; 0 for one that is not in the list.</summary>
    public static int NumberOf(Mutant mutant) => s_numbers.GetValueOrDefault(mutant);
}
