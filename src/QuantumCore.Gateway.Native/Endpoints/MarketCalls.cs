using Microsoft.AspNetCore.Http;
using QuantumCore.Contracts;
using QuantumCore.Gateway.Http;
using QuantumCore.Gateway.MarketFeeds;
using QuantumCore.Gateway.Markets;
using QuantumCore.Gateway.Native.Json;
using QuantumCore.Gateway.Native.Streams;
using QuantumCore.Instruments;

namespace QuantumCore.Gateway.Native.Endpoints;

/// <summary>Calls for market data; they need no key.</summary>
internal sealed class MarketCalls(IGrainFactory grains, MarketHistory history, Listings listings)
{
    /// <summary>GET /instruments: lists the instruments.</summary>
    /// <remarks>
    /// Needs no key. Sizes, limits and prices are decimal text, fees millionths (ppm). Every price is a multiple of
    /// <c>tickSize</c>, every quantity one of <c>lotSize</c>.
    /// </remarks>
    public async Task InstrumentsAsync(HttpContext context) =>
        await Answer.JsonAsync(
            context, new Api.InstrumentList([.. (await listings.AllAsync()).Select(instrument => instrument.ToApi())]));

    /// <summary>GET /book/{symbol}: returns the order book by price.</summary>
    /// <remarks>
    /// Needs no key. Levels are pairs of price and quantity as decimal text, best first; <c>depth</c> is 1 to 1000 a
    /// side, by default 20. Expect <c>UnknownSymbol</c>, or <c>BadRequest</c> for another depth.
    /// </remarks>
    public async Task BookAsync(HttpContext context)
    {
        if (await ListedAsync(context) is not { } instrument
            || await CountAsync(context, "depth", "20") is not { } depth)
            return;

        var view = await grains.GetGrain<IMarketDataGrain>(instrument.Symbol).Depth(depth);
        await Answer.JsonAsync(context, (view, instrument), static (to, answer) =>
        {
            to.WriteStartObject();
            to.WriteString("symbol"u8, answer.instrument.Symbol);
            to.WriteNumber("sequence"u8, answer.view.Sequence);
            to.WriteTime(answer.view.TimeNanos);
            to.WriteLevels("bids"u8, answer.view.Bids, answer.instrument);
            to.WriteLevels("asks"u8, answer.view.Asks, answer.instrument);
            to.WriteEndObject();
        });
    }

    /// <summary>GET /book/{symbol}/orders: returns the order book by order.</summary>
    /// <remarks>
    /// Needs no key. Each side has its displayed orders in the sequence in which they trade, with decimal text;
    /// <c>limit</c> is 1 to 1000 a side, by default 20. Expect <c>UnknownSymbol</c>, or <c>BadRequest</c> for another
    /// limit.
    /// </remarks>
    public async Task OrdersAsync(HttpContext context)
    {
        if (await ListedAsync(context) is not { } instrument
            || await CountAsync(context, "limit", "20") is not { } limit)
            return;

        var view = await grains.GetGrain<IMarketDataGrain>(instrument.Symbol).DisplayedOrders(limit);
        await Answer.JsonAsync(context, (view, instrument), static (to, answer) =>
        {
            to.WriteStartObject();
            to.WriteString("symbol"u8, answer.instrument.Symbol);
            to.WriteNumber("sequence"u8, answer.view.Sequence);
            to.WriteTime(answer.view.TimeNanos);
            to.WriteOrders("bids"u8, answer.view.Bids, answer.instrument, inTicks: false);
            to.WriteOrders("asks"u8, answer.view.Asks, answer.instrument, inTicks: false);
            to.WriteEndObject();
        });
    }

    /// <summary>GET /trades/{symbol}: lists the newest trades.</summary>
    /// <remarks>
    /// Needs no key. The newest trade is first, prices and quantities are decimal text; <c>limit</c> is 1 to 1000, by
    /// default 100. Expect <c>UnknownSymbol</c>, or <c>BadRequest</c> for another limit.
    /// </remarks>
    public async Task TradesAsync(HttpContext context)
    {
        if (await ListedAsync(context) is not { } instrument
            || await CountAsync(context, "limit", "100") is not { } limit)
            return;

        var trades = await grains.GetGrain<IMarketDataGrain>(instrument.Symbol).Trades(limit);
        if (trades.Length < limit)
        {
            // Trades in memory are the newest; the history has earlier ones.
            var past = await history.TradesAsync(new TradeQuery(instrument.Symbol, null, null, null, limit));
            if (past.Length > trades.Length)
                trades = [.. past.Reverse()];
        }

        await Answer.JsonAsync(context, (trades, instrument), static (to, answer) =>
        {
            to.WriteStartObject();
            to.WriteStartArray("trades"u8);
            foreach (var trade in answer.trades)
                to.WriteTrade(trade, answer.instrument);
            to.WriteEndArray();
            to.WriteEndObject();
        });
    }

    /// <summary>GET /symbols/{symbol}/state: returns a symbol's phase and prices.</summary>
    /// <remarks>
    /// Needs no key. Prices are decimal text, bands of the rules basis points. Expect <c>UnknownSymbol</c>, or
    /// <c>SymbolUnavailable</c> for a book whose journal cannot be explained.
    /// </remarks>
    public async Task StateAsync(HttpContext context)
    {
        if (await ListedAsync(context) is { } instrument)
            await AnswerStateAsync(context, grains, instrument);
    }

    /// <summary>Answers with a symbol's phase and prices.</summary>
    public static async ValueTask AnswerStateAsync(HttpContext context, IGrainFactory grains, Instrument instrument)
    {
        var state = await grains.Book(instrument.BookKey).State(instrument.Symbol);
        if (state.IsHalted)
        {
            await Answer.RefuseAsync(context, new Refusal(RejectReason.SymbolUnavailable));
            return;
        }

        await Answer.JsonAsync(
            context, (state, instrument), static (to, answer) => to.WriteState(answer.state, answer.instrument));
    }

    private ValueTask<Instrument?> ListedAsync(HttpContext context) =>
        Call.ListedAsync(context, listings, Call.Path(context, "symbol"));

    private static async ValueTask<int?> CountAsync(HttpContext context, string name, string absent)
    {
        var count = Call.Number((string?)context.Request.Query[name] ?? absent, 1, 1000);
        if (count is null)
            await Answer.RefuseAsync(context, Refusal.NotInRange(name, context.Request.Query[name], 1, 1000));
        return (int?)count;
    }
}
