using System.Globalization;
using System.Net.WebSockets;
using System.Text;

namespace QuantumCore.Bench.Exchange;

/// <summary>A minimal WebSocket to a running silo: sends bytes, receives whole messages.</summary>
internal sealed class BenchSocket : IDisposable
{
    private readonly ClientWebSocket _socket = new();
    private byte[] _buffer = new byte[64 * 1024];

    private BenchSocket()
    {
    }

    /// <summary>Opens <c>/api/qc/v1/</c> and a path, with the key that <c>--key</c> names.</summary>
    public static Task<BenchSocket> OpenAsync(Options options, string path) =>
        OpenAsync(options.Silo, path, options.Key);

    /// <summary>Opens <c>/api/qc/v1/</c> and a path.</summary>
    public static async Task<BenchSocket> OpenAsync(Uri url, string path, string key)
    {
        var made = new BenchSocket();
        made._socket.Options.SetRequestHeader("X-Api-Key", key);
        await made._socket.ConnectAsync(
            new UriBuilder(url) { Scheme = "ws", Path = "/api/qc/v1/" + path }.Uri, CancellationToken.None);
        return made;
    }

    public async Task SendAsync(string message) =>
        await _socket.SendAsync(
            Encoding.UTF8.GetBytes(message).AsMemory(), WebSocketMessageType.Text, endOfMessage: true,
            CancellationToken.None);

    /// <summary>Returns the next message, valid until the next call.</summary>
    /// <exception cref="InvalidOperationException">The silo closed it.</exception>
    public async ValueTask<ReadOnlyMemory<byte>> ReceiveAsync(CancellationToken cancellation)
    {
        for (var length = 0; ;)
        {
            if (length == _buffer.Length)
                Array.Resize(ref _buffer, 2 * length);
            var part = await _socket.ReceiveAsync(_buffer.AsMemory(length), cancellation);
            if (part.MessageType == WebSocketMessageType.Close)
                throw new InvalidOperationException(
                    string.Create(CultureInfo.InvariantCulture, $"The silo closed the socket: {_socket.CloseStatus}."));
            length += part.Count;
            if (part.EndOfMessage)
                return _buffer.AsMemory(0, length);
        }
    }

    /// <inheritdoc/>
    public void Dispose() => _socket.Dispose();
}
