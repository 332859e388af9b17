using System.Globalization;
using System.Text;
using System.Text.Json;
using System.Text.Json.Serialization;
using System.Text.Json.Serialization.Metadata;

namespace QuantumCore.Client;

/// <summary>JSON of the wire: camel case, decimals as strings, never through floating point.</summary>
public static class QuantumCoreJson
{
    // By reflection: generated code for these types was 50,000 lines, which every build compiled.
    private static readonly JsonSerializerOptions s_options = new(JsonSerializerDefaults.Web)
    {
        NumberHandling = JsonNumberHandling.Strict,
        DefaultIgnoreCondition = JsonIgnoreCondition.WhenWritingNull,
        Converters = { new JsonStringEnumConverter(), new ExactDecimal() },
        TypeInfoResolver = new DefaultJsonTypeInfoResolver(),
    };

    /// <summary>Writes one of this library's types as the exchange would.</summary>
    public static string Write<T>(T value) => JsonSerializer.Serialize(value, s_options);

    internal static byte[] WriteBytes<T>(T value) => JsonSerializer.SerializeToUtf8Bytes(value, s_options);

    internal static T? Read<T>(ReadOnlySpan<byte> json) => JsonSerializer.Deserialize<T>(json, s_options);
}

internal sealed record OrderList([property: JsonRequired] IReadOnlyList<Order> Orders, string? Next = null);

internal sealed record OrderBatch(IReadOnlyList<PlaceOrder> Orders);

internal sealed record BatchResults([property: JsonRequired] IReadOnlyList<BatchResult> Results);

internal sealed record ApiKeyList([property: JsonRequired] IReadOnlyList<KnownApiKey> Keys);

internal sealed record UserList([property: JsonRequired] IReadOnlyList<ExchangeUser> Users);

internal sealed record SessionsEnded([property: JsonRequired] bool Ended);

internal sealed record AuditLines([property: JsonRequired] IReadOnlyList<AuditLine> Lines);

internal sealed record SignalStrategyList([property: JsonRequired] IReadOnlyList<SignalStrategy> Strategies);

internal sealed record DeadSignalList([property: JsonRequired] IReadOnlyList<DeadSignal> Signals);

internal sealed record DroppedSignal(long Id);

internal sealed record CancelCount([property: JsonRequired] int Cancelled);

internal sealed record FillList([property: JsonRequired] IReadOnlyList<AccountFill> Fills);

internal sealed record PreventedMatchList([property: JsonRequired] IReadOnlyList<PreventedMatch> Matches);

internal sealed record InstrumentList([property: JsonRequired] IReadOnlyList<Instrument> Instruments);

internal sealed record TickerList([property: JsonRequired] IReadOnlyList<Ticker> Tickers);

internal sealed record TradeList([property: JsonRequired] IReadOnlyList<Trade> Trades);

internal sealed record DepositOrder(string Key, string Asset, decimal Amount);

internal sealed record TransferRequest(string Key, string To, string Asset, decimal Amount);

internal sealed record TransferList([property: JsonRequired] IReadOnlyList<Transfer> Transfers, string? Next);

internal sealed record DemoFundsRequest(string? Asset);

internal sealed record WithdrawalRequest(string Key, string Asset, decimal Amount, string Destination);

internal sealed record WithdrawalList([property: JsonRequired] IReadOnlyList<Withdrawal> Withdrawals, string? Next);

internal sealed record OwnerRequest(string Owner);

internal sealed record OrderListRequest(OrderListKind Kind, IReadOnlyList<PlaceOrder> Orders);

internal sealed record PhaseRequest(
    TradingPhase Phase, PhaseReason? Reason, long? ForSeconds, TradingPhase? Then, long? ThenForSeconds, string? Why);

internal sealed record PriceRequest(decimal Price, string? Why = null);

internal sealed record TradeRequest(string Trade, decimal? Price, string? Why);

internal sealed record BlockRequest(string? Symbol, string? Why);

internal sealed record FreezeOrder(string? Why);

