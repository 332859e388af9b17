using QuantumCore.Instruments;

namespace QuantumCore.Contracts;

/// <summary>
/// A trade as its book recorded it. A command that busts or corrects the trade carries it, so that readers of the
/// command need not look it up.
/// </summary>
/// <param name="Place">Place of the trade in the book's records.</param>
/// <param name="TimeNanos">Time of the trade, Unix nanoseconds.</param>
/// <param name="Fill">The fill with its two sides.</param>
public readonly record struct TradeAsItWas(TradePlace Place, long TimeNanos, TurnStep Fill)
{
    /// <summary>Returns the command that busts the trade or corrects its price.</summary>
    /// <param name="priceTicks">New price, in ticks; 0 busts the trade.</param>
    /// <param name="takerFee">The taker's fee at the new price, quote minor units.</param>
    /// <param name="makerFee">The other side's fee at the new price, quote minor units.</param>
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
                .. priceTicks == 0
                    ? (ReadOnlySpan<NamedValue>)[]
                    : [new(ChangedValue.TakerFeeNow, takerFee), new(ChangedValue.MakerFeeNow, makerFee)],
            ],
        };

    /// <summary>Returns the trade that a command changes, or null if it carries none.</summary>
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
                StepKind.Fill, taker, takerNumber, takerOrder, (Side)side, EndReason.None, price, lots, 0, takerFee, 0,
                maker, makerNumber,
                makerOrder, 0, makerFee, 0, auction == 1))
        : null;
}

/// <summary>A record's change of an earlier trade.</summary>
/// <param name="Trade">The trade as it was first made.</param>
/// <param name="Before">The trade as it was in force before the change.</param>
/// <param name="Now">The trade as it is now; null if it is busted.</param>
public readonly record struct ChangeOfTrade(TradeAsItWas Trade, TurnStep Before, TurnStep? Now)
{
    /// <summary>
    /// Returns the change of a trade in a record; null if there is none. Records of an older release may hold a change
    /// that moved nothing.
    /// </summary>
    public static ChangeOfTrade? Of(BookTurn turn)
    {
        if (turn.Command.Verb is not (BookVerb.Bust or BookVerb.Correct)
            || TradeAsItWas.Of(turn.Command) is not { } trade)
        {
            return null;
        }

        // Steps that were due before the change, such as an expiring order, come first.
        for (var i = 0; i < turn.Steps.Length; i++)
        {
            if (turn.Steps[i].Kind == StepKind.Reversed)
            {
                return new(
                    trade, turn.Steps[i],
                    i + 1 < turn.Steps.Length && turn.Steps[i + 1] is { Kind: StepKind.Restated } now ? now : null);
            }
        }

        return null;
    }
}

/// <summary>Result of a request to bust or correct a trade.</summary>
/// <param name="Reason">Reject reason; None if it is done now or was done before.</param>
/// <param name="Sequence">The book's sequence after the change.</param>
/// <param name="Trade">The trade as it was first made.</param>
/// <param name="PriceTicks">New price, in ticks; 0 if the trade is busted.</param>
/// <param name="BuyerFee">The buyer's fee now, quote minor units.</param>
/// <param name="SellerFee">The seller's fee now, quote minor units.</param>
[GenerateSerializer, Immutable, Alias("trade-changed")]
public readonly record struct TradeChanged(
    RejectReason Reason, long Sequence = 0, TurnStep Trade = default, long PriceTicks = 0, long BuyerFee = 0,
    long SellerFee = 0);
