using QuantumCore.Instruments;

namespace QuantumCore.Contracts;

/// <summary>
/// A trade as its book recorded it. A command that busts or corrects the trade carries it, so that readers of the
/// command need not look it up.
/// </summary>
/// <param name="Place">Place of the trade in the book's records.</param>
/// <param name="TimeNanos">Time of the trade, Unix nanoseconds.</param>
/// <param name="Trade">The trade, with both sides.</param>
[GenerateSerializer, Immutable, Alias("recorded-trade")]
public readonly record struct RecordedTrade(TradePlace Place, long TimeNanos, MatchedTrade Trade)
{
    /// <summary>Returns the command that busts the trade or corrects its price.</summary>
    /// <param name="priceTicks">New price, in ticks; 0 busts the trade.</param>
    /// <param name="takerFee">The taker's fee at the new price, quote minor units.</param>
    /// <param name="makerFee">The other side's fee at the new price, quote minor units.</param>
    public ChangeTrade Change(long priceTicks, long takerFee = 0, long makerFee = 0)
    {
        var trade = this with { Trade = Trade.WithoutOrderState() };
        return priceTicks == 0 ? new BustTrade(trade) : new CorrectTrade(trade, priceTicks, takerFee, makerFee);
    }
}

/// <summary>A record's change of an earlier trade.</summary>
/// <param name="Trade">The trade as it was first made.</param>
/// <param name="Before">The trade as it was in force before the change.</param>
/// <param name="Now">The trade as it is now; null if it is busted.</param>
public readonly record struct ChangeOfTrade(RecordedTrade Trade, MatchedTrade Before, MatchedTrade? Now)
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
            if (turn.Steps[i] is TradeReversed before)
            {
                return new(
                    trade, before.Trade, (turn.Steps.ElementAtOrDefault(i + 1) as TradeRestated)?.Trade);
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
[GenerateSerializer, Immutable, Alias("trade-change-result")]
public readonly record struct TradeChanged(
    RejectReason Reason, long Sequence = 0, MatchedTrade Trade = default, long PriceTicks = 0, long BuyerFee = 0,
    long SellerFee = 0);
