using QuantumCore.Contracts;
using QuantumCore.Instruments;
using QuantumCore.Journal;

namespace QuantumCore.Simulation;

/// <summary>
/// Sees every record in the sequence in which it becomes durable, and keeps its own state. It uses no code of the
/// product but the encoding of records. It checks what must never happen, whoever wrote the record.
/// </summary>
internal sealed class Witness(World world)
{
    private readonly Dictionary<long, string> _names = [];
    private readonly Dictionary<string, (long Epoch, long Head)> _streams = new(StringComparer.Ordinal);
    private readonly Dictionary<(long Account, string Key), string> _keys = [];
    private readonly Dictionary<(long Account, long Number), WitnessedOrder> _orders = [];
    private readonly Dictionary<(string Symbol, long Account), long> _floors = [];
    private readonly Dictionary<string, long> _times = new(StringComparer.Ordinal);
    private readonly List<WitnessedOrder[]> _strategies = [];
    private readonly HashSet<(string Symbol, long Action)> _adjusted = [];
    private readonly Dictionary<string, List<(long Now, long Head)>> _heads = new(StringComparer.Ordinal);

    /// <summary>Number of records that became durable.</summary>
    public long Records { get; private set; }

    public long Fills { get; private set; }

    public long Voided { get; private set; }

    /// <summary>Sum of the deposits of each account and asset.</summary>
    public Dictionary<(long Account, string Asset), long> PaidIn { get; } = [];

    /// <summary>Frozen accounts.</summary>
    public Freezes Freezes { get; } = new(world);

    /// <summary>Risk limits of accounts.</summary>
    public WitnessedLimits Limits { get; } = new(world);

    /// <summary>Margin accounts and liquidations.</summary>
    public WitnessedMargin Margin { get; } = new(world);

    /// <summary>Pending and settled trades.</summary>
    public WitnessedSettlement Settlement { get; } = new(world);

    /// <summary>Dividends: holdings at the cut, and payments.</summary>
    public WitnessedDividends Dividends { get; } = new(world);

    /// <summary>Trades with their current values.</summary>
    public WitnessedTrades Trades { get; } = new(world);

    /// <summary>Accounts that lack what changed trades took back.</summary>
    public WitnessedShorts Shorts { get; } = new(world);

    /// <summary>Records of each account, in the sequence in which they became durable.</summary>
    public Folds Folds { get; } = new(world);

    /// <summary>Stored snapshots.</summary>
    public WitnessedSnapshots Snapshots { get; } = new(world);

    /// <summary>Transfers and withdrawals with their state.</summary>
    public Movements Movements { get; } = new(world);

    public long HeadOf(string stream) => _streams.GetValueOrDefault(stream).Head;

    /// <summary>Returns the durable head of a stream at a time.</summary>
    public long HeadAt(string stream, long now) => _heads.TryGetValue(stream, out var heads)
        ? heads.LastOrDefault(head => head.Now <= now).Head
        : 0;

    public WitnessedOrder? Order(long account, long number) => _orders.GetValueOrDefault((account, number));

    /// <summary>
    /// Returns the use of a client order id or key: "order", "refused", "reduction", "deposit"; null for none.
    /// </summary>
    public (string What, long Number)? Named(long account, string key) =>
        _keys.TryGetValue((account, key), out var what)
            ? (what, _orders.Values.FirstOrDefault(o => o.Account == account && o.ClientOrderId == key)?.Number ?? 0)
            : null;

    public void Activated(string stream, in StreamActivation activation)
    {
        _names[activation.StreamId] = stream;
        var known = _streams.GetValueOrDefault(stream);
        if (activation.Epoch <= known.Epoch)
            world.Find($"{stream}: epoch {activation.Epoch} after {known.Epoch}");
        if (activation.Head != known.Head)
            world.Find($"{stream}: activated at {activation.Head}, and {known.Head} is durable");
        _streams[stream] = (activation.Epoch, known.Head);
    }

    public void Snapshotted(string stream, long sequence, ReadOnlySpan<byte> body)
    {
        if (sequence > HeadOf(stream))
            world.Find($"{stream}: a snapshot at {sequence} is ahead of {HeadOf(stream)}");
        Snapshots.See(stream, sequence, body);
    }

