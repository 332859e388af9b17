using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;
using QuantumCore.Contracts;
using QuantumCore.Instruments;

namespace QuantumCore.History;

/// <summary>
/// Rows that the projection of a batch depends on. They stay cached for the next batch, unless another writer
/// intervenes. The tables are authoritative.
/// </summary>
internal sealed class WorkingRows
{
    private readonly Dictionary<string, Instrument?> _instruments = [];
    private readonly Dictionary<string, long> _splits = [];
    private readonly Dictionary<(string Symbol, long Account), long> _floors = [];
    private readonly Dictionary<OrderKey, HoldRow?> _holds = [];
    private readonly HashSet<OrderKey> _orders = [];
    private readonly Dictionary<long, long> _lastInBook = [];
    private readonly Dictionary<string, long> _eventStreams = new(StringComparer.Ordinal);
    private readonly List<string> _newEventStreams = [];
    private long _lastEventStream;
    private readonly Dictionary<OrderKey, StoredOrder> _toAdjust = [];
    private readonly HashSet<OrderKey> _loadedForSweep = [];

    /// <summary>Most rows of a kind with one row for each order or account. Beyond it, they are read again.</summary>
    public int RowsKept { get; set; } = 400_000;

    /// <summary>Number of cached rows of the kinds that <see cref="RowsKept"/> limits.</summary>
    public int Kept => _holds.Count + _floors.Count + _lastInBook.Count;

    public Instrument? Instrument(string symbol) => _instruments.GetValueOrDefault(symbol);

    public void Define(Instrument instrument) => _instruments[instrument.Symbol] = instrument;

    /// <summary>Returns the sequence of a symbol's last split in its stream; 0 for none.</summary>
    public long Split(string symbol) => _splits.GetValueOrDefault(symbol);

    public void SetSplit(string symbol, long sequence) => _splits[symbol] = sequence;

    public long Floor(string symbol, long account) => _floors.GetValueOrDefault((symbol, account));

    public void SetFloor(string symbol, long account, long floor) => _floors[(symbol, account)] = floor;

    /// <summary>Returns true if a book has recorded this order before this batch.</summary>
    public bool IsInBook(OrderKey key) => _orders.Contains(key);

    /// <summary>Notes that a book has recorded this order.</summary>
    public void MarkInBook(OrderKey key)
    {
        ref var last = ref CollectionsMarshal.GetValueRefOrNullRef(_lastInBook, key.Account);
        if (!Unsafe.IsNullRef(ref last))
        {
            last = Math.Max(last, key.Number);
        }
    }

    /// <summary>Returns the number of a stream in the index of accounts' records.</summary>
    public long EventStream(string stream) => _eventStreams[stream];

    /// <summary>Streams that got their number in this batch.</summary>
    public IReadOnlyList<string> NewEventStreams => _newEventStreams;

    public HoldRow? Hold(OrderKey key) => _holds.GetValueOrDefault(key);

    public void SetHold(OrderKey key, HoldRow? hold) => _holds[key] = hold;

    /// <summary>
    /// Returns an order adjusted by this batch, as it was before the batch; null if it enters in this batch.
    /// </summary>
    public StoredOrder? ToAdjust(OrderKey key) => _toAdjust.GetValueOrDefault(key);

    /// <summary>Holds read for a sweep of this batch, such as a mass cancel or a new instrument.</summary>
    public IEnumerable<OrderKey> ReadForSweep => _loadedForSweep;

    public void Clear()
    {
        _instruments.Clear();
        _splits.Clear();
        _floors.Clear();
        _holds.Clear();
        _lastInBook.Clear();
        _eventStreams.Clear();
        EndBatch([]);
    }

    /// <summary>Discards rows that only this batch needed.</summary>
    public void EndBatch(IEnumerable<OrderKey> touchedHolds)
    {
        _orders.Clear();
        _toAdjust.Clear();
        _loadedForSweep.Clear();
        _newEventStreams.Clear();
        foreach (var key in touchedHolds)
        {
            if (_holds.GetValueOrDefault(key) is null)
            {
                _holds.Remove(key);
            }
        }

        if (_holds.Count > RowsKept)
        {
            _holds.Clear();
        }

        if (_floors.Count > RowsKept)
        {
            _floors.Clear();
        }

        if (_lastInBook.Count > RowsKept)
        {
            _lastInBook.Clear();
        }
    }

