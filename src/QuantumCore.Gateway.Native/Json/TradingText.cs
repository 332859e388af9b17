using System.Text;
using System.Text.Json;
using System.Text.Json.Serialization;
using QuantumCore.Gateway.Orders;

namespace QuantumCore.Gateway.Native.Json;

/// <summary>Request over the order entry WebSocket.</summary>
internal sealed record TradingText
{
    public RequestId? Id { get; set; }

    public string? Op { get; set; }

    [JsonConverter(typeof(NestedOrder))]
    public OrderText? Order { get; set; }

    public List<OrderText?>? Orders { get; set; }

    public string? Symbol { get; set; }

    public long? OrderId { get; set; }

    public string? ClientOrderId { get; set; }

    public string? Side { get; set; }

    public bool? On { get; set; }

    public string? Of { get; set; }

    public string? Session { get; set; }
}

/// <summary>A request's id, which its answer repeats.</summary>
/// <param name="Text">The text of a string, or the digits of a number.</param>
/// <param name="IsNumber">True for a number.</param>
/// <param name="IsValid">True for a number or a string of at most <see cref="Longest"/> characters.</param>
[JsonConverter(typeof(RequestIdText))]
internal readonly record struct RequestId(string Text, bool IsNumber, bool IsValid)
{
    /// <summary>Maximum length as JSON, in characters.</summary>
    public const int Longest = 64;

    /// <summary>Writes it as a JSON value.</summary>
    public void WriteTo(Utf8JsonWriter to)
    {
        if (IsNumber)
            to.WriteRawValue(Text, skipInputValidation: true);
        else
            to.WriteStringValue(Text);
    }
}

/// <summary>Reads a request's id without a document of its own.</summary>
internal sealed class RequestIdText : JsonConverter<RequestId>
{
    public override RequestId Read(ref Utf8JsonReader reader, Type typeToConvert, JsonSerializerOptions options)
    {
        var isNumber = reader.TokenType == JsonTokenType.Number;
        if (!isNumber && reader.TokenType != JsonTokenType.String)
        {
            reader.Skip();
            return new RequestId("", false, IsValid: false);
        }

        var length = Encoding.UTF8.GetCharCount(reader.ValueSpan) + (isNumber ? 0 : 2);
        return length > RequestId.Longest
            ? new RequestId("", isNumber, IsValid: false)
            : new RequestId(
                isNumber ? Encoding.UTF8.GetString(reader.ValueSpan) : reader.GetString()!, isNumber, IsValid: true);
    }

    public override void Write(Utf8JsonWriter writer, RequestId value, JsonSerializerOptions options) =>
        value.WriteTo(writer);
}

/// <summary>
/// Reads an order within a request as if it were a body of its own: the serializer allocates a stack for nested
/// objects, more than all else that it reads. Errors name the member within the request.
/// </summary>
internal sealed class NestedOrder : JsonConverter<OrderText>
{
    private const string Place = "$.order";

    public override OrderText? Read(ref Utf8JsonReader reader, Type typeToConvert, JsonSerializerOptions options)
    {
        try
        {
            return JsonSerializer.Deserialize(ref reader, WireJson.Default.OrderText);
        }
        catch (JsonException error)
        {
            throw new JsonException(
                error.Message, Place + error.Path?[1..], error.LineNumber, error.BytePositionInLine,
                error.InnerException);
        }
    }

    public override void Write(Utf8JsonWriter writer, OrderText value, JsonSerializerOptions options) =>
        throw new NotSupportedException();
}
