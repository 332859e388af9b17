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
        final.WithEnd((last as BookTurn)?.Steps.OfType<OrderEnded>()
            .FirstOrDefault(step => step.IsOf(final.Account, final.Number)));

    /// <summary>Adds the same from the step that ended the order; null adds nothing.</summary>
    public static ExecutionReport WithEnd(this ExecutionReport final, OrderEnded? ended) =>
        ended is null ? final : final with
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
        var index = -1;
        foreach (var step in record is BookTurn turn ? turn.Steps : [])
        {
            if (step is not TradeMade { Trade: var trade })
            {
                continue;
            }

            index++;
            var takes = trade.Taker.IsOf(order.Account, order.Number);
            if (takes || trade.Maker.IsOf(order.Account, order.Number))
            {
                fills.Add(new OrderFill(
                    sequence, index, trade.PriceTicks, trade.QuantityLots, takes ? trade.Taker.Fee : trade.Maker.Fee,
                    IsMaker: !takes || trade.IsAuction));
            }
        }

        return fills.DrainToImmutable();
    }

    /// <summary>
    /// Returns the prevented matches of a record in which an order was one of the two; null for none.
    /// </summary>
    private static PreventedMatches? PreventedOf(string symbol, long sequence, BookTurn turn, SubmitOrder order)
    {
        ImmutableArray<PreventedMatch>.Builder? matches = null;
        foreach (var (index, step) in turn.Steps.OfType<MatchPrevented>().Index())
        {
            if (step.Taker.IsOf(order.Account, order.Number) || step.Maker.IsOf(order.Account, order.Number))
            {
                matches ??= ImmutableArray.CreateBuilder<PreventedMatch>();
                matches.Add(
                    PreventedMatch.Of(symbol, new TradePlace(sequence, index), turn.TimeNanos, step, order.Account));
            }
        }

        return matches is null ? null : new PreventedMatches(matches.DrainToImmutable());
    }

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
            if (step is OrderStep own && own.IsOf(order.Account, order.Number))
            {
                lost += (own as OrderChanged)?.ReducedLots ?? 0;
                report = After(report, own, order.Type);
            }
            else if (step is TradeMade { Trade: var trade })
            {
                if (trade.Taker.IsOf(order.Account, order.Number))
                {
                    report = report with { LeavesLots = trade.Taker.LeavesLots };
                }
                else if (trade.Maker.IsOf(order.Account, order.Number))
                {
                    report = report with { LeavesLots = trade.Maker.LeavesLots };
                }
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

    private static ExecutionReport After(ExecutionReport report, OrderStep step, OrderType type) => step switch
    {
        // A post-only order may have slid.
        OrderOpened opened => report with { OrderId = opened.OrderId, PriceTicks = opened.PriceTicks },
        OrderEnded ended => report with { LeavesLots = 0, End = ended.Reason, Refusal = ended.Refusal },
        OrderTriggered triggered => report with
        {
            Stage = OrderStage.Working,
            PriceTicks = triggered.PriceTicks == 0 ? report.PriceTicks : triggered.PriceTicks,
        },
        OrderActivated activated => report with
        {
            Stage = OrderStages.WithoutParent(type),
            PriceTicks = activated.PriceTicks,
        },
        OrderChanged changed => report with { LeavesLots = changed.LeavesLots },
        HoldChanged held => report with { LeavesLots = held.LeavesLots },
        _ => report,
    };

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
