using QuantumCore.Simulation;

namespace QuantumCore.SimulationTests;

/// <summary>Freezes of accounts, and risk limits.</summary>
internal static class RestrictionsMutants
{
    public static readonly Mutant[] All =
    [
        new()
        {
            Rule = "a freeze is forgotten by a snapshot",
            Original = "to.Bool(IsFrozen); if (_frozen is { } frozen)",
            Changed = "to.Bool(false); if (_frozen is { Floor: < 0 } frozen)",
            Seed = 7,
        },
        new()
        {
            Rule = "a frozen account replaces orders",
            Original = "return Refuse(clientOrderId, hash, rejection, now);",
            Changed = "_ = rejection;",
            Seed = 7,
        },
        new()
        {
            Rule = "a freeze is answered before it is durable",
            In = "AccountFreezes.FreezeAsync",
            Original = "await journal.SettledWithinAsync(TimeSpan.FromMilliseconds(HaltAnswer.PatienceMillis))",
            Changed = "await Task.FromResult(true)",
            Seed = 4,
        },
        new()
        {
            Rule = "an order's quantity is not limited",
            Original = "LimitKind.OrderQuantity => order.Lots > most",
            Changed = "LimitKind.OrderQuantity => order.Lots < 0 * most",
            Habit = Habit.IsLimited,
            Seed = 4,
        },
        new()
        {
            Rule = "a replacement is not limited",
            Original = "return RefusePlan(request, hash, limited);",
            Changed = "_ = limited;",
            Habit = Habit.IsLimited,
            Seed = 2,
        },
        new()
        {
            Rule = "limits are forgotten by a snapshot",
            Original = "to.Count(_limits.Count); foreach (var (symbol, limits) in _limits)",
            Changed = "to.Count(0); foreach (var (symbol, limits) in _limits.Take(0))",
            Habit = Habit.IsLimited,
            Seed = 4,
        },
        new()
        {
            Rule = "an order is not counted over time",
            Original = "_limits.GetValueOrDefault(symbol)?.Count(content, timeNanos);",
            Changed = """_limits.GetValueOrDefault(symbol + " ")?.Count(content, timeNanos);""",
            Habit = Habit.IsLimited,
            Seed = 2,
        },
    ];
}
