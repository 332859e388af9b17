using System.Net.WebSockets;
using System.Text;
using System.Text.Json.Nodes;
using System.Threading.Channels;

namespace QuantumCore.Client.Tests;

/// <summary>A reader of the test exchange's stream. Messages are sent in sequence.</summary>
internal sealed class TestStream
{
    /// <summary>Channel of an account's messages.</summary>
    internal const string Account = "account";

    /// <summary>Channel of market-by-order messages.</summary>
    internal const string Orders = "level3";

    /// <summary>Channel of alerts.</summary>
    internal const string Alerts = "alerts";

    private readonly WebSocket _socket;
    private readonly Channel<string> _outgoing = Channel.CreateUnbounded<string>();
    private readonly Task _pump;

    internal TestStream(WebSocket socket)
    {
        _socket = socket;
        _pump = PumpAsync();
    }

    internal HashSet<string> Symbols { get; } = [];

    internal void Send(JsonObject message) => _outgoing.Writer.TryWrite(message.ToJsonString());

    internal void Update(string symbol, JsonObject update)
    {
        if (Symbols.Contains(symbol))
            Send(update);
    }

    /// <summary>Follows an account, orders or alerts. Returns false for a book by price level.</summary>
    internal bool Follows(string op, string name, Func<JsonObject> alerts)
    {
        if (name is not (Account or Orders or Alerts))
            return false;

        if (op == "unsubscribe")
            Symbols.Remove(name);
        else if (Symbols.Add(name))
            Send(name == Account ? AccountMessage(isSnapshot: true) : name == Orders ? AllOrders() : alerts());
        return true;
    }

    /// <summary>Returns a market-by-order book.</summary>
    internal static JsonObject AllOrders() => JsonNode.Parse(
        """
        {"type":"level3","snapshot":true,"symbol":"AAPL","sequence":5,"timeNanos":"50",
         "bids":[{"orderId":3,"price":"150.00","quantity":"10"},{"orderId":1,"price":"150.00","quantity":"7"},{"orderId":2,"price":"149.90","quantity":"1"}],
         "asks":[{"orderId":4,"price":"150.10","quantity":"2"}]}
        """)!.AsObject();

    /// <summary>Returns a message about Alice's account.</summary>
    internal static JsonObject AccountMessage(bool isSnapshot, string state = "open", string cash = "1000.00") =>
        JsonNode.Parse(
        $$"""
        {"type":"account","snapshot":{{(isSnapshot ? "true,\"message\":1" : "false")}},"account":"ACC-1001","sequence":7,"state":"{{state}}",
         "balances":[{"asset":"USD","total":"{{cash}}","held":"0.00","available":"{{cash}}"}],"orders":[],"closed":[]}
        """)!.AsObject();

    internal void Abort() => _socket.Abort();

    internal async Task CloseAsync()
    {
        _outgoing.Writer.TryComplete();
        await _pump;
    }

    private async Task PumpAsync()
    {
        try
        {
            await foreach (var message in _outgoing.Reader.ReadAllAsync(CancellationToken.None))
            {
                await _socket.SendAsync(
                    Encoding.UTF8.GetBytes(message).AsMemory(), WebSocketMessageType.Text, true,
                    CancellationToken.None);
            }
        }
        catch (Exception failure) when (failure is WebSocketException or OperationCanceledException
            or ObjectDisposedException)
        {
            // The reader disconnected.
        }
    }
}
