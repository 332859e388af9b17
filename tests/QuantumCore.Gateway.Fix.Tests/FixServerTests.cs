using System.Net.Security;
using System.Net.Sockets;
using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;
using Microsoft.Extensions.Logging.Abstractions;
using QuantumCore.Gateway.Admission;
using QuantumCore.TestKit;
using Xunit;

namespace QuantumCore.Gateway.Fix.Tests;

/// <summary>
/// FIX over real connections: input, output, and their end. If time stands still, nothing is closed for being late.
/// </summary>
public class FixServerTests
{
    /// <summary>Backlog that is larger than the sockets between two ends hold.</summary>
    private static readonly GatewayOptions s_wide = new() { StreamBacklogBytes = 64 << 20 };

    private static CancellationToken Token => TestContext.Current.CancellationToken;

    [Fact]
    public async Task A_session_lives_from_its_logon_to_its_logout()
    {
        await using var floor = await FixFloor.OpenAsync(new ManualTime());
        var (client, application) = await floor.LogOnAsync();
        await using var _ = client;
        byte[] orders =
            [.. client.Message("D", "11=a"), .. client.Message("D", "11=b"), .. client.Message("1", "112=x")];
        await client.WriteAsync(orders.AsMemory(..50));
        await client.WriteAsync(orders.AsMemory(50..));
        await client.HearsAsync("8 2 11=a", "8 3 11=b", "0 4 112=x");
        await client.SayAsync("5");
        await client.HearsAsync("5 5", null);
        client.Socket.Shutdown(SocketShutdown.Both);
        await application.Disposed;
        Assert.Equal(1, application.Disposals);
    }

    [Fact]
    public async Task Client_that_half_closes_after_its_logout_still_gets_all_queued_messages()
    {
        await using var floor = await FixFloor.OpenAsync(new ManualTime(), options: s_wide);
        var (client, application) = await floor.LogOnAsync();
        await using var _ = client;
        SendMuch(application);
        await client.SayAsync("5");
        client.Socket.Shutdown(SocketShutdown.Send);
        for (var message = 2; message < 302; message++)
            Assert.StartsWith($"8 {message} ", await client.HearAsync(), StringComparison.Ordinal);
        await client.HearsAsync("5 302", null);
        await application.Disposed;
    }

    [Fact]
    public async Task A_connection_that_dies_while_it_waits_for_what_it_asked_for_ends()
    {
        await using var floor = await FixFloor.OpenAsync(new ManualTime(), options: s_wide);
        var taken = new TaskCompletionSource();
        floor.Takes = (application, _) =>
        {
            SendMuch(application);
            taken.SetResult();
            return ValueTask.CompletedTask;
        };
        var (client, application) = await floor.LogOnAsync();
        await client.WriteAsync((byte[])[.. client.Message("D", "11=a"), .. client.Message("2", "7=1|16=0")]);
        await taken.Task.WaitAsync(Token);
        client.Kill();
        await application.Disposed;
    }

    [Fact]
    public async Task A_logon_with_too_little_is_answered_and_closed()
    {
        await using var floor = await FixFloor.OpenAsync(new ManualTime());
        await using var client = await floor.ConnectAsync();
        await client.SayAsync("A", "98=0|108=30|141=Y");
        await client.HearsAsync("5 1 58=The key is not known.", null);
        await using var silent = await floor.ConnectAsync();
        await silent.SayAsync("D", "11=a");
        Assert.Null(await silent.HearAsync());
    }

    [Fact]
    public async Task Final_logout_arrives_although_the_client_continues_to_send()
    {
        await using var floor = await FixFloor.OpenAsync(new ManualTime());
        var (client, application) = await floor.LogOnAsync();
        await using var _ = client;
        await client.SayAsync("0", number: 1);
        for (var message = 0; message < 3000; message++)
            await client.SayAsync("D", "11=late");
        await client.HearsAsync("5 2 58=MsgSeqNum too low, expecting 2 but received 1", null);
        await client.DisposeAsync();
        await application.Disposed;
    }

    [Fact]
    public async Task Connection_without_a_logon_is_closed_after_ten_seconds()
    {
        var time = new ManualTime();
        await using var floor = await FixFloor.OpenAsync(time);
        await using var client = await floor.ConnectAsync();
        await EndsAsync(time, client);
    }

    [Fact]
    public async Task A_client_that_lets_too_much_wait_is_cut()
    {
        await using var floor = await FixFloor.OpenAsync(
            options: new GatewayOptions { StreamBacklogBytes = 100_000, StreamBurstBytes = 100_000 });
        var (client, application) = await floor.LogOnAsync();
        await using var _ = client;
        var text = new string('x', 60_000);
        while (!application.Disposed.IsCompleted)
        {
            application.Session.Send("8", to => to.Add(58, text));
            await Task.Yield();
        }

        await application.Disposed;
        Assert.Contains("A reader of the stream was cut: more waits than may", floor.Logged);
        Assert.Equal(1, application.Disposals);
    }

