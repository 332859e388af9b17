using System.Collections.Immutable;
using QuantumCore.Contracts;
using QuantumCore.Instruments;

namespace QuantumCore.Grains.Books;

/// <summary>One book's part in what strategies trade. Who decides is <see cref="StrategyGroup"/>.</summary>
internal sealed partial class BookMachine
{
    /// <summary>The orders of strategies that are open here.</summary>
    public IEnumerable<OrderTicket> OpenLegs => _accounts.OrderBy(pair => pair.Key)
        .SelectMany(pair => pair.Value.Open.Values.Where(ticket => ticket.Order.Type == OrderType.Leg));

    /// <summary>Whether this very order is open.</summary>
    public bool IsOpen(OrderTicket ticket) =>
        _accounts.TryGetValue(ticket.Order.Account, out var presence)
        && presence.Open.TryGetValue(ticket.Order.Number, out var open) && open == ticket;

    /// <summary>The open order of a number; null when there is none.</summary>
    public OrderTicket? OpenOrder(long account, long number) =>
        IsKnown(account, number, out var ticket, out _) ? ticket : null;

    /// <summary>What the core would say to an order; nothing changes.</summary>
    public RejectReason Judge(SubmitOrder order, long now) => Core.Judge(At(now), Request(order));

    /// <summary>Refuses an order that is not known, for a reason that lies elsewhere.</summary>
    public BookRecord Decline(SubmitOrder order, RejectReason reason, long now) =>
        Void(new OrderVoided(At(now), order.Account, order.Number, reason, order));

    /// <summary>Takes in an order that is not known and stands aside until <see cref="Proceed"/>; or refuses it.</summary>
    public BookRecord Admit(SubmitOrder order, long now)
    {
        var command = BookCommand.Of(BookVerb.Admit, 0, order.Account, order.Number) with { Orders = [order] };
        var turn = Begin(command, now);
        var reason = Core.Admit(turn.TimeNanos, Request(order), out _);
        if (reason != RejectReason.None)
        {
            return Decline(order, reason, now);
        }

        Collect(turn.TimeNanos);
        return End(turn);
    }

    /// <summary>An order that stands aside trades with displayed quotes at one price.</summary>
    public BookTurn TakeQuotes(long orderId, long priceTicks, long lots, long now) => Run(
        Command(BookVerb.TakeQuotes, orderId, priceTicks, new NamedValue(ChangedValue.Lots, lots)),
        now,
        time => Core.TakeQuotes(time, orderId, priceTicks, lots));

    /// <summary>Two orders that stand aside trade with each other.</summary>
    public BookTurn Cross(long takerId, long makerId, long priceTicks, long lots, long now) => Run(
        Command(
            BookVerb.Cross, takerId, priceTicks, new NamedValue(ChangedValue.Lots, lots), new NamedValue(ChangedValue.Maker, makerId)),
        now,
        time => Core.Cross(time, takerId, makerId, priceTicks, lots));

    /// <summary>An order that stands aside meets the book up to a price.</summary>
    public BookTurn Sweep(long orderId, long priceTicks, long now) =>
        Run(Command(BookVerb.Sweep, orderId, priceTicks), now, time => Core.Sweep(time, orderId, priceTicks));

    /// <summary>An order that stands aside enters.</summary>
    public BookTurn Proceed(long orderId, long now) =>
        Run(Command(BookVerb.Proceed, orderId, 0), now, time => Core.Proceed(time, orderId));

    private static BookCommand Command(BookVerb verb, long orderId, long priceTicks, params ImmutableArray<NamedValue> values) =>
        new(verb, 0, orderId, priceTicks, [], values);

    private BookTurn Run(BookCommand command, long now, Action<long> run)
    {
        var turn = Begin(command, now);
        run(turn.TimeNanos);
        Collect(turn.TimeNanos);
        return End(turn);
    }

    private BookTurn RunLegAgain(BookCommand command, long time)
    {
        var values = command.Changes;
        return command.Verb switch
        {
            BookVerb.TakeQuotes when values is [var (_, lots)] => TakeQuotes(command.Number, command.Value, lots, time),
            BookVerb.Cross when values is [var (_, lots), var (_, maker)] =>
                Cross(command.Number, maker, command.Value, lots, time),
            BookVerb.Sweep => Sweep(command.Number, command.Value, time),
            BookVerb.Proceed => Proceed(command.Number, time),
            _ => throw new InvalidDataException($"{command.Verb} with {values.Length} values."),
        };
    }
}
