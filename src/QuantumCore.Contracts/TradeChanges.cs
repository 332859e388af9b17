using QuantumCore.Instruments;

namespace QuantumCore.Contracts;

/// <summary>A trade of a book as its record tells it: what a command that declares it void, or corrects its price, carries along, so that nobody who folds the command has to look for it.</summary>
/// <param name="Place">Where it is told.</param>
/// <param name="TimeNanos">When it was traded, Unix nanoseconds.</param>
/// <param name="Fill">Its two sides.</param>
public readonly record struct TradeAsItWas(TradePlace Place, long TimeNanos, TurnStep Fill)
{
    /// <summary>The command that declares it void, or corrects its price.</summary>
    /// <param name="priceTicks">Its price from now on, in ticks; 0: it is void.</param>
    /// <param name="takerFee">What the taker pays at it, quote minor units.</param>
    /// <param name="makerFee">What the other side pays at it, quote minor units.</param>
    public BookCommand Change(long priceTicks, long takerFee = 0, long makerFee = 0) =>
        BookCommand.Of(priceTicks == 0 ? BookVerb.Bust : BookVerb.Correct, priceTicks, number: Place.Sequence) with
        {
            Changes =
            [
                new(ChangedValue.TradeIndex, Place.Index),
                new(ChangedValue.TradeNanos, TimeNanos),
                new(ChangedValue.TakerAccount, Fill.Account),
                new(ChangedValue.TakerNumber, Fill.Number),
                new(ChangedValue.TakerOrder, Fill.OrderId),
                new(ChangedValue.TakerSide, (long)Fill.Side),
                new(ChangedValue.TakerFee, Fill.Fee),
                new(ChangedValue.MakerAccount, Fill.MakerAccount),
                new(ChangedValue.MakerNumber, Fill.MakerNumber),
                new(ChangedValue.MakerOrder, Fill.MakerOrderId),
                new(ChangedValue.MakerFee, Fill.MakerFee),
                new(ChangedValue.InAuction, Fill.IsAuction ? 1 : 0),
                new(ChangedValue.Price, Fill.PriceTicks),
                new(ChangedValue.Lots, Fill.QuantityLots),
                .. priceTicks == 0 ? (ReadOnlySpan<NamedValue>)[] : [new(ChangedValue.TakerFeeNow, takerFee), new(ChangedValue.MakerFeeNow, makerFee)],
            ],
        };

    /// <summary>The trade that a command changes; null where it carries none.</summary>
    public static TradeAsItWas? Of(BookCommand command) => command.Changes is
        [
        { Name: ChangedValue.TradeIndex, Value: >= 0 and <= int.MaxValue and var index },
        { Name: ChangedValue.TradeNanos, Value: var nanos },
        { Name: ChangedValue.TakerAccount, Value: var taker },
        { Name: ChangedValue.TakerNumber, Value: var takerNumber },
        { Name: ChangedValue.TakerOrder, Value: var takerOrder },
        { Name: ChangedValue.TakerSide, Value: ((long)Side.Buy or (long)Side.Sell) and var side },
        { Name: ChangedValue.TakerFee, Value: var takerFee },
        { Name: ChangedValue.MakerAccount, Value: var maker },
        { Name: ChangedValue.MakerNumber, Value: var makerNumber },
        { Name: ChangedValue.MakerOrder, Value: var makerOrder },
        { Name: ChangedValue.MakerFee, Value: var makerFee },
        { Name: ChangedValue.InAuction, Value: (0 or 1) and var auction },
        { Name: ChangedValue.Price, Value: > 0 and var price },
        { Name: ChangedValue.Lots, Value: > 0 and var lots },
            ..
        ]
        ? new(
            new TradePlace(command.Number, (int)index),
            nanos,
            new TurnStep(
                StepKind.Fill, taker, takerNumber, takerOrder, (Side)side, EndReason.None, price, lots, 0, takerFee, 0, maker, makerNumber,
                makerOrder, 0, makerFee, 0, auction == 1))
        : null;
}

/// <summary>What a record makes of a trade of before.</summary>
/// <param name="Trade">The trade, as it was made.</param>
/// <param name="Before">The trade as it was in force until then.</param>
/// <param name="Now">The trade as it is; null: it is void.</param>
public readonly record struct ChangeOfTrade(TradeAsItWas Trade, TurnStep Before, TurnStep? Now)
{
    /// <summary>The change that a turn makes; null where it makes none, as one of a release in which a change moved nothing.</summary>
    public static ChangeOfTrade? Of(BookTurn turn)
    {
        if (turn.Command.Verb is not (BookVerb.Bust or BookVerb.Correct) || TradeAsItWas.Of(turn.Command) is not { } trade)
        {
            return null;
        }

        // What was due by then, as an order that expires, is told before it.
        for (var i = 0; i < turn.Steps.Length; i++)
        {
            if (turn.Steps[i].Kind == StepKind.Reversed)
            {
                return new(trade, turn.Steps[i], i + 1 < turn.Steps.Length && turn.Steps[i + 1] is { Kind: StepKind.Restated } now ? now : null);
            }
        }

        return null;
    }
}

/// <summary>What became of a request to declare a trade void, or to correct its price.</summary>
/// <param name="Reason">Why not; none when it is done, or was so already.</param>
/// <param name="Sequence">The book's sequence with it.</param>
/// <param name="Trade">The trade, as it was made.</param>
/// <param name="PriceTicks">Its price from now on, in ticks; 0: it is void.</param>
/// <param name="BuyerFee">What the buyer has paid for it now, quote minor units.</param>
/// <param name="SellerFee">What the seller has paid for it now, quote minor units.</param>
[GenerateSerializer, Immutable, Alias("trade-changed")]
public readonly record struct TradeChanged(
    RejectReason Reason, long Sequence = 0, TurnStep Trade = default, long PriceTicks = 0, long BuyerFee = 0, long SellerFee = 0);
