using System.Buffers;
using System.IO.Pipelines;
using System.Net;
using System.Net.Security;
using System.Net.Sockets;
using System.Security.Authentication;
using System.Threading.Channels;
using Microsoft.Extensions.Logging;
using QuantumCore.Gateway.Admission;
using QuantumCore.Gateway.Hosting;

namespace QuantumCore.Gateway.Fix;

/// <summary>
/// A client's connection, from its first byte to its last. It is cut if the client does not read: too many bytes wait,
/// or sending takes too long.
/// </summary>
internal sealed class FixConnection : IFixLine, IAsyncDisposable
{
    /// <summary>Maximum number of bytes written at once; a longer message is written alone.</summary>
    private const int MostTogether = 16 * 1024;

    private static readonly TimeSpan s_handshake = TimeSpan.FromSeconds(10);
    private static readonly TimeSpan s_farewell = TimeSpan.FromSeconds(2);
    private static readonly TimeSpan s_second = TimeSpan.FromSeconds(1);
    private static readonly StreamPipeReaderOptions s_reading =
        new(bufferSize: 16 * 1024, leaveOpen: true, useZeroByteReads: true);

    private readonly Socket _socket;
    private readonly GatewayOptions _options;
    private readonly GatewayMetrics _metrics;
    private readonly TimeProvider _time;
    private readonly ILogger _log;
    private readonly FixSession _session;
    private readonly CancellationTokenSource _end;
    private readonly Backlog _backlog;
    private readonly Channel<Waiting> _waiting =
        Channel.CreateUnbounded<Waiting>(new UnboundedChannelOptions { SingleReader = true });
    private Stream _stream;
    private long _writingSince;

    public FixConnection(
        Socket socket,
        Func<FixMessage, IPAddress, ValueTask<FixLogon>> logOn,
        GatewayOptions options,
        BurstRoom bursts,
        GatewayMetrics metrics,
        TimeProvider time,
        ILogger log)
    {
        (_socket, _options, _metrics, _time, _log) = (socket, options, metrics, time, log);
        _backlog = bursts.Open();
        socket.NoDelay = true;
        _stream = new NetworkStream(socket, ownsSocket: true);
        _end = new CancellationTokenSource(Timeout.InfiniteTimeSpan, time);
        Address = ((IPEndPoint)socket.RemoteEndPoint!).Address;
        _session = new FixSession(time, this, message => logOn(message, Address));
    }

    /// <summary>IP address of the client.</summary>
    public IPAddress Address { get; }

    /// <summary>
    /// Serves the client until it leaves, is logged out or cut, the connection is lost, or the host stops.
    /// </summary>
    public async Task RunAsync(SslServerAuthenticationOptions? tls, CancellationToken stopping)
    {
        if (!await GreetAsync(tls, stopping))
            return;

        var sending = SendAsync();
        var ticking = TickAsync();
        using (stopping.Register(() => _session.LogOut("The exchange is stopping.")))
        {
            try
            {
                await ReceiveAsync();

                // The client sends no more. It may still read, such as the answer to its Logout.
                Close();
                await sending;
            }
            finally
            {
                await _end.CancelAsync();
                await Task.WhenAll(sending, ticking);
            }
        }
    }

    /// <inheritdoc/>
    public void Offer(ReadOnlyMemory<byte> message, bool isAskedFor = false)
    {
        var counted = isAskedFor ? 0 : message.Length;
        if (_backlog.TryAdd(counted))
            _waiting.Writer.TryWrite(new Waiting(message, counted));
        else
            Cut("more waits than may");
    }

    /// <inheritdoc/>
    public Task DrainedAsync()
    {
        var sent = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
        return _waiting.Writer.TryWrite(new Waiting(default, 0, sent))
            ? sent.Task.WaitAsync(_end.Token)
            : Task.CompletedTask;
    }

    /// <inheritdoc/>
    public void Close()
    {
        if (_waiting.Writer.TryComplete())
            _end.CancelAfter(s_farewell);
    }

