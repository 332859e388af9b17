using QuantumCore.Contracts;
using QuantumCore.Instruments;

namespace QuantumCore.History;

/// <summary>Orders: their entry and changes, their terms, names of lists, and adjustments.</summary>
internal sealed class OrderProjection(WorkingRows rows, RowBuffers buffers, OrderTables tables)
{
    private readonly Dictionary<OrderKey, OrderRow> _entered = tables.Entered;
    private readonly Dictionary<OrderKey, OrderChange> _changes = tables.Changes;
    private readonly Dictionary<(OrderKey Key, string Name), long> _putTerms = [];
    private readonly RowBuffer _terms = buffers.Empty(Statements.AddTerm);
    private readonly RowBuffer _lists = buffers.Empty(Statements.AddList);
    private readonly RowBuffer _adjusted = buffers.Empty(Statements.AddAdjusted);

    /// <summary>Adds an order, and returns its state.</summary>
    /// <exception cref="InvalidDataException">The order entered before.</exception>
    public OrderChange Enter(OrderKey key, string symbol, long orderId, SubmitOrder? order, long timeNanos)
    {
        var row = new OrderRow { Symbol = symbol, OrderId = orderId, Order = order, CreatedNanos = timeNanos };
        if (!_entered.TryAdd(key, row))
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

    /// <summary>Returns the changes of an order, with the time of the last one.</summary>
    public OrderChange Change(OrderKey key, long timeNanos) => Change(key, timeNanos, out _);

    /// <summary>Adds a trade to an order. Returns false if the order is filled.</summary>
    public bool Fill(OrderKey key, in MatchedTrade trade, in TradeSide side, long timeNanos)
    {
        var change = Change(key, timeNanos, out var entered);
        change.Fill(trade.PriceTicks, trade.QuantityLots);
        var leaves = side.LeavesLots;

        // The total of an order by amount is the quantity it trades.
        if (entered?.Conditions.Decode()?.Amount is not null)
        {
            change.Resized += trade.QuantityLots;
            leaves = side.Hold;
        }

        if (leaves == 0)
        {
            change.End(EndReason.None, timeNanos);
        }

        return leaves != 0;
    }

    /// <summary>
    /// Scales the current price of an order. A slide or a trigger may have made it different from the price in its
    /// step, at which the order is covered.
    /// </summary>
    public void Adjust(RecordOrigin place, BookTurn turn, OrderAdjusted step, OrderKey key)
    {
        var adjustment = ((AdjustOrders)turn.Command).Adjustment;
        var change = Change(key, turn.TimeNanos, out var entered);
        var stored = rows.ToAdjust(key);
        var before = change.PriceTicks ?? entered?.PriceTicks ?? stored!.PriceTicks;
        change.PriceTicks = adjustment.PriceOf(step.Side, before);
        change.Resized += step.AddedLots;
        _adjusted.Add(step.Account).Add(step.Number).Add(place.Sequence).Add(before).Add(change.PriceTicks.Value)
            .Add(step.AddedLots);

        var terms = entered is null
            ? stored!.Terms
            : HistoryWords.Of(entered).ToDictionary(term => term.Name, term => term.Value, StringComparer.Ordinal);
        var total = (entered?.QuantityLots ?? stored!.Lots) + change.Resized;
        PutTerms(key, adjustment.Of(step.Side, new OrderConditions
        {
            TriggerTicks = TermOf(key, HistoryWords.TriggerTicks, terms),
            DisplayLots = TermOf(key, HistoryWords.DisplayLots, terms),
            MinimumLots = TermOf(key, HistoryWords.MinimumLots, terms),
        }, total)!);
    }

    /// <summary>Adds a term that the order does not have.</summary>
    public void AddTerm(OrderKey key, string name, long value) =>
        _terms.Add(key.Account).Add(key.Number).Add(name).Add(value);

    /// <summary>Replaces the order's terms by those of these conditions.</summary>
    public void PutTerms(OrderKey key, OrderConditions conditions)
    {
        foreach (var (name, value) in HistoryWords.Of(conditions))
        {
            _putTerms[(key, name)] = value;
        }
    }

    /// <summary>Adds the order's list, and the client's name for it.</summary>
    public void EnterListed(OrderKey key, SubmitOrder order, EnterOrderList list)
    {
        AddTerm(key, "list", (long)list.Kind);
        AddTerm(key, "listFirst", list.Orders[0].Number);
        if (order.Conditions.Decode()?.ListName is { } name)
        {
            _lists.Add(key.Account).Add(key.Number).Add(name);
        }
    }

    public RowBuffer[] Rows()
    {
        var added = buffers.Empty(Statements.AddOrder);
        foreach (var (key, row) in _entered)
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

    public RowBuffer[] TermRows()
    {
        var put = buffers.Empty(Statements.PutTerm);
        foreach (var ((key, name), value) in _putTerms)
        {
            put.Add(key.Account).Add(key.Number).Add(name).Add(value);
        }

        return [_terms, put, _lists, _adjusted];
    }

    private OrderChange Change(OrderKey key, long timeNanos, out SubmitOrder? entered)
    {
        OrderChange? change;
        entered = null;
        if (_entered.TryGetValue(key, out var row))
        {
            (change, entered) = (row.State, row.Order);
        }
        else if (!_changes.TryGetValue(key, out change))
        {
            _changes.Add(key, change = new());
        }

        change.ChangedNanos = timeNanos;
        return change;
    }

    private long? TermOf(OrderKey key, string name, Dictionary<string, long> terms) =>
        _putTerms.TryGetValue((key, name), out var put) ? put : terms.TryGetValue(name, out var value) ? value : null;
}
