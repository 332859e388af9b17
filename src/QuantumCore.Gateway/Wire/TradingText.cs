using System.Text.Json;

namespace QuantumCore.Gateway.Wire;

/// <summary>Request over the order entry WebSocket.</summary>
internal sealed record TradingText
{
    public JsonElement? Id { get; init; }

    public string? Op { get; init; }

    public OrderText? Order { get; init; }

    public List<OrderText?>? Orders { get; init; }

    public string? Symbol { get; init; }

    public long? OrderId { get; init; }

    public string? ClientOrderId { get; init; }

    public string? Side { get; init; }

    public bool? On { get; init; }

    public string? Of { get; init; }

    public string? Session { get; init; }
}
