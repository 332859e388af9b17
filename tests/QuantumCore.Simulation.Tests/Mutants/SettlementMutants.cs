using QuantumCore.Simulation;

namespace QuantumCore.SimulationTests;

/// <summary>Rule: trades settle on their day, once, in batches.</summary>
internal static class SettlementMutants
{
    public static readonly Mutant[] All =
    [
        new()
        {
            Rule = "an item is taken twice",
            Original = "part.TradeDay, part.Days), part.Amount);",
            Changed = "part.TradeDay, part.Days), 2 * part.Amount);",
        },
        new()
        {
            Rule = "a batch whose sending is repeated has another content",
            Original = "closed.IdAt(Venue), Venue, closed)",
            Changed = """
                closed.IdAt(Venue),
                Venue,
                Now / 1_000 % 2 == 0 ? closed : _machine.Close(closed.Date, closed.Trades, closed.Items, Now))
                """,
        },
        new()
        {
            Rule = "a settlement is sent before it is durable",
            Original = "await Stream.WhenDurable(batch);",
            Changed = "await Task.Yield();",
            Days = Days.ThatPass,
        },
        new()
        {
            Rule = "a batch is settled when it is sent",
            Original = "if (answer is null) { return false; }",
            Changed = "answer ??= SettlementAnswer.Whole;",
        },
        new()
        {
            Rule = "a number of a batch is used again",
            Original = "$\"{venue}-{UtcDay.Text(Date)}-{Cycle}\"",
            Changed = "$\"{venue}-{UtcDay.Text(Date)[..7]}-{Cycle}\"",
        },
        new()
        {
            Rule = "what is pending pays for what settles before",
            Original = "amount <= Spendable(asset, due)",
            Changed = "amount < long.MaxValue",
            Days = Days.ThatPass,
            Seed = 50,
        },
        new()
        {
            Rule = "open orders promise nothing of what is to come",
            Original = "-(Int128)open.HeldOf(asset)",
            Changed = "0",
            Habit = Habit.GivesAll,
            Days = Days.ThatPass,
            Seed = 118,
        },
        new()
        {
            Rule = "a snapshot forgets what is pending",
            Original = "account.Pending.Entries.ToArray()",
            Changed = "account.Pending.Entries.Take(0).ToArray()",
        },
        new()
        {
            Rule = "an account does not follow settlement",
            In = "AccountRecordApplier.FollowSettlement",
            Original = "instrument.SettlementDays > 0",
            Changed = "instrument.SettlementDays > 9",
        },
        new()
        {
            Rule = "a day that trades are due on becomes a holiday",
            Original = "UtcDay.Of(now) + 2",
            Changed = "UtcDay.Of(now)",
        },
        new()
        {
            Rule = "who lacks what it passes on gives it all the same",
            Original = "asked.Length == 0",
            Changed = "asked.Length >= 0",
            Habit = Habit.GivesAll,
            Days = Days.OfFails,
            Seed = 116,
        },
        new()
        {
            Rule = "who is short delivers in full",
            Original = "isChanged |= Cover(account, asset, most, round);",
            Changed = "_ = most;",
            Days = Days.ThatPass,
            Seed = 4,
        },
        new()
        {
            Rule = "what fails is in no batch any more",
            Original = "netting.Carry(_machine.Due);",
            Changed = "",
            Days = Days.ThatPass,
            Seed = 4,
        },
        new()
        {
            Rule = "what is overdue is free",
            Original = ": amount < 0 ? AtOnce",
            Changed = ": amount < 0 ? today + 1",
            Habit = Habit.GivesAll,
            Days = Days.ThatPass,
            Seed = 4,
        },
        new()
        {
            Rule = "nobody settles what is due",
            Original = "await settlement.SettleAsync(stoppingToken);",
            Changed = "",
        },
    ];
}
