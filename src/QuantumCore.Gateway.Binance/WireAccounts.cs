using System.Text.Json;
using QuantumCore.Contracts;
using QuantumCore.Gateway.Admission;
using QuantumCore.Gateway.Markets;
using QuantumCore.Gateway.Orders;
using QuantumCore.Instruments;

namespace QuantumCore.Gateway.Binance;

/// <summary>Calls for an account: balances, fees, fills.</summary>
internal sealed class WireAccounts(IGrainFactory grains, AccountQueries accounts, Listings listings, TimeProvider time)
{
    public IEnumerable<WireCall> Calls =>
    [
        WireCall.Get("/api/v3/account", WireSecurity.Read, 20, ShowAsync),
        new("POST", "/sapi/v3/asset/getUserAsset", Lane.Readings, WireSecurity.Read, static _ => 5, 0, AssetsAsync),
        WireCall.Get("/api/v3/account/commission", WireSecurity.Read, 20, CommissionAsync),
        WireCall.Get("/api/v3/myTrades", WireSecurity.Read, 20, TradesAsync) with
        {
            Weight = parameters => parameters.Has("orderId") ? 5 : 20,
        },
        WireCall.Get("/api/v3/myPreventedMatches", WireSecurity.Read, 20, PreventedAsync) with
        {
            Weight = parameters => parameters.Has("preventedMatchId") || parameters.Text("symbol") is not { } symbol
                || listings.Lacks(symbol)
                ? 2
                : 20,
        },
    ];

    /// <summary>Writes fee rates under a name.</summary>
    public static void WriteCommission(Utf8JsonWriter to, string name, int makerPpm, int takerPpm)
    {
        to.WriteStartObject(name);
        to.WriteString("maker"u8, DecimalText.Format((Int128)makerPpm * 100, 8));
        to.WriteString("taker"u8, DecimalText.Format((Int128)takerPpm * 100, 8));
        to.WriteString("buyer"u8, "0.00000000"u8);
        to.WriteString("seller"u8, "0.00000000"u8);
        to.WriteEndObject();
    }

    /// <summary>Writes the rates of a symbol: only standard ones, without discount.</summary>
    /// <param name="to">Writer.</param>
    /// <param name="instrument">Instrument of the symbol.</param>
    /// <param name="what">Suffix of the members' names.</param>
    /// <param name="makerPpm">Maker rate, in millionths.</param>
    /// <param name="takerPpm">Taker rate, in millionths.</param>
    public static void WriteCommissions(
        Utf8JsonWriter to, Instrument instrument, string what, int makerPpm, int takerPpm)
    {
        WriteCommission(to, $"standardCommission{what}", makerPpm, takerPpm);
        WriteCommission(to, $"specialCommission{what}", 0, 0);
        WriteCommission(to, $"taxCommission{what}", 0, 0);
        to.WriteStartObject("discount"u8);
        to.WriteBoolean("enabledForAccount"u8, false);
        to.WriteBoolean("enabledForSymbol"u8, false);
        to.WriteString("discountAsset"u8, instrument.Quote.Name);
        to.WriteString("discount"u8, "0.00000000"u8);
        to.WriteEndObject();
    }