    public void Saw(JournalFrame frame)
    {
        foreach (var slice in frame.Slices)
        {
            var name = _names[slice.StreamId];
            var (epoch, head) = _streams[name];
            if (slice.Epoch != epoch || slice.FirstSequence != head + 1)
                world.Find($"{name}: {slice.FirstSequence} of epoch {slice.Epoch} landed after {head} of {epoch}");
            _streams[name] = (epoch, slice.LastSequence);
            if (!_heads.TryGetValue(name, out var heads))
                _heads.Add(name, heads = []);
            heads.Add((world.Now, slice.LastSequence));
        }

        // An order and its hold may be in one frame, and the hold comes first.
        foreach (var slice in frame.Slices
            .OrderBy(slice => !_names[slice.StreamId].StartsWith("acct/", StringComparison.Ordinal)))
        {
            var name = _names[slice.StreamId];
            foreach (var record in world.Database.Journal
                .ReadAsync(name, slice.FirstSequence, slice.LastSequence, CancellationToken.None)
                .ToBlockingEnumerable())
            {
                Records++;
                See(name, record);
            }
        }

        foreach (var legs in _strategies)
        {
            if (Array.Exists(legs, leg => leg.Filled != legs[0].Filled))
                world.Find(
                    $"a strategy of account {legs[0].Account} is legged: {string.Join(", ", legs.Select(l => $"{l.Symbol} {l.Filled}"))}");
        }
    }

    private void See(string stream, in JournalRecord record)
    {
        Folds.See(stream, record.Sequence, record.Body.ToArray());
        if (stream.StartsWith("acct/", StringComparison.Ordinal))
            SeeAccount(long.Parse(stream.AsSpan(5)), record.Sequence, AccountRecordEncoding.Decode(record.Body.Span));
        else if (stream.StartsWith("book/", StringComparison.Ordinal))
            SeeBook(stream[5..], record.Sequence, BookRecordEncoding.Decode(record.Body.Span));
        else if (stream.StartsWith(PayoutRecord.StreamPrefix, StringComparison.Ordinal))
            SeePayout(stream, record.Sequence, PayoutRecordEncoding.Decode(record.Body.Span));
        else if (stream.StartsWith(SettlementRecord.StreamPrefix, StringComparison.Ordinal))
            SeeSettlement(stream, record.Sequence, SettlementRecordEncoding.Decode(record.Body.Span));
        else if (stream == "catalog")
            SeeCatalog(CatalogRecordEncoding.Decode(record.Body.Span));
    }

    private void SeeSettlement(string stream, long sequence, SettlementRecord record)
    {
        Timed(stream, record.TimeNanos);
        Settlement.See(stream[SettlementRecord.StreamPrefix.Length..], sequence, record);
    }

    private void SeeCatalog(CatalogRecord record)
    {
        Margin.See(record);
        Settlement.See(record);
        Dividends.See(record);
    }

    private void SeePayout(string stream, long sequence, PayoutRecord record)
    {
        Timed(stream, record.TimeNanos);
        Movements.See(stream[PayoutRecord.StreamPrefix.Length..], sequence, record);
        Margin.See(stream[PayoutRecord.StreamPrefix.Length..], record);
        Settlement.See(stream[PayoutRecord.StreamPrefix.Length..], record);
    }

    private void Timed(string stream, long nanos)
    {
        if (nanos < _times.GetValueOrDefault(stream))
            world.Find($"{stream}: its time goes back to {nanos}");
        _times[stream] = nanos;
    }

    private void SeeAccount(long account, long sequence, AccountRecord record)
    {
        Timed("acct/" + account, record.TimeNanos);
        Movements.See(account, sequence, record);
        Freezes.See(account, sequence, record);
        Limits.See(account, sequence, record);
        Margin.See(account, sequence, record, _orders.Values);
        Snapshots.See(account, sequence, record);
        Settlement.See(account, record);
        Shorts.See(account, sequence, record);
        Dividends.See(account, record);
        switch (record)
        {
            case HoldPlaced hold:
                Use(account, hold.Order.ClientOrderId, "order");
                Hold(hold);
                break;
            case ListHeld list:
                foreach (var hold in list.Holds())
                {
                    Use(account, hold.Order.ClientOrderId, "order");
                    Hold(hold);
                }

                if (list.Orders[0].Type == OrderType.Leg)
                    _strategies.Add([.. list.Orders.Select(order => _orders[(account, order.Number)])]);
                break;
            case KeyRefused refused:
                Use(account, refused.ClientOrderId, "refused");
                break;
            case ReductionAsked reduction:
                Use(account, reduction.ClientOrderId, "reduction");
                break;
            case TransferredOut transfer:
                Use(account, transfer.Key, "transfer");
                break;
            case Withdrawn withdrawal:
                Use(account, withdrawal.Key, "withdrawal");
                break;
            case Deposited deposit:
                Use(account, "deposit " + deposit.Key, "deposit");
                if (TransferKey.IsTransfer(deposit.Key))
                    break;
                var paid = PaidIn.GetValueOrDefault((account, deposit.Asset));
                PaidIn[(account, deposit.Asset)] = paid + deposit.Amount;
                break;
        }
    }

    private void Use(long account, string key, string what)
    {
        if (!_keys.TryAdd((account, key), what))
            world.Find($"account {account}: the name {key} is used as {_keys[(account, key)]} and again as {what}");
    }

