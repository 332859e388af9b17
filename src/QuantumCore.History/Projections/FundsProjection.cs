using QuantumCore.Contracts;

namespace QuantumCore.History;

/// <summary>Transfers and withdrawals of accounts, and the payouts of withdrawals.</summary>
internal sealed class FundsProjection(RowBuffers buffers, PostingProjection postings, AccountEventProjection events)
{
    private readonly RowBuffer _transfers = buffers.Empty(Statements.AddTransfer);
    private readonly RowBuffer _transferEnds = buffers.Empty(Statements.EndTransfer);
    private readonly RowBuffer _withdrawals = buffers.Empty(Statements.AddWithdrawal);
    private readonly RowBuffer _withdrawalEnds = buffers.Empty(Statements.EndWithdrawal);
    private readonly RowBuffer _payouts = buffers.Empty(Statements.AddPayout);
    private readonly RowBuffer _payoutEnds = buffers.Empty(Statements.EndPayout);

    public void Add(RecordOrigin place, long account, TransferredOut transfer) =>
        _transfers.Add(account).Add(place.Sequence).Add(transfer.Key).Add(transfer.To).Add(transfer.Asset)
            .Add(transfer.Amount).Add(transfer.TimeNanos).Add(RowBuffer.Null);

    public void End(long account, TransferEnded ended) =>
        _transferEnds.Add(account).Add(ended.Transfer).Add(ended.TimeNanos);

    public void Add(RecordOrigin place, long account, Withdrawn withdrawal) =>
        _withdrawals.Add(account).Add(place.Sequence).Add(withdrawal.Key).Add(withdrawal.Asset).Add(withdrawal.Amount)
            .Add(withdrawal.Destination).Add(withdrawal.TimeNanos);

    /// <summary>Applies the record of an asset's payouts.</summary>
    public void Apply(string asset, RecordOrigin place, PayoutRecord record)
    {
        postings.Add(new(asset, record.Decimals));
        postings.Post(place, AccountEntries.Of(asset, record));
        foreach (var item in record.Items)
        {
            if (record is BatchMade)
            {
                _payouts.Add(item.Account).Add(item.Sequence).Add(asset).Add(item.Amount).Add(place.Sequence)
                    .Add(PayoutState.Sent.Word()).Add((string?)null).Add(record.TimeNanos);
                continue;
            }

            var refusal = record as BatchRefused;
            _payoutEnds.Add(item.Account).Add(item.Sequence)
                .Add((refusal is null ? PayoutState.Final : PayoutState.Refused).Word()).Add(refusal?.Why)
                .Add(record.TimeNanos);
            _withdrawalEnds.Add(item.Account).Add(item.Sequence);
        }

        foreach (var account in record.TouchedAccounts())
        {
            events.Add(place, account);
        }
    }

    // Payouts come before withdrawals, which check whether they have ended.
    public RowBuffer[] Rows() =>
        [_transfers, _transferEnds, _payouts, _payoutEnds, _withdrawals, _withdrawalEnds];
}
