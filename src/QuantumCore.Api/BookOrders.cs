using System.Text.Json.Serialization;

namespace QuantumCore.Client;

/// <summary>A displayed order as everyone sees it; for an iceberg its tip. The owner is never disclosed.</summary>
/// <param name="OrderId">Order id within the symbol, the same as in your own orders.</param>
/// <param name="Price">Price in the quote asset.</param>
/// <param name="Quantity">Displayed quantity, in the base asset.</param>
public sealed record BookOrder(long OrderId, decimal Price, decimal Quantity);

/// <summary>A market-by-order book at one sequence, up to the requested depth.</summary>
/// <param name="Symbol">The instrument.</param>
/// <param name="Sequence">The book's sequence.</param>
/// <param name="Time">Time of that sequence, UTC.</param>
/// <param name="TimeNanos">The same in Unix nanoseconds.</param>
/// <param name="Bids">Buy orders in trading sequence: highest price first, then queue position.</param>
/// <param name="Asks">Sell orders, lowest price first, then queue position.</param>
public sealed record BookOrders(
    string Symbol,
    long Sequence,
    UtcTime Time,
    [property: JsonNumberHandling(JsonNumberHandling.AllowReadingFromString | JsonNumberHandling.WriteAsString)]
    long TimeNanos,
    [property: JsonRequired] IReadOnlyList<BookOrder> Bids,
    [property: JsonRequired] IReadOnlyList<BookOrder> Asks);