internal sealed record LimitsOrder(
    string Symbol,
    decimal? MaxOrderQuantity,
    decimal? MaxOrderValue,
    int? MaxOpenOrders,
    decimal? MaxPosition,
    int? DuplicateWindowMillis,
    int? MaxOrdersPerSecond,
    int? OrderBurst,
    decimal? MaxDailyVolume,
    decimal? MaxDailyLoss,
    string? Why)
{
    /// <summary>Owner, for an owner's limits.</summary>
    public string? Owner { get; init; }

    public IReadOnlyList<OwnerShare>? Shares { get; init; }

    public int? MaxQuantityMultiple { get; init; }

    public int? KillOrders { get; init; }

    public decimal? KillValue { get; init; }

    public int? KillWindowSeconds { get; init; }

    public decimal? KillDailyLoss { get; init; }

    internal static LimitsOrder From(RiskLimits limits, string? why) => new(
        limits.Symbol,
        limits.MaxOrderQuantity,
        limits.MaxOrderValue,
        limits.MaxOpenOrders,
        limits.MaxPosition,
        limits.DuplicateWindowMillis,
        limits.MaxOrdersPerSecond,
        limits.OrderBurst,
        limits.MaxDailyVolume,
        limits.MaxDailyLoss,
        why)
    {
        MaxQuantityMultiple = limits.MaxQuantityMultiple,
        KillOrders = limits.KillOrders,
        KillValue = limits.KillValue,
        KillWindowSeconds = limits.KillWindowSeconds,
        KillDailyLoss = limits.KillDailyLoss,
    };
}

internal sealed record EveryonesLimits([property: JsonRequired] IReadOnlyList<RiskLimits> Everyones);

internal sealed record OwnersLimits([property: JsonRequired] IReadOnlyList<OwnerLimits> Owners);

internal sealed record FeesOrder(string Asset, IReadOnlyList<FeeTier> Tiers, decimal MinimumFee, string? Why);

internal sealed record FeeSchedules([property: JsonRequired] IReadOnlyList<FeeSchedule> Schedules);

internal sealed record AccountKindOrder(string? Currency, string? Symbol, string? Why);

internal sealed record HolidaysOrder(IReadOnlyList<string> Holidays, string? Why);

internal sealed record BuyInOrder(string Id, string Account, string Symbol, string? Why);

internal sealed record BuyInDaysOrder(int Days, string? Why);

internal sealed record PinOrder(string? Silo, string? Why);

internal sealed record BookPins([property: JsonRequired] IReadOnlyList<BookPin> Pins);

internal sealed record SettlementVenues([property: JsonRequired] IReadOnlyList<SettlementVenue> Venues);

internal sealed record CorporateActionOrder(
    string Id, CorporateActionType Type, string Symbol, string? ExDate, string? PayDate, decimal? Amount, string? Ratio,
    string? Why,
    string? NewSymbol = null, string? NewAsset = null);

internal sealed record CorporateActions([property: JsonRequired] IReadOnlyList<CorporateAction> Actions);

internal sealed record LocateOrder(string Symbol, decimal Quantity, string? Why);

internal sealed record MarginTermsOrder(
    MarginTable Long,
    MarginTable? Short,
    decimal? CheapBelow,
    MarginTable? CheapShort,
    decimal Lendable,
    int BorrowPpm,
    decimal? ImpactQuantity,
    int SpreadLimitPpm,
    decimal? StepQuantity,
    string? Group,
    string? Why)
{
    internal static MarginTermsOrder From(MarginTerms terms, string? why) => new(
        terms.Long,
        terms.Short,
        terms.CheapBelow,
        terms.CheapShort,
        terms.Lendable,
        terms.BorrowPpm,
        terms.ImpactQuantity,
        terms.SpreadLimitPpm,
        terms.StepQuantity,
        terms.Group,
        why);
}

internal sealed record MarginPolicyOrder(
    int LoanPpm, int DayBasis, int CallSeconds, int? LiquidationPpm, int TargetPpm, int FeePpm, bool SharesOut,
    decimal? Skin, string? Why)
{
    internal static MarginPolicyOrder From(MarginPolicy policy, string? why) => new(
        policy.LoanPpm, policy.DayBasis, policy.CallSeconds, policy.LiquidationPpm, policy.TargetPpm, policy.FeePpm,
        policy.SharesOut, policy.Skin, why);
}

internal sealed record MarginGroupOrder(int CreditPpm, string? Why);

