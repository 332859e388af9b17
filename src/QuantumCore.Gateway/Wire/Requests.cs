using System.Text.Json;
using System.Text.Json.Serialization;

namespace QuantumCore.Gateway.Wire;

/// <summary>An order in the client's format.</summary>
internal sealed record OrderText
{
    public string? Symbol { get; init; }

    public string? Side { get; init; }

    public string? Type { get; init; }

    public string? TimeInForce { get; init; }

    public string? Price { get; init; }

    public string? Quantity { get; init; }

    public string? ClientOrderId { get; init; }

    public bool PostOnly { get; init; }

    public bool Slide { get; init; }

    public string? DisplayQuantity { get; init; }

    public bool Hidden { get; init; }

    public bool AllOrNone { get; init; }

    public string? MinQuantity { get; init; }

    public bool DoNotReduce { get; init; }

    public string? TriggerPrice { get; init; }

    public string? TriggerBy { get; init; }

    public string? TrailingDistance { get; init; }

    [JsonConverter(typeof(NumberText))]
    public string? TrailingBasisPoints { get; init; }

    public string? ActivationPrice { get; init; }

    public string? LimitOffset { get; init; }

    public string? Peg { get; init; }

    public string? PegOffset { get; init; }

    public string? QuoteAmount { get; init; }

    public string? Protection { get; init; }

    public string? GoodTill { get; init; }

    public string? SelfTrade { get; init; }
}

/// <summary>Linked orders.</summary>
internal sealed record OrderListText
{
    public string? Kind { get; init; }

    public List<OrderText?>? Orders { get; init; }
}

/// <summary>A multileg order in the client's format.</summary>
internal sealed record StrategyText
{
    public string? ClientOrderId { get; init; }

    public string? Net { get; init; }

    [JsonConverter(typeof(NumberText))]
    public string? Units { get; init; }

    public string? TimeInForce { get; init; }

    public string? GoodTill { get; init; }

    public List<StrategyLegText?>? Legs { get; init; }
}

/// <summary>Leg of a multileg order: side and quantity per unit.</summary>
internal sealed record StrategyLegText
{
    public string? Symbol { get; init; }

    public string? Side { get; init; }

    public string? Quantity { get; init; }
}

/// <summary>Batch of orders, entered in sequence.</summary>
internal sealed record BatchText
{
    public List<OrderText?>? Orders { get; init; }
}

/// <summary>Amendment of an order.</summary>
internal sealed record AmendText
{
    public string? Price { get; init; }

    public string? Quantity { get; init; }

    public string? ExpectedRemaining { get; init; }

    public string? ClientOrderId { get; init; }

    public string? DisplayQuantity { get; init; }

    public string? TriggerPrice { get; init; }

    public string? TrailingDistance { get; init; }

    [JsonConverter(typeof(NumberText))]
    public string? TrailingBasisPoints { get; init; }

    public string? GoodTill { get; init; }
}

/// <summary>New trading phase, with its reason and the phase that follows.</summary>
internal sealed record PhaseText
{
    public string? Phase { get; init; }

    public string? Reason { get; init; }

    [JsonConverter(typeof(NumberText))]
    public string? ForSeconds { get; init; }

    public string? Then { get; init; }

    [JsonConverter(typeof(NumberText))]
    public string? ThenForSeconds { get; init; }

    public string? Why { get; init; }
}

/// <summary>A mark or reference price.</summary>
internal sealed record PriceText
{
    public string? Price { get; init; }

    public string? Why { get; init; }
}

/// <summary>Rules of a book; an absent rule stays, <c>none</c> removes a rule.</summary>
internal sealed record RulesText
{
    public string? Protection { get; init; }

    [JsonConverter(typeof(NumberText))]
    public string? StaticBand { get; init; }

    [JsonConverter(typeof(NumberText))]
    public string? DynamicBand { get; init; }

    public string? DynamicBandMode { get; init; }

