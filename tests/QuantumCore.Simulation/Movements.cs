using QuantumCore.Clearing;
using QuantumCore.Contracts;

namespace QuantumCore.Simulation;

/// <summary>The witness's own state of transfers and withdrawals, derived from durable records alone.</summary>
internal sealed class Movements(World world)
{
    private readonly Dictionary<(long Account, long Sequence), WitnessedTransfer> _transfers = [];
    private readonly Dictionary<(long Account, long Sequence), WitnessedWithdrawal> _withdrawals = [];
    private readonly Dictionary<string, BatchMade> _batches = new(StringComparer.Ordinal);

    /// <summary>Adds a record of an account.</summary>
    public void See(long account, long sequence, AccountRecord record)
    {
        switch (record)
        {
            case TransferredOut transfer:
                _transfers.Add((account, sequence), new WitnessedTransfer(transfer));
                break;
            case Deposited deposit when TransferKey.IsTransfer(deposit.Key):
                SeeArrival(account, deposit);
                break;
            case Withdrawn withdrawal:
                _withdrawals.Add((account, sequence), new WitnessedWithdrawal(withdrawal));
                break;
            case TransferEnded ended:
                if (_transfers.GetValueOrDefault((account, ended.Transfer)) is not
                    {
                        HasArrived: true,
                        HasEnded: false
                    } done)
                    world.Find(
                        $"account {account}: transfer {ended.Transfer} ends at {sequence} and has not arrived, or twice");
                else
                    done.HasEnded = true;
                break;
        }
    }

    /// <summary>Adds a record of an asset's payout.</summary>
    public void See(string asset, long sequence, PayoutRecord record)
    {
        if (record is BatchMade made)
        {
            _batches.Add(PayoutRecord.BatchId(asset, sequence), made);
            foreach (var item in made.Items)
            {
                if (_withdrawals.GetValueOrDefault((item.Account, item.Sequence)) is not { } withdrawal)
                    world.Find($"pay/{asset} {sequence} has {item}, which was never withdrawn");
                else if (withdrawal.Batch is not null || withdrawal.Record.Asset != asset
                    || withdrawal.Record.Amount != item.Amount
                    || withdrawal.Record.Destination != item.Destination)
                    world.Find(
                        $"pay/{asset} {sequence} has {item} of {withdrawal.Record}, in batch {withdrawal.Batch}");
                else
                    withdrawal.Batch = PayoutRecord.BatchId(asset, sequence);
            }

            return;
        }

        var (batch, word) = record is BatchPaid paid
            ? (PayoutRecord.BatchId(asset, paid.Batch), PayoutVerdict.Final)
            : (PayoutRecord.BatchId(asset, ((BatchRefused)record).Batch), PayoutVerdict.Refused);
        if (world.Bank.WordOf(batch) != word)
            world.Find($"pay/{asset} {sequence} says that {batch} is {word}; the bank says {world.Bank.WordOf(batch)}");
        foreach (var item in record.Items)
        {
            if (_withdrawals.GetValueOrDefault((item.Account, item.Sequence)) is not { HasEnded: false } withdrawal
                || withdrawal.Batch != batch)
                world.Find($"pay/{asset} {sequence} ends {item}, which is not open in {batch}");
            else
                withdrawal.HasEnded = true;
        }
    }

    /// <summary>Returns a durable withdrawal; null if there is none.</summary>
    public Withdrawn? Withdrawal(long account, long sequence) =>
        _withdrawals.GetValueOrDefault((account, sequence))?.Record;

    /// <summary>Checks that a sent batch is durable with the same content.</summary>
    public void RequireDurable(PayoutBatch batch)
    {
        if (_batches.GetValueOrDefault(batch.Id) is not { } made || !made.Items.SequenceEqual(batch.Items))
            world.Find($"{batch.Id} is sent and not durable like that");
    }

    /// <summary>Returns a durable transfer; null if there is none.</summary>
    public TransferredOut? Transfer(long account, long sequence) =>
        _transfers.GetValueOrDefault((account, sequence))?.Record;

    /// <summary>Checks at the end that everything has arrived.</summary>
    public void RequireSettled()
    {
        foreach (var ((account, sequence), transfer) in _transfers)
        {
            if (!transfer.HasEnded)
                world.Find($"account {account}: transfer {sequence} is still on its way");
        }

        foreach (var ((account, sequence), withdrawal) in _withdrawals)
        {
            if (!withdrawal.HasEnded)
                world.Find($"account {account}: withdrawal {sequence} is neither paid nor refused");
        }

        // The outside world received exactly what was withdrawn and not rejected, once each.
        var paid = world.Bank.Paid.SelectMany(batch => batch.Items.Select(item => (item.Account, item.Sequence)))
            .Order().ToArray();
        var ended = _withdrawals.Where(w => world.Bank.WordOf(w.Value.Batch ?? "") == PayoutVerdict.Final)
            .Select(w => w.Key).Order();
        if (!paid.SequenceEqual(ended))
            world.Find($"The bank has paid {string.Join(' ', paid)}; withdrawn were {string.Join(' ', ended)}");
    }

    private void SeeArrival(long account, Deposited deposit)
    {
        var parts = deposit.Key.Split(':');
        if (parts.Length < 3
            || _transfers.GetValueOrDefault((long.Parse(parts[1]), long.Parse(parts[2]))) is not { } transfer)
            world.Find($"account {account}: {deposit.Key} arrives and never left");
        else if (transfer.HasArrived || transfer.Record.To != account || transfer.Record.Asset != deposit.Asset
            || transfer.Record.Amount != deposit.Amount)
            world.Find(
                $"account {account}: {deposit} arrives of {transfer.Record}{(transfer.HasArrived ? ", again" : "")}");
        else
            transfer.HasArrived = true;
    }

    private sealed class WitnessedWithdrawal(Withdrawn record)
    {
        public Withdrawn Record => record;

        public string? Batch { get; set; }

        public bool HasEnded { get; set; }
    }

    private sealed class WitnessedTransfer(TransferredOut record)
    {
        public TransferredOut Record => record;

        public bool HasArrived { get; set; }

        public bool HasEnded { get; set; }
    }
}
