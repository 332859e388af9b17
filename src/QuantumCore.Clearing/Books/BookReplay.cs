using QuantumCore.Contracts;
using QuantumCore.Instruments;

namespace QuantumCore.Clearing;

/// <summary>
/// A replayed command did something else than its record says. The symbol halts; nothing is repaired.
/// </summary>
internal sealed class DivergenceException(string symbol, long sequence, string what)
    : Exception($"{symbol} diverges at sequence {sequence}: {what}");

/// <summary>Runs the commands of a book's records again.</summary>
/// <param name="book">The book.</param>
/// <param name="submission">Entry of orders.</param>
/// <param name="changes">Changes of single orders.</param>
/// <param name="cancels">Cancels of many orders.</param>
/// <param name="legs">Actions of multi-leg orders.</param>
/// <param name="operations">Operators' commands.</param>
internal sealed class BookReplay(
    BookMachineState book,
    OrderSubmission submission,
    OrderChanges changes,
    MassCancels cancels,
    LegActs legs,
    OperatorCommands operations)
{
    /// <summary>
    /// Runs a record's command again and requires the same record, byte for byte. Returns the record.
    /// </summary>
    /// <exception cref="DivergenceException">The record differs.</exception>
    public BookRecord Replay(long sequence, ReadOnlySpan<byte> stored)
    {
        if (sequence != book.Sequence + 1)
        {
            throw new DivergenceException(book.Symbol, sequence, $"it follows on {book.Sequence}");
        }

        BookRecord? again;
        try
        {
            var record = BookRecordEncoding.Decode(stored);
            // The only cause: an operator started the exchange with --correct-time.
            if (record.TimeNanos < book.TimeNanos)
                book.TurnBack(record.TimeNanos);
            again = RunAgain(record);
            again = again is null ? null : BookRecordEncoding.AsToldIn(stored, again);
        }
        catch (Exception e) when (e is InvalidOperationException or InvalidDataException or KeyNotFoundException
            or ArgumentException or OverflowException)
        {
            throw new DivergenceException(book.Symbol, sequence, e.Message);
        }

        if (again is null || !BookRecordEncoding.IsEncoded(again, stored))
        {
            throw new DivergenceException(book.Symbol, sequence, $"the replay gives {again?.ToString() ?? "nothing"}");
        }

        foreach (var account in again.TouchedAccounts())
        {
            book.Tickets.Chain(account, book.Sequence);
        }

        return again;
    }

    private BookRecord? RunAgain(BookRecord record) => record switch
    {
        InstrumentDefined defined => book.Define(defined.Definition, defined.TimeNanos),
        OrderAccepted order => submission.Submit(order.Order, order.TimeNanos, becomes: false),
        // The reason why a leg was rejected may lie in another leg's book. Limits may have changed since.
        OrderVoided { Order: { } order } voided
            when order.Type == OrderType.Leg || voided.Reason == RejectReason.BookOrderLimit =>
            submission.Decline(order, voided.Reason, voided.TimeNanos),
        OrderVoided { Order: { } order } => submission.Submit(order, record.TimeNanos, becomes: false),
        OrderVoided voided => changes.Resolve(voided.Account, voided.Number, voided.TimeNanos),
        OrdersClosed { Orders: [{ Reason: EndReason.Amended } order] } => ReduceAgain(order, record.TimeNanos),
        OrdersClosed { Orders: [var order] } =>
            changes.Close(order.Account, order.Number, order.Reason, record.TimeNanos),
        AllClosed all => cancels.CloseAll(all.Account, all.Floor, all.TimeNanos),
        OrderReduced reduced => ReduceAgain(reduced),
        BookTurn { Reason: RejectReason.BookOrderLimit, Command: EnterOrderList list } turn =>
            submission.DeclineList(list.Kind, list.Orders, RefusedOrder.FullAt(turn), turn.TimeNanos),
        BookTurn turn => RunAgain(turn.Command, turn.TimeNanos),
        NothingFound nothing => changes.Witness(nothing.Account, nothing.OrderId, nothing.TimeNanos),
        _ => throw new InvalidDataException($"{record.GetType().Name} is not a record of one command."),
    };

    private BookTurn CloseAgain(CancelOrders cancel, long time)
    {
        foreach (var number in cancel.Numbers)
        {
            _ = Open(cancel.Account, number);
        }

        return cancels.CloseTogether(cancel.Account, cancel.Numbers, cancel.Reason, time);
    }

    // The record does not contain the total of an amendment that ended the order; the filled quantity has the same
    // effect.
    private BookRecord? ReduceAgain(in ClosedOrder order, long time)
    {
        changes.Reduce(Open(order.Account, order.Number), order.FilledLots, time, out var record);
        return record;
    }

    private BookRecord? ReduceAgain(OrderReduced reduced)
    {
        changes.Reduce(Open(reduced.Account, reduced.Number), reduced.TotalLots, reduced.TimeNanos, out var record);
        return record;
    }

    private BookRecord? RunAgain(BookCommand command, long time)
    {
        BookRecord? again;
        switch (command)
        {
            case EnterOrder enter:
                return submission.Submit(enter.Order, time, becomes: enter.Continues);
            case EnterOrderList list:
                return submission.EnterList(list.Kind, list.Orders, time);
            case ActOnLegs act:
                return legs.ActAgain(act, time);
            case CancelOrders { Numbers: [var only] } cancel:
                return changes.Close(cancel.Account, only, cancel.Reason, time);
            case CancelOrders cancel:
                return CloseAgain(cancel, time);
            case CancelAllOrders all:
                return cancels.CloseAll(all.Account, all.Floor, time, all.Together);
            case ReduceOpenOrder reduce:
                changes.Reduce(Open(reduce.Account, reduce.Number), reduce.TotalLots, time, out again);
                return again;
            case AmendOpenOrder amend:
                changes.Amend(Open(amend.Account, amend.Number), amend.Changes, time, out again);
                return again;
            default:
                operations.Operate(command, time, out again);
                return again;
        }
    }

    private OrderTicket Open(long account, long number) =>
        book.Tickets.IsKnown(account, number, out var ticket, out _) && ticket is not null
            ? ticket
            : throw new InvalidDataException($"Order {account}#{number} is not open.");
}
