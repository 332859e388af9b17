using QuantumCore.Simulation;

namespace QuantumCore.SimulationTests;

/// <summary>Rule: withdrawals are paid once.</summary>
internal static class PayoutsMutants
{
    public static readonly Mutant[] All =
    [
        new()
        {
            Rule = "a withdrawal is enlisted before it is durable",
            In = "AccountFunds.WithdrawAsync",
            Original = "await journal.SettleAsync();",
            Changed = "await Task.Yield();",
            Seed = 11,
        },
        new()
        {
            Rule = "a batch is sent before it is durable",
            In = "PayoutGrain.Enlist",
            Original = "await Stream.WhenDurable(Stream.Head);",
            Changed = "await Task.Yield();",
            Habit = Habit.MovesMoney,
            Seed = 3,
        },
        new()
        {
            Rule = "a batch is paid before the receiver's word is final",
            Original = "if (answer.Verdict != PayoutVerdict.NotYet",
            Changed = """
                if (answer.Verdict == PayoutVerdict.NotYet)
                    answer = new PayoutAnswer(PayoutVerdict.Final);
                if (answer.Verdict != PayoutVerdict.NotYet
                """,
        },
        new()
        {
            Rule = "a batch is credited back when the receiver does not answer",
            Original = "GrainLog.PayoutFailed(Log, e, PayoutRecord.BatchId(this.GetPrimaryKeyString(), batch));",
            Changed = """
                GrainLog.PayoutFailed(Log, e, PayoutRecord.BatchId(this.GetPrimaryKeyString(), batch));
                if (_machine.Open(batch) is not null && !_hasEnded && Refusal(urgent: true) == RejectReason.None)
                    Record(_machine.End(batch, new PayoutAnswer(PayoutVerdict.Refused), Now));
                """,
            Seed = 9,
        },
        new()
        {
            Rule = "a batch is sent again under another id",
            Original = "PayoutRecord.BatchId(asset, batch)",
            Changed = """PayoutRecord.BatchId(asset, batch) + "-" + Stream.Epoch""",
        },
        new()
        {
            Rule = "a withdrawal is put into each batch anew",
            Original = "!_batchOf.ContainsKey((item.Account, item.Sequence))",
            Changed = "StateOf(item) != PayoutState.Sent || item.Amount % 3 == 0",
            Seed = 4,
        },
        new()
        {
            Rule = "what is refused for ever is not credited back",
            Original = "record is BatchRefused",
            Changed = "record is BatchMade",
            Seed = 13,
        },
        new()
        {
            Rule = "a snapshot forgets what is not paid",
            Original = "to.Count(_openWithdrawals.Count); foreach (var (sequence, withdrawal) in _openWithdrawals)",
            Changed = "to.Count(0); foreach (var (sequence, withdrawal) in _openWithdrawals.Take(0))",
        },
        new()
        {
            Rule = "nobody carries what is not paid",
            Original = "await funds.CarryWithdrawalsAsync(stoppingToken);",
            Changed = "",
            Seed = 3,
        },
    ];
}
