namespace QuantumCore.History;

/// <summary>
/// Converts the records of a batch into changes of rows. Streams may arrive in any mixture. A book's record about an
/// order replaces the account's hold for good, so a hold projected later changes nothing.
/// </summary>
internal sealed class Projection
{
    private readonly PostingProjection _postings;
    private readonly AccountEventProjection _events;
    private readonly OrderProjection _orders;
    private readonly HoldProjection _holds;
    private readonly TradeProjection _trades;
    private readonly BookProjection _books;
    private readonly FundsProjection _funds;
    private readonly CorporatePartProjection _parts;
    private readonly SettlementProjection _settlements;
    private readonly AccountProjection _accounts;

    public Projection(WorkingRows rows, RowBuffers buffers, OrderTables tables, long batch)
    {
        _postings = new(buffers);
        _events = new(rows, buffers, batch);
        _orders = new(rows, buffers, tables);
        _holds = new(rows, buffers, tables, _postings);
        _trades = new(rows, buffers, _postings);
        _books = new(rows, buffers, _orders, _holds, _trades, _postings, _events);
        _funds = new(buffers, _postings, _events);
        _parts = new(buffers);
        _settlements = new(buffers, _postings, _events);
        _accounts = new(buffers, _holds, _postings, _funds, _parts);
    }

    /// <summary>Holds changed by this batch.</summary>
    public IReadOnlyCollection<OrderKey> TouchedHolds => _holds.Touched;

    /// <summary>Folds a chunk.</summary>
    /// <exception cref="HistoryStreamException">A record does not fit what came before it.</exception>
    public void Apply(HistoryChunk chunk)
    {
        var sequence = chunk.FirstSequence;
        try
        {
            if (chunk is BookChunk book)
            {
                foreach (var record in book.Records)
                {
                    _books.Apply(new(book.Stream, book.Symbol, sequence++), record);
                }
            }
            else if (chunk is AccountChunk account)
            {
                foreach (var record in account.Records)
                {
                    _accounts.Apply(new(account.Stream, "", sequence++), account.Account, record);
                }
            }
            else if (chunk is PayoutChunk payout)
            {
                foreach (var record in payout.Records)
                {
                    _funds.Apply(payout.Asset, new(payout.Stream, "", sequence++), record);
                }
            }
            else if (chunk is SettlementChunk settlement)
            {
                foreach (var record in settlement.Records)
                {
                    _settlements.Apply(settlement.Venue, new(settlement.Stream, "", sequence++), record);
                }
            }
        }
        catch (Exception fault) when (fault is InvalidDataException or OverflowException)
        {
            throw new HistoryStreamException(chunk.Stream, sequence - 1, fault.Message, fault);
        }
    }

    /// <summary>Returns the changes, table by table, in a fixed sequence.</summary>
    public IEnumerable<RowBuffer> Rows()
    {
        // Trades and then holds change balances, so the balances come after both.
        _postings.AddTrades();
        return [
            _postings.AssetRows(), _books.Instruments, .. _orders.Rows(), .. _holds.Rows(), .. _postings.Rows(),
            .. _trades.Rows(), .. _events.Rows(), .. _orders.TermRows(), _books.PhaseRows(), _books.Splits,
            _trades.CandleRows(), .. _funds.Rows(), .. _accounts.Rows(), .. _parts.Rows(), _settlements.Fails,
        ];
    }
}
