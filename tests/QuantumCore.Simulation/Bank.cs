using QuantumCore.Clearing;

namespace QuantumCore.Simulation;

/// <summary>
/// Receives payouts, outside all silos. It distinguishes batches by their ids alone, is slow, loses payments that were
/// not final, and rejects some permanently.
/// </summary>
internal sealed class Bank(World world)
{
    private readonly Dictionary<string, Payment> _payments = new(StringComparer.Ordinal);

    /// <summary>Returns the final state of a batch; NotYet if it was never sent.</summary>
    public PayoutVerdict WordOf(string id) => _payments.GetValueOrDefault(id)?.Verdict ?? PayoutVerdict.NotYet;

    /// <summary>All batches with final payment.</summary>
    public IEnumerable<PayoutBatch> Paid =>
        _payments.Values.Where(p => p.Verdict == PayoutVerdict.Final).Select(p => p.Batch);

    public PayoutVerdict Take(PayoutBatch batch)
    {
        var text = string.Join(' ', batch.Items);
        if (!_payments.TryGetValue(batch.Id, out var payment))
            _payments.Add(batch.Id, payment = new Payment(batch, text));
        else if (payment.Text != text)
            world.Find($"{batch.Id} is sent with {payment.Text} and then with {text}");
        if (payment.Verdict != PayoutVerdict.NotYet)
            return payment.Verdict;

        // A payment on a chain that others may still reorganise is not final: it may disappear again.
        if (!payment.Stands || (world.Faults.Chaos && world.Chance(0.3)))
            payment.Stands = !payment.Stands;
        else if (!world.Faults.Chaos || world.Chance(0.5))
            payment.Verdict = PayoutVerdict.Final;
        if (world.Chance(0.08))
            payment.Verdict = PayoutVerdict.Refused;
        return payment.Verdict;
    }

    private sealed class Payment(PayoutBatch batch, string text)
    {
        public PayoutBatch Batch => batch;

        public string Text => text;

        public bool Stands { get; set; }

        public PayoutVerdict Verdict { get; set; }
    }
}

/// <summary>The bank as one silo reaches it: with delays, and with responses lost before and after the fact.</summary>
internal sealed class SiloBank(World world, Silo silo) : IPayoutReceiver
{
    public async ValueTask<PayoutAnswer> SendAsync(PayoutBatch batch, CancellationToken cancellationToken)
    {
        // Checked before the delay, during which it would become durable.
        world.Database.Witness.Movements.RequireDurable(batch);
        await UnderWayAsync();
        var verdict = world.Bank.Take(batch);
        await UnderWayAsync();
        return new PayoutAnswer(verdict, verdict == PayoutVerdict.Refused ? "no such account" : "");
    }

    private async Task UnderWayAsync()
    {
        await Task.Delay(world.Within(100, world.Chance(world.Faults.CallLate) ? 5_000_000 : 200_000), silo.Clock);
        if (world.Chance(world.Faults.CallLost * 5))
            throw new TimeoutException("The bank does not answer.");
    }
}