    /// <summary>Reads the rows that these chunks need and that are not cached.</summary>
    public async Task LoadAsync(
        IReadOnlyList<HistoryChunk> chunks,
        HistoryTransaction from,
        RowBuffers buffers,
        OrderTables tables,
        CancellationToken cancellationToken)
    {
        var needs = new Needs(this, buffers, tables);
        foreach (var chunk in chunks)
        {
            needs.Add(chunk);
        }

        await from.ReadAsync(needs.LastInBook, row => _lastInBook[row.Number(0)] = row.Number(1), cancellationToken);
        needs.AddOrders();

        await NumberStreamsAsync(chunks, from, buffers, cancellationToken);

        // Requested rows that are not found are known to be absent.
        await from.ReadAsync(needs.Instruments, row => Define(ReadInstrument(row)), cancellationToken);
        await from.ReadAsync(needs.Splits, row => SetSplit(row.Text(0)!, row.Number(1)), cancellationToken);
        needs.AddHoldsWithoutAsset();
        await from.ReadAsync(
            needs.Floors, row => SetFloor(row.Text(0)!, row.Number(1), row.Number(2)), cancellationToken);
        await from.ReadAsync(
            needs.Orders, row => _orders.Add(new(row.Number(0), row.Number(1))), cancellationToken);
        await from.ReadAsync(
            needs.OrdersToAdjust,
            row => _toAdjust.Add(new(row.Number(0), row.Number(1)), new(row.Number(2), row.Number(3))),
            cancellationToken);
        await from.ReadAsync(
            needs.TermsToAdjust,
            row => _toAdjust[new(row.Number(0), row.Number(1))].Terms[row.Text(2)!] = row.Number(3), cancellationToken);
        needs.AddHolds();
        await from.ReadAsync(needs.Holds, row => TakeHold(row), cancellationToken);
        await from.ReadAsync(needs.HoldsUpTo, row => _loadedForSweep.Add(TakeHold(row)), cancellationToken);
        await from.ReadAsync(needs.HoldsWithoutAsset, row => _loadedForSweep.Add(TakeHold(row)), cancellationToken);
    }

    /// <summary>Numbers the streams whose records may concern accounts: all but those of accounts.</summary>
    private async Task NumberStreamsAsync(
        IReadOnlyList<HistoryChunk> chunks, HistoryTransaction from, RowBuffers buffers,
        CancellationToken cancellationToken)
    {
        var unknown = buffers.Empty(Statements.FindEventStream);
        foreach (var chunk in chunks)
        {
            if (chunk is not AccountChunk && !_eventStreams.ContainsKey(chunk.Stream))
            {
                unknown.Add(chunk.Stream);
            }
        }

        if (unknown.Count == 0)
        {
            return;
        }

        await from.ReadAsync(unknown, row => _eventStreams[row.Text(0)!] = row.Number(1), cancellationToken);
        await from.ReadAsync(
            buffers.Empty(Statements.FindLastEventStream).Add(0), row => _lastEventStream = row.Number(0),
            cancellationToken);
        foreach (var stream in unknown.Texts(0))
        {
            if (_eventStreams.TryAdd(stream!, _lastEventStream + 1))
            {
                _lastEventStream++;
                _newEventStreams.Add(stream!);
            }
        }
    }

    private OrderKey TakeHold(IHistoryRow row)
    {
        var key = new OrderKey(row.Number(0), row.Number(1));
        SetHold(key, new HoldRow(
            row.Text(2)!,
            HistoryWords.SideOf(row.Text(3)),
            row.Text(4),
            row.Number(5),
            row.Number(6) == 1,
            row.Number(7)));
        return key;
    }

    private static Instrument ReadInstrument(IHistoryRow row) => new()
    {
        Symbol = row.Text(0)!,
        Base = new Asset(row.Text(1)!, (int)row.Number(2)),
        Quote = new Asset(row.Text(3)!, (int)row.Number(4)),
        PriceDecimals = (int)row.Number(5),
        TickSize = row.Number(6),
        QuantityDecimals = (int)row.Number(7),
        LotSize = row.Number(8),
        SettlementDays = (int)row.Number(9),
    };

    /// <summary>Keys of the rows to read.</summary>
    private sealed class Needs(WorkingRows rows, RowBuffers buffers, OrderTables tables)
    {
        private readonly HashSet<OrderKey> _touched = tables.Touched;
        private readonly HashSet<OrderKey> _placed = tables.Placed;
        private readonly HashSet<OrderKey> _adjusted = [];
        private readonly HashSet<string> _defined = [];

        public RowBuffer Instruments { get; } = buffers.Empty(Statements.FindInstrument);

        public RowBuffer Splits { get; } = buffers.Empty(Statements.FindSplits);

