using System.Buffers;
using System.Collections.Concurrent;
using System.Net;
using System.Net.Security;
using System.Net.Sockets;
using System.Security.Cryptography.X509Certificates;
using System.Threading.Channels;
using Microsoft.Extensions.Logging;
using QuantumCore.Gateway.Admission;
using QuantumCore.Gateway.Hosting;
using Xunit;

namespace QuantumCore.Gateway.Fix.Tests;

/// <summary>
/// FIX server on a port of its own, whose applications the test controls. Every client's key is "key".
/// </summary>
internal sealed class FixFloor : ILogger<FixServer>, IAsyncDisposable
{
    private readonly GatewayMetrics _metrics = UnreadMetrics.Create();
    private readonly Channel<FixFloorApplication> _applications = Channel.CreateUnbounded<FixFloorApplication>();

    public FixFloor(
        TimeProvider? time = null, SslServerAuthenticationOptions? tls = null, GatewayOptions? options = null,
        FixOptions? fix = null)
    {
        Time = time ?? TimeProvider.System;
        options ??= new GatewayOptions();
        Server = new FixServer(
            new IPEndPoint(IPAddress.Loopback, 0), tls, (message, _) => ValueTask.FromResult(LogOn(message)),
            fix ?? new FixOptions(), options, new BurstRoom(options), _metrics, Time, this);
    }

    public TimeProvider Time { get; }

    public FixServer Server { get; }

    public ConcurrentQueue<string> Logged { get; } = [];

    /// <summary>Handler of an application's messages.</summary>
    public Func<FixFloorApplication, FixMessage, ValueTask> Takes { get; set; } = (application, message) =>
    {
        application.Session.Send("8", to => to.Add(11, message[11] ?? ""));
        return ValueTask.CompletedTask;
    };

    public static async Task<FixFloor> OpenAsync(
        TimeProvider? time = null, SslServerAuthenticationOptions? tls = null, GatewayOptions? options = null,
        FixOptions? fix = null)
    {
        var floor = new FixFloor(time, tls, options, fix);
        await floor.Server.StartAsync(TestContext.Current.CancellationToken);
        return floor;
    }

    public Task<FixClient> ConnectAsync() => FixClient.ConnectAsync(Server.Address, Time);

    /// <summary>Returns a client that is logged on, and the application that serves it.</summary>
    public async Task<(FixClient Client, FixFloorApplication Application)> LogOnAsync()
    {
        var client = await ConnectAsync();
        await client.LogOnAsync();
        return (client, await NextApplication());
    }

    /// <summary>Returns the application of the next logon.</summary>
    public Task<FixFloorApplication> NextApplication() =>
        _applications.Reader.ReadAsync(TestContext.Current.CancellationToken).AsTask();

    public async ValueTask DisposeAsync()
    {
        await Server.StopAsync(TestContext.Current.CancellationToken);
        Server.Dispose();
    }

    public IDisposable? BeginScope<TState>(TState state)
        where TState : notnull => null;

    public bool IsEnabled(LogLevel logLevel) => true;

    public void Log<TState>(
        LogLevel logLevel, EventId eventId, TState state, Exception? exception,
        Func<TState, Exception?, string> formatter) =>
        Logged.Enqueue(formatter(state, exception));

    public void Begun(FixFloorApplication application) => Assert.True(_applications.Writer.TryWrite(application));

    private FixLogon LogOn(FixMessage message) =>
        message[554] == "key"
            ? new FixLogon(new FixFloorApplication(this), null)
            : new FixLogon(null, "The key is not known.");
}

/// <summary>Application of one session.</summary>
internal sealed class FixFloorApplication(FixFloor floor) : IFixApplication
{
    private readonly TaskCompletionSource _disposed = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private FixSession? _session;
    private int _disposals;

    public FixSession Session => _session ?? throw new InvalidOperationException("It has not begun.");

    /// <summary>Completes as soon as the application is disposed.</summary>
    public Task Disposed => _disposed.Task.WaitAsync(TestContext.Current.CancellationToken);

