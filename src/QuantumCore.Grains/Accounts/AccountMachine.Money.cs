using QuantumCore.Contracts;
using QuantumCore.Instruments;

namespace QuantumCore.Grains.Accounts;

/// <summary>Money and units that leave the account, and what of it is not at its end yet.</summary>
internal sealed partial class AccountMachine
{
    private readonly SortedSet<long> _openTransfers = [];

    /// <summary>Decides about a transfer under a key that is not used: a debit, or a refusal that uses the key up.</summary>
    public AccountRecord Decide(TransferRequest request, Asset asset, long now)
    {
        var reason = Account.CheckGive(asset, request.Amount);
        return reason == RejectReason.None
            ? new TransferredOut(At(now), request.Key, request.To, asset.Name, asset.Decimals, request.Amount)
            : new KeyRefused(At(now), request.Key, HashOf(request), reason);
    }

    /// <summary>Whether a transfer of this account is on its way.</summary>
    public bool IsTransferOpen(long transfer) => _openTransfers.Contains(transfer);

    /// <summary>Puts the arrival of an open transfer on record.</summary>
    public AccountRecord EndTransfer(long transfer, long now) => new TransferEnded(At(now), transfer);

    /// <summary>Hash of a transfer, to tell it from another one under the same key.</summary>
    public static ulong HashOf(TransferRequest request) =>
        RequestHash.OfTransfer(request.To, request.Asset, request.Amount);

    private void Apply(TransferredOut transfer)
    {
        Account.Give(new Asset(transfer.Asset, transfer.Decimals), transfer.Amount);
        _openTransfers.Add(Sequence);
        _keys.Add(transfer.Key, new UsedKey(
            Sequence, RequestHash.OfTransfer(transfer.To, transfer.Asset, transfer.Amount), 0, "", RejectReason.None));
    }

    private void Apply(TransferEnded ended)
    {
        if (!_openTransfers.Remove(ended.Transfer))
        {
            throw new InvalidDataException($"{id}: record {Sequence} ends transfer {ended.Transfer}, which is not open.");
        }
    }

    private void WriteMoney(ref RecordWriter to)
    {
        to.Count(_openTransfers.Count);
        foreach (var transfer in _openTransfers)
        {
            to.Count(transfer);
        }
    }

    private void ReadMoney(ref RecordReader from)
    {
        for (var i = from.ItemCount(); i > 0; i--)
        {
            _openTransfers.Add(from.Count());
        }
    }
}
