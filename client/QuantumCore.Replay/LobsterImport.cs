using System.Collections.Immutable;
using QuantumCore.Client;

namespace QuantumCore.Replay;

/// <summary>
/// Converts LOBSTER messages into engine commands. The message file has only resting orders, and only those near the
/// top of the book. The import adds what a matching engine needs to follow it:
/// <list type="bullet">
/// <item>executions with the same time and side are one aggressive order, limited at the last price;</item>
/// <item>an order that is changed but never submitted rests from the time that its id implies;</item>
/// <item>quantity that the order book file shows without a message rests under a negative id, and quantity that it
/// lacks is removed, first from orders that no later message needs.</item>
/// </list>
/// </summary>
internal sealed class LobsterImport
{
    private readonly IReadOnlyList<LobsterMessage> _messages;
    private readonly IReadOnlyList<BookCheck>? _rows;
    private readonly FlowBuilder _flow = new();

    /// <summary>Quantity that later messages will take, by order.</summary>
    private readonly Dictionary<long, long> _needs = [];

    /// <summary>Orders without a submission, by id, as ids grow with time.</summary>
    private readonly Queue<RecordedOrder> _unseen = new();

    private long _anonymous;

    private LobsterImport(IReadOnlyList<LobsterMessage> messages, IReadOnlyList<BookCheck>? rows)
    {
        _messages = messages;
        _rows = rows;
    }

    private int HiddenExecutions { get; set; }

    private int Halts { get; set; }

    private int RowsNotReached { get; set; }

    /// <summary>Converts a day.</summary>
    /// <param name="ticker">Ticker of the recording.</param>
    /// <param name="messages">Lines of the message file.</param>
    /// <param name="rows">Order book file, a row for each message; null if there is none.</param>
    /// <param name="cancellation">Token that cancels the call: a whole day takes seconds.</param>
    internal static OrderFlow Convert(
        string ticker, IReadOnlyList<LobsterMessage> messages, IReadOnlyList<BookCheck>? rows,
        CancellationToken cancellation = default)
    {
        var import = new LobsterImport(messages, rows);
        import.FindUnseenOrders();
        for (var at = 0; at < messages.Count;)
        {
            cancellation.ThrowIfCancellationRequested();
            at += import.Step(at);
        }

        return new OrderFlow(ticker, import._flow.Commands,
        [
            $"{import.HiddenExecutions} executions of hidden orders and {import.Halts} halt messages are left out",
            $"{import._flow.NotPriceTime} aggressive orders were not executed in price-time priority: "
            + "taken as reductions",
            $"{import.RowsNotReached} order book rows could not be explained and are not checked",
        ]);
    }

    private void FindUnseenOrders()
    {
        var submitted = new HashSet<long>();
        var unseen = new SortedDictionary<long, LobsterMessage>();
        foreach (var message in _messages)
        {
            if (message.Event == LobsterEvent.Submit)
            {
                submitted.Add(message.Id);
            }
            else if (message.Event <= LobsterEvent.Execute)
            {
                _needs[message.Id] = _needs.GetValueOrDefault(message.Id) + message.Quantity;
                if (!submitted.Contains(message.Id))
                    unseen.TryAdd(message.Id, message);
            }
        }

        foreach (var (id, first) in unseen)
            _unseen.Enqueue(new RecordedOrder(id, first.Side, first.Price, _needs[id]));
    }

    /// <summary>
    /// Converts one message, or the executions of one aggressive order, and returns the number of messages converted.
    /// </summary>
    private int Step(int at)
    {
        var message = _messages[at];
        var taken = 1;
        switch (message.Event)
        {
            case LobsterEvent.Submit:
                RestUnseenBefore(message.Id, message.Line);
                Submit(message);
                break;
            case LobsterEvent.Reduce or LobsterEvent.Delete:
                _flow.Take(Demand(message), message.Quantity, message.Line, message.Event == LobsterEvent.Delete);
                Consume(message);
                break;
            case LobsterEvent.Execute:
                taken = Execute(at);
                break;
            case LobsterEvent.Halt:
                Halts++;
                break;
            case LobsterEvent.ExecuteHidden or LobsterEvent.Cross:
                HiddenExecutions++;
                break;
        }

        if (_rows is not null)
            Follow(_rows[at + taken - 1], message.Event == LobsterEvent.Execute);

        return taken;
    }

    private void Submit(LobsterMessage message)
    {
        // The recorded book let it rest, so any order that it would meet here had left unseen.
        foreach (var fill in _flow.Book.Match(message.Side, long.MaxValue, message.Price))
            _flow.Take(_flow.Book.Find(fill.MakerId)!, fill.Quantity, message.Line);

        if (_flow.Book.Find(message.Id) is { } earlier)
            _flow.Take(earlier, earlier.Remaining, message.Line);

        _flow.Rest(new RecordedOrder(message.Id, message.Side, message.Price, message.Quantity), message.Line);
    }

