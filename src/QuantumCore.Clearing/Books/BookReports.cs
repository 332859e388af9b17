using System.Collections.Immutable;
using QuantumCore.Contracts;
using QuantumCore.Instruments;
using QuantumCore.Matching;

namespace QuantumCore.Clearing;

/// <summary>Makes execution reports from records and tickets.</summary>
internal static class BookReports
{
    /// <summary>Returns the first report of an order, from its own record.</summary>
    public static ExecutionReport First(string symbol, long sequence, BookRecord record) => record switch
    {
        OrderAccepted accepted => Accepted(symbol, sequence, accepted),
        OrderVoided { Order: { } order } voided =>
            Blank(symbol, order, OrderStatus.Rejected) with
            {
                Reason = voided.Reason,
                Field = RefusedOrder.Field(voided.Reason, order),
                Limit = RefusedOrder.Limit(voided.Reason, order),
                Sequence = sequence,
                TimeNanos = voided.TimeNanos,
            },
        OrderVoided voided => Voided(symbol, voided.Account, voided.Number) with
        {
            Sequence = sequence,
            TimeNanos = voided.TimeNanos,
        },
        BookTurn { Command.Entering: [var only] } turn => InTurn(symbol, sequence, turn, only),
        _ => throw new ArgumentException($"{record.GetType().Name} enters no order.", nameof(record)),
    };

    /// <summary>Returns the first report of an order that a record entered, perhaps in a list.</summary>
    public static ExecutionReport First(string symbol, long sequence, BookRecord record, long account, long number)
    {
        if (record is BookTurn turn)
        {
            foreach (var order in turn.Command.Entering)
            {
                if (order.Account == account && order.Number == number)
                {
                    return InTurn(symbol, sequence, turn, order);
                }
            }
        }

        return First(symbol, sequence, record);
    }

    /// <summary>
    /// Returns the state of an open order. A limit order has its price in the book, which a slide or a trigger may have
    /// set. A peg has that price beside its cap. A waiting order has its current trigger.
    /// </summary>
    public static ExecutionReport Open(BookMachine book, OrderTicket ticket)
    {
        var report = Open(book.Symbol, ticket, book.Sequence, book.TimeNanos);
        if (!book.Core.TryGetOrder(ticket.OrderId, out var order))
        {
            return report;
        }

        // The price of a peg stays its cap.
        var stands = order is { Place: OrderPlace.Resting, PriceTicks: not 0 };
        var isPegged = ticket.Order.Type == OrderType.Pegged;
        return report with
        {
            PriceTicks = stands && !isPegged ? order.PriceTicks : report.PriceTicks,
            PeggedTicks = stands && isPegged ? order.PriceTicks : 0,
            TriggerTicks = order.TriggerTicks,
            Stage = order.Place switch
            {
                OrderPlace.Pending => OrderStage.Pending,
                OrderPlace.Armed => OrderStage.Armed,
                _ => OrderStage.Working,
            },
        };
    }

    /// <summary>
    /// Returns the state of an order that is open, or was open before this command, with its original terms.
    /// </summary>
    public static ExecutionReport Open(string symbol, OrderTicket ticket, long sequence, long timeNanos) =>
        Blank(symbol, ticket.Order, ticket.FilledLots == 0 ? OrderStatus.New : OrderStatus.PartiallyFilled) with
        {
            OrderId = ticket.OrderId,
            QuantityLots = ticket.TotalLots,
            FilledLots = ticket.FilledLots,
            LeavesLots = ticket.LeavesLots,
            Sequence = sequence,
            TimeNanos = timeNanos,
        };

    /// <summary>Returns the final state of an order, on the terms of its first report.</summary>
    public static ExecutionReport Final(ExecutionReport first, in FinishedOrder finished, long closedNanos) =>
        first with
        {
            Reason = finished.Reason,
            Status = finished.Status,
            End = finished.End,
            QuantityLots = finished.TotalLots,
            FilledLots = finished.FilledLots,
            LeavesLots = 0,
            Sequence = finished.ClosedSequence,
            TimeNanos = closedNanos,
            Fills = [],
            Prevented = null,
        };

