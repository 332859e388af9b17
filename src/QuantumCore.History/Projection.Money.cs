using QuantumCore.Contracts;

namespace QuantumCore.History;

/// <summary>Money and units in, out and across: what an account's own records move.</summary>
internal sealed partial class Projection
{
    private readonly RowBuffer _transfers = buffers.Empty(Statements.AddTransfer);
    private readonly RowBuffer _transferEnds = buffers.Empty(Statements.EndTransfer);

    private IEnumerable<RowBuffer> MoneyRows() => [_transfers, _transferEnds];

    private void Move(Place place, long account, AccountRecord record)
    {
        if (AccountEntries.Of(new(account), place.Sequence, record) is { } entry)
        {
            _assets[entry.Asset.Name] = entry.Asset.Decimals;
            Post(place, 0, entry.Lines, entry.Cause, entry.TimeNanos);
        }

        if (record is TransferredOut transfer)
        {
            _transfers.Add(account).Add(place.Sequence).Add(transfer.Key).Add(transfer.To).Add(transfer.Asset)
                .Add(transfer.Amount).Add(transfer.TimeNanos).Add(RowBuffer.Null);
        }
        else if (record is TransferEnded ended)
        {
            _transferEnds.Add(account).Add(ended.Transfer).Add(ended.TimeNanos);
        }
    }
}
