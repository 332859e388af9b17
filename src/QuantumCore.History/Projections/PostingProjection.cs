using System.Runtime.InteropServices;
using QuantumCore.Clearing;
using QuantumCore.Instruments;

namespace QuantumCore.History;

/// <summary>Double entries, and the balances, positions and day totals that they change.</summary>
internal sealed class PostingProjection(RowBuffers buffers)
{
    private readonly Dictionary<(long Account, string Asset),
        (Int128 Total, Int128 Reserved, Int128 Pending)> _balances = [];
    private readonly DayTotals _days = new();
    private readonly TradedSums _traded = new();
    private readonly Dictionary<(long Account, string Symbol), Int128> _positions = [];
    private readonly Dictionary<string, int> _assets = [];
    private readonly RowBuffer _postings = buffers.Empty(Statements.AddPosting);

    /// <summary>Notes the decimals of an asset.</summary>
    public void Add(Asset asset) => _assets[asset.Name] = asset.Decimals;

    /// <summary>Adds the entries of a record.</summary>
    public void Post(RecordOrigin place, IEnumerable<AccountEntry> entries)
    {
        var index = 0;
        foreach (var entry in entries)
        {
            Add(entry.Asset);
            Post(place, index++, entry.Lines, entry.Cause, entry.TimeNanos);
        }
    }

    /// <summary>Adds an entry.</summary>
    public void Post(RecordOrigin place, int index, IReadOnlyList<Posting> entry, string cause, long timeNanos)
    {
        foreach (var line in entry)
        {
            _postings.Add(place.Stream).Add(place.Sequence).Add(index).Add(line.Leg).Add(line.Account.Value)
                .Add(HistoryWords.KindOf(line.IsPending)).Add(line.Asset).Add(line.Amount).Add(cause).Add(timeNanos);
            _days.Add(line, cause, timeNanos);
            AddBalance(line.Account.Value, line.Asset, line.Amount, 0, line.IsPending ? line.Amount : 0);
        }
    }

    /// <summary>Adds the lines of a trade, whose row stands for its entry.</summary>
    public void Add(Instrument instrument, in TradeMoney trade, long cash, long units, long day) =>
        _traded.Add(instrument, in trade, cash, units, day);

    /// <summary>Adds to what an account holds for open orders.</summary>
    public void Reserve(long account, string asset, Int128 amount) => AddBalance(account, asset, 0, amount, 0);

    /// <summary>Adds to a position.</summary>
    public void AddPosition(long account, string symbol, Int128 lots) =>
        CollectionsMarshal.GetValueRefOrAddDefault(_positions, (account, symbol), out _) += lots;

    /// <summary>Adds the sums of all trades to balances, positions and day totals, at the end of the batch.</summary>
    public void AddTrades() => _traded.AddTo(_days, AddBalance, AddPosition);

    public RowBuffer AssetRows()
    {
        var to = buffers.Empty(Statements.AddAsset);
        foreach (var (asset, decimals) in _assets)
        {
            to.Add(asset).Add(decimals);
        }

        return to;
    }

    public RowBuffer[] Rows() =>
        [BalanceRows(), PositionRows(), _postings, _days.Rows(buffers.Empty(Statements.AddDayTotal))];

    private void AddBalance(long account, string asset, Int128 total, Int128 reserved, Int128 pending)
    {
        ref var sum = ref CollectionsMarshal.GetValueRefOrAddDefault(_balances, (account, asset), out _);
        sum = (sum.Total + total, sum.Reserved + reserved, sum.Pending + pending);
    }

    private RowBuffer BalanceRows()
    {
        var to = buffers.Empty(Statements.AddBalance);
        foreach (var ((account, asset), (total, reserved, pending)) in _balances)
        {
            to.Add(account).Add(asset).AddWide(total).AddWide(reserved).AddWide(pending);
        }

        return to;
    }

    private RowBuffer PositionRows()
    {
        var to = buffers.Empty(Statements.AddPosition);
        foreach (var ((account, symbol), lots) in _positions)
        {
            to.Add(account).Add(symbol).AddWide(lots);
        }

        return to;
    }
}
