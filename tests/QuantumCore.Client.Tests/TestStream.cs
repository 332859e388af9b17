using System.Net.WebSockets;
using System.Text;
using System.Text.Json.Nodes;
using System.Threading.Channels;

namespace QuantumCore.Client.Tests;

/// <summary>One reader of the test exchange's stream: messages leave in the sequence they were sent in.</summary>
internal sealed class TestStream
{
    /// <summary>What is published under this name is told to who follows an account.</summary>
    internal const string Account = "account";

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

    internal void FollowAccount()
    {
        Symbols.Add(Account);
        Send(AccountMessage(isSnapshot: true));
    }

    /// <summary>What is told of Alice's account.</summary>
    internal static JsonObject AccountMessage(bool isSnapshot, string state = "open", string cash = "1000.00") => JsonNode.Parse(
        $$"""
        {"type":"account","snapshot":{{(isSnapshot ? "true" : "false")}},"account":"ACC-1001","sequence":7,"state":"{{state}}",
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
