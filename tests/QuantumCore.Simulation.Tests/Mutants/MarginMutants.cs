using QuantumCore.Simulation;

namespace QuantumCore.SimulationTests;

/// <summary>Margin accounts, their liquidations, and the deficits that are left.</summary>
internal static class MarginMutants
{
    public static readonly Mutant[] All =
    [
        new()
        {
            Rule = "a liquidation sells while the account's own orders are open",
            Original = "if (account.Orders.Count > 0) { return null; }",
            Changed = "",
            Days = Days.OnMargin,
            Seed = 3,
        },
        new()
        {
            Rule = "an account that is liquidated still orders",
            Original = "return margin.State == MarginState.Liquidating ? RejectReason.AccountFrozen : !reduces",
            Changed = "return !reduces",
            Days = Days.OnMargin,
            Seed = 23,
        },
        new()
        {
            Rule = "an account that is liquidated gives away",
            Original = "if (margin.State == MarginState.Liquidating) { return RejectReason.AccountFrozen; }",
            Changed = "",
            Habit = Habit.Watches,
            Days = Days.OnMargin,
        },
        new()
        {
            Rule = "what a liquidation does is carried before it is durable",
            In = "AccountMargin.ReviewMarginAsync",
            Original = "await journal.SettleAsync();",
            Changed = "await Task.Yield();",
            Days = Days.OnMargin,
            Seed = 3,
        },
        new()
        {
            Rule = "nobody carries the order of a liquidation",
            Original = "work.Order is { } order",
            Changed = "work.Order is { QuantityLots: < 0 } order",
            Days = Days.OnMargin,
            Seed = 3,
        },
        new()
        {
            Rule = "nobody closes the orders of an account that is liquidated",
            Original = "in work.CloseUpTo)",
            Changed = "in work.CloseUpTo.Where(book => book.Number < 0))",
            Days = Days.OnMargin,
            Seed = 3,
        },
        new()
        {
            Rule = "the fund takes a step each time it is told",
            Original = "!_insured.ContainsKey(key)",
            Changed = "!_insured.Remove(key) || claim.Sequence > 0",
            Days = Days.OnMargin,
            Seed = 103,
        },
        new()
        {
            Rule = "the fund answers before its record is durable",
            In = "CatalogGrain.Insure",
            Original = "await Stream.WhenDurable(Stream.Head);",
            Changed = "await Task.Yield();",
            Days = Days.OnMargin,
            Seed = 23,
        },
        new()
        {
            Rule = "a snapshot forgets that an account is liquidated",
            Original = "to.Byte((byte)State);",
            Changed = "to.Byte(0);",
            Days = Days.OnMargin,
            Seed = 7,
        },
        new()
        {
            Rule = "nobody looks at margin accounts that owe",
            Original = "await margin.ReviewMarginAsync(stoppingToken);",
            Changed = "",
            Days = Days.OnMargin,
            Seed = 3,
        },
        new()
        {
            Rule = "a deficit ends before its shares are paid",
            Original = "foreach (var share in shares)",
            Changed = "foreach (var share in shares.Where(one => one.Amount < 0))",
            Days = Days.OfSharedDeficits,
            Seed = 157,
        },
        new()
        {
            Rule = "nobody shares deficits out",
            Original = "await margin.ShareDeficitsAsync(stoppingToken);",
            Changed = "",
            Days = Days.OfSharedDeficits,
        },
        new()
        {
            Rule = "who gained more than a deficit pays more than it",
            Original = "(long)Int128.Min(amount, sum)",
            Changed = "(long)sum",
            Days = Days.OfSharedDeficits,
            Seed = 181,
        },
        new()
        {
            Rule = "the credit of a group is rounded up",
            Original = "Rounding.DivDown(creditPpm *",
            Changed = "Rounding.DivUp(creditPpm *",
            Days = Days.OnMargin,
            Seed = 33,
        },
        new()
        {
            Rule = "the credit of a group is of the larger side",
            Original = "creditPpm * Int128.Min(longs, shorts)",
            Changed = "creditPpm * Int128.Max(longs, shorts)",
            Days = Days.OnMargin,
        },
        new()
        {
            Rule = "open orders of a group are taken at their best",
            Original = "Int128.Max(longsInFull, shortsInFull)",
            Changed = "Int128.Min(longsInFull, shortsInFull)",
            Days = Days.OnMargin,
        },
        new()
        {
            Rule = "orders that may not fill secure others of their group",
            Original = "Units + BuyUnits is var most",
            Changed = "Units + BuyUnits - SellUnits is var most",
            Habit = Habit.Watches,
            Days = Days.OnMargin,
            Seed = 27,
        },
        new()
        {
            Rule = "a group's credit is counted for orders twice",
            Original = "Requirement - relief.Initial",
            Changed = "Requirement - (2 * relief.Initial)",
            Days = Days.OnMargin,
            Seed = 3,
        },
    ];
}
