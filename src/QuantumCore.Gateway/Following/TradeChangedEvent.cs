using QuantumCore.Contracts;
using QuantumCore.Instruments;

namespace QuantumCore.Gateway.Following;

/// <summary>A trade of the account was declared void, or its price was corrected: one of its sides.</summary>
/// <param name="Book">The record that tells it.</param>
/// <param name="Ordinal">Its place among what that record tells of the account, from 0: it never changes.</param>
/// <param name="Trade">The trade.</param>
/// <param name="Side">The own side.</param>
/// <param name="Number">The own order's number within the account.</param>
/// <param name="OrderId">The own order's public id.</param>
/// <param name="TradedTicks">The price it was made at.</param>
/// <param name="Before">The price and the own fee that are not in force any more.</param>
/// <param name="Now">Those that are; null: it is void.</param>
/// <param name="Lots">What was traded.</param>
/// <param name="IsMaker">Whether the order was in the book.</param>
/// <param name="Order">The order as it is, which the change leaves alone; null: it is open no more.</param>
internal sealed record TradeChangedEvent(
    RecordPlace Book,
    int Ordinal,
    TradePlace Trade,
    Side Side,
    long Number,
    long OrderId,
    long TradedTicks,
    TradeTerms Before,
    TradeTerms? Now,
    long Lots,
    bool IsMaker,
    PastOrder? Order) : AccountEvent
{
    /// <summary>What became of the trade.</summary>
    public TradeState State => Now is null ? TradeState.Void : TradeState.Corrected;

    /// <summary>The account's sides of the trade that a turn changes, without their orders: none, one, or both of a trade with itself.</summary>
    public static IEnumerable<TradeChangedEvent> Of(long account, RecordPlace book, BookTurn turn)
    {
        if (ChangeOfTrade.Of(turn) is not { Trade: var trade, Before: var before, Now: var now })
            yield break;

        var ordinal = 0;
        if (before.Account == account)
        {
            yield return new(
                book, ordinal++, trade.Place, before.Side, before.Number, before.OrderId, trade.Fill.PriceTicks, new(before.PriceTicks, before.Fee),
                now is { } own ? new(own.PriceTicks, own.Fee) : null, before.QuantityLots, IsMaker: false, null);
        }

        if (before.MakerAccount == account)
        {
            yield return new(
                book, ordinal, trade.Place, before.Side == Side.Buy ? Side.Sell : Side.Buy, before.MakerNumber, before.MakerOrderId, trade.Fill.PriceTicks,
                new(before.PriceTicks, before.MakerFee), now is { } own ? new(own.PriceTicks, own.MakerFee) : null, before.QuantityLots, IsMaker: true, null);
        }
    }
}

/// <summary>What one side of a trade has to do with money.</summary>
/// <param name="PriceTicks">Its price.</param>
/// <param name="Fee">The side's fee, quote minor units.</param>
internal readonly record struct TradeTerms(long PriceTicks, long Fee);