    /// <summary>
    /// Adds to a final state the values that only the ending record has: a limit order's price in the book after a
    /// slide, and why a list's child could not enter.
    /// </summary>
    public static ExecutionReport WithEnd(this ExecutionReport final, BookRecord last) =>
        final.WithEnd(last is BookTurn turn
        ? turn.Steps.FirstOrDefault(
            step => step.Kind == StepKind.Ended && step.Account == final.Account && step.Number == final.Number)
        : default);

    /// <summary>Adds the same from the step that ended the order; the default step adds nothing.</summary>
    public static ExecutionReport WithEnd(this ExecutionReport final, in TurnStep ended) =>
        ended.Kind != StepKind.Ended ? final : final with
        {
            Refusal = ended.Refusal,
            PriceTicks = final.Type == OrderType.Limit && ended.PriceTicks != 0 ? ended.PriceTicks : final.PriceTicks,
        };

    /// <summary>Returns the report of an order that was voided before it arrived.</summary>
    public static ExecutionReport Voided(string symbol, long account, long number) =>
        Refused(symbol, account, RejectReason.Voided) with { Number = number };

    /// <summary>Returns a rejection that names no order.</summary>
    public static ExecutionReport Refused(string symbol, long account, RejectReason reason) => new(
        reason,
        null,
        null,
        account,
        0,
        "",
        symbol,
        0,
        OrderStatus.Rejected,
        EndReason.None,
        Side.Buy,
        OrderType.Limit,
        TimeInForce.GoodTillCancel,
        0,
        0,
        0,
        0,
        0,
        0,
        []);

    private static ExecutionReport Accepted(string symbol, long sequence, OrderAccepted record)
    {
        var filled = 0L;
        foreach (var fill in record.Fills)
        {
            filled += fill.QuantityLots;
        }

        var status = record.End != EndReason.None ? OrderStatus.Expired
            : record.LeavesLots == 0 ? OrderStatus.Filled
            : filled > 0 ? OrderStatus.PartiallyFilled
            : OrderStatus.New;
        return Report(
            symbol, record.Order, status, record.OrderId, record.End, filled, record.LeavesLots, sequence,
            record.TimeNanos, FillsOf(sequence, record));
    }

    /// <summary>Returns an order's fills within a general record.</summary>
    public static ImmutableArray<OrderFill> FillsOf(long sequence, BookRecord record, SubmitOrder order)
    {
        var fills = ImmutableArray.CreateBuilder<OrderFill>();
        var index = 0;
        foreach (var step in record is BookTurn turn ? turn.Steps : [])
        {
            if (step.Kind != StepKind.Fill)
            {
                continue;
            }

            var takes = IsTaker(in step, order);
            if (takes || IsMaker(in step, order))
            {
                fills.Add(new OrderFill(
                    sequence, index, step.PriceTicks, step.QuantityLots, takes ? step.Fee : step.MakerFee,
                    IsMaker: !takes || step.IsAuction));
            }

            index++;
        }

        return fills.DrainToImmutable();
    }

    /// <summary>
    /// Returns the prevented matches of a record in which an order was one of the two; null for none.
    /// </summary>
    private static PreventedMatches? PreventedOf(string symbol, long sequence, BookTurn turn, SubmitOrder order)
    {
        ImmutableArray<PreventedMatch>.Builder? matches = null;
        var index = 0;
        foreach (var step in turn.Steps)
        {
            if (step.Kind != StepKind.Prevented)
            {
                continue;
            }

            if (IsTaker(in step, order) || IsMaker(in step, order))
            {
                matches ??= ImmutableArray.CreateBuilder<PreventedMatch>();
                matches.Add(
                    PreventedMatch.Of(symbol, new TradePlace(sequence, index), turn.TimeNanos, in step, order.Account));
            }

            index++;
        }

        return matches is null ? null : new PreventedMatches(matches.DrainToImmutable());
    }

    private static bool IsTaker(in TurnStep step, SubmitOrder order) =>
        step.Account == order.Account && step.Number == order.Number;

    private static bool IsMaker(in TurnStep step, SubmitOrder order) =>
        step.MakerAccount == order.Account && step.MakerNumber == order.Number;

