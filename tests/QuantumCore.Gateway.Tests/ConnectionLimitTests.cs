using System.Net;
using System.Net.Sockets;
using System.Net.WebSockets;
using System.Text;
using QuantumCore.Gateway.Admission;
using QuantumCore.TestKit;
using Xunit;

namespace QuantumCore.Gateway.Tests;

/// <summary>Limits on connections, over real sockets from one client IP.</summary>
public sealed class ConnectionLimitTests
{
    private static readonly GatewayOptions s_options = new() { Connections = 64 };

    [Fact]
    public async Task Silent_connections_of_an_address_are_few()
    {
        await using var gateway = await OpenGateway.StartAsync(s_options);
        var silent = new List<TcpClient>();
        for (var i = 0; i < s_options.SilentConnectionsOfAddress; i++)
            silent.Add(await ConnectAsync(gateway));
        Assert.False(await IsServedAsync(await ConnectAsync(gateway)));

        // A connection that has sent a request is no longer idle, and makes room for another.
        Assert.True(await IsServedAsync(silent[0]));
        Assert.True(await IsServedAsync(await ConnectAsync(gateway)));
        silent.ForEach(client => client.Dispose());
    }

    [Fact]
    public async Task A_connection_without_a_request_is_closed()
    {
        var time = new ManualTime(TimeProvider.System.GetUtcNow());
        await using var gateway = await OpenGateway.StartAsync(s_options, time);
        using var silent = await ConnectAsync(gateway);
        using var used = await ConnectAsync(gateway);
        Assert.True(await IsServedAsync(used));
        time.Advance(ConnectionRoom.Patience + TimeSpan.FromSeconds(1));
        Assert.Equal(0, await ReadAsync(silent));
        Assert.True(await IsServedAsync(used));
    }

    [Fact]
    public async Task An_address_has_a_quarter_of_all_connections()
    {
        await using var gateway = await OpenGateway.StartAsync(s_options);
        var open = new List<TcpClient>();
        for (var i = 0; i < s_options.ConnectionsOfAddress; i++)
        {
            open.Add(await ConnectAsync(gateway));
            Assert.True(await IsServedAsync(open[^1]));
        }

        Assert.False(await IsServedAsync(await ConnectAsync(gateway)));
        open[0].Dispose();
        while (!await IsServedAsync(await ConnectAsync(gateway)))
            TestContext.Current.CancellationToken.ThrowIfCancellationRequested();
        open.ForEach(client => client.Dispose());
    }

    [Fact]
    public async Task An_address_has_a_quarter_of_all_WebSockets()
    {
        await using var gateway = await OpenGateway.StartAsync(s_options);
        var open = new List<ClientWebSocket>();
        for (var i = 0; i < s_options.StreamConnectionsOfAddress; i++)
            open.Add(Assert.IsType<ClientWebSocket>((await OpenSocketAsync(gateway)).Socket));
        Assert.Equal(HttpStatusCode.TooManyRequests, (await OpenSocketAsync(gateway)).Status);
        open[0].Dispose();
        while ((await OpenSocketAsync(gateway)).Socket is null)
            TestContext.Current.CancellationToken.ThrowIfCancellationRequested();
        open.ForEach(socket => socket.Dispose());
    }

    [Fact]
    public async Task Behind_a_trusted_proxy_each_client_has_a_share_of_its_own()
    {
        await using var gateway =
            await OpenGateway.StartAsync(s_options with { Proxies = [IPNetwork.Parse("127.0.0.1/32")] });
        var open = new List<TcpClient>();
        for (var i = 0; i <= s_options.ConnectionsOfAddress; i++)
            open.Add(await ConnectAsync(gateway));
        Assert.True(await IsServedAsync(open[^1]));
        open.ForEach(client => client.Dispose());

        var sockets = new List<ClientWebSocket>();
        for (var i = 0; i < s_options.StreamConnectionsOfAddress; i++)
            sockets.Add(Assert.IsType<ClientWebSocket>((await OpenSocketAsync(gateway, "192.0.2.1")).Socket));
        Assert.Equal(HttpStatusCode.TooManyRequests, (await OpenSocketAsync(gateway, "192.0.2.1")).Status);
        Assert.IsType<ClientWebSocket>((await OpenSocketAsync(gateway, "192.0.2.2")).Socket).Dispose();
        sockets.ForEach(socket => socket.Dispose());
    }

    [Theory]
    [InlineData(null, 20_000)]
    [InlineData(1_048_576, 20_000)]
    [InlineData(20_000, 16_500)]
    [InlineData(1_024, 640)]
    [InlineData(100, 16)]
    public void Connections_leave_files_for_the_store(int? openFiles, int connections) =>
        Assert.Equal(connections, GatewayOptions.ConnectionsWith(openFiles));

    [Theory]
    [InlineData("Max open files            1024                 524288               files     ", 1_024)]
    [InlineData("Max open files            unlimited            unlimited            files     ", null)]
    [InlineData("Max processes             95586                95586                processes ", null)]
    public void The_limit_in_force_is_read(string line, int? limit) =>
        Assert.Equal(limit, OpenFiles.LimitIn(["Limit  Soft Limit", line]));

    private static async Task<TcpClient> ConnectAsync(OpenGateway gateway)
    {
        var client = new TcpClient();
        try
        {
            await client.ConnectAsync(
                gateway.Address.Host, gateway.Address.Port, TestContext.Current.CancellationToken);
        }
        catch (SocketException)
        {
            // Closed before this end knew that it was open.
        }

        return client;
    }

    // A connection that the server closes is not served.
    private static async Task<bool> IsServedAsync(TcpClient client)
    {
        if (!client.Connected)
            return false;

        try
        {
            await client.GetStream().WriteAsync(
                Encoding.ASCII.GetBytes("GET /health/live HTTP/1.1\r\nHost: localhost\r\n\r\n"),
                TestContext.Current.CancellationToken);
        }
        catch (IOException)
        {
            return false;
        }

        return await ReadAsync(client) > 0;
    }

    private static async Task<int> ReadAsync(TcpClient client)
    {
        try
        {
            return await client.GetStream().ReadAsync(new byte[4_096], TestContext.Current.CancellationToken);
        }
        catch (IOException)
        {
            return 0;
        }
    }

    private static async Task<(ClientWebSocket? Socket, HttpStatusCode Status)> OpenSocketAsync(
        OpenGateway gateway, string? client = null)
    {
        var socket = new ClientWebSocket();
        socket.Options.CollectHttpResponseDetails = true;
        if (client is not null)
            socket.Options.SetRequestHeader("X-Forwarded-For", client);
        try
        {
            await socket.ConnectAsync(
                new Uri($"ws://{gateway.Address.Authority}/api/qc/v1/stream"), TestContext.Current.CancellationToken);
            return (socket, HttpStatusCode.SwitchingProtocols);
        }
        catch (WebSocketException)
        {
            var status = socket.HttpStatusCode;
            socket.Dispose();
            return (null, status);
        }
    }
}
