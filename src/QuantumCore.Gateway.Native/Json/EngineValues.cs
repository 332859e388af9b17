using System.Text.Json;
using System.Text.Json.Serialization;
using System.Text.Json.Serialization.Metadata;
using QuantumCore.Gateway.Http;
using QuantumCore.Instruments;

namespace QuantumCore.Gateway.Native.Json;

/// <summary>An accepted order, in the spelling of the order matching engine: its numbers are JSON numbers.</summary>
internal sealed record EngineOrder(
    bool Accepted, [property: JsonPropertyName("order_id")] long OrderId, decimal Remaining, EngineLevel[] Fills);

/// <summary>A cancelled order.</summary>
internal sealed record EngineCancel(bool Cancelled, [property: JsonPropertyName("order_id")] long OrderId);

/// <summary>A book by price, best first.</summary>
internal sealed record EngineBook(string Symbol, EngineLevel[] Bids, EngineLevel[] Asks);

/// <summary>A fill, or a level of the book.</summary>
internal sealed record EngineLevel(decimal Price, decimal Quantity);

/// <summary>Answers in the spelling of the order matching engine.</summary>
internal static class EngineValues
{
    /// <summary>Returns a price and a quantity.</summary>
    public static EngineLevel LevelOf(this Instrument instrument, long ticks, long lots) =>
        new(instrument.PriceOf(ticks), instrument.QuantityOf(lots));

    /// <summary>Returns an answer, without the API's text for numbers.</summary>
    public static Result<T> Of<T>(T value) => Result<T>.Json(
        to => JsonSerializer.Serialize(to, value, (JsonTypeInfo<T>)WireJson.Default.GetTypeInfo(typeof(T))!));
}
