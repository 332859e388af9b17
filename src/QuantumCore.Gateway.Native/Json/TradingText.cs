using System.Text.Json;
using QuantumCore.Gateway.Orders;

namespace QuantumCore.Gateway.Native.Json;

/// <summary>Request over the order entry WebSocket.</summary>
internal sealed record TradingText
{
    public JsonElement? Id { get; set; }

    public string? Op { get; set; }

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
