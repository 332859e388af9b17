using System.Buffers.Text;
using System.Globalization;
using System.Net;
using System.Net.Sockets;
using System.Text;

namespace QuantumCore.Bench.Exchange;

/// <summary>A FIX 4.4 client session that trusts the exchange: it verifies no checksums and handles no gaps.</summary>
internal sealed class FixSocket : IDisposable
{
    private const byte Separator = 1;

    private readonly Socket _socket = new(AddressFamily.InterNetwork, SocketType.Stream, ProtocolType.Tcp)
    {
        NoDelay = true,
    };
    private byte[] _buffer = new byte[64 << 10];
    private int _start;
    private int _end;
    private int _next = 1;

    private FixSocket()
    {
    }

    /// <summary>Current time in FIX format.</summary>
    public static string Now =>
        TimeProvider.System.GetUtcNow().ToString("yyyyMMdd-HH:mm:ss.fff", CultureInfo.InvariantCulture);

    /// <summary>Logs on with a key.</summary>
    /// <exception cref="InvalidOperationException">The response is not a Logon.</exception>
    public static async Task<FixSocket> OpenAsync(IPEndPoint address, string key)
    {
        var session = new FixSocket();
        await session._socket.ConnectAsync(address, CancellationToken.None);
        await session.SendAsync("A", $"98=0|108=30|141=Y|554={key}|");
        var answer = await session.ReceiveAsync();
        return Is(answer.Span, 35, "A"u8)
            ? session
            : throw new InvalidOperationException($"The silo said: {Encoding.UTF8.GetString(answer.Span)}");
    }

    /// <summary>Sends a message. The fields are separated by vertical bars here.</summary>
    public async ValueTask SendAsync(string type, string fields)
    {
        var body = string.Create(
            CultureInfo.InvariantCulture, $"35={type}|49=BENCH|56=QUANTUMCORE|34={_next++}|52={Now}|{fields}")
            .Replace('|', (char)Separator);
        var message = $"8=FIX.4.4{(char)Separator}9={body.Length}{(char)Separator}{body}";
        var sum = message.Sum(static character => character) % 256;
        await _socket.SendAsync(Encoding.ASCII.GetBytes($"{message}10={sum:D3}{(char)Separator}"));
    }

    /// <summary>Returns the next message, valid until the next call.</summary>
    /// <exception cref="IOException">The exchange closed the connection.</exception>
    public async ValueTask<ReadOnlyMemory<byte>> ReceiveAsync()
    {
        int length;
        while ((length = Whole(_buffer.AsSpan(_start, _end - _start))) == 0)
        {
            _buffer.AsSpan(_start, _end - _start).CopyTo(_buffer);
            (_start, _end) = (0, _end - _start);
            if (_end == _buffer.Length)
                Array.Resize(ref _buffer, 2 * _end);
            var received = await _socket.ReceiveAsync(_buffer.AsMemory(_end), CancellationToken.None);
            _end += received > 0 ? received : throw new IOException("The silo closed the session.");
        }

        var message = _buffer.AsMemory(_start, length);
        _start += length;
        return message;
    }

    /// <summary>Returns true if a field of a message equals a text.</summary>
    public static bool Is(ReadOnlySpan<byte> message, int tag, ReadOnlySpan<byte> text) =>
        Field(message, tag).SequenceEqual(text);

    /// <summary>Returns the first field with a tag; empty if there is none.</summary>
    public static ReadOnlySpan<byte> Field(ReadOnlySpan<byte> message, int tag)
    {
        Span<byte> name = stackalloc byte[12];
        name[0] = Separator;
        Utf8Formatter.TryFormat(tag, name[1..], out var length);
        name[length + 1] = (byte)'=';
        var at = message.IndexOf(name[..(length + 2)]);
        if (at < 0)
            return default;

        var text = message[(at + length + 2)..];
        return text[..text.IndexOf(Separator)];
    }

    public void Dispose() => _socket.Dispose();

    /// <summary>Returns the length of the first message, in bytes, if it is complete; else 0.</summary>
    private static int Whole(ReadOnlySpan<byte> bytes)
    {
        const int Head = 12;
        const int Trailer = 7;
        if (bytes.Length < Head || !Utf8Parser.TryParse(bytes[Head..], out int body, out var digits)
            || bytes.Length <= Head + digits)
            return 0;

        var length = Head + digits + 1 + body + Trailer;
        return bytes.Length >= length ? length : 0;
    }
}
