using System.Text.Json.Serialization;

namespace QuantumCore.Gateway.Wire;

/// <summary>An order in the client's format.</summary>
/// <remarks>
/// Members are settable: the JSON generator passes those that are not as boxed arguments of one large constructor call.
/// </remarks>
internal sealed record OrderText
{
    public string? Symbol { get; set; }

    public string? Side { get; set; }

    public string? Type { get; set; }

    public string? TimeInForce { get; set; }

    public string? Price { get; set; }

    public string? Quantity { get; set; }

    public string? ClientOrderId { get; set; }

    public bool PostOnly { get; set; }

    public bool Slide { get; set; }

    public string? DisplayQuantity { get; set; }

    public bool Hidden { get; set; }

    public bool AllOrNone { get; set; }

    public string? MinQuantity { get; set; }

    public bool DoNotReduce { get; set; }

    public string? TriggerPrice { get; set; }

    public string? TriggerBy { get; set; }

    public string? TrailingDistance { get; set; }

    [JsonConverter(typeof(Api.NumberText))]
    public string? TrailingBasisPoints { get; set; }

    public string? ActivationPrice { get; set; }

    public string? LimitOffset { get; set; }

    public string? Peg { get; set; }

    public string? PegOffset { get; set; }

    public string? QuoteAmount { get; set; }

    public string? Protection { get; set; }

    public string? GoodTill { get; set; }

    public string? SelfTrade { get; set; }
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

    [JsonConverter(typeof(Api.NumberText))]
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
    public List<OrderText?>? Orders { get; set; }
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

    [JsonConverter(typeof(Api.NumberText))]
    public string? TrailingBasisPoints { get; init; }

    public string? GoodTill { get; init; }
}

/// <summary>Audit record of a key: identifies the key, and never contains its secret.</summary>
internal sealed record KeyNote(string Id, bool? ReadOnly, string[]? Addresses);

/// <summary>Order of the order matching engine's API: its numbers are JSON numbers, kept as their text.</summary>
internal sealed record EngineOrderText
{
    public string? Symbol { get; init; }

    public string? Side { get; init; }

    public string? Type { get; init; }

    [JsonConverter(typeof(Api.NumberText))]
    public string? Price { get; init; }

    [JsonConverter(typeof(Api.NumberText))]
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
[JsonSerializable(typeof(KeyNote))]
[JsonSerializable(typeof(EngineOrderText))]
[JsonSerializable(typeof(StreamText))]
[JsonSerializable(typeof(TradingText))]
[JsonSerializable(typeof(InstrumentText))]
[JsonSerializable(typeof(ListingText))]
internal sealed partial class WireJson : JsonSerializerContext;