    [JsonConverter(typeof(NumberText))]
    public string? AuctionCollar { get; init; }

    [JsonConverter(typeof(NumberText))]
    public string? MaxExtensions { get; init; }

    [JsonConverter(typeof(NumberText))]
    public string? AuctionSeconds { get; init; }

    public string? Why { get; init; }
}

/// <summary>Trade to bust, or to correct to another price.</summary>
internal sealed record TradeText
{
    public string? Trade { get; init; }

    public string? Price { get; init; }

    public string? Why { get; init; }
}

/// <summary>Block of an account in one symbol, or everywhere without a symbol, and its reason.</summary>
internal sealed record BlockText
{
    public string? Symbol { get; init; }

    public string? Why { get; init; }
}

/// <summary>All risk limits of an account, or of every account, in a scope; an absent limit means none.</summary>
internal record LimitsText
{
    public string? Symbol { get; init; }

    public string? MaxOrderQuantity { get; init; }

    public string? MaxOrderValue { get; init; }

    [JsonConverter(typeof(NumberText))]
    public string? MaxOpenOrders { get; init; }

    public string? MaxPosition { get; init; }

    [JsonConverter(typeof(NumberText))]
    public string? DuplicateWindowMillis { get; init; }

    [JsonConverter(typeof(NumberText))]
    public string? MaxOrdersPerSecond { get; init; }

    [JsonConverter(typeof(NumberText))]
    public string? OrderBurst { get; init; }

    public string? MaxDailyVolume { get; init; }

    public string? MaxDailyLoss { get; init; }

    [JsonConverter(typeof(NumberText))]
    public string? MaxQuantityMultiple { get; init; }

    [JsonConverter(typeof(NumberText))]
    public string? KillOrders { get; init; }

    public string? KillValue { get; init; }

    [JsonConverter(typeof(NumberText))]
    public string? KillWindowSeconds { get; init; }

    public string? KillDailyLoss { get; init; }

    public string? Why { get; init; }
}

/// <summary>Limits of an owner across its accounts.</summary>
internal sealed record OwnerLimitsText : LimitsText
{
    public string? Owner { get; init; }

    public List<OwnerShareText?>? Shares { get; init; }
}

/// <summary>Weight of an account's share.</summary>
internal sealed record OwnerShareText
{
    public string? Account { get; init; }

    public int? Weight { get; init; }
}

/// <summary>Fee schedule of an asset.</summary>
internal sealed record FeesText
{
    public string? Asset { get; init; }

    public FeeTierText[]? Tiers { get; init; }

    public string? MinimumFee { get; init; }

    public string? Why { get; init; }
}

/// <summary>Tier of a fee schedule.</summary>
internal sealed record FeeTierText
{
    public string? FromVolume { get; init; }

    public int MakerFeePpm { get; init; }

    public int TakerFeePpm { get; init; }
}

/// <summary>Reason to freeze or unfreeze an account.</summary>
internal sealed record FreezeText
{
    public string? Why { get; init; }
}

/// <summary>Changes of a user's preferences.</summary>
internal sealed record PreferencesText
{
    public IReadOnlyList<PreferenceText?>? Preferences { get; init; }
}

/// <summary>A user's preference.</summary>
internal sealed record PreferenceText
{
    public string? Name { get; init; }

    /// <summary>Value; absent or null to remove it.</summary>
    public string? Value { get; init; }
}

/// <summary>Price alert to set.</summary>
internal sealed record AlertText
{
    public string? Symbol { get; init; }

    public string? Price { get; init; }

    /// <summary>
    /// True to fire at or above the price, false at or below; if absent, the side away from the last price.
    /// </summary>
    public bool? Above { get; init; }
}

/// <summary>Market index, and its close of the day before.</summary>
internal sealed record BreakerText
{
    [JsonConverter(typeof(NumberText))]
    public string? Index { get; init; }

    [JsonConverter(typeof(NumberText))]
    public string? PreviousClose { get; init; }
}

