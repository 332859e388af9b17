using QuantumCore.Simulation;

namespace QuantumCore.SimulationTests;

/// <summary>Rule: transfers arrive once.</summary>
internal static class TransfersMutants
{
    public static readonly Mutant[] All =
    [
        new()
        {
            Rule = "a transfer is carried before it is durable",
            In = "AccountFunds.TransferAsync",
            Original = "await journal.SettleAsync();",
            Changed = "await Task.Yield();",
            Seed = 3,
        },
        new()
        {
            Rule = "a transfer arrives under another key each time",
            Original = "TransferKey.Of(arrival.From, arrival.Sequence)",
            Changed = """TransferKey.Of(arrival.From, arrival.Sequence) + ":" + journal.Stream.Head""",
            Seed = 3,
        },
        new()
        {
            Rule = "a transfer is ended before its arrival is answered",
            Original = "var arrived = await grains.Account(transfer.To)",
            Changed = """
                await grains.Account(transfer.Arrival.From).EndTransfer(transfer.Arrival.Sequence);
                var arrived = await grains.Account(transfer.To)
                """,
            Habit = Habit.MovesMoney,
        },
        new()
        {
            Rule = "a transfer's key gives another one each time",
            In = "AccountFunds.Decide(TransferRequest)",
            Original = "machine.IsUsed(request.Key, out var key)",
            Changed = "machine.IsUsed(request.Key, out var key) && key.Sequence < 0",
            Seed = 4,
        },
        new()
        {
            Rule = "nobody carries what was left on its way",
            Original = "await funds.CarryTransfersAsync(stoppingToken);",
            Changed = "",
            Seed = 4,
        },
        new()
        {
            Rule = "more is given than there is",
            Original = "amount > 0 && amount <= Of(asset).Available",
            Changed = "amount > 0",
            Seed = 4,
        },
        new()
        {
            Rule = "a snapshot forgets what is on its way",
            Original = "to.Items(_openTransfers, static (ref to, transfer) => to.Count(transfer));",
            Changed = "to.Items<long>([], static (ref to, transfer) => to.Count(transfer));",
            Seed = 13,
        },
    ];
}
