using QuantumCore.Contracts;

namespace QuantumCore.Simulation;

/// <summary>The witness's own book of money and units that leave accounts, kept from durable records alone.</summary>
internal sealed class Movements(World world)
{
    private readonly Dictionary<(long Account, long Sequence), WitnessedTransfer> _transfers = [];

    /// <summary>What an account's own record moves.</summary>
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
            case TransferEnded ended:
                if (_transfers.GetValueOrDefault((account, ended.Transfer)) is not { HasArrived: true, HasEnded: false } done)
                    world.Find($"account {account}: transfer {ended.Transfer} ends at {sequence} and has not arrived, or twice");
                else
                    done.HasEnded = true;
                break;
        }
    }

    /// <summary>A transfer that is durable.</summary>
    public TransferredOut? Transfer(long account, long sequence) =>
        _transfers.GetValueOrDefault((account, sequence))?.Record;

    /// <summary>When nothing is carried any more, everything has arrived.</summary>
    public void RequireSettled()
    {
        foreach (var ((account, sequence), transfer) in _transfers)
        {
            if (!transfer.HasEnded)
                world.Find($"account {account}: transfer {sequence} is still on its way");
        }
    }

    private void SeeArrival(long account, Deposited deposit)
    {
        var parts = deposit.Key.Split(':');
        if (parts.Length < 3 || _transfers.GetValueOrDefault((long.Parse(parts[1]), long.Parse(parts[2]))) is not { } transfer)
            world.Find($"account {account}: {deposit.Key} arrives and never left");
        else if (transfer.HasArrived || transfer.Record.To != account || transfer.Record.Asset != deposit.Asset
            || transfer.Record.Amount != deposit.Amount)
            world.Find($"account {account}: {deposit} arrives of {transfer.Record}{(transfer.HasArrived ? ", again" : "")}");
        else
            transfer.HasArrived = true;
    }

    private sealed class WitnessedTransfer(TransferredOut record)
    {
        public TransferredOut Record => record;

        public bool HasArrived { get; set; }

        public bool HasEnded { get; set; }
    }
}