/// <summary>A deposit.</summary>
internal sealed record DepositText
{
    public string? Key { get; init; }

    public string? Asset { get; init; }

    public string? Amount { get; init; }
}

/// <summary>A transfer to another account.</summary>
internal sealed record TransferText
{
    public string? Key { get; init; }

    public string? To { get; init; }

    public string? Asset { get; init; }

    public string? Amount { get; init; }
}

/// <summary>A withdrawal to the outside world.</summary>
internal sealed record WithdrawalText
{
    public string? Key { get; init; }

    public string? Asset { get; init; }

    public string? Amount { get; init; }

    public string? Destination { get; init; }
}

/// <summary>Owner of an account.</summary>
internal sealed record OwnerText
{
    public string? Owner { get; init; }
}

/// <summary>API key to make.</summary>
internal sealed record KeyText
{
    public string? Signing { get; init; }

    public string? PublicKey { get; init; }

    public bool ReadOnly { get; init; }

    public List<string?>? Addresses { get; init; }
}

/// <summary>Audit record of a key: identifies the key, and never contains its secret.</summary>
internal sealed record KeyNote(string Id, bool? ReadOnly, string[]? Addresses);

/// <summary>A signal from outside.</summary>
internal sealed record SignalText
{
    public string? Key { get; init; }

    public string? Symbol { get; init; }

    public string? Action { get; init; }

    public string? Quantity { get; init; }

    public string? Price { get; init; }

    public string? Time { get; init; }

    public string? Comment { get; init; }

    public string? Passphrase { get; init; }
}

/// <summary>Webhook strategy to make or change.</summary>
internal sealed record SignalStrategyText
{
    public List<SignalTargetText?>? Accounts { get; init; }

    public List<string?>? Symbols { get; init; }

    public string? Policy { get; init; }

    public bool Passphrase { get; init; }

    public bool NewSecret { get; init; }

    public bool Closed { get; init; }

    public int? MostInWindow { get; init; }

    public int? WindowSeconds { get; init; }

    public int? MostFailures { get; init; }

    public int? PauseSeconds { get; init; }

    public int? MaxAgeSeconds { get; init; }
}

/// <summary>An account that follows a strategy.</summary>
internal sealed record SignalTargetText
{
    public string? Account { get; init; }

    public int? Percent { get; init; }
}

/// <summary>Credentials to sign in or up.</summary>
internal sealed record SignInText
{
    public string? Name { get; init; }

    public string? Password { get; init; }

    public string? Code { get; init; }

    public bool Bearer { get; init; }
}

/// <summary>Demo user to sign in as.</summary>
internal sealed record DemoText
{
    public string? Name { get; init; }

    public bool Bearer { get; init; }
}

/// <summary>Change of a password.</summary>
internal sealed record PasswordText
{
    public string? Password { get; init; }

    public string? Code { get; init; }

    public string? NewPassword { get; init; }
}

/// <summary>Authenticator to add or remove.</summary>
internal sealed record AuthenticatorText
{
    public string? Password { get; init; }

    public string? Secret { get; init; }

    public string? Code { get; init; }
}

/// <summary>User to add, by an administrator.</summary>
internal sealed record NewUserText
{
    public string? Name { get; init; }

    public string? Password { get; init; }

    public string? Role { get; init; }

    public string? Account { get; init; }
}

/// <summary>Change of a user, by an administrator.</summary>
internal sealed record UserText
{
    public string? Role { get; init; }

    public string? State { get; init; }

    public string? Password { get; init; }

    public string? Authenticator { get; init; }
}

/// <summary>Order of the order matching engine's API: its numbers are JSON numbers, kept as their text.</summary>
internal sealed record EngineOrderText
{
    public string? Symbol { get; init; }

    public string? Side { get; init; }

    public string? Type { get; init; }

    [JsonConverter(typeof(NumberText))]
    public string? Price { get; init; }

    [JsonConverter(typeof(NumberText))]
    public string? Quantity { get; init; }