    private async ValueTask<WireAnswer> ShowAsync(WireRequest request)
    {
        var omitsZero = request.Parameters.Flag("omitZeroBalances");
        if (request.Parameters.End() is { } wrong)
            return wrong;

        var view = await accounts.ViewAsync(request.Account);
        var listed = await listings.AllAsync();

        // Fees are per instrument: the account's rates are shown as the highest of them.
        var rates = await AccountRates.OfAsync(grains, request.Account);
        var (maker, taker) = listed.Count == 0 ? (0, 0) : (listed.Max(instrument => rates.Of(instrument).MakerPpm),
            listed.Max(instrument => rates.Of(instrument).TakerPpm));
        var now = time.GetUtcNow().ToUnixTimeMilliseconds();
        return WireAnswer.Of(to =>
        {
            to.WriteStartObject();
            to.WriteNumber("makerCommission"u8, maker / 100);
            to.WriteNumber("takerCommission"u8, taker / 100);
            to.WriteNumber("buyerCommission"u8, 0);
            to.WriteNumber("sellerCommission"u8, 0);
            WriteCommission(to, "commissionRates", maker, taker);
            to.WriteBoolean("canTrade"u8, !view.IsFrozen);
            to.WriteBoolean("canWithdraw"u8, false);
            to.WriteBoolean("canDeposit"u8, false);
            to.WriteBoolean("brokered"u8, false);
            to.WriteBoolean("requireSelfTradePrevention"u8, false);
            to.WriteBoolean("preventSor"u8, true);
            to.WriteNumber("updateTime"u8, now);
            to.WriteString("accountType"u8, "SPOT"u8);
            to.WriteStartArray("balances"u8);
            foreach (var balance in view.Balances)
            {
                if (omitsZero && balance.Total == 0)
                    continue;
                to.WriteStartObject();
                to.WriteString("asset"u8, balance.Asset);
                to.WriteString("free"u8, WireWriting.Free(balance));
                to.WriteString("locked"u8, WireWriting.Text(balance.Held, balance.Decimals));
                to.WriteEndObject();
            }

            to.WriteEndArray();
            to.WriteWords("permissions"u8, "SPOT");
            to.WriteNumber("uid"u8, view.Account);
            to.WriteEndObject();
        });
    }

    /// <summary>Answers with the account's non-zero balances, or the one of the requested asset.</summary>
    private async ValueTask<WireAnswer> AssetsAsync(WireRequest request)
    {
        var only = request.Parameters.Text("asset");
        request.Parameters.Flag("needBtcValuation");
        if (request.Parameters.End() is { } wrong)
            return wrong;

        var view = await accounts.ViewAsync(request.Account);
        return WireAnswer.Of(to =>
        {
            to.WriteStartArray();
            foreach (var balance in view.Balances.Where(
                balance => balance.Total != 0 && (only is null || only == balance.Asset)))
            {
                to.WriteStartObject();
                to.WriteString("asset"u8, balance.Asset);
                WriteBalance(to, balance.Asset, [balance]);
                to.WriteString("btcValuation"u8, "0"u8);
                to.WriteEndObject();
            }

            to.WriteEndArray();
        });
    }

    /// <summary>Writes an account's balance of an asset, in the format of /sapi.</summary>
    public static void WriteBalance(Utf8JsonWriter to, string asset, IEnumerable<AssetBalance> balances)
    {
        var own = balances.FirstOrDefault(balance => balance.Asset == asset);
        to.WriteString("free"u8, WireWriting.Free(own));
        to.WriteString("locked"u8, WireWriting.Text(own.Held, own.Decimals));
        foreach (var none in (ReadOnlySpan<string>)["freeze", "withdrawing", "ipoing", "ipoable", "storage"])
            to.WriteString(none, "0.00000000"u8);
    }

    private async ValueTask<WireAnswer> CommissionAsync(WireRequest request)
    {
        var instrument = await WireMarket.SymbolAsync(request.Parameters, listings);
        if (request.Parameters.End() is { } wrong)
            return wrong;

        var (maker, taker) = (await AccountRates.OfAsync(grains, request.Account)).Of(instrument!);
        return WireAnswer.Of(to =>
        {
            to.WriteStartObject();
            to.WriteString("symbol"u8, instrument!.Symbol);
            WriteCommissions(to, instrument, "", maker, taker);
            to.WriteEndObject();
        });
    }

