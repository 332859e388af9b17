using System.Net.WebSockets;
using System.Text;
using System.Threading.Channels;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging.Abstractions;
using QuantumCore.Contracts;
using QuantumCore.Gateway.Hosting;
using QuantumCore.Gateway.MarketFeeds;
using QuantumCore.Gateway.Markets;
using QuantumCore.Gateway.Native.Streams;
using QuantumCore.TestKit;
using Xunit;

namespace QuantumCore.Gateway.Tests;

/// <summary>Backlog of a connection whose client sends requests but does not read.</summary>
public sealed class SlowReaderTests
{
    private static CancellationToken Token => TestContext.Current.CancellationToken;

    [Theory]
    [InlineData("\"symbol\":\"AAPL\",\"conflate\":0", "snapshot")]
    [InlineData("\"symbol\":\"AAPL\",\"channel\":\"level3\"", "level3")]
    [InlineData("\"channel\":\"tickers\"", "tickers")]
    public async Task Repeated_subscriptions_of_a_slow_reader_get_one_snapshot(string what, string type)
    {
        const int Times = 100;
        var time = new ManualTime();
        await using var exchange = await OpenGateway.StartAsync(time: time);
        exchange.Floor.Publish("AAPL", new MarketUpdate(true, 0, 5, 50, [new DepthLevel(15_000, 100, 1)], [], []));
        exchange.Floor.Orders.Publish(
            new OrderByOrderUpdate(true, 0, 5, 50, [new DisplayedOrder(1, 15_000, 1)], [], []));
        using var socket = new StillSocket();
        using var reader = Reader(exchange, socket, time);
        var serving = reader.RunAsync(CancellationToken.None, Token);

        // The first message is being sent, and stays there.
        await socket.SayAsync("{\"op\":\"?\"}");
        await Wait.UntilAsync(() => socket.Sent.Count == 1, "the first message is being sent");
        for (var i = 0; i < Times; i++)
        {
            await socket.SayAsync($"{{\"op\":\"subscribe\",{what}}}");

            // After a second, everything has been sent that is to be sent.
            for (var step = 0; step < 10; step++)
            {
                time.Advance(TimeSpan.FromMilliseconds(100));
                await Task.Yield();
            }

            if (i < Times - 1)
                await socket.SayAsync(
                    $"{{\"op\":\"unsubscribe\",{what.Replace(",\"conflate\":0", "", StringComparison.Ordinal)}}}");
        }

        // This message waits behind all earlier ones.
        await socket.SayAsync("{\"op\":\"?\"}");
        socket.GoOn();
        await Wait.UntilAsync(
            () =>
            {
                time.Advance(TimeSpan.FromMilliseconds(100));
                return socket.Sent.Count(
                    message => message.Contains("\"type\":\"error\"", StringComparison.Ordinal)) == 2
                    && socket.Sent.Any(message => message.Contains($"\"type\":\"{type}\"", StringComparison.Ordinal));
            },
            "the last message and what is followed are told");
        Assert.InRange(
            socket.Sent.Count(message => message.Contains($"\"type\":\"{type}\"", StringComparison.Ordinal)), 1, 3);
        socket.Leave();
        await serving.WaitAsync(Wait.Limit, Token);
    }

    private static MarketStreamConnection Reader(OpenGateway exchange, WebSocket socket, TimeProvider time)
    {
        var services = exchange.Services;
        return new MarketStreamConnection(
            socket,
            new StreamHolder(0, static () => ValueTask.FromResult(false)),
            services.GetRequiredService<BookFeeds>(),
            services.GetRequiredService<StreamSources>(),
            services.GetRequiredService<Listings>(),
            new GatewayOptions { StreamSendTimeout = TimeSpan.FromDays(1) },
            services.GetRequiredService<GatewayMetrics>(),
            time,
            NullLogger.Instance);
    }

    /// <summary>
    /// A connection that sends nothing until the test lets it continue; it records the messages to send.
    /// </summary>
    private sealed class StillSocket : WebSocket
    {
        private readonly Channel<string?> _said = Channel.CreateUnbounded<string?>();
        private readonly TaskCompletionSource _goesOn = new(TaskCreationOptions.RunContinuationsAsynchronously);
        private readonly List<string> _sent = [];
        private int _asked;

        public IReadOnlyList<string> Sent
        {
            get
            {
                lock (_sent)
                    return [.. _sent];
            }
        }

        public override WebSocketCloseStatus? CloseStatus => null;

        public override string? CloseStatusDescription => null;

        public override WebSocketState State => WebSocketState.Open;

        public override string? SubProtocol => null;

        /// <summary>
        /// Sends a client message, and waits until it was processed: the reader asks for the next one.
        /// </summary>
        public async Task SayAsync(string message)
        {
            var before = Volatile.Read(ref _asked);
            await _said.Writer.WriteAsync(message, Token);
            await Wait.UntilAsync(() => Volatile.Read(ref _asked) > before, "the message is obeyed");
        }

        public void Leave() => _said.Writer.TryWrite(null);

        public void GoOn() => _goesOn.TrySetResult();

        public override async ValueTask<ValueWebSocketReceiveResult> ReceiveAsync(
            Memory<byte> buffer, CancellationToken cancellationToken)
        {
            Interlocked.Increment(ref _asked);
            return await _said.Reader.ReadAsync(cancellationToken) is { } message
                ? new ValueWebSocketReceiveResult(
                    Encoding.ASCII.GetBytes(message, buffer.Span), WebSocketMessageType.Text, endOfMessage: true)
                : new ValueWebSocketReceiveResult(0, WebSocketMessageType.Close, endOfMessage: true);
        }

        public override async ValueTask SendAsync(
            ReadOnlyMemory<byte> buffer, WebSocketMessageType messageType, bool endOfMessage,
            CancellationToken cancellationToken)
        {
            lock (_sent)
                _sent.Add(Encoding.ASCII.GetString(buffer.Span));
            await _goesOn.Task.WaitAsync(cancellationToken);
        }

        public override void Abort()
        {
        }

        public override Task CloseAsync(
            WebSocketCloseStatus closeStatus, string? statusDescription, CancellationToken cancellationToken) =>
            Task.CompletedTask;

        public override Task CloseOutputAsync(
            WebSocketCloseStatus closeStatus, string? statusDescription, CancellationToken cancellationToken) =>
            Task.CompletedTask;

        public override void Dispose()
        {
        }

        public override Task<WebSocketReceiveResult> ReceiveAsync(
            ArraySegment<byte> buffer, CancellationToken cancellationToken) =>
            throw new NotSupportedException();

        public override Task SendAsync(
            ArraySegment<byte> buffer, WebSocketMessageType messageType, bool endOfMessage,
            CancellationToken cancellationToken) =>
            throw new NotSupportedException();
    }
}
