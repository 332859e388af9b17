using System.Net.WebSockets;
using System.Text;
using System.Text.Json.Nodes;
using System.Threading.Channels;

namespace QuantumCore.Client.Tests;

/// <summary>One reader of the test exchange's stream: messages leave in the sequence they were sent in.</summary>
internal sealed class TestStream
{
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
                    Encoding.UTF8.GetBytes(message).AsMemory(), WebSocketMessageType.Text, true, CancellationToken.None);
            }
        }
        catch (Exception failure) when (failure is WebSocketException or OperationCanceledException
            or ObjectDisposedException)
        {
            // The reader went away.
        }
    }
}
