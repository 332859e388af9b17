using System.Runtime.InteropServices;
using QuantumCore.Clearing;
using QuantumCore.Contracts;
using QuantumCore.Instruments;

namespace QuantumCore.History;

/// <summary>
/// Converts the records of a batch into changes of rows. Streams may arrive in any mixture. A book's record about an
/// order replaces the account's hold for good, so a hold projected later changes nothing.
/// </summary>
internal sealed partial class Projection(
    WorkingRows rows, RowBuffers buffers, OrderTables tables, long batch)
{
    private readonly Dictionary<OrderKey, OrderRow> _orders = tables.Entered;
    private readonly Dictionary<OrderKey, OrderChange> _changes = tables.Changes;
    private readonly Dictionary<OrderKey, HoldRow?> _holds = tables.Holds;
    private Dictionary<long, List<OrderKey>>? _holdsByAccount;
    private readonly HashSet<(string Symbol, long Account)> _floors = [];
    private readonly Dictionary<(long Account, string Asset),
        (Int128 Total, Int128 Reserved, Int128 Pending)> _balances = [];
    private readonly DayTotals _days = new();
    private readonly TradedSums _traded = new();
    private readonly Dictionary<(long Account, string Symbol), Int128> _positions = [];
    private readonly Dictionary<string, int> _assets = [];
    private readonly RowBuffer _instruments = buffers.Empty(Statements.AddInstrument);
    private readonly RowBuffer _postings = buffers.Empty(Statements.AddPosting);
    private readonly RowBuffer _trades = buffers.Empty(Statements.AddTrade);
    private readonly RowBuffer _tradeChanges = buffers.Empty(Statements.AddTradeChange);
    private readonly RowBuffer _prevented = buffers.Empty(Statements.AddPrevented);
    private readonly Dictionary<(long Account, long StreamId), EventBlock> _events = [];
    private readonly RowBuffer _adjusted = buffers.Empty(Statements.AddAdjusted);
    private readonly RowBuffer _terms = buffers.Empty(Statements.AddTerm);
    private readonly RowBuffer _lists = buffers.Empty(Statements.AddList);
    private readonly Dictionary<string, TradingPhase> _phases = [];
    private readonly RowBuffer _splits = buffers.Empty(Statements.AddSplit);
    private readonly Dictionary<(string Symbol, long Minute, long Split), CandleRow> _candles = [];

    /// <summary>Holds changed by this batch.</summary>
    public IReadOnlyCollection<OrderKey> TouchedHolds => _holds.Keys;

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
                    Apply(new(book.Stream, book.Symbol, sequence++), record);
                }
            }
            else if (chunk is AccountChunk account)
            {
                foreach (var record in account.Records)
                {
                    Apply(account.Stream, account.Account, sequence++, record);
                }
            }
            else if (chunk is PayoutChunk payout)
            {
                foreach (var record in payout.Records)
                {
                    Apply(payout.Asset, new Place(payout.Stream, "", sequence++), record);
                }
            }
            else if (chunk is SettlementChunk settlement)
            {
                foreach (var record in settlement.Records)
                {
                    Apply(settlement.Venue, new Place(settlement.Stream, "", sequence++), record);
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
        _traded.AddTo(_days, AddBalance, AddPosition);
        return [
            AssetRows(), _instruments, .. OrderRows(), .. HoldRows(), FloorRows(), BalanceRows(), PositionRows(),
            _postings, _days.Rows(buffers.Empty(Statements.AddDayTotal)),
            _trades, _tradeChanges, _prevented, .. EventRows(), _terms, PutTermRows(), _lists, _adjusted, PhaseRows(),
            _splits, CandleRows(), .. MoneyRows(),
        ];
    }

    private void Apply(Place place, BookRecord record)
    {
        switch (record)
        {
            case InstrumentDefined defined:
                Define(place, defined);
                break;
            case OrderAccepted accepted:
                Accept(place, accepted);
                break;
            case OrderVoided voided:
                Void(place, voided);
                break;
            case OrdersClosed closed:
                Close(closed.Orders, closed.TimeNanos);
                break;
            case AllClosed all:
                CloseAll(place, all);
                break;
            case OrderReduced reduced:
                Reduce(reduced);
                break;
            case BookTurn turn:
                Turn(place, turn);
                break;
            case NothingFound:
                break;
            default:
                throw new InvalidDataException($"unknown record {record.GetType().Name}");
        }

        if (record is OrderAccepted { Fills.IsEmpty: true, Replaced: null } resting)
        {
            AddEvent(place, resting.Order.Account);
            return;
        }

        foreach (var account in record.TouchedAccounts())
        {
            AddEvent(place, account);
        }
    }

    private void AddEvent(Place place, long account)
    {
        ref var block =
            ref CollectionsMarshal.GetValueRefOrAddDefault(_events, (account, rows.EventStream(place.Stream)), out _);
        (block ??= new()).Add(place.Sequence);
    }

    private void Apply(string stream, long account, long sequence, AccountRecord record)
    {
        if (record is HoldPlaced only)
        {
            HoldUnlessInBook(account, only);
            return;
        }

        foreach (var hold in record is ListHeld list ? list.Holds() : [])
        {
            HoldUnlessInBook(account, hold);
        }

        Move(new(stream, "", sequence), account, record);
    }

    private void HoldUnlessInBook(long account, HoldPlaced hold)
    {
        var key = new OrderKey(account, hold.Order.Number);
        if (!_orders.ContainsKey(key) && !rows.IsInBook(key) && hold.Order.Number > rows.Floor(hold.Symbol, account))
        {
            var asset = rows.Instrument(hold.Symbol) is { } instrument ? HeldAsset(instrument, hold.Order.Side) : null;
            SetHold(key, new(hold.Symbol, hold.Order.Side, asset, hold.Amount, InBook: false, hold.TimeNanos));
        }
    }

    private void Define(Place place, InstrumentDefined defined)
    {
        var instrument = defined.Definition.Decode();
        var isFirst = rows.Instrument(place.Symbol) is null;
        rows.Define(instrument);
        _assets[instrument.Base.Name] = instrument.Base.Decimals;
        _assets[instrument.Quote.Name] = instrument.Quote.Decimals;
        _instruments.Add(place.Symbol).Add(place.Sequence)
            .Add(instrument.Base.Name).Add(instrument.Base.Decimals)
            .Add(instrument.Quote.Name).Add(instrument.Quote.Decimals)
            .Add(instrument.PriceDecimals).Add(instrument.TickSize)
            .Add(instrument.QuantityDecimals).Add(instrument.LotSize)
            .Add(instrument.TickLotValue).Add(instrument.LotUnits).Add(defined.TimeNanos)
            .Add(instrument.SettlementDays);
        if (isFirst)
        {
            NameHeldAsset(instrument);
        }
    }

    /// <summary>Sets the asset of the symbol's holds that were projected before its instrument.</summary>
    private void NameHeldAsset(Instrument instrument)
    {
        foreach (var key in rows.ReadForSweep.Union(_holds.Keys).ToArray())
        {
            if (rows.Hold(key) is { Asset: null } hold && hold.Symbol == instrument.Symbol)
            {
                SetHold(key, hold with { Asset = HeldAsset(instrument, hold.Side) });
            }
        }
    }

    private void Accept(Place place, OrderAccepted accepted)
    {
        var order = accepted.Order;
        var instrument = InstrumentOf(place);
        var key = new OrderKey(order.Account, order.Number);
        var state = Enter(key, place.Symbol, accepted.OrderId, order, accepted.TimeNanos);
        for (var i = 0; i < accepted.Fills.Length; i++)
        {
            state.Fill(accepted.Fills[i].PriceTicks, accepted.Fills[i].QuantityLots);
            Trade(place, instrument, accepted, i);
        }

        if (accepted.LeavesLots == 0)
        {
            state.Cancelled = order.QuantityLots - state.Filled;
            state.End(state.Cancelled == 0 ? EndReason.None : accepted.End, accepted.TimeNanos);
        }

        if (accepted.Replaced is { } replaced)
        {
            Close(replaced, accepted.TimeNanos);
        }

        SetHold(key, accepted.LeavesLots == 0 ? null : new(
            place.Symbol,
            order.Side,
            HeldAsset(instrument, order.Side),
            accepted.Hold,
            InBook: true,
            accepted.TimeNanos));
    }

    private void Trade(Place place, Instrument instrument, OrderAccepted taker, int index)
    {
        var fill = taker.Fills[index];
        Trade(place, instrument, index, taker.TimeNanos, taker.TradeOf(in fill));

        var maker = new OrderKey(fill.MakerAccount, fill.MakerNumber);
        var change = Change(maker, taker.TimeNanos);
        change.Fill(fill.PriceTicks, fill.QuantityLots);
        if (fill.MakerLeavesLots == 0)
        {
            change.End(EndReason.None, taker.TimeNanos);
        }

        Resize(maker, fill.MakerHold);
    }

    /// <summary>Adds the rows of a trade, for both sides.</summary>
    private void Trade(Place place, Instrument instrument, int index, long timeNanos, in MatchedTrade trade)
    {
        var money = BookTrades.Of(in trade);
        var (cash, units) = TradePostings.AmountsOf(instrument, in money);
        _traded.Add(instrument, in money, cash, units, UtcDay.Of(timeNanos));
        _trades.Add(place.Symbol).Add(place.Sequence).Add(index).Add(trade.PriceTicks).Add(trade.QuantityLots)
            .Add(trade.Maker.OrderId).Add(trade.Taker.OrderId).Add(money.Buyer.Value).Add(money.Seller.Value)
            .Add(trade.IsAuction ? HistoryWords.NoTaker : HistoryWords.Of(trade.TakerSide))
            .Add(trade.Maker.Fee).Add(trade.Taker.Fee).Add(timeNanos)
            .Add(HistoryWords.KindOf(instrument.SettlementDays > 0)).Add(instrument.Base.Name)
            .Add(instrument.Quote.Name).Add(units).Add(cash);
        AddToCandle(new(place.Sequence, index), place.Symbol, timeNanos, in trade);
    }

    private void Void(Place place, OrderVoided voided)
    {
        var key = new OrderKey(voided.Account, voided.Number);
        var state = Enter(key, place.Symbol, RowBuffer.Null, voided.Order, voided.TimeNanos);
        state.End("rejected", voided.Reason.ToString(), voided.TimeNanos);
        SetHold(key, null);
    }

    private void Close(IEnumerable<ClosedOrder> orders, long timeNanos)
    {
        foreach (var order in orders)
        {
            Close(order, timeNanos);
        }
    }

    private void Close(ClosedOrder order, long timeNanos)
    {
        var key = BookKeys.Of(order);
        var change = Change(key, timeNanos);
        change.Cancelled += order.LeavesLots;
        change.End(order.Reason, timeNanos);
        SetHold(key, null);
    }

    private void CloseAll(Place place, AllClosed all)
    {
        Close(all.Orders, all.TimeNanos);
        RaiseFloor(place, all.Account, all.Floor);
    }

    private void RaiseFloor(Place place, long account, long floor)
    {
        if (floor > rows.Floor(place.Symbol, account))
        {
            rows.SetFloor(place.Symbol, account, floor);
            _floors.Add((place.Symbol, account));
        }

        // Holds from before this batch, and those that it opened.
        var holds = rows.ReadForSweep.Where(key => key.Account == account)
            .Concat(HoldsByAccount().GetValueOrDefault(account, []));
        foreach (var key in holds.ToArray())
        {
            if (key.Number <= floor && rows.Hold(key)?.Symbol == place.Symbol)
            {
                SetHold(key, null);
            }
        }
    }

    private void Reduce(OrderReduced reduced)
    {
        var key = new OrderKey(reduced.Account, reduced.Number);
        Change(key, reduced.TimeNanos).Resized -= reduced.ReducedLots;
        Resize(key, reduced.Hold);
    }

    private OrderChange Enter(OrderKey key, string symbol, long orderId, SubmitOrder? order, long timeNanos)
    {
        var row = new OrderRow { Symbol = symbol, OrderId = orderId, Order = order, CreatedNanos = timeNanos };
        if (!_orders.TryAdd(key, row))
        {
            throw new InvalidDataException($"order {key.Number} of account {key.Account} came twice");
        }

        row.State.ChangedNanos = timeNanos;
        rows.MarkInBook(key);
        if (order is { IsPlain: false })
        {
            foreach (var (name, value) in HistoryWords.Of(order))
            {
                AddTerm(key, name, value);
            }
        }

        return row.State;
    }

    private OrderChange Change(OrderKey key, long timeNanos)
    {
        OrderChange? change;
        if (_orders.TryGetValue(key, out var row))
        {
            change = row.State;
        }
        else if (!_changes.TryGetValue(key, out change))
        {
            _changes.Add(key, change = new());
        }

        change.ChangedNanos = timeNanos;
        return change;
    }

    private void Resize(OrderKey key, long amount)
    {
        var hold = rows.Hold(key);
        if (hold is null && amount > 0)
        {
            throw new InvalidDataException($"order {key.Number} of account {key.Account} has no hold");
        }

        // A plain order without a hold is done.
        SetHold(key, hold is null || amount == 0 ? null : hold with { Amount = amount });
    }

    private void SetHold(OrderKey key, HoldRow? hold)
    {
        if (_holds.TryAdd(key, rows.Hold(key)) && _holdsByAccount is { } byAccount)
        {
            AddTo(byAccount, key);
        }

        rows.SetHold(key, hold);
    }

    /// <summary>Returns the holds changed by this batch, by account. Only a mass cancel needs them so.</summary>
    private Dictionary<long, List<OrderKey>> HoldsByAccount()
    {
        if (_holdsByAccount is null)
        {
            _holdsByAccount = [];
            foreach (var key in _holds.Keys)
            {
                AddTo(_holdsByAccount, key);
            }
        }

        return _holdsByAccount;
    }

    private static void AddTo(Dictionary<long, List<OrderKey>> byAccount, OrderKey key)
    {
        if (!byAccount.TryGetValue(key.Account, out var keys))
        {
            byAccount.Add(key.Account, keys = []);
        }

        keys.Add(key);
    }

    private void Reserve(long account, HoldRow? hold, int sign)
    {
        if (hold?.Asset is { } asset)
        {
            AddBalance(account, asset, 0, sign * hold.Amount);
        }
    }

    private Instrument InstrumentOf(Place place) => rows.Instrument(place.Symbol)
        ?? throw new InvalidDataException("an order before the instrument's definition");

    private static string HeldAsset(Instrument instrument, Side side) =>
        side == Side.Buy ? instrument.Quote.Name : instrument.Base.Name;

    private void Post(Place place, int index, IReadOnlyList<Posting> entry, string cause, long timeNanos)
    {
        foreach (var line in entry)
        {
            _postings.Add(place.Stream).Add(place.Sequence).Add(index).Add(line.Leg).Add(line.Account.Value)
                .Add(HistoryWords.KindOf(line.IsPending)).Add(line.Asset).Add(line.Amount).Add(cause).Add(timeNanos);
            _days.Add(line, cause, timeNanos);
            AddBalance(line.Account.Value, line.Asset, line.Amount, 0, line.IsPending ? line.Amount : 0);
        }
    }

    private void AddBalance(long account, string asset, Int128 total, Int128 reserved, Int128 pending = default)
    {
        ref var sum = ref CollectionsMarshal.GetValueRefOrAddDefault(_balances, (account, asset), out _);
        sum = (sum.Total + total, sum.Reserved + reserved, sum.Pending + pending);
    }

    private void AddPosition(long account, string symbol, Int128 lots) =>
        CollectionsMarshal.GetValueRefOrAddDefault(_positions, (account, symbol), out _) += lots;

    private RowBuffer AssetRows()
    {
        var to = buffers.Empty(Statements.AddAsset);
        foreach (var (asset, decimals) in _assets)
        {
            to.Add(asset).Add(decimals);
        }

        return to;
    }

    private IEnumerable<RowBuffer> OrderRows()
    {
        var added = buffers.Empty(Statements.AddOrder);
        foreach (var (key, row) in _orders)
        {
            var (order, state) = (row.Order, row.State);
            added.Add(key.Account).Add(key.Number).Add(row.Symbol).Add(row.OrderId)
                .Add(order?.ClientOrderId)
                .Add(order is null ? null : HistoryWords.Of(order.Side))
                .Add(order is null ? null : order.Type.Word())
                .Add(order is null ? null : order.TimeInForce.Word())
                .Add(state.PriceTicks ?? order?.PriceTicks ?? RowBuffer.Null)
                .Add((order?.QuantityLots ?? 0) + state.Resized).Add(state.Filled).Add(state.Cancelled)
                .Add(state.State).Add(state.Reason)
                .Add(order is { ReplacesNumber: > 0 } ? order.ReplacesNumber : RowBuffer.Null)
                .Add(row.CreatedNanos).Add(state.ClosedNanos).Add(state.Value).Add(state.ChangedNanos)
                .Add(order is { PostOnly: true } ? 1 : 0);
        }

        var changed = buffers.Empty(Statements.ChangeOrder);
        foreach (var (key, change) in _changes)
        {
            changed.Add(key.Account).Add(key.Number).Add(change.Resized).Add(change.Filled).Add(change.Cancelled)
                .Add(change.State).Add(change.Reason).Add(change.ClosedNanos).Add(change.Value).Add(change.ChangedNanos)
                .Add(change.PriceTicks ?? RowBuffer.Null);
        }

        return [added, changed];
    }

    private IEnumerable<RowBuffer> HoldRows()
    {
        var put = buffers.Empty(Statements.PutHold);
        var dropped = buffers.Empty(Statements.DropHold);
        foreach (var (key, before) in _holds)
        {
            var now = rows.Hold(key);
            Reserve(key.Account, before, -1);
            Reserve(key.Account, now, 1);
            if (now is { } hold)
            {
                put.Add(key.Account).Add(key.Number).Add(hold.Symbol).Add(HistoryWords.Of(hold.Side)).Add(hold.Asset)
                    .Add(hold.Amount).Add(hold.InBook ? 1 : 0).Add(hold.TimeNanos);
            }
            else if (before is not null)
            {
                dropped.Add(key.Account).Add(key.Number);
            }
        }

        return [put, dropped];
    }

    private RowBuffer PhaseRows()
    {
        var to = buffers.Empty(Statements.PutPhase);
        foreach (var (symbol, phase) in _phases)
        {
            to.Add(symbol).Add(phase.Word());
        }

        return to;
    }

    private void AddToCandle(TradePlace place, string symbol, long timeNanos, in MatchedTrade trade)
    {
        var key = (symbol, timeNanos / CandleBuckets.MinuteNanos, rows.Split(symbol));
        if (!_candles.TryGetValue(key, out var candle))
        {
            _candles.Add(key, candle = new(trade.PriceTicks, place));
        }

        candle.Add(
            place, trade.PriceTicks, trade.QuantityLots, isBought: trade.TakerSide == Side.Buy && !trade.IsAuction);
    }

    private RowBuffer CandleRows()
    {
        var to = buffers.Empty(Statements.AddCandle);
        foreach (var ((symbol, minute, split), candle) in _candles)
        {
            to.Add(symbol).Add(minute).Add(split).Add(candle.Open).Add(candle.High).Add(candle.Low).Add(candle.Close)
                .AddWide(candle.Lots).AddWide(candle.Value).Add(candle.Trades).AddWide(candle.BoughtLots)
                .AddWide(candle.BoughtValue)
                .Add(candle.First.Sequence).Add(candle.First.Index).Add(candle.Last.Sequence).Add(candle.Last.Index);
        }

        return to;
    }

    private IEnumerable<RowBuffer> EventRows()
    {
        var (streams, blocks, last) = (
            buffers.Empty(Statements.AddEventStream), buffers.Empty(Statements.AddEventBlock),
            buffers.Empty(Statements.PutEventLast));
        foreach (var stream in rows.NewEventStreams)
        {
            streams.Add(rows.EventStream(stream)).Add(stream);
        }

        foreach (var ((account, stream), block) in _events)
        {
            blocks.Add(account).Add(batch).Add(stream).Add(block.First).Add(block.Text());
            last.Add(account).Add(stream).Add(block.Last).Add(batch);
        }

        return [streams, blocks, last];
    }

    private RowBuffer FloorRows()
    {
        var to = buffers.Empty(Statements.PutFloor);
        foreach (var (symbol, account) in _floors)
        {
            to.Add(symbol).Add(account).Add(rows.Floor(symbol, account));
        }

        return to;
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

    /// <summary>Place of a record.</summary>
    private readonly record struct Place(string Stream, string Symbol, long Sequence);
}