internal sealed record AlertRequest(string Symbol, decimal Price, bool? Above);

internal sealed record BreakerRequest(long Index, long PreviousClose);

internal sealed record HaltRequest(bool Halted);

internal sealed record SkewRequest(long Millis, string? Key);

internal sealed record StopRequest;

internal sealed record StreamRequest(string Op, string? Symbol = null, string? Channel = null);

internal sealed record GuardRequest(int Id, string Op, bool On, string Of, string? Session);

internal sealed record GuardAnswer(int Status, Refusal? Error);

/// <summary>Members of every stream message, which may be an error.</summary>
internal interface IStreamMessage
{
    string Type { get; }

    string? Code { get; }

    string? Field { get; }

    string? Detail { get; }
}

/// <summary>Message about a market-by-order book.</summary>
internal sealed record OrderByOrderMessage(
    string Type,
    bool Snapshot,
    string? Symbol,
    long PreviousSequence,
    long Sequence,
    [property: JsonNumberHandling(JsonNumberHandling.AllowReadingFromString | JsonNumberHandling.WriteAsString)]
    long TimeNanos,
    IReadOnlyList<BookOrder>? Bids,
    IReadOnlyList<BookOrder>? Asks,
    IReadOnlyList<BookOrderChange>? Changes,
    string? Code,
    string? Field,
    string? Detail) : IStreamMessage;

/// <summary>Message with all alerts of an account.</summary>
internal sealed record AlertMessage(
    string Type,
    string? Account,
    DateTimeOffset Since,
    IReadOnlyList<PriceAlert>? Alerts,
    string? Code,
    string? Field,
    string? Detail) : IStreamMessage;

/// <summary>
/// Any other stream message. <see cref="Type"/> says which members count, and what <see cref="State"/> belongs to.
/// </summary>
internal sealed record StreamMessage(
    string Type,
    string? Symbol,
    long PreviousSequence,
    long Sequence,
    [property: JsonNumberHandling(JsonNumberHandling.AllowReadingFromString | JsonNumberHandling.WriteAsString)]
    long TimeNanos,
    IReadOnlyList<PriceLevel>? Bids,
    IReadOnlyList<PriceLevel>? Asks,
    IReadOnlyList<Trade>? Trades,
    IReadOnlyList<PublicTradeChange>? TradeChanges,
    bool Snapshot,
    long? Message,
    string? Account,
    string? State,
    IReadOnlyList<Balance>? Balances,
    IReadOnlyList<Order>? Orders,
    IReadOnlyList<ClosedOrder>? Closed,
    string? TradeId,
    long OrderId,
    OrderSide Side,
    decimal TradedPrice,
    decimal? Price,
    decimal Quantity,
    decimal Fee,
    DateTimeOffset Time,
    string? Code,
    string? Field,
    string? Detail) : IStreamMessage
{
    /// <summary>Returns an empty message of a type.</summary>
    internal static StreamMessage Of(string type) => new(
        type, null, 0, 0, 0, null, null, null, null, false, null, null, null, null, null, null, null, 0, default, 0,
        null, 0, 0, default, null, null, null);

    /// <summary>State of an account.</summary>
    [JsonIgnore]
    public AccountState? AccountState => State switch
    {
        "open" => Client.AccountState.Open,
        "frozen" => Client.AccountState.Frozen,
        _ => null,
    };

    /// <summary>Changed trade of an account, from this message.</summary>
    [JsonIgnore]
    public AccountTradeChange TradeChange => new(
        Account ?? "", Symbol ?? "", TradeId ?? "", OrderId, Side,
        State == "void" ? TradeState.Void : TradeState.Corrected,
        TradedPrice, Price, Quantity, Fee, Sequence, Time, TimeNanos);
}

/// <summary>Converts a decimal to a JSON string of plain digits; a JSON number would invite floating point.</summary>
internal sealed class ExactDecimal : JsonConverter<decimal>
{
    private const NumberStyles Plain = NumberStyles.AllowLeadingSign | NumberStyles.AllowDecimalPoint;

    public override decimal Read(ref Utf8JsonReader reader, Type typeToConvert, JsonSerializerOptions options) =>
        ReadExact(ref reader);

