using System.Buffers;
using System.Net.WebSockets;
using System.Text;
using Microsoft.AspNetCore.Http.Features;
using QuantumCore.Client;

namespace QuantumCore.Silo.Simulation;

/// <summary>Accepts a WebSocket whose messages faults affect.</summary>
internal sealed class FaultyUpgrade(
    IHttpWebSocketFeature inner, string? key, string path, ClientFaults faults, Action cut)
    : IHttpWebSocketFeature
{
    /// <inheritdoc/>
    public bool IsWebSocketRequest => inner.IsWebSocketRequest;

    /// <inheritdoc/>
    public async Task<WebSocket> AcceptAsync(WebSocketAcceptContext context) =>
        new FaultySocket(await inner.AcceptAsync(context), key, path, faults, cut);
}

/// <summary>
/// A WebSocket with faults: it skips, duplicates or delays a message, or cuts the connection instead.
/// </summary>
internal sealed class FaultySocket(WebSocket inner, string? key, string path, ClientFaults faults, Action cut)
    : WebSocket
{
    // Every sequenced message has one of these fields: native books and accounts, and depth on the Binance Spot
    // interface.
    private static readonly string[] s_sequenced = ["\"sequence\":", "\"u\":"];

    // Clients cannot tell if a heartbeat is skipped or duplicated.
    private static readonly string[] s_heartbeats = ["\"type\":\"heartbeat\"", "\"type\":\"level3Heartbeat\""];

    // A client without a key at the handshake may send one in a message.
    private readonly bool _learnsKey = key is null;
    private string? _key = key;

    // The fault of the message that is being sent, and the message's parts if it is duplicated.
    private readonly ArrayBufferWriter<byte> _again = new();
    private WaitingFault? _fault;
    private bool _isWithin;

    /// <inheritdoc/>
    public override WebSocketCloseStatus? CloseStatus => inner.CloseStatus;

    /// <inheritdoc/>
    public override string? CloseStatusDescription => inner.CloseStatusDescription;

    /// <inheritdoc/>
    public override WebSocketState State => inner.State;

    /// <inheritdoc/>
    public override string? SubProtocol => inner.SubProtocol;

    /// <inheritdoc/>
    public override void Abort() => inner.Abort();

    /// <inheritdoc/>
    public override Task CloseAsync(
        WebSocketCloseStatus closeStatus, string? statusDescription, CancellationToken cancellationToken) =>
        inner.CloseAsync(closeStatus, statusDescription, cancellationToken);

    /// <inheritdoc/>
    public override Task CloseOutputAsync(
        WebSocketCloseStatus closeStatus, string? statusDescription, CancellationToken cancellationToken) =>
        inner.CloseOutputAsync(closeStatus, statusDescription, cancellationToken);

    /// <inheritdoc/>
    public override void Dispose() => inner.Dispose();

    /// <inheritdoc/>
    public override Task<WebSocketReceiveResult> ReceiveAsync(
        ArraySegment<byte> buffer, CancellationToken cancellationToken) =>
        inner.ReceiveAsync(buffer, cancellationToken);

    /// <inheritdoc/>
    public override ValueTask<ValueWebSocketReceiveResult> ReceiveAsync(
        Memory<byte> buffer, CancellationToken cancellationToken) => _learnsKey
            ? ReceiveWithKeyAsync(buffer, cancellationToken)
            : inner.ReceiveAsync(buffer, cancellationToken);

    private async ValueTask<ValueWebSocketReceiveResult> ReceiveWithKeyAsync(
        Memory<byte> buffer, CancellationToken cancellationToken)
    {
        var received = await inner.ReceiveAsync(buffer, cancellationToken);
        if (received is { EndOfMessage: true, MessageType: WebSocketMessageType.Text }
            && KeyIn(buffer.Span[..received.Count]) is { } shown)
            Volatile.Write(ref _key, shown);
        return received;
    }

    /// <inheritdoc/>
    public override Task SendAsync(
        ArraySegment<byte> buffer, WebSocketMessageType messageType, bool endOfMessage,
        CancellationToken cancellationToken) =>
        SendAsync((ReadOnlyMemory<byte>)buffer, messageType, endOfMessage, cancellationToken).AsTask();

    /// <inheritdoc/>
    public override ValueTask SendAsync(
        ReadOnlyMemory<byte> buffer, WebSocketMessageType messageType, bool endOfMessage,
        CancellationToken cancellationToken)
    {
        // A long message is sent in several parts; a fault affects all of them.
        var isBegin = !_isWithin;
        _isWithin = !endOfMessage;
        if (isBegin)
            _fault = TakeFault(buffer, messageType);
        return _fault is { } fault
            ? SendAsync(fault, isBegin, buffer, messageType, endOfMessage, cancellationToken)
            : inner.SendAsync(buffer, messageType, endOfMessage, cancellationToken);
    }

    private async ValueTask SendAsync(
        WaitingFault fault, bool isBegin, ReadOnlyMemory<byte> buffer, WebSocketMessageType messageType,
        bool endOfMessage, CancellationToken cancellationToken)
    {
        switch (fault.Kind)
        {
            case FaultKind.Skip:
                return;
            case FaultKind.Drop:
                // The whole connection: aborting only the socket has left a reader waiting for ever.
                cut();
                throw new WebSocketException(WebSocketError.ConnectionClosedPrematurely);
            case FaultKind.Delay when isBegin:
                await Task.Delay(fault.Millis, cancellationToken);
                break;
            case FaultKind.Duplicate:
                _again.Write(buffer.Span);
                break;
        }

        await inner.SendAsync(buffer, messageType, endOfMessage, cancellationToken);
        if (!endOfMessage || _again.WrittenCount == 0)
            return;

        await inner.SendAsync(_again.WrittenMemory, messageType, endOfMessage, cancellationToken);
        _again.ResetWrittenCount();
    }

    private WaitingFault? TakeFault(ReadOnlyMemory<byte> buffer, WebSocketMessageType messageType)
    {
        if (faults.Waiting.IsEmpty || messageType != WebSocketMessageType.Text)
            return null;

        var text = Encoding.UTF8.GetString(buffer.Span);
        return faults.Take(
            FaultPlace.Stream,
            Volatile.Read(ref _key),
            symbol => FaultyEdge.Names(text, symbol),
            path,
            kind => kind is not (FaultKind.Skip or FaultKind.Duplicate)
                || (Array.Exists(s_sequenced, name => text.Contains(name, StringComparison.Ordinal))
                    && !Array.Exists(s_heartbeats, name => text.Contains(name, StringComparison.Ordinal))));
    }

    /// <summary>Returns the key in a request of the Binance Spot interface; null if there is none.</summary>
    private static string? KeyIn(ReadOnlySpan<byte> message)
    {
        var name = "\"apiKey\""u8;
        var at = message.IndexOf(name);
        if (at < 0)
            return null;

        var rest = message[(at + name.Length)..].TrimStart(" \t\r\n:"u8);
        var end = rest.Length > 0 && rest[0] == '"' ? rest[1..].IndexOf((byte)'"') : -1;
        return end < 0 ? null : Encoding.UTF8.GetString(rest[1..(end + 1)]);
    }
}