    private void Hold(HoldPlaced hold)
    {
        var order = new WitnessedOrder(
            world, hold.Order.Account, hold.Order.Number, hold.Order.ClientOrderId, hold.Symbol, hold.Order.Side)
        {
            Rates = (hold.Order.MakerFeePpm, hold.Order.TakerFeePpm),
            MinimumFee = hold.Order.MinimumFee,
        };
        if (!_orders.TryAdd((order.Account, order.Number), order))
            world.Find($"account {order.Account}: number {order.Number} is given twice");
    }

    private void SeeBook(string symbol, long sequence, BookRecord record)
    {
        Timed("book/" + symbol, record.TimeNanos);
        Trades.See(symbol, sequence, record);
        Settlement.See(symbol, sequence, record);
        switch (record)
        {
            case OrderAccepted accepted:
                SeeAccepted(symbol, sequence, accepted);
                break;
            case OrderVoided voided:
                Void(symbol, voided.Account, voided.Number);
                break;
            case OrdersClosed closed:
                foreach (var order in closed.Orders)
                    Close(symbol, order.Account, order.Number, order.FilledLots, order.LeavesLots);
                break;
            case AllClosed all:
                foreach (var order in all.Orders)
                    Close(symbol, order.Account, order.Number, order.FilledLots, order.LeavesLots);
                RaiseFloor(symbol, sequence, all.Account, all.Floor);
                break;
            case OrderReduced reduced:
                if (Open(symbol, reduced.Account, reduced.Number) is { } smaller)
                    smaller.Leaves -= reduced.ReducedLots;
                break;
            case BookTurn turn:
                SeeTurn(symbol, sequence, turn);
                break;
        }
    }

    private void SeeAccepted(string symbol, long sequence, OrderAccepted accepted)
    {
        var order = accepted.Order;
        Execute(symbol, sequence, order.Account, order.Number, accepted.OrderId, order.QuantityLots);
        if (accepted.Replaced is { } replaced)
            Close(symbol, replaced.Account, replaced.Number, replaced.FilledLots, replaced.LeavesLots);
        foreach (var fill in accepted.Fills)
            Fill(
                symbol, order.Account, order.Number, fill.MakerAccount, fill.MakerNumber, fill.QuantityLots,
                fill.MakerLeavesLots);
        if (Known(symbol, order.Account, order.Number) is { } taker)
            taker.Ends(accepted.LeavesLots, accepted.End != EndReason.None);
    }

    private void SeeTurn(string symbol, long sequence, BookTurn turn)
    {
        foreach (var step in turn.Steps)
        {
            switch (step)
            {
                case OrderOpened opened:
                    Execute(symbol, sequence, opened.Account, opened.Number, opened.OrderId, opened.TotalLots);
                    break;
                case TradeMade { Trade: var trade }:
                    Fill(
                        symbol, trade.Taker.Account, trade.Taker.Number, trade.Maker.Account, trade.Maker.Number,
                        trade.QuantityLots, trade.Maker.LeavesLots);
                    break;
                case OrderEnded ended:
                    Close(symbol, ended.Account, ended.Number, ended.FilledLots, ended.LeavesLots);
                    break;
                case OrderChanged changed:
                    if (Open(symbol, changed.Account, changed.Number) is { } smaller)
                        smaller.Leaves = changed.LeavesLots;
                    break;
                case OrderAdjusted adjusted:
                    if (Open(symbol, adjusted.Account, adjusted.Number) is { } order)
                        Adjust(symbol, order, adjusted);
                    break;
                case OrderRefused refused:
                    Void(symbol, refused.Account, refused.Number);
                    break;
                case TradeReversed or TradeRestated:
                    Margin.Change(symbol, (TradeStep)step);
                    break;
            }
        }

        if (turn.Command is AdjustOrders { Action: var action } && !_adjusted.Add((symbol, action)))
            world.Find($"{symbol} {sequence}: action {action} adjusts orders again");

        if (turn.Command is CancelAllOrders all)
            RaiseFloor(symbol, sequence, all.Account, all.Floor);
    }

    /// <summary>Checks that a dividend lowers a price and changes nothing else.</summary>
    private void Adjust(string symbol, WitnessedOrder order, OrderAdjusted step)
    {
        if (step.AddedLots != 0 || step.LeavesLots != order.Leaves || step.PriceTicks >= step.PriceBeforeTicks)
            world.Find(
                $"{symbol}: order {order.Account}/{order.Number} goes from {order.Leaves} at {step.PriceBeforeTicks} "
                    + $"to {step.LeavesLots} at {step.PriceTicks}");
    }

