using System.Net.WebSockets;

namespace QuantumCore.Gateway.Streams;

/// <summary>Messages of a WebSocket's client, however many frames they came in.</summary>
internal static class SocketMessages
{
    /// <summary>The next whole message: its length in the buffer; or what to close with, when it is longer than that or the client leaves.</summary>
    public static async ValueTask<(int Length, WebSocketCloseStatus? End)> ReceiveMessage(
        this WebSocket socket, Memory<byte> buffer, CancellationToken cancellationToken)
    {
        var length = 0;
        ValueWebSocketReceiveResult received;
        do
        {
            if (length == buffer.Length)
                return (length, WebSocketCloseStatus.MessageTooBig);

            received = await socket.ReceiveAsync(buffer[length..], cancellationToken);
            length += received.Count;
        }
        while (!received.EndOfMessage);

        return (length, received.MessageType == WebSocketMessageType.Close ? WebSocketCloseStatus.NormalClosure : null);
    }
}
