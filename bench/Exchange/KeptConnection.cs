using System.Globalization;
using System.Net.Sockets;
using System.Text;

namespace QuantumCore.Bench.Exchange;

/// <summary>
/// A persistent HTTP connection with one request at a time, which returns only the status of a response.
/// </summary>
internal sealed class KeptConnection : IDisposable
{
    private readonly Socket _socket = new(AddressFamily.InterNetwork, SocketType.Stream, ProtocolType.Tcp)
    {
        NoDelay = true,
    };
    private readonly byte[] _buffer = new byte[16 << 10];

    private KeptConnection()
    {
    }

    public static async Task<KeptConnection> OpenAsync(Uri url)
    {
        var connection = new KeptConnection();
        await connection._socket.ConnectAsync(url.Host, url.Port, CancellationToken.None);
        return connection;
    }

    /// <summary>Returns the bytes of a request.</summary>
    public static byte[] Request(Uri url, string method, string path, string key, string body = "") =>
        Encoding.ASCII.GetBytes(
        $"{method} {path} HTTP/1.1\r\nHost: {url.Authority}\r\nX-Api-Key: {key}\r\n"
        + (body.Length == 0
            ? "\r\n"
            : $"Content-Type: application/json\r\nContent-Length: {body.Length}\r\n\r\n{body}"));

    /// <summary>Sends a request, reads the whole response, and returns its status.</summary>
    public async ValueTask<int> AskAsync(ReadOnlyMemory<byte> request)
    {
        await _socket.SendAsync(request, CancellationToken.None);
        var read = 0;
        while (true)
        {
            var received = await _socket.ReceiveAsync(_buffer.AsMemory(read), CancellationToken.None);
            if (received == 0)
            {
                throw new IOException("The server closed the connection.");
            }

            read += received;
            if (IsWhole(_buffer.AsSpan(0, read)))
            {
                return int.Parse(_buffer.AsSpan(9, 3), NumberStyles.None, CultureInfo.InvariantCulture);
            }
        }
    }

    public void Dispose() => _socket.Dispose();

    private static bool IsWhole(ReadOnlySpan<byte> answer)
    {
        var head = answer.IndexOf("\r\n\r\n"u8);
        if (head < 0)
        {
            return false;
        }

        var body = answer[(head + 4)..];
        var at = answer[..head].IndexOf("Content-Length: "u8);
        if (at < 0)
        {
            // A chunked response is complete with its last, empty chunk.
            return body.EndsWith("0\r\n\r\n"u8);
        }

        var digits = answer[(at + "Content-Length: ".Length)..];
        return body.Length >= int.Parse(
            digits[..digits.IndexOf((byte)'\r')], NumberStyles.None, CultureInfo.InvariantCulture);
    }
}