    public override void Write(Utf8JsonWriter writer, decimal value, JsonSerializerOptions options) =>
        writer.WriteStringValue(value.ToString(CultureInfo.InvariantCulture));

    internal static decimal ReadExact(ref Utf8JsonReader reader)
    {
        if (reader.TokenType == JsonTokenType.String &&
            decimal.TryParse(reader.GetString(), Plain, CultureInfo.InvariantCulture, out var value))
            return value;

        throw new JsonException("A price, quantity or amount is not a decimal string.");
    }
}

/// <summary>Converts a time to UTC with a Z suffix, the only spelling that the exchange reads.</summary>
internal sealed class UtcTime : JsonConverter<DateTimeOffset>
{
    public override DateTimeOffset Read(ref Utf8JsonReader reader, Type typeToConvert, JsonSerializerOptions options) =>
        reader.GetDateTimeOffset();

    public override void Write(Utf8JsonWriter writer, DateTimeOffset value, JsonSerializerOptions options) =>
        writer.WriteStringValue(Text(value));

    internal static string Text(DateTimeOffset time) =>
        time.ToUniversalTime().ToString("yyyy-MM-dd'T'HH:mm:ss.fffffff'Z'", CultureInfo.InvariantCulture);
}

/// <summary>Converts a rule's whole number, or <c>none</c> for a negative one.</summary>
internal sealed class NumberOrNone : JsonConverter<int>
{
    public override int Read(ref Utf8JsonReader reader, Type typeToConvert, JsonSerializerOptions options) =>
        reader.TokenType == JsonTokenType.Number ? reader.GetInt32() : BookRules.None;

    public override void Write(Utf8JsonWriter writer, int value, JsonSerializerOptions options)
    {
        if (value < 0)
            writer.WriteStringValue("none");
        else
            writer.WriteNumberValue(value);
    }
}

/// <summary>Converts a rule's price difference, or <c>none</c> for a negative one.</summary>
internal sealed class DecimalOrNone : JsonConverter<decimal>
{
    public override decimal Read(ref Utf8JsonReader reader, Type typeToConvert, JsonSerializerOptions options) =>
        reader.ValueTextEquals("none") ? BookRules.None : ExactDecimal.ReadExact(ref reader);

    public override void Write(Utf8JsonWriter writer, decimal value, JsonSerializerOptions options) =>
        writer.WriteStringValue(value < 0 ? "none" : value.ToString(CultureInfo.InvariantCulture));
}

/// <summary>Converts a price level to a pair of decimal strings.</summary>
internal sealed class PriceLevelPair : JsonConverter<PriceLevel>
{
    public override PriceLevel Read(ref Utf8JsonReader reader, Type typeToConvert, JsonSerializerOptions options)
    {
        if (reader.TokenType != JsonTokenType.StartArray)
            throw new JsonException("A price level is not a pair.");

        reader.Read();
        var price = ExactDecimal.ReadExact(ref reader);
        reader.Read();
        var quantity = ExactDecimal.ReadExact(ref reader);
        reader.Read();
        return reader.TokenType == JsonTokenType.EndArray
            ? new PriceLevel(price, quantity)
            : throw new JsonException("A price level is not a pair.");
    }

    public override void Write(Utf8JsonWriter writer, PriceLevel value, JsonSerializerOptions options)
    {
        writer.WriteStartArray();
        writer.WriteStringValue(value.Price.ToString(CultureInfo.InvariantCulture));
        writer.WriteStringValue(value.Quantity.ToString(CultureInfo.InvariantCulture));
        writer.WriteEndArray();
    }
}

/// <summary>Reads text, or a number as text: a rejection's limit may be either.</summary>
internal sealed class AnyText : JsonConverter<string>
{
    public override string? Read(ref Utf8JsonReader reader, Type typeToConvert, JsonSerializerOptions options) =>
        reader.TokenType switch
        {
            JsonTokenType.String => reader.GetString(),
            JsonTokenType.Null => null,
            JsonTokenType.Number => Encoding.UTF8.GetString(reader.ValueSpan),
            _ => throw new JsonException("Neither text nor a number."),
        };

    public override void Write(Utf8JsonWriter writer, string value, JsonSerializerOptions options) =>
        writer.WriteStringValue(value);
}