    [Fact]
    public async Task A_client_that_reads_nothing_for_thirty_seconds_is_cut()
    {
        var time = new ManualTime();
        await using var floor = await FixFloor.OpenAsync(time, options: s_wide);
        var (client, application) = await floor.LogOnAsync();
        var (other, _) = await floor.LogOnAsync();
        await using var closing = client;
        await using var closingOther = other;
        SendMuch(application);
        for (var second = 0; !application.Disposed.IsCompleted; second++)
        {
            // Other clients are served all the while.
            time.Advance(TimeSpan.FromSeconds(1));
            await other.SayAsync("1", $"112={second}");
            Assert.EndsWith($"112={second}", await other.HearAsync(), StringComparison.Ordinal);
        }

        Assert.Contains("A reader of the stream was cut: it read nothing for too long", floor.Logged);
    }

    [Fact]
    public async Task Resend_may_be_larger_than_the_send_backlog()
    {
        await using var floor = await FixFloor.OpenAsync(options: new GatewayOptions { StreamBacklogBytes = 100_000 });
        var (client, application) = await floor.LogOnAsync();
        await using var _ = client;
        var text = new string('x', 60_000);
        for (var message = 2; message < 200; message++)
        {
            application.Session.Send("8", to => to.Add(58, text));
            Assert.StartsWith($"8 {message} ", await client.HearAsync(), StringComparison.Ordinal);
        }

        await client.SayAsync("2", "7=1|16=0");
        await client.SayAsync("2", "7=1|16=0");
        for (var round = 0; round < 2; round++)
        {
            Assert.StartsWith("4 1 43=Y", await client.HearAsync(), StringComparison.Ordinal);
            for (var message = 2; message < 200; message++)
                Assert.StartsWith($"8 {message} 43=Y|", await client.HearAsync(), StringComparison.Ordinal);
        }

        await client.SayAsync("1", "112=x");
        Assert.Equal("0 200 112=x", await client.HearAsync());
    }

    [Fact]
    public async Task A_connection_that_dies_while_an_order_is_carried_out_ends_after_it_and_once()
    {
        await using var floor = await FixFloor.OpenAsync();
        var (taken, carried) = (new TaskCompletionSource(), new TaskCompletionSource());
        floor.Takes = async (_, _) =>
        {
            taken.SetResult();
            await carried.Task;
        };
        var (client, application) = await floor.LogOnAsync();
        await client.SayAsync("D", "11=a");
        await client.WriteAsync("8=FIX.4.4\u00019=100\u000135=D"u8.ToArray());
        await taken.Task.WaitAsync(Token);
        client.Kill();
        application.Session.Send("8", to => to.Add(11, "a"));
        Assert.Equal(0, application.Disposals);
        carried.SetResult();
        await application.Disposed;
        await floor.Server.StopAsync(Token);
        Assert.Equal(1, application.Disposals);
        Assert.DoesNotContain(floor.Logged, text => text.Contains("failed", StringComparison.Ordinal));
    }

    [Fact]
    public async Task An_application_that_fails_ends_its_own_connection_alone()
    {
        await using var floor = await FixFloor.OpenAsync();
        var (client, application) = await floor.LogOnAsync();
        var (other, _) = await floor.LogOnAsync();
        await using var closing = client;
        await using var closingOther = other;
        floor.Takes = (_, _) => throw new NotSupportedException();
        await client.SayAsync("D", "11=a");
        Assert.Null(await client.HearAsync());
        await application.Disposed;
        await other.SayAsync("1", "112=x");
        Assert.Equal("0 2 112=x", await other.HearAsync());
        await floor.Server.StopAsync(Token);
        Assert.Contains("A FIX connection failed", floor.Logged);
        Assert.Equal(1, application.Disposals);
    }

    [Fact]
    public async Task Every_session_is_logged_out_when_the_exchange_stops()
    {
        await using var floor = await FixFloor.OpenAsync();
        var (client, application) = await floor.LogOnAsync();
        var (other, otherApplication) = await floor.LogOnAsync();
        await using var stranger = await floor.ConnectAsync();
        var stopping = floor.Server.StopAsync(Token);
        foreach (var each in (FixClient[])[client, other])
        {
            await each.HearsAsync("5 2 58=The exchange is stopping.", null);
            await each.DisposeAsync();
        }

        Assert.Null(await stranger.HearAsync());
        await stranger.DisposeAsync();
        await stopping;
        Assert.Equal((1, 1), (application.Disposals, otherApplication.Disposals));
        await Assert.ThrowsAnyAsync<SocketException>(floor.ConnectAsync);
    }

    [Fact]
    public async Task Shutdown_does_not_wait_for_clients_that_stay()
    {
        var time = new ManualTime();
        await using var floor = await FixFloor.OpenAsync(time);
        var (client, application) = await floor.LogOnAsync();
        await using var _ = client;
        var stopping = floor.Server.StopAsync(Token);
        await client.HearsAsync("5 2 58=The exchange is stopping.");
        while (!stopping.IsCompleted)
        {
            time.Advance(TimeSpan.FromSeconds(1));
            await Task.Yield();
        }

        await stopping;
        Assert.Equal(1, application.Disposals);
    }

