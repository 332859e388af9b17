using System.Text.Json;
using System.Text.Json.Serialization;

namespace QuantumCore.Gateway.Wire;

/// <summary>An order as a client writes it.</summary>
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
}

/// <summary>Orders to be carried out in sequence.</summary>
internal sealed record BatchText
{
    public List<OrderText?>? Orders { get; init; }
}

/// <summary>What is to change about an order.</summary>
internal sealed record AmendText
{
    public string? Price { get; init; }

    public string? Quantity { get; init; }

    public string? ClientOrderId { get; init; }
}

/// <summary>A deposit.</summary>
internal sealed record DepositText
{
    public string? Key { get; init; }

    public string? Asset { get; init; }

    public string? Amount { get; init; }
}

/// <summary>An order of the order matching engine: its numbers are JSON numbers, kept as their text.</summary>
internal sealed record EngineOrderText
{
    public string? Symbol { get; init; }

    public string? Side { get; init; }

    public string? Type { get; init; }

    [JsonConverter(typeof(NumberText))]
    public string? Price { get; init; }

    [JsonConverter(typeof(NumberText))]
    public string? Quantity { get; init; }
}

/// <summary>A message of a WebSocket reader.</summary>
internal sealed record StreamText
{
    public string? Op { get; init; }

    public string? Symbol { get; init; }
}

/// <summary>A JSON number (or a string) as its text, so that no floating-point number comes between.</summary>
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
        writer.WriteRawValue(value);
}

/// <summary>How requests are read: strictly.</summary>
[JsonSourceGenerationOptions(
    PropertyNamingPolicy = JsonKnownNamingPolicy.CamelCase,
    UnmappedMemberHandling = JsonUnmappedMemberHandling.Disallow,
    AllowDuplicateProperties = false,
    MaxDepth = 16,
    GenerationMode = JsonSourceGenerationMode.Metadata)]
[JsonSerializable(typeof(OrderText))]
[JsonSerializable(typeof(BatchText))]
[JsonSerializable(typeof(AmendText))]
[JsonSerializable(typeof(DepositText))]
[JsonSerializable(typeof(EngineOrderText))]
[JsonSerializable(typeof(StreamText))]
[JsonSerializable(typeof(InstrumentText))]
[JsonSerializable(typeof(ListingText))]
internal sealed partial class WireJson : JsonSerializerContext;
