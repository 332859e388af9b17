using System.Globalization;
using System.Net.Sockets;
using System.Text;
using QuantumCore.TestKit;
using Xunit;

namespace QuantumCore.SystemTests;

/// <summary>Shutdown of an exchange while people trade on it.</summary>
public sealed class EndTests
{
    private const int CutShort = 71;

    private static CancellationToken Token => TestContext.Current.CancellationToken;

    [Fact]
    public async Task Under_load_every_request_is_answered_and_every_acknowledged_order_is_there_after()
    {
        using var storage = Storage.InFiles();
        Trader[] traders;
        await using (var silo = await SiloProcess.StartAsync([.. storage.Arguments, "--market-maker", "off"]))
        {
            traders = [.. Enumerable.Range(0, 16).Select(i => new Trader(silo.Address, $"t{i}"))];
            var trading = Task.WhenAll(traders.Select(trader => trader.TradeAsync(Token)));
            await Task.WhenAll(traders.Select(trader => trader.Warm.WaitAsync(Wait.Limit, Token)));

            var exitCode = await silo.TerminateAsync();
            await trading.WaitAsync(Wait.Limit, Token);
            Assert.Equal(0, exitCode);
        }

        Assert.Empty(traders.SelectMany(trader => trader.Torn));
        Assert.All(traders, trader => Assert.True(trader.WasTold, "Every trader hears that the exchange stops."));
        await using var again = await SiloProcess.StartAsync([.. storage.Arguments, "--market-maker", "off"]);
        using var alice = new Customer(again.Address, "demo-alice");
        foreach (var (name, orderId) in traders.SelectMany(trader => trader.Acknowledged))
            Assert.Equal(orderId, (await alice.PostAsync("orders", Trader.Order(name))).Number("orderId"));
    }

    [Fact]
    public async Task A_second_signal_ends_it_at_once()
    {
        using var storage = Storage.InFiles();
        await using var silo =
            await SiloProcess.StartAsync([.. storage.Arguments, "--market-maker", "off", "--shutdown", "300"]);
        using var unfinished = await HalfARequestAsync(silo.Address);
        await silo.SignalAsync("TERM");
        await silo.ClosingAsync();
        Assert.False(silo.HasEnded);

        await silo.SignalAsync("TERM");
        Assert.Equal(CutShort, (await silo.ExitAsync()).ExitCode);
    }

    [Fact]
    public async Task An_end_that_takes_too_long_is_cut_short_and_loses_nothing()
    {
        using var storage = Storage.InFiles();
        long orderId;
        await using (var silo =
            await SiloProcess.StartAsync([.. storage.Arguments, "--market-maker", "off", "--shutdown", "1"]))
        {
            using var alice = new Customer(silo.Address, "demo-alice");
            orderId = (await alice.PostAsync("orders", Trader.Order("a"))).Number("orderId");
            using var unfinished = await HalfARequestAsync(silo.Address);
            Assert.Equal(CutShort, await silo.TerminateAsync());
        }

        await using var again = await SiloProcess.StartAsync([.. storage.Arguments, "--market-maker", "off"]);
        using var later = new Customer(again.Address, "demo-alice");
        Assert.Equal(orderId, (await later.PostAsync("orders", Trader.Order("a"))).Number("orderId"));
    }

    /// <summary>Opens a connection with the beginning of a request that never ends.</summary>
    private static async Task<Socket> HalfARequestAsync(Uri address)
    {
        var socket = new Socket(AddressFamily.InterNetwork, SocketType.Stream, ProtocolType.Tcp);
        await socket.ConnectAsync(address.Host, address.Port, Token);
        await socket.SendAsync(Encoding.ASCII.GetBytes(
            "POST /api/qc/v1/orders HTTP/1.1\r\nHost: localhost\r\nX-Api-Key: demo-alice\r\nExpect: 100-continue\r\nContent-Length: 100\r\n\r\n"), Token);
        var answer = new byte[100];
        var length = await socket.ReceiveAsync(answer, Token).AsTask().WaitAsync(Wait.Limit, Token);
        Assert.StartsWith("HTTP/1.1 100", Encoding.ASCII.GetString(answer, 0, length), StringComparison.Ordinal);
        return socket;
    }

    /// <summary>A connection that sends order after order until it is told that the exchange stops.</summary>
    private sealed class Trader(Uri address, string name)
    {
        private readonly TaskCompletionSource _warm = new(TaskCreationOptions.RunContinuationsAsynchronously);

        public Task Warm => _warm.Task;

        public bool WasTold { get; private set; }

        public List<(string Name, long OrderId)> Acknowledged { get; } = [];

        public List<string> Torn { get; } = [];

        public static string Order(string name) =>
            $$"""{"symbol":"AAPL","side":"buy","price":"1.00","quantity":"1","clientOrderId":"{{name}}"}""";

        public async Task TradeAsync(CancellationToken token)
        {
            using var socket = new Socket(AddressFamily.InterNetwork, SocketType.Stream, ProtocolType.Tcp)
            {
                NoDelay = true,
            };
            await socket.ConnectAsync(address.Host, address.Port, token);
            for (var number = 0; !WasTold; number++)
            {
                var order = $"{name}-{number}";
                string answer;
                try
                {
                    answer = await AskAsync(socket, Order(order), token);
                }
                catch (Exception error) when (error is SocketException or EndOfStreamException)
                {
                    Torn.Add($"{order}: {error.Message}");
                    return;
                }

                if (answer.StartsWith("HTTP/1.1 200", StringComparison.Ordinal))
                {
                    var body = answer[answer.IndexOf('{', StringComparison.Ordinal)..];
                    Acknowledged.Add((order,
                        System.Text.Json.JsonDocument.Parse(body).RootElement.GetProperty("orderId").GetInt64()));
                }

                WasTold = answer.Contains("\r\nConnection: close\r\n", StringComparison.Ordinal);
                if (number == 20)
                    _warm.SetResult();
            }
        }

        private static async Task<string> AskAsync(Socket socket, string body, CancellationToken token)
        {
            await socket.SendAsync(Encoding.ASCII.GetBytes(
                $"POST /api/qc/v1/orders HTTP/1.1\r\nHost: localhost\r\nX-Api-Key: demo-alice\r\nContent-Length: {body.Length}\r\n\r\n{body}"), token);
            var buffer = new byte[8 << 10];
            for (var read = 0; ;)
            {
                var received = await socket.ReceiveAsync(buffer.AsMemory(read), token);
                if (received == 0)
                    throw new EndOfStreamException("The connection ended without a whole answer.");

                read += received;
                var text = Encoding.ASCII.GetString(buffer, 0, read);
                var head = text.IndexOf("\r\n\r\n", StringComparison.Ordinal);
                if (head < 0)
                    continue;

                var at = text.IndexOf("Content-Length: ", StringComparison.Ordinal) + "Content-Length: ".Length;
                var length = int.Parse(text[at..text.IndexOf('\r', at)], CultureInfo.InvariantCulture);
                if (read >= head + 4 + length)
                    return text;
            }
        }
    }
}
