using QuantumCore.Simulation;

namespace QuantumCore.SimulationTests;

/// <summary>Rule: orders are paid for before they trade, and nothing stays held for ended orders.</summary>
internal static class HoldsMutants
{
    public static readonly Mutant[] All =
    [
        new()
        {
            Rule = "cover is not asked for",
            Original = "amount <= balance.Available",
            Changed = "amount <= long.MaxValue",
        },
        new()
        {
            Rule = "each fill's fee is rounded by itself",
            Original = "return Fees.Due - before;",
            Changed = """
                var own = new QuantumCore.Clearing.OrderFees(Fees.Side, Fees.Terms);
                return own.After(notional, ratePpm).Due + 0 * before;
                """,
            Seed = 4,
        },
        new()
        {
            Rule = "a hold is not released when its order ends",
            Original = "account.Release(voided.Number);",
            Changed = "_ = voided;",
        },
        new()
        {
            Rule = "a cancel does not release the hold",
            Original = "account.Release(order.Number);",
            Changed = "_ = order;",
        },
        new()
        {
            Rule = "a mass cancel releases orders that came after it",
            Original = "account.ReleaseUpTo(symbol, all.Floor);",
            Changed = "account.ReleaseUpTo(symbol, all.Floor + 1);",
            Seed = 7,
        },
        new()
        {
            Rule = "what an adjustment made free is not held again for a replacement",
            Original = "SetHold(newNumber, Math.Max(order.Held, need));",
            Changed = "_ = need;",
            Habit = Habit.Amends,
            Days = Days.OfDividends,
            Seed = 94,
        },
        new()
        {
            Rule = "what a dividend takes off a price stays held",
            In = "Account.Adjusted",
            Original = "SetHold(number, hold);",
            Changed = "SetHold(number, order.Held);",
        },
        new()
        {
            Rule = "nobody asks for a hold whose order never came",
            Original = "await (await catalog.BookAsync(symbol)).Resolve(symbol, account, [.. part]);",
            Changed = "await catalog.BookAsync(symbol);",
        },
        new()
        {
            Rule = "nobody asks for a hold of a clock that was ahead",
            Original = "await orders.ResolveMisdatedAsync(stoppingToken);",
            Changed = "",
            Seed = 3,
        },
    ];
}
