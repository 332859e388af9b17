using System.Net.WebSockets;

namespace QuantumCore.Gateway.Http;

/// <summary>Assembles messages of a WebSocket client from any number of frames.</summary>
internal static class SocketMessages
{
    /// <summary>
    /// Receives the next whole message. Returns its length, or the close status if it is longer than the buffer or the
    /// client leaves.
    /// </summary>
    public static async ValueTask<(int Length, WebSocketCloseStatus? End)> ReceiveMessageAsync(
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
