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
    public async Task<Result<Api.InstrumentList>> InstrumentsAsync(HttpContext context) =>
        new Api.InstrumentList([.. (await listings.AllAsync()).Select(instrument => instrument.ToApi())]);

    /// <summary>GET /book/{symbol}: returns the order book by price.</summary>
    /// <remarks>
    /// Needs no key. Levels are pairs of price and quantity as decimal text, best first; <c>depth</c> is 1 to 1000 a
    /// side, by default 20. Expect <c>UnknownSymbol</c>, or <c>BadRequest</c> for another depth.
    /// </remarks>
    public async Task<Result<Api.BookSnapshot>> BookAsync(HttpContext context)
    {
        if (await listings.FindAsync(Call.Path(context, "symbol")) is not { } instrument)
            return await listings.UnknownAsync(Call.Path(context, "symbol"));
        if (Call.Count(context, "depth", "20", out var depth) is { } refused)
            return refused;

        var view = await grains.GetGrain<IMarketDataGrain>(instrument.Symbol).Depth(depth);
        return Result<Api.BookSnapshot>.Members(to =>
        {
            to.WriteString("symbol"u8, instrument.Symbol);
            to.WriteNumber("sequence"u8, view.Sequence);
            to.WriteTime(view.TimeNanos);
            to.WriteLevels("bids"u8, view.Bids, instrument);
            to.WriteLevels("asks"u8, view.Asks, instrument);
        });
    }

    /// <summary>GET /book/{symbol}/orders: returns the order book by order.</summary>
    /// <remarks>
    /// Needs no key. Each side has its displayed orders in the sequence in which they trade, with decimal text;
    /// <c>limit</c> is 1 to 1000 a side, by default 20. Expect <c>UnknownSymbol</c>, or <c>BadRequest</c> for another
    /// limit.
    /// </remarks>
    public async Task<Result<Api.BookOrders>> OrdersAsync(HttpContext context)
    {
        if (await listings.FindAsync(Call.Path(context, "symbol")) is not { } instrument)
            return await listings.UnknownAsync(Call.Path(context, "symbol"));
        if (Call.Count(context, "limit", "20", out var limit) is { } refused)
            return refused;

        var view = await grains.GetGrain<IMarketDataGrain>(instrument.Symbol).DisplayedOrders(limit);
        return Result<Api.BookOrders>.Members(to =>
        {
            to.WriteString("symbol"u8, instrument.Symbol);
            to.WriteNumber("sequence"u8, view.Sequence);
            to.WriteTime(view.TimeNanos);
            to.WriteOrders("bids"u8, view.Bids, instrument, inTicks: false);
            to.WriteOrders("asks"u8, view.Asks, instrument, inTicks: false);
        });
    }

    /// <summary>GET /trades/{symbol}: lists the newest trades.</summary>
    /// <remarks>
    /// Needs no key. The newest trade is first, prices and quantities are decimal text; <c>limit</c> is 1 to 1000, by
    /// default 100. Expect <c>UnknownSymbol</c>, or <c>BadRequest</c> for another limit.
    /// </remarks>
    public async Task<Result<Api.TradeList>> TradesAsync(HttpContext context)
    {
        if (await listings.FindAsync(Call.Path(context, "symbol")) is not { } instrument)
            return await listings.UnknownAsync(Call.Path(context, "symbol"));
        if (Call.Count(context, "limit", "100", out var limit) is { } refused)
            return refused;

        var trades = await grains.GetGrain<IMarketDataGrain>(instrument.Symbol).Trades(limit);
        if (trades.Length < limit)
        {
            // Trades in memory are the newest; the history has earlier ones.
            var past = await history.TradesAsync(new TradeQuery(instrument.Symbol, null, null, null, limit));
            if (past.Length > trades.Length)
                trades = [.. past.Reverse()];
        }

        return Result<Api.TradeList>.Members(to =>
        {
            to.WriteStartArray("trades"u8);
            foreach (var trade in trades)
                to.WriteTrade(trade, instrument);
            to.WriteEndArray();
        });
    }

    /// <summary>GET /symbols/{symbol}/state: returns a symbol's phase and prices.</summary>
    /// <remarks>
    /// Needs no key. Prices are decimal text, bands of the rules basis points. Expect <c>UnknownSymbol</c>, or
    /// <c>SymbolUnavailable</c> for a book whose journal cannot be explained.
    /// </remarks>
    public async Task<Result<Api.SymbolState>> StateAsync(HttpContext context)
    {
        var symbol = Call.Path(context, "symbol");
        return await listings.FindAsync(symbol) is { } instrument
            ? await StateOfAsync(grains, instrument)
            : await listings.UnknownAsync(symbol);
    }

    /// <summary>Returns a symbol's phase and prices.</summary>
    public static async ValueTask<Result<Api.SymbolState>> StateOfAsync(IGrainFactory grains, Instrument instrument)
    {
        var state = await grains.Book(instrument.BookKey).State(instrument.Symbol);
        return state.IsHalted
            ? new Refusal(RejectReason.SymbolUnavailable)
            : Result<Api.SymbolState>.Json(to => to.WriteState(state, instrument));
    }
}
