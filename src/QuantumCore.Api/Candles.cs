using System.Text.Json;
using System.Text.Json.Serialization;

namespace QuantumCore.Client;

/// <summary>Open, high, low, close and volume of an instrument in one period. On the wire an array of seven.</summary>
/// <param name="Start">Start of the period.</param>
/// <param name="Open">First price; the previous last price if nothing was traded.</param>
/// <param name="High">Highest price.</param>
/// <param name="Low">Lowest price.</param>
/// <param name="Close">Last price.</param>
/// <param name="Volume">Traded quantity, in the base asset.</param>
/// <param name="Trades">Number of trades.</param>
[JsonConverter(typeof(CandleArray))]
public sealed record Candle(
    DateTimeOffset Start, decimal Open, decimal High, decimal Low, decimal Close, decimal Volume, long Trades);

internal sealed record CandleList(string Symbol, [property: JsonRequired] IReadOnlyList<Candle> Candles);

/// <summary>
/// Converts a candle to <c>[start,"open","high","low","close","volume",trades]</c>, with start in Unix milliseconds.
/// </summary>
internal sealed class CandleArray : JsonConverter<Candle>
{
    public override Candle Read(ref Utf8JsonReader reader, Type typeToConvert, JsonSerializerOptions options)
    {
        if (reader.TokenType != JsonTokenType.StartArray)
            throw new JsonException("A candle is not an array.");

        reader.Read();
        var start = reader.GetInt64();
        Span<decimal> parts = stackalloc decimal[5];
        foreach (ref var part in parts)
        {
            reader.Read();
            part = ExactDecimal.ReadExact(ref reader);
        }

        reader.Read();
        var trades = reader.GetInt64();
        reader.Read();
        return reader.TokenType == JsonTokenType.EndArray
            ? new Candle(
                DateTimeOffset.FromUnixTimeMilliseconds(start), parts[0], parts[1], parts[2], parts[3], parts[4],
                trades)
            : throw new JsonException("A candle has seven parts.");
    }

    public override void Write(Utf8JsonWriter writer, Candle value, JsonSerializerOptions options)
    {
        writer.WriteStartArray();
        writer.WriteNumberValue(value.Start.ToUnixTimeMilliseconds());
        foreach (var part in (ReadOnlySpan<decimal>)[value.Open, value.High, value.Low, value.Close, value.Volume])
            writer.WriteStringValue(part.ToString(System.Globalization.CultureInfo.InvariantCulture));
        writer.WriteNumberValue(value.Trades);
        writer.WriteEndArray();
    }
}