    private void RestUnseenBefore(long id, int line)
    {
        while (_unseen.TryPeek(out var order) && order.Id < id)
        {
            _unseen.Dequeue();
            // An order that would trade now cannot have been there yet. The message that changes it adds it.
            if (_needs[order.Id] > 0 && _flow.Book.Find(order.Id) is null &&
                _flow.Book.Match(order.Side, 1, order.Price).Count == 0)
                _flow.Rest(order, line);
        }
    }

    /// <summary>Returns the order that a message changes, with at least the quantity that it takes.</summary>
    private RecordedOrder Demand(LobsterMessage message)
    {
        var order = _flow.Book.Find(message.Id);
        if (order is not null && order.Remaining >= message.Quantity)
            return order;

        if (order is not null)
            _flow.Take(order, order.Remaining, message.Line);

        foreach (var fill in _flow.Book.Match(message.Side, long.MaxValue, message.Price))
            _flow.Take(_flow.Book.Find(fill.MakerId)!, fill.Quantity, message.Line);

        order = new RecordedOrder(message.Id, message.Side, message.Price, _needs[message.Id]);
        _flow.Rest(order, message.Line);
        return order;
    }

    private int Execute(int at)
    {
        var first = _messages[at];
        var fills = ImmutableArray.CreateBuilder<RecordedFill>();
        var taken = 0;
        foreach (var message in _messages.Skip(at))
        {
            // Two aggressive orders may share a time. An order never meets the same resting order twice.
            if (message.Event != LobsterEvent.Execute || message.Time != first.Time || message.Side != first.Side ||
                fills.Any(fill => fill.MakerId == message.Id))
                break;

            Demand(message);
            fills.Add(new RecordedFill(message.Id, message.Quantity, message.Price));
            taken++;
        }

        _flow.Trade(first.Side, fills.ToImmutable(), first.Line);
        for (var i = 0; i < taken; i++)
            Consume(_messages[at + i]);

        return taken;
    }

    private void Consume(LobsterMessage message) => _needs[message.Id] -= message.Quantity;

    /// <summary>Makes the book equal to the row, as far as the row reaches, and checks it from time to time.</summary>
    private void Follow(BookCheck row, bool afterExecution)
    {
        RemoveUnshown(OrderSide.Buy, row.Bids, row);
        RemoveUnshown(OrderSide.Sell, row.Asks, row);
        AddUnexplained(OrderSide.Buy, row.Bids, row.Line);
        AddUnexplained(OrderSide.Sell, row.Asks, row.Line);
        if (!_flow.IsCheckDue(afterExecution))
            return;

        if (_flow.Book.Shows(row))
            _flow.Check(row);
        else
            RowsNotReached++;
    }

    private void RemoveUnshown(OrderSide side, ImmutableArray<RecordedLevel> levels, BookCheck row)
    {
        // A full row reaches down to its last level, a shorter one covers the whole side.
        var last = levels.Length == row.Depth ? levels[^1].Price : (long?)null;
        var excess = new List<(List<RecordedOrder> Queue, long Quantity)>();
        foreach (var (price, queue) in _flow.Book.Queues(side))
        {
            if (last is { } end && (side == OrderSide.Buy ? price < end : price > end))
                break;

            var shown = levels.FirstOrDefault(level => level.Price == price).Quantity;
            var quantity = queue.Sum(order => order.Remaining) - shown;
            if (quantity > 0)
                excess.Add((queue, quantity));
        }

        foreach (var (queue, quantity) in excess)
            TakeAway([.. queue], quantity, row.Line);
    }

    private void TakeAway(RecordedOrder[] queue, long quantity, int line)
    {
        // Quantity that no later message needs is removed first, from the back. Then, if necessary, quantity needed
        // later: its message will add it again.
        foreach (var spareOnly in (ReadOnlySpan<bool>)[true, false])
        {
            for (var i = queue.Length - 1; i >= 0 && quantity > 0; i--)
            {
                var order = queue[i];
                var spare = spareOnly ? order.Remaining - _needs.GetValueOrDefault(order.Id) : order.Remaining;
                var part = Math.Min(spare, quantity);
                if (part <= 0)
                    continue;

                _flow.Take(order, part, line);
                quantity -= part;
            }
        }
    }

    private void AddUnexplained(OrderSide side, ImmutableArray<RecordedLevel> levels, int line)
    {
        foreach (var level in levels)
        {
            var missing = level.Quantity - _flow.Book.QuantityAt(side, level.Price);
            if (missing > 0)
                _flow.Rest(new RecordedOrder(--_anonymous, side, level.Price, missing), line);
        }
    }
}
