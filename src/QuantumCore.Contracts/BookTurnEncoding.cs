using System.Collections.Immutable;
using QuantumCore.Instruments;

namespace QuantumCore.Contracts;

/// <summary>Encodes the general record of a book as bytes, inside <see cref="BookRecordEncoding"/>.</summary>
/// <remarks>
/// All kinds of steps begin with the same eleven values, some of which a kind does not use: they are zero.
/// </remarks>
internal static class BookTurnEncoding
{
    /// <summary>Kind of a step. Numbers are journaled and never change.</summary>
    private enum StepKind : byte
    {
        Opened = 1,
        Fill = 2,
        Ended = 3,
        Changed = 4,
        Held = 5,
        Voided = 6,
        Prevented = 7,
        Adjusted = 8,
        Triggered = 9,
        Activated = 10,
        Reversed = 11,
        Restated = 12,
    }

    public static void Write(ref RecordWriter to, BookTurn record, bool tellsStages)
    {
        BookCommandEncoding.Write(ref to, record.Command);
        to.Count((int)record.Reason);
        to.Byte((byte)record.Phase);
        to.Count(record.Steps.Length);
        foreach (var step in record.Steps)
        {
            WriteStep(ref to, step, tellsStages);
        }

        to.Count(record.Levels.Length);
        foreach (var level in record.Levels)
        {
            to.Byte((byte)level.Side);
            to.Count(level.PriceTicks);
            to.Count(level.Lots);
            to.Count(level.Orders);
        }

        to.Bool(record.Indicative is not null);
        if (record.Indicative is { } auction)
        {
            to.Count(auction.PriceTicks);
            to.Count(auction.Lots);
            to.Fixed64(auction.Imbalance);
        }
    }

    /// <summary>Reads what <see cref="Write"/> wrote. Rejects steps that the record's kind does not have.</summary>
    public static BookTurn Read(ref RecordReader from, bool mayPrevent, bool tellsStages, bool changesTrade = false)
    {
        var command = BookCommandEncoding.Read(ref from);
        var reason = (RejectReason)from.Count16();
        var phase = (TradingPhase)from.Byte();
        var steps = ImmutableArray.CreateBuilder<TurnStep>(from.ItemCount());
        for (var i = steps.Capacity; i > 0; i--)
        {
            steps.Add(ReadStep(ref from, mayPrevent, tellsStages, changesTrade));
        }

        var levels = from.Items(static (ref from) =>
            new LevelState((Side)from.Byte(), from.Count(), from.Count(), from.Count32()));
        IndicativeAuction? auction =
            from.Bool() ? new IndicativeAuction(from.Count(), from.Count(), from.Fixed64()) : null;
        return new BookTurn(
            from.TimeNanos, command, reason, phase, steps.MoveToImmutable(), levels, auction);
    }

    private static void WriteStep(ref RecordWriter to, TurnStep step, bool tellsStages)
    {
        switch (step)
        {
            case TradeStep trade:
                WriteTrade(ref to, trade);
                break;
            case OrderOpened opened:
                WriteStart(
                    ref to, StepKind.Opened, opened, opened.PriceTicks, opened.TotalLots, opened.LeavesLots,
                    opened.Hold);
                break;
            case OrderEnded ended:
                WriteStart(
                    ref to, StepKind.Ended, ended, ended.PriceTicks, ended.FilledLots, ended.LeavesLots, 0,
                    ended.Reason);
                WriteRefusal(ref to, ended.Refusal, tellsStages);
                break;
            case OrderChanged changed:
                WriteStart(
                    ref to, StepKind.Changed, changed, changed.PriceTicks, changed.ReducedLots, changed.LeavesLots,
                    changed.Hold);
                break;
            case HoldChanged held:
                WriteStart(ref to, StepKind.Held, held, 0, 0, held.LeavesLots, held.Hold);
                break;
            case OrderRefused refused:
                WriteStart(ref to, StepKind.Voided, refused, refused.PriceTicks, refused.QuantityLots, 0, 0);
                WriteRefusal(ref to, refused.Refusal, tellsStages);
                break;
            case MatchPrevented prevented:
                WritePrevented(ref to, prevented);
                break;
            case OrderAdjusted adjusted:
                WriteStart(
                    ref to, StepKind.Adjusted, adjusted, adjusted.PriceTicks, adjusted.AddedLots, adjusted.LeavesLots,
                    adjusted.Hold);
                to.Count(adjusted.PriceBeforeTicks);
                break;
            case OrderTriggered triggered:
                WriteStart(
                    ref to, StepKind.Triggered, triggered, triggered.PriceTicks, 0, triggered.LeavesLots,
                    triggered.Hold);
                break;
            case OrderActivated activated:
                WriteStart(
                    ref to, StepKind.Activated, activated, activated.PriceTicks, 0, activated.LeavesLots,
                    activated.Hold);
                break;
            default:
                throw new ArgumentException($"{step} has no encoding.", nameof(step));
        }
    }

    private static void WriteTrade(ref RecordWriter to, TradeStep step)
    {
        var ((side, price, lots, taker, maker, isAuction), kind) = (step.Trade, step switch
        {
            TradeMade => StepKind.Fill,
            TradeReversed => StepKind.Reversed,
            TradeRestated => StepKind.Restated,
            _ => throw new ArgumentException($"{step} has no encoding.", nameof(step)),
        });
        WriteStart(
            ref to, kind, taker.Account, taker.Number, taker.OrderId, side, EndReason.None, price, lots,
            taker.LeavesLots, taker.Fee, taker.Hold);
        to.Count(maker.Account);
        to.Count(maker.Number);
        to.Count(maker.OrderId);
        if (kind == StepKind.Fill)
        {
            to.Count(maker.LeavesLots);
            to.Signed(maker.Fee);
            to.Count(maker.Hold);
        }
        else
        {
            to.Signed(maker.Fee);
        }

        to.Bool(isAuction);
    }

