using System.Net;
using System.Net.Sockets;
using Npgsql;
using QuantumCore.TestKit;
using Xunit;

namespace QuantumCore.SystemTests;

/// <summary>An exchange that starts together with its database.</summary>
public sealed class PostgresStartTests(PostgresServer server)
{
    // ErrorResponse: severity, code 57P03, message.
    private static readonly byte[] s_starting =
        [(byte)'E', 0, 0, 0, 55, .. "SFATAL\0VFATAL\0C57P03\0Mthe database is starting up\0\0"u8];

    [Fact]
    public async Task An_exchange_waits_for_a_database_that_is_still_starting()
    {
        using var storage = await Storage.CreateAsync("postgres", server);
        var real = new NpgsqlConnectionStringBuilder(storage.Place);
        using var listener = new TcpListener(IPAddress.Loopback, 0);
        listener.Start();
        using var end = new CancellationTokenSource();
        var refused = 0;
        var serving = ServeAsync();
        var seen = new NpgsqlConnectionStringBuilder(storage.Place)
        {
            Host = "127.0.0.1",
            Port = ((IPEndPoint)listener.LocalEndpoint).Port,
            SslMode = SslMode.Disable,
            GssEncryptionMode = GssEncryptionMode.Disable,
        };

        await using (var silo = await SiloProcess.StartAsync(
            "--data", storage.Folder, "--storage", "postgres", "--postgres", seen.ConnectionString))
        {
            Assert.Equal(3, refused);
            Assert.Contains("the database is starting up", silo.Output, StringComparison.Ordinal);
            using var alice = new Customer(silo.Address, "demo-alice");
            Assert.True((await alice.GetAsync("account")).IsDone);
        }

        await end.CancelAsync();
        await serving;

        async Task ServeAsync()
        {
            try
            {
                while (true)
                    _ = ConnectAsync(await listener.AcceptSocketAsync(end.Token));
            }
            catch (OperationCanceledException)
            {
                // The exchange has ended.
            }
        }

        async Task ConnectAsync(Socket client)
        {
            using var near = client;
            using var far = new Socket(AddressFamily.Unix, SocketType.Stream, ProtocolType.Unspecified);
            if (Interlocked.Increment(ref refused) <= 3)
            {
                await near.ReceiveAsync(new byte[4_096], CancellationToken.None);
                await near.SendAsync(s_starting, CancellationToken.None);
                near.Shutdown(SocketShutdown.Send);
                return;
            }

            Interlocked.Decrement(ref refused);
            await far.ConnectAsync(
                new UnixDomainSocketEndPoint(Path.Combine(real.Host!, $".s.PGSQL.{real.Port}")),
                CancellationToken.None);
            using var one = new NetworkStream(near);
            using var other = new NetworkStream(far);
            await Task.WhenAny(
                one.CopyToAsync(other, CancellationToken.None), other.CopyToAsync(one, CancellationToken.None));
        }
    }
}