    public int Disposals => Volatile.Read(ref _disposals);

    public bool Knows(string type) => type == "D";

    public bool MayHave(string type, int tag) => tag == 11;

    public ValueTask TakeAsync(FixMessage message) => floor.Takes(this, message);

    public void Begin(FixSession session)
    {
        _session = session;
        floor.Begun(this);
    }

    public ValueTask DisposeAsync()
    {
        Interlocked.Increment(ref _disposals);
        _disposed.TrySetResult();
        return ValueTask.CompletedTask;
    }
}

/// <summary>FIX client over a real connection.</summary>
internal sealed class FixClient : IAsyncDisposable
{
    private readonly TimeProvider _time;
    private Stream _stream;
    private byte[] _rest = [];
    private int _next = 1;

    private FixClient(Socket socket, TimeProvider time)
    {
        (Socket, _time) = (socket, time);
        _stream = new NetworkStream(socket, ownsSocket: true);
    }

    public Socket Socket { get; }

    private static CancellationToken Token => TestContext.Current.CancellationToken;

    public static async Task<FixClient> ConnectAsync(IPEndPoint address, TimeProvider time)
    {
        var socket = new Socket(SocketType.Stream, ProtocolType.Tcp) { NoDelay = true };
        await socket.ConnectAsync(address, Token);
        return new FixClient(socket, time);
    }

    /// <summary>Continues over TLS, with a server that shows this certificate.</summary>
    public async Task SecureAsync(X509Certificate2 certificate)
    {
        var secure = new SslStream(_stream, leaveInnerStreamOpen: false, (_, shown, _, _) => certificate.Equals(shown));
        await secure.AuthenticateAsClientAsync(new SslClientAuthenticationOptions { TargetHost = "localhost" }, Token);
        _stream = secure;
    }

    public async Task LogOnAsync(int heartbeatSeconds = 3600)
    {
        await SayAsync("A", $"98=0|108={heartbeatSeconds}|141=Y|554=key");
        Assert.Equal($"A 1 98=0|108={heartbeatSeconds}|141=Y", await HearAsync());
    }

    /// <summary>Sends a message, with the next number or another one.</summary>
    public ValueTask SayAsync(string type, string body = "", int? number = null) =>
        WriteAsync(Message(type, body, number));

    public byte[] Message(string type, string body = "", int? number = null) => FixText.Frame(
        $"35={type}|49=DESK|56=QUANTUMCORE|34={number ?? _next++}|52={FixTime.Text(_time.GetUtcNow())}|{(body.Length == 0 ? "" : $"{body}|")}");

    public ValueTask WriteAsync(ReadOnlyMemory<byte> bytes) => _stream.WriteAsync(bytes, Token);

    /// <summary>Returns the next message in short form; null if the connection has ended.</summary>
    public async Task<string?> HearAsync()
    {
        var room = new byte[64 * 1024];
        while (true)
        {
            var buffer = new ReadOnlySequence<byte>(_rest);
            var message = FixFraming.TryRead(ref buffer);
            _rest = buffer.ToArray();
            if (message is not null)
                return FixText.Short(message);

            var read = await ReadAsync(room);
            if (read == 0)
                return null;

            _rest = [.. _rest, .. room[..read]];
        }
    }

    /// <summary>Checks that these messages arrive next; null is the end of the connection.</summary>
    public async Task HearsAsync(params string?[] messages)
    {
        foreach (var message in messages)
            Assert.Equal(message, await HearAsync());
    }

    public ValueTask DisposeAsync() => _stream.DisposeAsync();

    /// <summary>Resets the connection at once, as a crash of the client's machine does.</summary>
    public void Kill()
    {
        Socket.LingerState = new LingerOption(enable: true, seconds: 0);
        Socket.Close();
    }

    private async Task<int> ReadAsync(byte[] room)
    {
        try
        {
            return await _stream.ReadAsync(room, Token);
        }
        catch (IOException)
        {
            return 0;
        }
    }
}