    [Fact]
    public async Task Connections_are_limited()
    {
        await using var floor = await FixFloor.OpenAsync(fix: new FixOptions { Connections = 2 });
        var (first, application) = await floor.LogOnAsync();
        var (second, _) = await floor.LogOnAsync();
        await using var closing = second;
        await using (var third = await floor.ConnectAsync())
            Assert.Null(await third.HearAsync());

        await first.DisposeAsync();
        await application.Disposed;
        while (true)
        {
            // There is room as soon as the client that left is fully gone.
            await using var next = await floor.ConnectAsync();
            await next.SayAsync("A", "98=0|108=30|141=Y|554=key");
            if (await next.HearAsync() is { } answer)
            {
                Assert.Equal("A 1 98=0|108=30|141=Y", answer);
                break;
            }
        }
    }

    [Fact]
    public async Task Connections_without_a_logon_are_limited_to_a_part_of_all()
    {
        await using var floor = await FixFloor.OpenAsync(fix: new FixOptions { Connections = 10 });
        await using var first = await floor.ConnectAsync();
        await using var second = await floor.ConnectAsync();
        await using (var third = await floor.ConnectAsync())
            Assert.Null(await third.HearAsync());

        // A client that is logged on no longer counts as a stranger: there is room for another.
        await first.SayAsync("A", "98=0|108=30|141=Y|554=key");
        Assert.Equal("A 1 98=0|108=30|141=Y", await first.HearAsync());
        await using var next = await floor.ConnectAsync();
        await next.SayAsync("A", "98=0|108=30|141=Y|554=key");
        Assert.Equal("A 1 98=0|108=30|141=Y", await next.HearAsync());
    }

    [Fact]
    public async Task An_exchange_that_can_not_listen_does_not_start()
    {
        await using var floor = await FixFloor.OpenAsync();
        var metrics = UnreadMetrics.Create();
        var options = new GatewayOptions();
        using var second = new FixServer(
            floor.Server.Address, null, (_, _) => default, new FixOptions(), options, new BurstRoom(options), metrics,
            TimeProvider.System, NullLogger<FixServer>.Instance);
        var error = await Assert.ThrowsAsync<IOException>(() => second.StartAsync(Token));
        Assert.StartsWith($"FIX can't listen at {floor.Server.Address}: ", error.Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Session_runs_over_TLS()
    {
        using var certificate = Certificate();
        await using var floor = await FixFloor.OpenAsync(
            new ManualTime(), new SslServerAuthenticationOptions { ServerCertificate = certificate });
        await using var client = await floor.ConnectAsync();
        await client.SecureAsync(certificate);
        await client.LogOnAsync();
        var application = await floor.NextApplication();
        await client.SayAsync("D", "11=a");
        await client.SayAsync("5");
        await client.HearsAsync("8 2 11=a", "5 3", null);
        await client.DisposeAsync();
        await application.Disposed;
    }

    [Fact]
    public async Task Connection_without_TLS_is_closed_on_a_TLS_port()
    {
        using var certificate = Certificate();
        var time = new ManualTime();
        await using var floor =
            await FixFloor.OpenAsync(time, new SslServerAuthenticationOptions { ServerCertificate = certificate });
        await using var plain = await floor.ConnectAsync();
        await plain.SayAsync("A", "98=0|108=30|141=Y|554=key");
        while (await plain.HearAsync() is not null)
        {
            // A TLS alert is not a FIX message.
        }

        await using var silent = await floor.ConnectAsync();
        await EndsAsync(time, silent);
        Assert.DoesNotContain(floor.Logged, text => text.Contains("failed", StringComparison.Ordinal));
    }

    /// <summary>Sends 300 messages, more than the sockets hold.</summary>
    private static void SendMuch(FixFloorApplication application)
    {
        var text = new string('x', 60_000);
        for (var message = 0; message < 300; message++)
            application.Session.Send("8", to => to.Add(58, text));
    }

    /// <summary>Waits until a silent client is closed, as time advances.</summary>
    private static async Task EndsAsync(ManualTime time, FixClient client)
    {
        var end = client.HearAsync();
        while (!end.IsCompleted)
        {
            time.Advance(TimeSpan.FromSeconds(1));
            await Task.Yield();
        }

        Assert.Null(await end);
    }

    private static X509Certificate2 Certificate()
    {
        using var key = ECDsa.Create(ECCurve.NamedCurves.nistP256);
        var request = new CertificateRequest("CN=localhost", key, HashAlgorithmName.SHA256);
        return request.CreateSelfSigned(DateTimeOffset.UnixEpoch, DateTimeOffset.UnixEpoch.AddYears(100));
    }
}