    private async ValueTask<WireAnswer> TradesAsync(WireRequest request)
    {
        var parameters = request.Parameters;
        var limit = parameters.Limit(500, 1_000);
        var orderId = parameters.Number("orderId", 0, long.MaxValue);
        var from = parameters.Number("fromId", 0, long.MaxValue);
        var (start, end) = (WireMarket.Nanos(parameters, "startTime"), WireMarket.Nanos(parameters, "endTime"));
        var instrument = await WireMarket.SymbolAsync(parameters, listings);
        if (from is not null && (start ?? end) is not null)
            parameters.Fail(WireError.BadCombination);
        if (end - start is < 0 or > UtcDay.Nanos)
            parameters.Fail(new WireError(-1127, "More than 24 hours between startTime and endTime."));
        if (parameters.End() is { } wrong)
            return wrong;

        // Fills of resting orders are included with everything else the account knows by now.
        await accounts.ViewAsync(request.Account);
        var place = from is { } id ? WireWriting.Place(id) : default(TradePlace?);
        var fills = await accounts.FillsOfAsync(
            // Binance has no marker for a busted trade: a client that sums these up must get its real balance.
            new FillQuery(
                request.Account, instrument!.Symbol, orderId, place, start, end + 999_999, limit, OmitsVoid: true));
        return WireAnswer.Of(to =>
        {
            to.WriteStartArray();
            foreach (var fill in fills)
                WriteTrade(to, instrument, fill);
            to.WriteEndArray();
        });
    }

    /// <summary>Answers with prevented matches by id, or of an order from an id on, oldest first.</summary>
    private async ValueTask<WireAnswer> PreventedAsync(WireRequest request)
    {
        var parameters = request.Parameters;
        var isSized = parameters.Has("limit");
        var limit = parameters.Limit(500, 1_000);
        var only = parameters.Number("preventedMatchId", 0, long.MaxValue);
        var orderId = parameters.Number("orderId", 0, long.MaxValue);
        var from = parameters.Number("fromPreventedMatchId", 0, long.MaxValue);
        var instrument = await WireMarket.SymbolAsync(parameters, listings);
        if (only is null ? orderId is null : orderId is not null || from is not null || isSized)
            parameters.Fail(WireError.BadCombination);
        if (parameters.End() is { } wrong)
            return wrong;

        await accounts.ViewAsync(request.Account);
        var matches = await accounts.PreventedAsync(new PreventedQuery(
            request.Account,
            instrument!.Symbol,
            orderId,
            orderId is null ? null : WireWriting.Place(from ?? 0),
            only is { } id ? WireWriting.Place(id) : null,
            Limit: limit));
        return WireAnswer.Of(to =>
        {
            to.WriteStartArray();
            foreach (var match in matches)
                WirePreventedWriting.WriteMatch(to, instrument, match);
            to.WriteEndArray();
        });
    }

    private static void WriteTrade(Utf8JsonWriter to, Instrument instrument, AccountFill trade)
    {
        var fill = trade.Fill;
        to.WriteStartObject();
        to.WriteString("symbol"u8, trade.Symbol);
        to.WriteNumber("id"u8, WireWriting.TradeId(fill.Sequence, fill.Index));
        to.WriteNumber("orderId"u8, trade.OrderId);
        to.WriteNumber("orderListId"u8, -1);
        to.WritePriceText("price"u8, instrument, fill.PriceTicks);
        to.WriteLots("qty"u8, instrument, fill.QuantityLots);
        to.WriteString("quoteQty"u8, instrument.Amount((Int128)fill.PriceTicks * fill.QuantityLots));
        to.WriteString("commission"u8, WireWriting.Text(fill.Fee, instrument.Quote.Decimals));
        to.WriteString("commissionAsset"u8, instrument.Quote.Name);
        to.WriteMillis("time"u8, trade.TimeNanos);
        to.WriteBoolean("isBuyer"u8, trade.Side == Side.Buy);
        to.WriteBoolean("isMaker"u8, fill.IsMaker);
        to.WriteBoolean("isBestMatch"u8, true);
        to.WriteEndObject();
    }
}
