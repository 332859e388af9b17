using System.Globalization;
using System.Net;
using System.Net.Sockets;
using System.Text;
using Xunit;

namespace QuantumCore.Grains.Tests;

/// <summary>A minimal FIX 4.4 client.</summary>
internal sealed class FixClient : IDisposable
{
    private const char Soh = '\x01';

    private readonly TcpClient _tcp;
    private readonly string _sender;
    private readonly StringBuilder _heard = new();
    private int _next = 1;

    private FixClient(TcpClient tcp, TimeProvider? time, string sender)
    {
        (_tcp, _sender) = (tcp, sender);
        Now = (time ?? TimeProvider.System).GetUtcNow().UtcDateTime.ToString(
            "yyyyMMdd-HH:mm:ss.fff", CultureInfo.InvariantCulture);
    }

    private static CancellationToken Cancellation => TestContext.Current.CancellationToken;

    /// <summary>Returns a session whose logon the exchange has accepted.</summary>
    public static async Task<FixClient> LogOnAsync(
        IPEndPoint address, string password, string more = "", TimeProvider? time = null, string sender = "DESK")
    {
        var client = await ConnectAsync(address, time, sender);
        await client.SendAsync("A", $"98=0|108=30|141=Y|554={password}{(more.Length > 0 ? "|" : "")}{more}");
        Assert.Equal("A", (await client.ReadAsync())[35]);
        return client;
    }

    /// <summary>Returns a connection without a logon.</summary>
    public static async Task<FixClient> ConnectAsync(
        IPEndPoint address, TimeProvider? time = null, string sender = "DESK")
    {
        var tcp = new TcpClient();
        await tcp.ConnectAsync(address, Cancellation);
        return new FixClient(tcp, time, sender);
    }

    /// <summary>Sending time of its messages, fixed at the start.</summary>
    public string Now { get; }

    /// <summary>Sends a message.</summary>
    /// <param name="type">Message type.</param>
    /// <param name="fields">Body fields, separated by |; additional header fields (97) come first.</param>
    public async Task SendAsync(string type, string fields) =>
        await _tcp.GetStream().WriteAsync(Next(type, fields), Cancellation);

    /// <summary>Sends messages in a single write.</summary>
    public async Task SendAllAsync(params (string Type, string Fields)[] messages) =>
        await _tcp.GetStream()
            .WriteAsync(messages.SelectMany(message => Next(message.Type, message.Fields)).ToArray(), Cancellation);

    /// <summary>
    /// Returns the fields of the next message by tag: an order's report has no tag twice. Empty if the connection has
    /// ended.
    /// </summary>
    public async Task<Dictionary<int, string>> ReadAsync()
    {
        var buffer = new byte[16 * 1024];
        while (true)
        {
            var text = _heard.ToString();
            if (text.IndexOf("\u000110=", StringComparison.Ordinal) is >= 0 and var at
                && text.IndexOf(Soh, at + 1) is >= 0 and var end)
            {
                _heard.Remove(0, end + 1);
                var fields = new Dictionary<int, string>();
                foreach (var field in text[..end].Split(Soh))
                {
                    var tag =
                        int.Parse(field[..field.IndexOf('=', StringComparison.Ordinal)], CultureInfo.InvariantCulture);
                    Assert.True(fields.TryAdd(tag, field[(field.IndexOf('=', StringComparison.Ordinal) + 1)..])
                        || fields[35] != "8", $"{tag} twice: {text[..end].Replace(Soh, '|')}");
                }

                return fields;
            }

            var read = await _tcp.GetStream().ReadAsync(buffer, Cancellation);
            if (read == 0)
                return [];
            _heard.Append(Encoding.Latin1.GetString(buffer, 0, read));
        }
    }

    /// <summary>
    /// Returns the next messages in short: type and the named tags that are present. Heartbeats of a quiet line do not
    /// count.
    /// </summary>
    public async Task<string> HearAsync(int count, params int[] tags)
    {
        var heard = new List<string>();
        while (heard.Count < count)
        {
            var told = await ReadAsync();
            Assert.NotEmpty(told);
            if (told[35] == "0" && !told.ContainsKey(112))
                continue;
            heard.Add(
                string.Join(' ', tags.Where(told.ContainsKey).Select(tag => $"{tag}={told[tag]}").Prepend(told[35])));
        }

        return string.Join("; ", heard);
    }

    public void Dispose() => _tcp.Dispose();

    private byte[] Next(string type, string fields)
    {
        var body =
            $"35={type}|49={_sender}|56=QUANTUMCORE|34={_next++}|52={Now}|{fields}{(fields.Length > 0 ? "|" : "")}";
        var text = $"8=FIX.4.4|9={body.Length}|{body}".Replace('|', Soh);
        return Encoding.Latin1.GetBytes($"{text}10={text.Sum(letter => letter) % 256:000}{Soh}");
    }
}