    private static void WritePrevented(ref RecordWriter to, MatchPrevented step)
    {
        var (taker, maker) = (step.Taker, step.Maker);
        WriteStart(
            ref to, StepKind.Prevented, taker.Account, taker.Number, taker.OrderId, step.TakerSide, EndReason.None,
            step.PriceTicks, step.QuantityLots, taker.LostLots, 0, 0);
        to.Count(maker.Account);
        to.Count(maker.Number);
        to.Count(maker.OrderId);
        to.Count(maker.LostLots);
        to.Byte((byte)step.Mode);
        to.Count(step.Owner);
    }

    private static void WriteRefusal(ref RecordWriter to, RejectReason refusal, bool tellsStages)
    {
        if (tellsStages)
        {
            to.Count((int)refusal);
        }
    }

    private static void WriteStart(
        ref RecordWriter to, StepKind kind, OrderStep step, long price, long lots, long leaves, long hold,
        EndReason reason = EndReason.None) =>
        WriteStart(
            ref to, kind, step.Account, step.Number, step.OrderId, step.Side, reason, price, lots, leaves, 0, hold);

    private static void WriteStart(
        ref RecordWriter to,
        StepKind kind,
        long account,
        long number,
        long orderId,
        Side side,
        EndReason reason,
        long price,
        long lots,
        long leaves,
        long fee,
        long hold)
    {
        to.Byte((byte)kind);
        to.Count(account);
        to.Count(number);
        to.Count(orderId);
        to.Byte((byte)side);
        to.Byte((byte)reason);
        to.Count(price);
        to.Count(lots);
        to.Count(leaves);
        to.Signed(fee);
        to.Count(hold);
    }

    private static TurnStep ReadStep(ref RecordReader from, bool mayPrevent, bool tellsStages, bool changesTrade)
    {
        var kind = (StepKind)from.Byte();
        var (account, number, orderId) = (from.Count(), from.Count(), from.Count());
        var (side, reason) = ((Side)from.Byte(), (EndReason)from.Byte());
        var (price, lots, leaves, fee, hold) =
            (from.Count(), from.Count(), from.Count(), from.Signed(), from.Count());
        RequireKnown(kind, mayPrevent, tellsStages, changesTrade);
        switch (kind)
        {
            case StepKind.Opened:
                return new OrderOpened(account, number, orderId, side, price, lots, leaves, hold);
            case StepKind.Ended:
                return new OrderEnded(
                    account, number, orderId, side, reason, price, lots, leaves, ReadRefusal(ref from, tellsStages));
            case StepKind.Changed:
                return new OrderChanged(account, number, orderId, side, price, lots, leaves, hold);
            case StepKind.Held:
                return new HoldChanged(account, number, orderId, side, leaves, hold);
            case StepKind.Voided:
                return new OrderRefused(account, number, side, price, lots, ReadRefusal(ref from, tellsStages));
            case StepKind.Adjusted:
                return new OrderAdjusted(account, number, orderId, side, price, from.Count(), lots, leaves, hold);
            case StepKind.Triggered:
                return new OrderTriggered(account, number, orderId, side, price, leaves, hold);
            case StepKind.Activated:
                return new OrderActivated(account, number, orderId, side, price, leaves, hold);
            case StepKind.Prevented:
                return new MatchPrevented(
                    side, price, lots, new(account, number, orderId, leaves),
                    new(from.Count(), from.Count(), from.Count(), from.Count()), (SelfTradePrevention)from.Byte(),
                    from.Count());
            default:
                var taker = new TradeSide(account, number, orderId, fee, leaves, hold);
                var maker = ReadMaker(ref from, withState: kind == StepKind.Fill);
                var trade = new MatchedTrade(side, price, lots, taker, maker, from.Bool());
                return kind switch
                {
                    StepKind.Fill => new TradeMade(trade),
                    StepKind.Reversed => new TradeReversed(trade),
                    _ => new TradeRestated(trade),
                };
        }
    }

    private static void RequireKnown(StepKind kind, bool mayPrevent, bool tellsStages, bool changesTrade)
    {
        var (unknown, isKnown) = kind switch
        {
            StepKind.Prevented => ("prevented match", mayPrevent),
            StepKind.Reversed or StepKind.Restated => ("changed trade", changesTrade),
            StepKind.Triggered or StepKind.Activated => ("stage", tellsStages),
            _ => ("kind of step", kind is >= StepKind.Opened and <= StepKind.Restated),
        };
        if (!isKnown)
        {
            throw new InvalidDataException($"A {unknown} ({(byte)kind}) in a record that has none.");
        }
    }

    private static RejectReason ReadRefusal(ref RecordReader from, bool tellsStages) =>
        tellsStages ? (RejectReason)from.Count16() : RejectReason.None;

    private static TradeSide ReadMaker(ref RecordReader from, bool withState)
    {
        var (account, number, orderId) = (from.Count(), from.Count(), from.Count());
        var leaves = withState ? from.Count() : 0;
        var fee = from.Signed();
        return new TradeSide(account, number, orderId, fee, leaves, withState ? from.Count() : 0);
    }
}
