using System.Globalization;
using System.Text;
using System.Text.Json;
using System.Text.Json.Serialization;

namespace QuantumCore.Client;

/// <summary>Converts a decimal to a JSON string of plain digits; a JSON number would invite floating point.</summary>
internal sealed class ExactDecimal : JsonConverter<decimal>
{
    private const NumberStyles Plain = NumberStyles.AllowLeadingSign | NumberStyles.AllowDecimalPoint;

    public override decimal Read(ref Utf8JsonReader reader, Type typeToConvert, JsonSerializerOptions options) =>
        ReadExact(ref reader);

    public override void Write(Utf8JsonWriter writer, decimal value, JsonSerializerOptions options) =>
        WriteExact(writer, value);

    /// <summary>Writes a decimal with all its decimals, as a string.</summary>
    internal static void WriteExact(Utf8JsonWriter writer, decimal value)
    {
        // A sign, 29 digits, a point, and a zero before it.
        Span<byte> text = stackalloc byte[32];
        value.TryFormat(text, out var length, default, CultureInfo.InvariantCulture);
        writer.WriteStringValue(text[..length]);
    }

    internal static decimal ReadExact(ref Utf8JsonReader reader)
    {
        if (reader.TokenType == JsonTokenType.String &&
            decimal.TryParse(reader.GetString(), Plain, CultureInfo.InvariantCulture, out var value))
            return value;

        throw new JsonException("A price, quantity or amount is not a decimal string.");
    }
}

/// <summary>Converts a time to UTC with nanoseconds and a Z suffix.</summary>
internal sealed class UtcTimeText : JsonConverter<UtcTime>
{
    public override UtcTime Read(ref Utf8JsonReader reader, Type typeToConvert, JsonSerializerOptions options) =>
        UtcTime.Read(reader.GetString() ?? "") ?? UtcTime.FromDateTimeOffset(reader.GetDateTimeOffset());

    public override void Write(Utf8JsonWriter writer, UtcTime value, JsonSerializerOptions options) =>
        writer.WriteStringValue(value.ToString());
}

/// <summary>Converts a calendar time to UTC with a Z suffix, the only spelling that the exchange reads.</summary>
internal sealed class CalendarTimeText : JsonConverter<DateTimeOffset>
{
    public override DateTimeOffset Read(ref Utf8JsonReader reader, Type typeToConvert, JsonSerializerOptions options) =>
        reader.GetDateTimeOffset();

    public override void Write(Utf8JsonWriter writer, DateTimeOffset value, JsonSerializerOptions options) =>
        writer.WriteStringValue(Text(value));

    internal static string Text(DateTimeOffset time) =>
        time.ToUniversalTime().ToString("yyyy-MM-dd'T'HH:mm:ss.fffffff'Z'", CultureInfo.InvariantCulture);
}

/// <summary>Converts the end of a pause, which alone has an offset instead of a Z.</summary>
internal sealed class PauseTimeText : JsonConverter<DateTimeOffset>
{
    public override DateTimeOffset Read(ref Utf8JsonReader reader, Type typeToConvert, JsonSerializerOptions options) =>
        reader.GetDateTimeOffset();

    public override void Write(Utf8JsonWriter writer, DateTimeOffset value, JsonSerializerOptions options) =>
        writer.WriteStringValue(value.ToString("O", CultureInfo.InvariantCulture));
}

/// <summary>Converts a number, or a string, to the text that was written, without floating point in between.</summary>
internal sealed class NumberText : JsonConverter<string>
{
    public override string? Read(ref Utf8JsonReader reader, Type typeToConvert, JsonSerializerOptions options) =>
        reader.TokenType switch
        {
            JsonTokenType.Number => Encoding.UTF8.GetString(reader.ValueSpan),
            JsonTokenType.String => reader.GetString(),
            _ => throw new JsonException("A number is expected."),
        };

    public override void Write(Utf8JsonWriter writer, string value, JsonSerializerOptions options)
    {
        // A number only as it would be written: 007 stays the text that it was.
        if (long.TryParse(value, NumberStyles.AllowLeadingSign, CultureInfo.InvariantCulture, out var number)
            && number.ToString(CultureInfo.InvariantCulture) == value)
            writer.WriteNumberValue(number);
        else
            writer.WriteStringValue(value);
    }
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
        ExactDecimal.WriteExact(writer, value.Price);
        ExactDecimal.WriteExact(writer, value.Quantity);
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