    private void Execute(string symbol, long sequence, long account, long number, long orderId, long lots)
    {
        if (Known(symbol, account, number) is not { } order)
            return;
        if (order.State != WitnessedState.Held)
            world.Find($"{symbol} {sequence}: order {account}/{number} enters and is {order.State}");
        if (number <= _floors.GetValueOrDefault((symbol, account)))
            world.Find($"{symbol} {sequence}: order {account}/{number} enters under a floor");
        order.State = WitnessedState.Open;
        order.OrderId = orderId;
        order.Sequence = sequence;
        order.Leaves = lots;
    }

    private void Void(string symbol, long account, long number)
    {
        Voided++;
        if (Known(symbol, account, number) is not { } order)
            return;
        if (order.State != WitnessedState.Held)
            world.Find($"{symbol}: order {account}/{number} is voided and was {order.State}");
        order.State = WitnessedState.Voided;
    }

    private void Fill(string symbol, long taker, long number, long maker, long makerNumber, long lots, long makerLeaves)
    {
        Fills++;
        if (Open(symbol, taker, number) is { } taking)
            Take(symbol, taking, lots);
        if (Open(symbol, maker, makerNumber) is { } resting)
        {
            Take(symbol, resting, lots);
            if (resting.Leaves != makerLeaves)
                world.Find(
                    $"{symbol}: order {maker}/{makerNumber} is said to have {makerLeaves} open, it has {resting.Leaves}");
            resting.Ends(resting.Leaves, ended: false);
        }
    }

    private void Take(string symbol, WitnessedOrder order, long lots)
    {
        order.Filled += lots;
        order.Leaves -= lots;
        if (order.Leaves < 0 || lots <= 0)
            world.Find($"{symbol}: order {order.Account}/{order.Number} trades {lots}, {-order.Leaves} too many");
        Margin.Trade(order, lots);
        order.Ends(order.Leaves, ended: false);
    }

    private void Close(string symbol, long account, long number, long filled, long leaves)
    {
        if (Known(symbol, account, number) is not { } order)
            return;
        if (order.State != WitnessedState.Open || order.Filled != filled)
        {
            world.Find(
                $"{symbol}: order {account}/{number} ends with {filled} filled and {leaves} open, and is {order.State} with "
                + $"{order.Filled} and {order.Leaves}");
        }

        order.State = WitnessedState.Cancelled;
        order.Leaves = 0;
    }

    private void RaiseFloor(string symbol, long sequence, long account, long floor)
    {
        Snapshots.Cancelled(symbol, sequence, account, floor);
        _floors[(symbol, account)] = Math.Max(floor, _floors.GetValueOrDefault((symbol, account)));
        Shorts.Told(account);
        foreach (var order in _orders.Values)
        {
            if (order.Account == account && order.Symbol == symbol && order.Number <= floor
                && order.State == WitnessedState.Open)
                world.Find($"{symbol}: order {account}/{order.Number} is open after a mass cancel up to {floor}");
            if (order.Account == account && order.Symbol == symbol && order.Number <= floor
                && order.State == WitnessedState.Held)
                order.State = WitnessedState.Voided;
        }
    }

    private WitnessedOrder? Open(string symbol, long account, long number)
    {
        var order = Known(symbol, account, number);
        if (order is { State: not WitnessedState.Open })
            world.Find($"{symbol}: order {account}/{number} trades or changes and is {order.State}");
        return order;
    }

    private WitnessedOrder? Known(string symbol, long account, long number)
    {
        var order = Order(account, number);
        if (order is null || order.Symbol != symbol)
            world.Find($"{symbol}: order {account}/{number} has no durable hold for this book");
        Margin.Told(account, symbol);
        Shorts.Told(account);
        return order;
    }
}

/// <summary>State of an order, according to the witness.</summary>
internal enum WitnessedState
{
    Held,
    Open,
    Filled,
    Cancelled,
    Voided,
}

/// <summary>An order according to the durable records.</summary>
internal sealed class WitnessedOrder(
    World world, long account, long number, string clientOrderId, string symbol, Side side)
{
    public long Account => account;

    public long Number => number;

    public string ClientOrderId => clientOrderId;

    public string Symbol => symbol;

    public Side Side => side;

    public WitnessedState State
    {
        get;
        set
        {
            field = value;
            ChangedAt = world.Now;
        }
    }

    /// <summary>Maker and taker fee rates, in millionths.</summary>
    public (int Maker, int Taker) Rates { get; init; }

    /// <summary>Minimum fee once it has filled.</summary>
    public long MinimumFee { get; init; }

    /// <summary>Time of the last state change.</summary>
    public long ChangedAt { get; private set; }

    public long OrderId { get; set; }

    public long Sequence { get; set; }

    public long Filled { get; set; }

    public long Leaves { get; set; }

    public void Ends(long leaves, bool ended)
    {
        Leaves = leaves;
        if (ended)
            State = WitnessedState.Cancelled;
        else if (leaves == 0 && State == WitnessedState.Open)
            State = WitnessedState.Filled;
    }
}