    [JsonPropertyName("account_id")]
    public string? AccountId { get; init; }
}

/// <summary>Message of a stream reader.</summary>
internal sealed record StreamText
{
    public string? Op { get; init; }

    public string? Symbol { get; init; }

    public string? Channel { get; init; }

    public string? Units { get; init; }

    public int? Conflate { get; init; }
}

/// <summary>Reads a JSON number (or a string) as its text, without a floating-point number in between.</summary>
internal sealed class NumberText : JsonConverter<string>
{
    public override string? Read(ref Utf8JsonReader reader, Type typeToConvert, JsonSerializerOptions options) =>
        reader.TokenType switch
        {
            JsonTokenType.Number => System.Text.Encoding.UTF8.GetString(reader.ValueSpan),
            JsonTokenType.String => reader.GetString(),
            _ => throw new JsonException("A number is expected."),
        };

    public override void Write(Utf8JsonWriter writer, string value, JsonSerializerOptions options) =>
        writer.WriteStringValue(value);
}

/// <summary>JSON settings of requests: strict.</summary>
[JsonSourceGenerationOptions(
    PropertyNamingPolicy = JsonKnownNamingPolicy.CamelCase,
    UnmappedMemberHandling = JsonUnmappedMemberHandling.Disallow,
    AllowDuplicateProperties = false,
    MaxDepth = 16,
    GenerationMode = JsonSourceGenerationMode.Metadata)]
[JsonSerializable(typeof(OrderText))]
[JsonSerializable(typeof(BatchText))]
[JsonSerializable(typeof(OrderListText))]
[JsonSerializable(typeof(StrategyText))]
[JsonSerializable(typeof(AmendText))]
[JsonSerializable(typeof(PhaseText))]
[JsonSerializable(typeof(PriceText))]
[JsonSerializable(typeof(RulesText))]
[JsonSerializable(typeof(TradeText))]
[JsonSerializable(typeof(BlockText))]
[JsonSerializable(typeof(FreezeText))]
[JsonSerializable(typeof(LimitsText))]
[JsonSerializable(typeof(OwnerLimitsText))]
[JsonSerializable(typeof(FeesText))]
[JsonSerializable(typeof(MarginTermsText))]
[JsonSerializable(typeof(MarginPolicyText))]
[JsonSerializable(typeof(MarginGroupText))]
[JsonSerializable(typeof(AccountKindText))]
[JsonSerializable(typeof(LocateText))]
[JsonSerializable(typeof(HolidaysText))]
[JsonSerializable(typeof(BuyInText))]
[JsonSerializable(typeof(BuyInDaysText))]
[JsonSerializable(typeof(CorporateActionText))]
[JsonSerializable(typeof(PinText))]
[JsonSerializable(typeof(BreakerText))]
[JsonSerializable(typeof(DepositText))]
[JsonSerializable(typeof(TransferText))]
[JsonSerializable(typeof(OwnerText))]
[JsonSerializable(typeof(WithdrawalText))]
[JsonSerializable(typeof(KeyText))]
[JsonSerializable(typeof(KeyNote))]
[JsonSerializable(typeof(SignalText))]
[JsonSerializable(typeof(SignalStrategyText))]
[JsonSerializable(typeof(SignInText))]
[JsonSerializable(typeof(DemoText))]
[JsonSerializable(typeof(PasswordText))]
[JsonSerializable(typeof(AuthenticatorText))]
[JsonSerializable(typeof(NewUserText))]
[JsonSerializable(typeof(UserText))]
[JsonSerializable(typeof(EngineOrderText))]
[JsonSerializable(typeof(AlertText))]
[JsonSerializable(typeof(PreferencesText))]
[JsonSerializable(typeof(StreamText))]
[JsonSerializable(typeof(TradingText))]
[JsonSerializable(typeof(InstrumentText))]
[JsonSerializable(typeof(ListingText))]
internal sealed partial class WireJson : JsonSerializerContext;
