using QuantumCore.Contracts;
using QuantumCore.Instruments;

namespace QuantumCore.Gateway.AccountUpdates;

/// <summary>A trade of the account was busted or its price corrected: one of its sides.</summary>
/// <param name="Book">Record of the change.</param>
/// <param name="Ordinal">Its index among the record's events of the account, from 0; it never changes.</param>
/// <param name="Trade">Place of the trade.</param>
/// <param name="Side">The account's side.</param>
/// <param name="Number">Number of the account's order within the account.</param>
/// <param name="OrderId">Public id of the account's order.</param>
/// <param name="TradedTicks">Original price, in ticks.</param>
/// <param name="Before">Price and fee before the change.</param>
/// <param name="Now">Price and fee after the change; null for a busted trade.</param>
/// <param name="Lots">Quantity, in lots.</param>
/// <param name="IsMaker">True if the order was the maker.</param>
/// <param name="Order">Current order, which the change does not affect; null if it is no longer open.</param>
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
    /// <summary>State of the trade after the change.</summary>
    public TradeState State => Now is null ? TradeState.Void : TradeState.Corrected;

    /// <summary>
    /// Returns the account's sides of the trade that a record changes, without their orders. There are none, one, or
    /// both of a trade with itself.
    /// </summary>
    public static IEnumerable<TradeChangedEvent> Of(long account, RecordPlace book, BookTurn turn)
    {
        if (ChangeOfTrade.Of(turn) is not { Trade: var trade, Before: var before, Now: var now })
            yield break;

        var ordinal = 0;
        if (before.Taker.Account == account)
            yield return Of(isMaker: false, before.TakerSide, before.Taker, now?.Taker);
        if (before.Maker.Account == account)
            yield return Of(isMaker: true, before.MakerSide, before.Maker, now?.Maker);

        TradeChangedEvent Of(bool isMaker, Side side, TradeSide own, TradeSide? after) => new(
            book, ordinal++, trade.Place, side, own.Number, own.OrderId, trade.Trade.PriceTicks,
            new(before.PriceTicks, own.Fee), after is { Fee: var fee } ? new(now!.Value.PriceTicks, fee) : null,
            before.QuantityLots, isMaker, null);
    }
}

/// <summary>Monetary terms of one side of a trade.</summary>
/// <param name="PriceTicks">Price, in ticks.</param>
/// <param name="Fee">Fee of the side, in quote minor units.</param>
internal readonly record struct TradeTerms(long PriceTicks, long Fee);
