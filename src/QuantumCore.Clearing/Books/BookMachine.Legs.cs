using System.Collections.Immutable;
using QuantumCore.Contracts;
using QuantumCore.Instruments;

namespace QuantumCore.Clearing;

/// <summary>
/// A book's part in multi-leg orders. <see cref="StrategyGroup"/> decides; everything that one command causes here is
/// one record.
/// </summary>
internal sealed partial class BookMachine
{
    private readonly List<NamedValue> _acts = [];
    private BookTurn? _acting;

    // True if quotes were taken whose consequences have not followed yet. A cancel ends what came before it, too.
    private bool PhaseGoesOn => _acting is not null && _acts.FindLast(
        static act => act.Name is ChangedValue.Take or ChangedValue.EndPhase or ChangedValue.Close).Name
        == ChangedValue.Take;

    /// <summary>The open leg orders here.</summary>
    public IEnumerable<OrderTicket> OpenLegs => _accounts.OrderBy(pair => pair.Key)
        .SelectMany(pair => pair.Value.Open.Values.Where(ticket => ticket.Order.Type == OrderType.Leg));

    /// <summary>Returns true if this ticket itself is open.</summary>
    public bool IsOpen(OrderTicket ticket) =>
        _accounts.TryGetValue(ticket.Order.Account, out var presence)
        && presence.Open.TryGetValue(ticket.Order.Number, out var open) && open == ticket;

    /// <summary>Returns the core's reject reason for an order without changing anything.</summary>
    public RejectReason Judge(SubmitOrder order, long now) => Core.Judge(At(now), Request(order));

    /// <summary>Rejects an unknown order for a reason outside this book.</summary>
    public BookRecord Decline(SubmitOrder order, RejectReason reason, long now) =>
        Void(new OrderVoided(At(now), order.Account, order.Number, reason, order));

    /// <summary>Enters an order that passed all checks, as the first action. It stands aside.</summary>
    public OrderTicket EnterAside(SubmitOrder order, long now)
    {
        BeginActs([order], now);
        return Presence(order.Account).Open[order.Number];
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
        return End(turn with { Command = turn.Command with { Changes = [.. _acts] } });
    }

    private void BeginActs(ImmutableArray<SubmitOrder> orders, long now)
    {
        if (_acting is not null && orders.Length > 0)
        {
            throw new InvalidOperationException($"{symbol}: an order comes first, or in a record of its own.");
        }

        if (_acting is not null)
        {
            return;
        }

        _acts.Clear();
        _acting = Begin(BookCommand.Of(BookVerb.Act) with { Orders = orders }, now);
        foreach (var order in orders)
        {
            Require(order.Type == OrderType.Leg
                ? Core.Submit(_acting.TimeNanos, Request(order), out _)
                : Core.Admit(_acting.TimeNanos, Request(order), out _));
            Collect();
        }
    }

    private void Act(long now, ReadOnlySpan<NamedValue> act)
    {
        BeginActs([], now);
        var time = _acting!.TimeNanos;
        switch (act)
        {
            case [(ChangedValue.Take, var id), (ChangedValue.Price, var price), (ChangedValue.Lots, var lots)]:
                Core.TakeQuotes(time, id, price, lots, goesOn: true);
                break;
            case [(ChangedValue.EndPhase, 0)]:
                Core.EndPhase(time);
                break;
            case [(ChangedValue.TakeQuotes, var id), (ChangedValue.Price, var price), (ChangedValue.Lots, var lots)]:
                Core.TakeQuotes(time, id, price, lots, goesOn: IsPartOfWhole(id, lots));
                break;
            case [(ChangedValue.Cross, var id), (ChangedValue.Price, var price), (ChangedValue.Lots, var lots),
                (ChangedValue.Maker, var maker)]:
                Core.Cross(time, id, maker, price, lots);
                break;
            case [(ChangedValue.Sweep, var id), (ChangedValue.Price, var price)]:
                Core.Sweep(time, id, price);
                break;
            case [(ChangedValue.Proceed, var id)]:
                Core.Proceed(time, id);
                break;
            case [(ChangedValue.Close, var id), (ChangedValue.Reason, var reason)]:
                Require(Core.Cancel(time, id, (EndReason)reason));
                break;
            default:
                throw new InvalidDataException($"{symbol}: {string.Join(", ", act.ToArray())} is no act.");
        }

        Collect();
        _acts.AddRange(act);
    }

    /// <summary>
    /// Returns true if a fill-or-kill order takes less than it has left. In older records, nothing else moved until it
    /// was done.
    /// </summary>
    private bool IsPartOfWhole(long id, long lots) =>
        _open.TryGetValue(id, out var ticket) && ticket.Order.TimeInForce == TimeInForce.FillOrKill
            && lots < ticket.LeavesLots;

    private BookTurn? ActAgain(BookCommand command, long time)
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
