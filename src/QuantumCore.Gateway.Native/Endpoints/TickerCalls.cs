using Microsoft.AspNetCore.Http;
using QuantumCore.Contracts;
using QuantumCore.Gateway.Http;
using QuantumCore.Gateway.MarketFeeds;
using QuantumCore.Gateway.Markets;
using QuantumCore.Gateway.Native.Json;
using QuantumCore.Gateway.Orders;
using QuantumCore.Instruments;

namespace QuantumCore.Gateway.Native.Endpoints;

/// <summary>Calls for prices over time; they need no key.</summary>
internal sealed class TickerCalls(LastCandles candles, Listings listings, MarketPulse pulse, TimeProvider time)
{
    private static readonly string[] s_periods =
        ["1m", "3m", "5m", "15m", "30m", "1h", "2h", "4h", "6h", "8h", "12h", "1d", "3d", "1w", "1M"];

    private const int MostCandles = 1_500;

    /// <summary>GET /tickers: returns the last day of all symbols.</summary>
    /// <remarks>
    /// Needs no key. Prices and volumes of the last 24 hours are decimal text; an unknown price is null. Expect
    /// <c>OutcomeUnknown</c> if no symbol can be read.
    /// </remarks>
    public async Task<Result<Api.TickerList>> TickersAsync(HttpContext context)
    {
        var second = await pulse.ReadAsync();

        // A symbol that cannot be read is left out. If none can be read, the call fails: an empty list would mean a
        // market without symbols.
        if (second.Symbols.IsEmpty && (await listings.AllAsync()).Count > 0)
            return new Refusal(RejectReason.OutcomeUnknown);

        return new Api.TickerList(
            new(second.TimeNanos), second.TimeNanos, [.. second.Symbols.Values.Select(pulse => pulse.ToApi())]);
    }

    /// <summary>GET /candles/{symbol}: returns candles of a symbol.</summary>
    /// <remarks>
    /// Needs no key. The oldest candle is first: start in milliseconds since 1970, open, high, low, close and volume as
    /// decimal text, and the number of trades; <c>period</c> is 1m (default) to 1M, <c>limit</c> 1 to 1500, by default
    /// 500. <c>adjustment</c> is split (default) or raw. Expect <c>UnknownSymbol</c>, or <c>BadRequest</c> for another
    /// parameter.
    /// </remarks>
    public async Task<Result<Api.CandleList>> CandlesAsync(HttpContext context)
    {
        var instrument = await listings.FindAsync(Call.Path(context, "symbol"));
        var query = context.Request.Query;
        if (instrument is null)
            return await listings.UnknownAsync(Call.Path(context, "symbol"));
        if (WireNames.ReadPeriod((string?)query["period"] ?? "1m") is not { } period)
            return Refusal.NotOneOf("period", query["period"], s_periods);
        if (Call.Number((string?)query["limit"] ?? "500", 1, MostCandles) is not { } limit)
            return Refusal.NotInRange("limit", query["limit"], 1, MostCandles);
        if (Before(query["before"]) is not { } before)
            return Refusal.Not("before", query["before"], WireTime.Rule);
        if (IsRaw(query["adjustment"]) is not { } isRaw)
            return Refusal.NotOneOf("adjustment", query["adjustment"], "split", "raw");

        var found = await ReadAsync(instrument, period, before, (int)limit, isRaw, !query.ContainsKey("before"));
        return new Api.CandleList(instrument.Symbol, [.. found.Select(candle => candle.ToApi(instrument))]);
    }

    /// <summary>Returns the end of the requested time, by default now; null if the text is no time.</summary>
    private long? Before(string? text) => text is null ? time.UnixNanos() + 1 : WireTime.Read(text);

    private async ValueTask<System.Collections.Immutable.ImmutableArray<Candle>> ReadAsync(
        Instrument instrument, CandlePeriod period, long before, int limit, bool isRaw, bool isNewest) => before == 0
        ? []
        : await candles.ReadAsync(
            new CandleQuery(instrument.Symbol, period, null, Math.Min(before - 1, time.UnixNanos()), limit, isRaw),
            isNewest);

    /// <summary>
    /// Returns true for prices as traded, before splits, and false for split-adjusted ones; null for any other word.
    /// </summary>
    private static bool? IsRaw(string? text) => text switch
    {
        null or "split" => false,
        "raw" => true,
        _ => null,
    };
}
