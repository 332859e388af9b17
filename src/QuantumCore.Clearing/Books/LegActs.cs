using System.Collections.Immutable;
using QuantumCore.Contracts;
using QuantumCore.Instruments;

namespace QuantumCore.Clearing;

/// <summary>
/// A book's part in multi-leg orders. <see cref="StrategyGroup"/> decides; everything that one command causes here is
/// one record.
/// </summary>
/// <param name="book">The book.</param>
/// <param name="recorder">Its records.</param>
internal sealed class LegActs(BookMachineState book, TurnRecorder recorder)
{
    private readonly List<NamedValue> _acts = [];
    private BookTurn? _acting;

    // True if quotes were taken whose consequences have not followed yet. A cancel ends what came before it, too.
    private bool PhaseGoesOn => _acting is not null && _acts.FindLast(
        static act => act.Name is ChangedValue.Take or ChangedValue.EndPhase or ChangedValue.Close).Name
        == ChangedValue.Take;

    /// <summary>Enters an order that passed all checks, as the first action. It stands aside.</summary>
    public OrderTicket EnterAside(SubmitOrder order, long now)
    {
        BeginActs([order], now);
        return book.Tickets[order.Account, order.Number];
    }

    /// <summary>
    /// Trades an order that stands aside with displayed quotes at one price. The consequences follow with
    /// <see cref="EndPhase"/>.
    /// </summary>
    public void TakeQuotes(OrderTicket ticket, long priceTicks, long lots, long now) => Act(
        now,
        [new(ChangedValue.Take, ticket.OrderId), new(ChangedValue.Price, priceTicks), new(ChangedValue.Lots, lots)]);

    /// <summary>Ends the taker phase in which quotes were taken here, if any.</summary>
    public void EndPhase(long now)
    {
        if (PhaseGoesOn)
        {
            Act(now, [new(ChangedValue.EndPhase, 0)]);
        }
    }

    /// <summary>Trades two orders that stand aside with each other.</summary>
    public void Cross(OrderTicket taker, OrderTicket maker, long priceTicks, long lots, long now) => Act(
        now,
        [
            new(ChangedValue.Cross, taker.OrderId), new(ChangedValue.Price, priceTicks), new(ChangedValue.Lots, lots),
            new(ChangedValue.Maker, maker.OrderId),
        ]);

    /// <summary>Matches an order that stands aside against the book up to a price.</summary>
    public void Sweep(OrderTicket ticket, long priceTicks, long now) =>
        Act(now, [new(ChangedValue.Sweep, ticket.OrderId), new(ChangedValue.Price, priceTicks)]);

    /// <summary>Enters an order that stands aside.</summary>
    public void Proceed(OrderTicket ticket, long now) => Act(now, [new(ChangedValue.Proceed, ticket.OrderId)]);

    /// <summary>Ends a leg with its multi-leg order.</summary>
    public void CloseLeg(OrderTicket ticket, EndReason reason, long now) =>
        Act(now, [new(ChangedValue.Close, ticket.OrderId), new(ChangedValue.Reason, (long)reason)]);

    /// <summary>Returns the record of everything done since the last record; null for nothing.</summary>
    public BookTurn? EndActs()
    {
        if (_acting is not { } turn)
        {
            return null;
        }

        _acting = null;
        return recorder.End(turn with { Command = turn.Command with { Changes = [.. _acts] } });
    }

    private void BeginActs(ImmutableArray<SubmitOrder> orders, long now)
    {
        if (_acting is not null && orders.Length > 0)
        {
            throw new InvalidOperationException($"{book.Symbol}: an order comes first, or in a record of its own.");
        }

        if (_acting is not null)
        {
            return;
        }

        _acts.Clear();
        _acting = recorder.Begin(BookCommand.Of(BookVerb.Act) with { Orders = orders }, now);
        foreach (var order in orders)
        {
            BookMachineState.Require(order.Type == OrderType.Leg
                ? book.Core.Submit(_acting.TimeNanos, book.Request(order), out _)
                : book.Core.Admit(_acting.TimeNanos, book.Request(order), out _));
            recorder.Collect();
        }
    }

    private void Act(long now, ReadOnlySpan<NamedValue> act)
    {
        BeginActs([], now);
        var time = _acting!.TimeNanos;
        switch (act)
        {
            case [(ChangedValue.Take, var id), (ChangedValue.Price, var price), (ChangedValue.Lots, var lots)]:
                book.Core.TakeQuotes(time, id, price, lots, goesOn: true);
                break;
            case [(ChangedValue.EndPhase, 0)]:
                book.Core.EndPhase(time);
                break;
            case [(ChangedValue.TakeQuotes, var id), (ChangedValue.Price, var price), (ChangedValue.Lots, var lots)]:
                book.Core.TakeQuotes(time, id, price, lots, goesOn: IsPartOfWhole(id, lots));
                break;
            case [(ChangedValue.Cross, var id), (ChangedValue.Price, var price), (ChangedValue.Lots, var lots),
                (ChangedValue.Maker, var maker)]:
                book.Core.Cross(time, id, maker, price, lots);
                break;
            case [(ChangedValue.Sweep, var id), (ChangedValue.Price, var price)]:
                book.Core.Sweep(time, id, price);
                break;
            case [(ChangedValue.Proceed, var id)]:
                book.Core.Proceed(time, id);
                break;
            case [(ChangedValue.Close, var id), (ChangedValue.Reason, var reason)]:
                BookMachineState.Require(book.Core.Cancel(time, id, (EndReason)reason));
                break;
            default:
                throw new InvalidDataException($"{book.Symbol}: {string.Join(", ", act.ToArray())} is no act.");
        }

        recorder.Collect();
        _acts.AddRange(act);
    }

    /// <summary>
    /// Returns true if a fill-or-kill order takes less than it has left. In older records, nothing else moved until it
    /// was done.
    /// </summary>
    private bool IsPartOfWhole(long id, long lots) =>
        book.Tickets.TryGet(id, out var ticket) && ticket.Order.TimeInForce == TimeInForce.FillOrKill
            && lots < ticket.LeavesLots;

    /// <summary>Carries out the actions of a record again.</summary>
    public BookTurn? ActAgain(BookCommand command, long time)
    {
        BeginActs(command.Orders, time);
        var acts = command.Changes.AsSpan();
        while (!acts.IsEmpty)
        {
            var next = 1;
            while (next < acts.Length && acts[next].Name >= ChangedValue.Price)
            {
                next++;
            }

            Act(time, acts[..next]);
            acts = acts[next..];
        }

        return EndActs();
    }
}
