using QuantumCore.Contracts;

namespace QuantumCore.History;

/// <summary>Records of settlement venues, with the fails that they leave.</summary>
internal sealed class SettlementProjection(
    RowBuffers buffers, PostingProjection postings, AccountEventProjection events)
{
    public RowBuffer Fails { get; } = buffers.Empty(Statements.AddSettlementFail);

    public void Apply(string venue, RecordOrigin place, SettlementRecord record)
    {
        postings.Post(place, AccountEntries.Of(venue, record));
        if (record is SettlementPartial partial)
        {
            Fail(place, partial);
        }

        foreach (var account in record.TouchedAccounts())
        {
            events.Add(place, account);
        }
    }

    private void Fail(RecordOrigin place, SettlementPartial partial)
    {
        for (var i = 0; i < partial.Fails.Length; i++)
        {
            var fail = partial.Fails[i];
            postings.Add(fail.Base);
            postings.Add(fail.Quote);
            Fails.Add(place.Stream).Add(place.Sequence).Add(i).Add(fail.Account).Add(fail.Symbol).Add(fail.Base.Name)
                .Add(fail.Quote.Name)
                .Add(fail.Since).Add(fail.Units).Add(fail.Cash).Add(fail.UnitsLeft).Add(fail.CashLeft)
                .Add(partial.TimeNanos);
        }

        if (partial.Fails.IsEmpty)
        {
            Fails.Add(place.Stream).Add(place.Sequence).Add(0).Add(0).Add("").Add("").Add("").Add(0).Add(0).Add(0)
                .Add(0).Add(0).Add(partial.TimeNanos);
        }
    }
}
