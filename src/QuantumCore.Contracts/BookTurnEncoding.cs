using System.Collections.Immutable;
using QuantumCore.Instruments;

namespace QuantumCore.Contracts;

/// <summary>Encodes the general record of a book as bytes, inside <see cref="BookRecordEncoding"/>.</summary>
internal static class BookTurnEncoding
{
    public static void Write(ref RecordWriter to, BookTurn record, bool tellsStages)
    {
        BookCommandEncoding.Write(ref to, record.Command);
        to.Count((int)record.Reason);
        to.Byte((byte)record.Phase);
        to.Count(record.Steps.Length);
        foreach (var step in record.Steps)
        {
            WriteStep(ref to, in step, tellsStages);
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

    private static void WriteStep(ref RecordWriter to, in TurnStep step, bool tellsStages)
    {
        to.Byte((byte)step.Kind);
        to.Count(step.Account);
        to.Count(step.Number);
        to.Count(step.OrderId);
        to.Byte((byte)step.Side);
        to.Byte((byte)step.Reason);
        to.Count(step.PriceTicks);
        to.Count(step.QuantityLots);
        to.Count(step.LeavesLots);
        to.Signed(step.Fee);
        to.Count(step.Hold);
        if (step.Kind == StepKind.Prevented)
        {
            to.Count(step.MakerAccount);
            to.Count(step.MakerNumber);
            to.Count(step.MakerOrderId);
            to.Count(step.MakerLeavesLots);
            to.Byte((byte)step.SelfTrade);
            to.Count(step.Owner);
        }

        if (step.Kind == StepKind.Adjusted)
        {
            to.Count(step.PriceBeforeTicks);
        }

        if (tellsStages && step.Kind is StepKind.Ended or StepKind.Voided)
        {
            to.Count((int)step.Refusal);
        }

        if (step.ChangesTrade)
        {
            to.Count(step.MakerAccount);
            to.Count(step.MakerNumber);
            to.Count(step.MakerOrderId);
            to.Signed(step.MakerFee);
            to.Bool(step.IsAuction);
        }

        if (step.Kind != StepKind.Fill)
        {
            return;
        }

        to.Count(step.MakerAccount);
        to.Count(step.MakerNumber);
        to.Count(step.MakerOrderId);
        to.Count(step.MakerLeavesLots);
        to.Signed(step.MakerFee);
        to.Count(step.MakerHold);
        to.Bool(step.IsAuction);
    }

    private static TurnStep ReadStep(ref RecordReader from, bool mayPrevent, bool tellsStages, bool changesTrade)
    {
        var step = new TurnStep(
            (StepKind)from.Byte(),
            from.Count(),
            from.Count(),
            from.Count(),
            (Side)from.Byte(),
            (EndReason)from.Byte(),
            from.Count(),
            from.Count(),
            from.Count(),
            from.Signed(),
            from.Count());
        return step.Kind switch
        {
            StepKind.Fill => step with
            {
                MakerAccount = from.Count(),
                MakerNumber = from.Count(),
                MakerOrderId = from.Count(),
                MakerLeavesLots = from.Count(),
                MakerFee = from.Signed(),
                MakerHold = from.Count(),
                IsAuction = from.Bool(),
            },
            StepKind.Prevented when !mayPrevent =>
                throw new InvalidDataException("A prevented match in a record that knows of none."),
            StepKind.Prevented => step with
            {
                MakerAccount = from.Count(),
                MakerNumber = from.Count(),
                MakerOrderId = from.Count(),
                MakerLeavesLots = from.Count(),
                SelfTrade = (SelfTradePrevention)from.Byte(),
                Owner = from.Count(),
            },
            StepKind.Adjusted => step with { PriceBeforeTicks = from.Count() },
            StepKind.Reversed or StepKind.Restated when !changesTrade =>
                throw new InvalidDataException("A changed trade in a record that knows of none."),
            StepKind.Reversed or StepKind.Restated => step with
            {
                MakerAccount = from.Count(),
                MakerNumber = from.Count(),
                MakerOrderId = from.Count(),
                MakerFee = from.Signed(),
                IsAuction = from.Bool(),
            },
            StepKind.Triggered or StepKind.Activated when !tellsStages =>
                throw new InvalidDataException("A stage in a record that knows of none."),
            StepKind.Ended or StepKind.Voided when tellsStages => step with { Refusal = (RejectReason)from.Count16() },
            _ => step,
        };
    }
}
