using QuantumCore.Contracts;
using QuantumCore.Gateway.MarketFeeds;
using QuantumCore.Gateway.Orders;
using QuantumCore.Instruments;

namespace QuantumCore.Gateway.Native.Json;

/// <summary>Instruments, tickers, candles, and an account's balances and trades as values of the API.</summary>
internal static class MarketValues
{
    /// <summary>Returns an instrument.</summary>
    public static Api.Instrument ToApi(this Instrument instrument) => new()
    {
        Symbol = instrument.Symbol,
        BaseAsset = instrument.Base.Name,
        BaseDecimals = instrument.Base.Decimals,
        QuoteAsset = instrument.Quote.Name,
        QuoteDecimals = instrument.Quote.Decimals,
        TickSize = instrument.PriceOf(1),
        LotSize = instrument.QuantityOf(1),
        MinPrice = instrument.PriceOf(instrument.MinPriceTicks),
        MaxPrice = instrument.PriceOf(instrument.MaxPriceTicks),
        MinQuantity = instrument.QuantityOf(instrument.MinQuantityLots),
        MaxQuantity = instrument.QuantityOf(instrument.MaxQuantityLots),
        MinNotional = instrument.Quote.AmountOf(instrument.MinNotional),
        MaxNotional = instrument.Quote.AmountOf(instrument.MaxNotional),
        MakerFeePpm = instrument.MakerFeePpm,
        TakerFeePpm = instrument.TakerFeePpm,
        ReferencePrice = instrument.PriceOf(instrument.ReferencePriceTicks),
        ProtectionPpm = instrument.ProtectionPpm,
        MaxLevels = instrument.MaxLevels,
        Group = instrument.Group.Length > 0 ? instrument.Group : null,
        SettlementDays = instrument.SettlementDays,
        SettlementVenue = instrument.SettlementDays > 0 ? instrument.SettlementVenue : null,
    };

    /// <summary>Returns the last 24 hours and the current state of a symbol.</summary>
    public static Api.Ticker ToApi(this SymbolPulse pulse)
    {
        var (instrument, state, day) = pulse;
        return new Api.Ticker(
            instrument.Symbol,
            MarketWriting.PhaseOf(state),
            instrument.PriceOrNull(state.LastPriceTicks),
            instrument.PriceOrNull(day.OpenTicks),
            instrument.PriceOrNull(day.HighTicks),
            instrument.PriceOrNull(day.LowTicks),
            instrument.QuantityOf(day.Lots),
            instrument.Quote.AmountOf(day.Value * instrument.TickLotValue),
            day.Trades);
    }

    /// <summary>Returns a candle.</summary>
    public static Api.Candle ToApi(this Candle candle, Instrument instrument) => new(
        DateTimeOffset.FromUnixTimeMilliseconds(candle.StartNanos / 1_000_000),
        instrument.PriceOf(candle.OpenTicks),
        instrument.PriceOf(candle.HighTicks),
        instrument.PriceOf(candle.LowTicks),
        instrument.PriceOf(candle.CloseTicks),
        instrument.QuantityOf(candle.Lots),
        candle.Trades);

    /// <summary>Returns a balance.</summary>
    public static Api.Balance ToApi(this AssetBalance balance) => new(
        balance.Asset,
        ApiValues.Decimal(balance.Total, balance.Decimals),
        ApiValues.Decimal(balance.Held, balance.Decimals),
        ApiValues.Decimal(balance.Available, balance.Decimals),
        ApiValues.Decimal(balance.Pending, balance.Decimals));

    /// <summary>Returns an account's fill.</summary>
    public static Api.AccountFill ToApi(this AccountFill fill, Instrument instrument)
    {
        var isChanged = fill.State != TradeState.AsMade;
        return new Api.AccountFill(
            ApiValues.Place(fill.Fill.Sequence, fill.Fill.Index),
            fill.Symbol,
            fill.OrderId,
            fill.ClientOrderId,
            fill.Side == Side.Buy ? Api.OrderSide.Buy : Api.OrderSide.Sell,
            instrument.PriceOf(fill.Fill.PriceTicks),
            instrument.QuantityOf(fill.Fill.QuantityLots),
            instrument.Quote.AmountOf(fill.Fill.Fee),
            fill.Fill.IsMaker ? Api.Liquidity.Maker : Api.Liquidity.Taker,
            new(fill.TimeNanos),
            fill.TimeNanos,
            isChanged ? ApiValues.Word<Api.TradeState>(WireNames.Of(fill.State)) : null,
            isChanged ? instrument.PriceOf(fill.TradedTicks) : null);
    }

    /// <summary>Returns a trade that was busted or corrected.</summary>
    public static Api.TradeChange ToApi(this in TradeChanged changed, Instrument instrument, TradePlace place)
    {
        var trade = changed.Trade;
        return new Api.TradeChange(
            instrument.Symbol,
            ApiValues.Place(place.Sequence, place.Index),
            ApiValues.Word<Api.TradeState>(WireNames.OfPriceNow(changed.PriceTicks)),
            instrument.PriceOf(trade.PriceTicks),
            instrument.PriceOrNull(changed.PriceTicks),
            instrument.QuantityOf(trade.QuantityLots),
            ApiValues.Account(trade.Buyer.Account),
            ApiValues.Account(trade.Seller.Account),
            instrument.Quote.AmountOf(changed.BuyerFee),
            instrument.Quote.AmountOf(changed.SellerFee),
            changed.Sequence);
    }

    /// <summary>Returns a prevented match.</summary>
    public static Api.PreventedMatch ToApi(this PreventedMatch match, Instrument instrument) => new(
        ApiValues.Place(match.Place.Sequence, match.Place.Index),
        match.Symbol,
        ApiValues.Word<Api.SelfTrade>(WireNames.Of(match.Mode)),
        !match.Maker.IsOwn
            ? Api.PreventedRole.Taker
            : !match.Taker.IsOwn ? Api.PreventedRole.Maker : Api.PreventedRole.Both,
        match.Taker.OrderId,
        match.Maker.OrderId,
        instrument.PriceOf(match.PriceTicks),
        instrument.QuantityOf(match.QuantityLots),
        match.Taker.Lots is { } ofTaker ? instrument.QuantityOf(ofTaker) : null,
        match.Maker.Lots is { } ofMaker ? instrument.QuantityOf(ofMaker) : null,
        new(match.TimeNanos),
        match.TimeNanos);
}
