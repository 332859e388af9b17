using QuantumCore.Instruments;

namespace QuantumCore.Contracts;

/// <summary>
/// A trade as its book recorded it. A command that busts or corrects the trade carries it, so that readers of the
/// command need not look it up.
/// </summary>
/// <param name="Place">Place of the trade in the book's records.</param>
/// <param name="TimeNanos">Time of the trade, Unix nanoseconds.</param>
/// <param name="Fill">
/// The fill with accounts, orders and fees of its two sides; for an auction trade, the buyer is the taker.
/// </param>
[GenerateSerializer, Immutable, Alias("trade-as-it-was")]
public readonly record struct TradeAsItWas(TradePlace Place, long TimeNanos, TurnStep Fill)
{
    /// <summary>Returns the command that busts the trade or corrects its price.</summary>
    /// <param name="priceTicks">New price, in ticks; 0 busts the trade.</param>
    /// <param name="takerFee">The taker's fee at the new price, quote minor units.</param>
    /// <param name="makerFee">The other side's fee at the new price, quote minor units.</param>
    public ChangeTrade Change(long priceTicks, long takerFee = 0, long makerFee = 0)
    {
        // The command does not keep what the orders had after the trade.
        var trade = this with
        {
            Fill = Fill with { LeavesLots = 0, Hold = 0, MakerLeavesLots = 0, MakerHold = 0 },
        };
        return priceTicks == 0 ? new BustTrade(trade) : new CorrectTrade(trade, priceTicks, takerFee, makerFee);
    }
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
        if (turn.Command is not ChangeTrade { Trade: { } trade })
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