    /// <summary>Returns the report of an order from the steps of the record that entered it.</summary>
    private static ExecutionReport InTurn(string symbol, long sequence, BookTurn turn, SubmitOrder order)
    {
        var report =
            Blank(symbol, order, turn.Reason == RejectReason.None ? OrderStatus.New : OrderStatus.Rejected) with
            {
                Reason = turn.Reason,
                Field = RefusedOrder.Field(turn.Reason, turn),
                Limit = RefusedOrder.Limit(turn.Reason, turn),
                Sequence = sequence,
                TimeNanos = turn.TimeNanos,
                LeavesLots = turn.Reason == RejectReason.None ? order.QuantityLots : 0,
                Stage = turn.StageOf(order),
            };
        var fills = FillsOf(sequence, turn, order);
        var lost = 0L;
        foreach (var step in turn.Steps)
        {
            var takes = IsTaker(in step, order);
            lost += takes && step.Kind == StepKind.Changed ? step.QuantityLots : 0;
            if (step.Kind == StepKind.Fill && (takes || IsMaker(in step, order)))
            {
                report = report with { LeavesLots = takes ? step.LeavesLots : step.MakerLeavesLots };
            }
            else if (takes)
            {
                report = step.Kind switch
                {
                    // A post-only order may have slid.
                    StepKind.Opened => report with { OrderId = step.OrderId, PriceTicks = step.PriceTicks },
                    StepKind.Ended => report with { LeavesLots = 0, End = step.Reason, Refusal = step.Refusal },
                    StepKind.Triggered => report with
                    {
                        Stage = OrderStage.Working,
                        PriceTicks = step.PriceTicks == 0 ? report.PriceTicks : step.PriceTicks,
                    },
                    StepKind.Activated => report with
                    {
                        Stage = OrderStages.WithoutParent(order.Type),
                        PriceTicks = step.PriceTicks,
                    },
                    StepKind.Changed or StepKind.Held => report with { LeavesLots = step.LeavesLots },
                    _ => report,
                };
            }
        }

        var filled = fills.Sum(fill => fill.QuantityLots);
        var prevented = PreventedOf(symbol, sequence, turn, order);
        // Its own prevented matches say how much it lost; the rest was lost by the other order of the pair.
        var lostWithOther =
            lost - (prevented is null ? 0 : PreventedQuantity.Of(order.Number, prevented.All)?.TakenOffLots ?? 0);
        var status = turn.Reason != RejectReason.None ? OrderStatus.Rejected
            : report.End != EndReason.None ? report.End.Status()
            : report.LeavesLots == 0 ? OrderStatus.Filled
            : filled > 0 ? OrderStatus.PartiallyFilled
            : OrderStatus.New;
        return report with
        {
            Status = status,
            // The total of an order by amount is what it trades.
            QuantityLots = order.QuantityLots == 0 ? filled : order.QuantityLots - lostWithOther,
            FilledLots = filled,
            Fills = fills,
            Prevented = prevented,
        };
    }

    private static ImmutableArray<OrderFill> FillsOf(long sequence, OrderAccepted record)
    {
        if (record.Fills.IsEmpty)
        {
            return [];
        }

        var fills = ImmutableArray.CreateBuilder<OrderFill>(record.Fills.Length);
        foreach (var fill in record.Fills)
        {
            fills.Add(new OrderFill(
                sequence, fills.Count, fill.PriceTicks, fill.QuantityLots, fill.TakerFee, IsMaker: false));
        }

        return fills.MoveToImmutable();
    }

    private static ExecutionReport Blank(string symbol, SubmitOrder order, OrderStatus status) =>
        Report(symbol, order, status, 0, EndReason.None, 0, 0, 0, 0, []);

    private static ExecutionReport Report(
        string symbol,
        SubmitOrder order,
        OrderStatus status,
        long orderId,
        EndReason end,
        long filledLots,
        long leavesLots,
        long sequence,
        long timeNanos,
        ImmutableArray<OrderFill> fills) => new(
        RejectReason.None,
        null,
        null,
        order.Account,
        order.Number,
        order.ClientOrderId,
        symbol,
        orderId,
        status,
        end,
        order.Side,
        order.Type,
        order.TimeInForce,
        order.PriceTicks,
        order.QuantityLots,
        filledLots,
        leavesLots,
        sequence,
        timeNanos,
        fills,
        order.PostOnly,
        order.SelfTrade,
        order.Conditions);
}
