using System.Text.Json;
using QuantumCore.Contracts;
using QuantumCore.Gateway.Markets;
using QuantumCore.Gateway.Orders;
using QuantumCore.Instruments;

namespace QuantumCore.Gateway.Binance;

/// <summary>
/// Calls for exchange information: limits, symbols and their filters; and the calls that clients make at their start.
/// </summary>
internal sealed class WireRulebook(
    IGrainFactory grains, AccountQueries accounts, Listings listings, WireLimits limits, ClientClock clock)
{
    /// <summary>Maximum number of open orders of an account; the account enforces it.</summary>
    private const int MostOpenOrders = 100_000;

    public IEnumerable<WireCall> Calls =>
    [
        WireCall.Get("/api/v3/exchangeInfo", WireSecurity.None, 20, ExchangeInformationAsync),
        WireCall.Get("/sapi/v1/system/status", WireSecurity.None, 1, StatusAsync),
        WireCall.Get("/sapi/v1/margin/allPairs", WireSecurity.Key, 1, NothingAsync),
        WireCall.Get("/sapi/v1/margin/isolated/allPairs", WireSecurity.Key, 10, NothingAsync),
        WireCall.Get("/sapi/v1/capital/config/getall", WireSecurity.Read, 10, AssetsAsync),
        WireCall.Get("/sapi/v1/asset/tradeFee", WireSecurity.Read, 1, TradeFeesAsync),
    ];

    private async ValueTask<WireAnswer> ExchangeInformationAsync(WireRequest request)
    {
        var parameters = request.Parameters;
        var names = parameters.Symbols(out _);
        var isSpot = parameters.Word<bool>("permissions", ReadPermissions, true);
        parameters.Flag("showPermissionSets");
        var wanted = ReadStatus(parameters);
        if (names is not null && (wanted is not null || parameters.Has("permissions")))
            parameters.Fail(WireError.BadCombination);
        if (parameters.End() is { } wrong)
            return wrong;

        if (await FindAsync(listings, names) is not { } instruments)
            return WireError.BadSymbol;

        var states = await StatesAsync(grains, instruments);
        var now = clock.NowFor(request.Shown).ToUnixTimeMilliseconds();
        return WireAnswer.Of(to =>
        {
            to.WriteStartObject();
            to.WriteString("timezone"u8, "UTC"u8);
            to.WriteNumber("serverTime"u8, now);
            to.WriteStartArray("rateLimits"u8);
            WriteLimit(to, "REQUEST_WEIGHT", "MINUTE", 1, limits.WeightPerMinute);
            WriteLimit(to, "ORDERS", "SECOND", 10, limits.OrdersPerTenSeconds);
            WriteLimit(to, "ORDERS", "DAY", 1, limits.OrdersPerDay);
            to.WriteEndArray();
            to.WriteStartArray("exchangeFilters"u8);
            to.WriteEndArray();
            to.WriteStartArray("symbols"u8);
            for (var i = 0; i < states.Length; i++)
            {
                var status = WireWords.Status(states[i]);
                if (isSpot && (wanted is null || wanted == status))
                    WriteSymbol(to, instruments[i], status);
            }

            to.WriteEndArray();
            to.WriteEndObject();
        });
    }

    /// <summary>
    /// Reads requested permissions, one or an array. True if they include spot, which all symbols here have; null for
    /// an unknown word.
    /// </summary>
    private static bool? ReadPermissions(string text)
    {
        var words = text.StartsWith('[') ? WireParameters.Names(text) : [text];
        return words is [_, ..] && words.All(IsPermission) ? words.Contains("SPOT", StringComparer.Ordinal) : null;
    }

    private static bool IsPermission(string word) => word is "SPOT" or "MARGIN" or "LEVERAGED"
        || (word.Length == 11 && word.StartsWith("TRD_GRP_", StringComparison.Ordinal)
            && word[8..].All(char.IsAsciiDigit));

    /// <summary>Reads the requested symbol status; null for any.</summary>
    public static string? ReadStatus(WireParameters parameters)
    {
        var wanted = parameters.Text("symbolStatus");
        if (wanted is not (null or "TRADING" or "HALT" or "BREAK" or "END_OF_DAY" or "CANCEL_ONLY"))
            parameters.Fail(new WireError(-1122, "Invalid symbolStatus."));
        return wanted;
    }

    /// <summary>Returns the instruments of these names, or without names all; null if a name is unknown.</summary>
    public static async ValueTask<IReadOnlyList<Instrument>?> FindAsync(Listings listings, IReadOnlyList<string>? names)
    {
        if (names is null)
            return await listings.AllAsync();

        var instruments = new List<Instrument>();
        foreach (var name in names)
        {
            if (await listings.FindAsync(name) is not { } instrument)
                return null;
            instruments.Add(instrument);
        }

        return instruments;
    }

    /// <summary>Returns the states of instruments, in their sequence.</summary>
    public static Task<BookState[]> StatesAsync(IGrainFactory grains, IEnumerable<Instrument> instruments) =>
        Task.WhenAll(
        instruments.Select(instrument => grains.Book(instrument.BookKey).State(instrument.Symbol).AsTask()));

    /// <summary>Writes a rate limit, with the used count if known.</summary>
    public static void WriteLimit(
        Utf8JsonWriter to, string type, string interval, int number, int limit, long? count = null)
    {
        to.WriteStartObject();
        to.WriteString("rateLimitType"u8, type);
        to.WriteString("interval"u8, interval);
        to.WriteNumber("intervalNum"u8, number);
        to.WriteNumber("limit"u8, limit);
        if (count is { } used)
            to.WriteNumber("count"u8, used);
        to.WriteEndObject();
    }

    private static void WriteSymbol(Utf8JsonWriter to, Instrument instrument, string status)
    {
        to.WriteStartObject();
        to.WriteString("symbol"u8, instrument.Symbol);
        to.WriteString("status"u8, status);
        to.WriteString("baseAsset"u8, instrument.Base.Name);
        to.WriteNumber("baseAssetPrecision"u8, instrument.Base.Decimals);
        to.WriteString("quoteAsset"u8, instrument.Quote.Name);
        to.WriteNumber("quotePrecision"u8, instrument.Quote.Decimals);
        to.WriteNumber("quoteAssetPrecision"u8, instrument.Quote.Decimals);
        to.WriteNumber("baseCommissionPrecision"u8, instrument.Base.Decimals);
        to.WriteNumber("quoteCommissionPrecision"u8, instrument.Quote.Decimals);
        to.WriteWords(
            "orderTypes"u8, "LIMIT", "LIMIT_MAKER", "MARKET", "STOP_LOSS", "STOP_LOSS_LIMIT", "TAKE_PROFIT",
            "TAKE_PROFIT_LIMIT");
        to.WriteBoolean("icebergAllowed"u8, true);
        to.WriteBoolean("ocoAllowed"u8, true);
        to.WriteBoolean("otoAllowed"u8, true);
        to.WriteBoolean("opoAllowed"u8, false);
        to.WriteBoolean("quoteOrderQtyMarketAllowed"u8, true);
        to.WriteBoolean("allowTrailingStop"u8, true);
        to.WriteBoolean("cancelReplaceAllowed"u8, true);
        to.WriteBoolean("amendAllowed"u8, true);
        to.WriteBoolean("pegInstructionsAllowed"u8, false);
        to.WriteBoolean("isSpotTradingAllowed"u8, true);
        to.WriteBoolean("isMarginTradingAllowed"u8, false);
        WriteFilters(to, instrument);
        to.WriteWords("permissions"u8);
        to.WriteStartArray("permissionSets"u8);
        to.WriteStartArray();
        to.WriteStringValue("SPOT"u8);
        to.WriteEndArray();
        to.WriteEndArray();
        to.WriteString("defaultSelfTradePreventionMode"u8, "NONE"u8);
        to.WriteWords(
            "allowedSelfTradePreventionModes"u8, "NONE", "EXPIRE_TAKER", "EXPIRE_MAKER", "EXPIRE_BOTH", "DECREMENT");
        to.WriteEndObject();
    }

    private static void WriteFilters(Utf8JsonWriter to, Instrument instrument)
    {
        to.WriteStartArray("filters"u8);
        WriteFilter(
            to, "PRICE_FILTER", instrument.PriceText, instrument.MinPriceTicks, instrument.MaxPriceTicks,
            ("minPrice", "maxPrice", "tickSize"));
        WriteFilter(
            to, "LOT_SIZE", lots => instrument.LotsText(lots), instrument.MinQuantityLots, instrument.MaxQuantityLots,
            ("minQty", "maxQty", "stepSize"));
        WriteFilter(
            to, "MARKET_LOT_SIZE", lots => instrument.LotsText(lots), instrument.MinQuantityLots,
            instrument.MaxQuantityLots, ("minQty", "maxQty", "stepSize"));
        WriteNumbers(to, "ICEBERG_PARTS", ("limit", OrderConditions.IcebergPartsLimit));
        WriteNumbers(
            to,
            "TRAILING_DELTA",
            ("minTrailingAboveDelta", 1),
            ("maxTrailingAboveDelta", OrderConditions.BasisPointsLimit),
            ("minTrailingBelowDelta", 1),
            ("maxTrailingBelowDelta", OrderConditions.BasisPointsLimit));
        to.WriteStartObject();
        to.WriteString("filterType"u8, "NOTIONAL"u8);
        to.WriteString("minNotional"u8, WireWriting.Text(instrument.MinNotional, instrument.Quote.Decimals));
        to.WriteBoolean("applyMinToMarket"u8, true);
        to.WriteString("maxNotional"u8, WireWriting.Text(instrument.MaxNotional, instrument.Quote.Decimals));
        to.WriteBoolean("applyMaxToMarket"u8, true);
        to.WriteNumber("avgPriceMins"u8, 0);
        to.WriteEndObject();
        WriteNumbers(to, "MAX_NUM_ORDERS", ("maxNumOrders", MostOpenOrders));
        WriteNumbers(
            to, "MAX_NUM_ALGO_ORDERS", ("maxNumAlgoOrders", BookLimits.OfAccount(OrderKind.Waiting)));
        WriteNumbers(
            to, "MAX_NUM_ICEBERG_ORDERS", ("maxNumIcebergOrders", BookLimits.OfAccount(OrderKind.Iceberg)));
        to.WriteEndArray();
    }

    private static void WriteFilter(
        Utf8JsonWriter to, string type, Func<long, string> format, long least, long most,
        (string Least, string Most, string Step) names)
    {
        to.WriteStartObject();
        to.WriteString("filterType"u8, type);
        to.WriteString(names.Least, format(least));
        to.WriteString(names.Most, format(most));
        to.WriteString(names.Step, format(1));
        to.WriteEndObject();
    }

    private static void WriteNumbers(
        Utf8JsonWriter to, string type, params ReadOnlySpan<(string Name, int Value)> numbers)
    {
        to.WriteStartObject();
        to.WriteString("filterType"u8, type);
        foreach (var (name, value) in numbers)
            to.WriteNumber(name, value);
        to.WriteEndObject();
    }

    private static ValueTask<WireAnswer> StatusAsync(WireRequest request) =>
        ValueTask.FromResult<WireAnswer>(request.Parameters.End() is { } wrong
        ? wrong
        : WireAnswer.Of(static to =>
        {
            to.WriteStartObject();
            to.WriteNumber("status"u8, 0);
            to.WriteString("msg"u8, "normal"u8);
            to.WriteEndObject();
        }));

    /// <summary>
    /// Answers with an empty array: there is no margin here. Clients ask with or without a signature, and with various
    /// parameters.
    /// </summary>
    private static ValueTask<WireAnswer> NothingAsync(WireRequest request) =>
        ValueTask.FromResult(WireAnswer.Of(static to =>
    {
        to.WriteStartArray();
        to.WriteEndArray();
    }));

    private async ValueTask<WireAnswer> AssetsAsync(WireRequest request)
    {
        if (request.Parameters.End() is { } wrong)
            return wrong;

        var view = await accounts.ViewAsync(request.Account);
        var listed = await listings.AllAsync();
        var assets = listed.SelectMany(instrument => new[] { instrument.Base, instrument.Quote }).Distinct()
            .OrderBy(asset => asset.Name, StringComparer.Ordinal);
        return WireAnswer.Of(to =>
        {
            to.WriteStartArray();
            foreach (var asset in assets)
            {
                to.WriteStartObject();
                to.WriteString("coin"u8, asset.Name);
                to.WriteString("name"u8, asset.Name);
                to.WriteBoolean("depositAllEnable"u8, false);
                to.WriteBoolean("withdrawAllEnable"u8, false);
                to.WriteBoolean("trading"u8, true);
                to.WriteBoolean("isLegalMoney"u8, false);
                WireAccounts.WriteBalance(to, asset.Name, view.Balances);
                to.WriteWords("networkList"u8);
                to.WriteEndObject();
            }

            to.WriteEndArray();
        });
    }

    private async ValueTask<WireAnswer> TradeFeesAsync(WireRequest request)
    {
        var only = request.Parameters.Symbol();
        if (request.Parameters.End() is { } wrong)
            return wrong;
        if (only is not null && await listings.FindAsync(only) is null)
            return WireError.BadSymbol;

        var listed = (await listings.AllAsync()).Where(instrument => only is null || instrument.Symbol == only);
        var rates = await AccountRates.OfAsync(grains, request.Account);
        return WireAnswer.Of(to =>
        {
            to.WriteStartArray();
            foreach (var instrument in listed)
            {
                to.WriteStartObject();
                to.WriteString("symbol"u8, instrument.Symbol);
                var (maker, taker) = rates.Of(instrument);
                to.WriteString("makerCommission"u8, WireWriting.Text(maker, 6));
                to.WriteString("takerCommission"u8, WireWriting.Text(taker, 6));
                to.WriteEndObject();
            }

            to.WriteEndArray();
        });
    }
}