    /// <summary>Cleans up after <see cref="RunAsync"/>, however it ended.</summary>
    public async ValueTask DisposeAsync()
    {
        try
        {
            await _session.DisposeAsync();
        }
        finally
        {
            await _stream.DisposeAsync();
            _backlog.Dispose();
            _end.Dispose();
            if (_session is { Client: { } client, Why: { } why })
                FixLog.Ended(_log, client, Address, why);
        }
    }

    /// <summary>Performs the TLS handshake, if TLS is configured.</summary>
    private async ValueTask<bool> GreetAsync(SslServerAuthenticationOptions? tls, CancellationToken stopping)
    {
        if (tls is null)
            return true;

        var secure = new SslStream(_stream);
        _stream = secure;
        using var patience = new CancellationTokenSource(s_handshake, _time);
        using var either = CancellationTokenSource.CreateLinkedTokenSource(patience.Token, stopping);
        try
        {
            await secure.AuthenticateAsServerAsync(tls, either.Token);
            return true;
        }
        catch (Exception error) when (error is OperationCanceledException or IOException or AuthenticationException)
        {
            // Not a client: it does not speak TLS, or does not trust this certificate.
            return false;
        }
    }

    private async Task ReceiveAsync()
    {
        var reader = PipeReader.Create(_stream, s_reading);
        try
        {
            while (true)
            {
                var read = await reader.ReadAsync(_end.Token);
                var buffer = read.Buffer;
                while (FixFraming.TryRead(ref buffer) is { } message)
                {
                    _end.Token.ThrowIfCancellationRequested();

                    // The result may never come; a client that has gone must not be kept for it.
                    await _session.ObeyAsync(message).AsTask().WaitAsync(_end.Token);
                }

                reader.AdvanceTo(buffer.Start, buffer.End);
                if (read.IsCompleted)
                    return;
            }
        }
        catch (Exception error) when (error is OperationCanceledException or IOException)
        {
            // Cut, or gone.
        }
        finally
        {
            await reader.CompleteAsync();
        }
    }

    private async Task SendAsync()
    {
        try
        {
            // Waiting messages go together: a trading session has several reports per packet.
            var together = new ArrayBufferWriter<byte>(MostTogether);
            var drained = new List<TaskCompletionSource>();
            while (await _waiting.Reader.WaitToReadAsync(_end.Token))
            {
                while (together.WrittenCount < MostTogether && _waiting.Reader.TryRead(out var next))
                {
                    _backlog.Remove(next.Counted);
                    together.Write(next.Message.Span);
                    if (next.Sent is { } sent)
                        drained.Add(sent);
                }

                Volatile.Write(ref _writingSince, _time.GetTimestamp());
                await _stream.WriteAsync(together.WrittenMemory, _end.Token);
                Volatile.Write(ref _writingSince, 0);
                together.ResetWrittenCount();
                drained.ForEach(static sent => sent.TrySetResult());
                drained.Clear();
            }

            // Input is read until the client has seen this: closing a connection with unread bytes loses the last
            // messages.
            if (_stream is SslStream secure)
                await secure.ShutdownAsync().WaitAsync(_end.Token);
            _socket.Shutdown(SocketShutdown.Send);
        }
        catch (Exception error)
            when (error is OperationCanceledException or IOException or SocketException or InvalidOperationException)
        {
            // Cut, or gone: then nobody reads, either.
            await _end.CancelAsync();
        }
    }

    private async Task TickAsync()
    {
        using var timer = new PeriodicTimer(s_second, _time);
        try
        {
            while (await timer.WaitForNextTickAsync(_end.Token))
            {
                _session.Tick();
                if (Volatile.Read(ref _writingSince) is var since and not 0
                    && _time.GetElapsedTime(since) >= _options.StreamSendTimeout)
                    Cut("it read nothing for too long");
            }
        }
        catch (OperationCanceledException)
        {
            // The connection has ended.
        }
    }

    private void Cut(string why)
    {
        if (_end.IsCancellationRequested)
            return;

        _metrics.ReaderCut();
        Log.ReaderCut(_log, why);
        _ = _end.CancelAsync();
    }

    /// <summary>
    /// Outgoing item: a message, or no bytes and a task that completes when everything before it is sent.
    /// </summary>
    private readonly record struct Waiting(
        ReadOnlyMemory<byte> Message, int Counted, TaskCompletionSource? Sent = null);
}
