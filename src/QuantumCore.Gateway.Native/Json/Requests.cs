using System.Text.Json.Serialization;
using QuantumCore.Gateway.Orders;

namespace QuantumCore.Gateway.Native.Json;

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

/// <summary>JSON settings of requests, strict, and of the answers of the order matching engine.</summary>
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
[JsonSerializable(typeof(EngineOrder))]
[JsonSerializable(typeof(EngineCancel))]
[JsonSerializable(typeof(EngineBook))]
[JsonSerializable(typeof(StreamText))]
[JsonSerializable(typeof(TradingText))]
[JsonSerializable(typeof(RequestId))]
[JsonSerializable(typeof(InstrumentText))]
[JsonSerializable(typeof(ListingText))]
internal sealed partial class WireJson : JsonSerializerContext;