        public RowBuffer Floors { get; } = buffers.Empty(Statements.FindFloor);

        public RowBuffer LastInBook { get; } = buffers.Empty(Statements.FindLastInBook);

        public RowBuffer Orders { get; } = buffers.Empty(Statements.FindOrder);

        public RowBuffer OrdersToAdjust { get; } = buffers.Empty(Statements.FindOrderAsIs);

        public RowBuffer TermsToAdjust { get; } = buffers.Empty(Statements.FindTerms);

        public RowBuffer Holds { get; } = buffers.Empty(Statements.FindHold);

        public RowBuffer HoldsUpTo { get; } = buffers.Empty(Statements.FindHoldsUpTo);

        public RowBuffer HoldsWithoutAsset { get; } = buffers.Empty(Statements.FindHoldsWithoutAsset);

        public void Add(HistoryChunk chunk)
        {
            if (chunk is BookChunk book)
            {
                NeedInstrument(book.Symbol);
                if (rows._splits.TryAdd(book.Symbol, 0))
                {
                    Splits.Add(book.Symbol);
                }

                foreach (var record in book.Records)
                {
                    Add(book.Symbol, record);
                }
            }
            else if (chunk is AccountChunk account)
            {
                foreach (var record in account.Records)
                {
                    if (record is HoldPlaced only)
                    {
                        Add(account.Account, only);
                    }
                    else if (record is ListHeld list)
                    {
                        foreach (var hold in list.Holds())
                        {
                            Add(account.Account, hold);
                        }
                    }
                }
            }
        }

        /// <summary>Adds holds that wait for a symbol's first definition. Later definitions find none.</summary>
        public void AddHoldsWithoutAsset()
        {
            foreach (var symbol in _defined.Where(symbol => rows.Instrument(symbol) is null))
            {
                HoldsWithoutAsset.Add(symbol);
            }
        }

        /// <summary>
        /// Adds orders of placed holds that a book may have recorded before. Its orders have higher numbers from batch
        /// to batch, unless a book's stream is ahead of the account's.
        /// </summary>
        public void AddOrders()
        {
            foreach (var key in _placed)
            {
                if (key.Number <= rows._lastInBook[key.Account])
                {
                    Orders.Add(key.Account).Add(key.Number);
                }
            }
        }

        /// <summary>
        /// Adds holds of touched orders. A hold placed in this batch has no row yet, unless its book came before.
        /// </summary>
        public void AddHolds()
        {
            foreach (var key in _touched)
            {
                if (!rows._holds.ContainsKey(key) && (!_placed.Contains(key) || rows.IsInBook(key)))
                {
                    Holds.Add(key.Account).Add(key.Number);
                }
            }
        }

        private void Add(long account, HoldPlaced hold)
        {
            NeedInstrument(hold.Symbol);
            if (rows._floors.TryAdd((hold.Symbol, account), 0))
            {
                Floors.Add(hold.Symbol).Add(account);
            }

            if (rows._lastInBook.TryAdd(account, long.MaxValue))
            {
                LastInBook.Add(account);
            }

            _placed.Add(new OrderKey(account, hold.Order.Number));
        }

        private void Add(string symbol, BookRecord record)
        {
            if (record is OrderAccepted { Replaced: null } accepted)
            {
                _touched.Add(new(accepted.Order.Account, accepted.Order.Number));
                foreach (var fill in accepted.Fills)
                {
                    _touched.Add(new(fill.MakerAccount, fill.MakerNumber));
                }

                return;
            }

            _touched.UnionWith(BookKeys.Of(record));
            if (record is AllClosed all)
            {
                HoldsUpTo.Add(symbol).Add(all.Account).Add(all.Floor);
            }
            else if (record is BookTurn { Command: CancelAllOrders cancel })
            {
                HoldsUpTo.Add(symbol).Add(cancel.Account).Add(cancel.Floor);
            }
            else if (record is BookTurn { Command: AdjustOrders } adjusting)
            {
                foreach (var step in adjusting.Steps.OfType<OrderAdjusted>())
                {
                    if (_adjusted.Add(new(step.Account, step.Number)))
                    {
                        OrdersToAdjust.Add(step.Account).Add(step.Number);
                        TermsToAdjust.Add(step.Account).Add(step.Number);
                    }
                }
            }
            else if (record is InstrumentDefined)
            {
                _defined.Add(symbol);
            }
        }

        private void NeedInstrument(string symbol)
        {
            if (rows._instruments.TryAdd(symbol, null))
            {
                Instruments.Add(symbol);
            }
        }
    }
}
