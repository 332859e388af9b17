using System.Net;
using System.Net.Sockets;
using System.Text;
using Microsoft.Extensions.DependencyInjection;
using QuantumCore.Gateway.Admission;
using QuantumCore.Gateway.Identity;
using QuantumCore.TestKit;
using Xunit;

namespace QuantumCore.Gateway.Tests;

/// <summary>Overload: responses that callers get when requests exceed the capacity.</summary>
public sealed class OverloadTests
{
    private static CancellationToken Token => TestContext.Current.CancellationToken;

    [Fact]
    public async Task While_orders_are_refused_cancels_and_the_kill_switch_pass()
    {
        await using var exchange =
            await OpenGateway.StartAsync(new GatewayOptions { MostOrdersInside = 1, MostOrdersWaiting = 1 });
        var resting =
            (await exchange.SendAsync("POST", "orders", Order("resting"), cancellationToken: Token))["orderId"];
        await exchange.SendAsync("POST", "orders", Order("resting-2"), cancellationToken: Token);
        var hold = new TaskCompletionSource();
        exchange.Floor.Holding = hold.Task;
        var calls = exchange.Floor.Calls.Count;
        var first = exchange.SendAsync("POST", "orders", Order("a"), cancellationToken: Token);
        await exchange.Floor.WhenNext("Hold 1", calls).WaitAsync(Wait.Limit, Token);

        // One of the two finds the waiting place taken.
        Task<Reply>[] others =
        [
            exchange.SendAsync("POST", "orders", Order("b"), "bob", Token),
            exchange.SendAsync("POST", "orders", Order("c"), "bob", Token),
        ];
        var refused = await await Task.WhenAny(others).WaitAsync(Wait.Limit, Token);
        Assert.Equal((503, "Overloaded", "1"), ((int)refused.Status, refused.Code, refused.RetryAfter));
        Assert.Equal("application/problem+json", refused.Type);
        Assert.NotNull(refused["trace"]);
        foreach (var (path, body) in new[] { ("orders/batch", $$"""{"orders":[{{Order("d")}}]}"""),
            ("order-lists", "{}"), ("strategies", "{}"), ("/order", "{}") })
            Assert.Equal(
                (503, "Overloaded"), Seen(await exchange.SendAsync("POST", path, body, cancellationToken: Token)));
        Assert.Equal(
            (503, "Overloaded"),
            Seen(
                await exchange.SendAsync(
                    "PATCH", $"orders/AAPL/{resting}", """{"quantity":"1"}""", cancellationToken: Token)));

        Assert.Equal(
            HttpStatusCode.OK,
            (await exchange.SendAsync("DELETE", $"orders/AAPL/{resting}", cancellationToken: Token)).Status);
        Assert.Equal(
            HttpStatusCode.OK,
            (await exchange.SendAsync("DELETE", "orders/by-client-id/resting-2", cancellationToken: Token)).Status);
        Assert.Equal(
            HttpStatusCode.OK, (await exchange.SendAsync("DELETE", "orders", cancellationToken: Token)).Status);
        Assert.Equal(
            HttpStatusCode.OK,
            (await exchange.SendAsync("POST", "admin/accounts/ACC-1001/block", "{}", "admin", Token)).Status);
        Assert.Equal(
            HttpStatusCode.OK,
            (await exchange.SendAsync(
                "POST", "admin/symbols/AAPL/phase", """{"phase":"halt"}""", "admin", Token)).Status);
        Assert.Equal(HttpStatusCode.OK, (await exchange.SendAsync("GET", "account", cancellationToken: Token)).Status);

        // A waiting order of an account that cancels everything is dropped before any work is done.
        Assert.Equal(
            HttpStatusCode.OK,
            (await exchange.SendAsync("DELETE", "orders", key: "bob", cancellationToken: Token)).Status);
        foreach (var other in others)
            Assert.Equal((503, "Overloaded"), Seen(await other));
        Assert.Equal(1, exchange.Floor.Calls.Skip(calls).Count(call => call == "Hold 1"));

        hold.SetResult();
        Assert.Equal(HttpStatusCode.OK, (await first).Status);
        Assert.Equal(HttpStatusCode.OK, (await exchange.SendAsync("POST", "orders", Order("b"), "bob", Token)).Status);
        Assert.Equal((0, 0), exchange.Services.GetRequiredService<Door>().Orders);
    }

    [Fact]
    public async Task An_order_that_waits_has_its_turn()
    {
        await using var exchange = await OpenGateway.StartAsync(new GatewayOptions { MostOrdersInside = 1 });
        var hold = new TaskCompletionSource();
        exchange.Floor.Holding = hold.Task;
        var orders = Enumerable.Range(0, 20)
            .Select(i => exchange.SendAsync("POST", "orders", Order($"o{i}"), cancellationToken: Token)).ToArray();
        await exchange.Floor.WhenCalled("Hold 1").WaitAsync(Wait.Limit, Token);
        hold.SetResult();

        foreach (var order in orders)
            Assert.Equal(HttpStatusCode.OK, (await order).Status);
    }

    [Fact]
    public async Task Orders_that_arrive_slowly_take_no_room_from_others()
    {
        await using var exchange =
            await OpenGateway.StartAsync(new GatewayOptions { MostOrdersInside = 1, MostOrdersWaiting = 0 });
        using var slow = new Socket(AddressFamily.InterNetwork, SocketType.Stream, ProtocolType.Tcp);
        await slow.ConnectAsync(exchange.Address.Host, exchange.Address.Port, Token);
        await slow.SendAsync(Encoding.ASCII.GetBytes(
            "POST /api/qc/v1/orders HTTP/1.1\r\nHost: localhost\r\nX-Api-Key: alice\r\nExpect: 100-continue\r\nContent-Length: 100\r\n\r\n"), Token);
        var answer = new byte[100];

        // The server reads from it: its call has begun.
        var length = await slow.ReceiveAsync(answer, Token).AsTask().WaitAsync(Wait.Limit, Token);
        Assert.StartsWith("HTTP/1.1 100", Encoding.ASCII.GetString(answer, 0, length), StringComparison.Ordinal);
        Assert.Equal(
            HttpStatusCode.OK,
            (await exchange.SendAsync("POST", "orders", Order("a"), cancellationToken: Token)).Status);
    }

    [Fact]
    public async Task An_account_that_asks_too_often_is_told_so_and_can_still_cancel()
    {
        var time = new ManualTime();
        await using var exchange =
            await OpenGateway.StartAsync(new GatewayOptions { AccountRequestsPerSecond = 2 }, time);
        for (var i = 0; i < 2; i++)
            Assert.Equal(
                HttpStatusCode.OK,
                (await exchange.SendAsync("POST", "orders", Order($"a{i}"), cancellationToken: Token)).Status);

        var calls = exchange.Floor.Calls.Count;
        var refused = await exchange.SendAsync("POST", "orders", Order("a2"), cancellationToken: Token);
        Assert.Equal((429, "TooManyRequests", "1"), ((int)refused.Status, refused.Code, refused.RetryAfter));
        Assert.Equal(
            (429, "TooManyRequests"), Seen(await exchange.SendAsync("GET", "account", cancellationToken: Token)));
        Assert.Equal(calls, exchange.Floor.Calls.Count);

        Assert.Equal(
            HttpStatusCode.OK, (await exchange.SendAsync("DELETE", "orders", cancellationToken: Token)).Status);
        Assert.Equal(
            HttpStatusCode.OK,
            (await exchange.SendAsync("GET", "account", key: "bob", cancellationToken: Token)).Status);
        for (var i = 0; i < 5; i++)
            Assert.Equal(
                HttpStatusCode.OK,
                (await exchange.SendAsync("POST", "admin/accounts/ACC-1001/block", "{}", "admin", Token)).Status);

        time.Advance(TimeSpan.FromMilliseconds(500));
        Assert.Equal(
            HttpStatusCode.OK,
            (await exchange.SendAsync("POST", "orders", Order("a2"), cancellationToken: Token)).Status);
    }

    [Fact]
    public async Task An_address_that_asks_too_often_is_told_so_whatever_its_headers_say()
    {
        await using var exchange =
            await OpenGateway.StartAsync(new GatewayOptions { AddressRequestsPerSecond = 3 }, new ManualTime());
        for (var i = 0; i < 3; i++)
            Assert.Equal(
                HttpStatusCode.OK,
                (await exchange.SendAsync("GET", "instruments", key: null, cancellationToken: Token)).Status);

        exchange.Http.DefaultRequestHeaders.Add("X-Forwarded-For", "192.0.2.1");
        Assert.Equal(
            (429, "TooManyRequests"),
            Seen(await exchange.SendAsync("GET", "instruments", key: "x", cancellationToken: Token)));
        Assert.Equal(
            (429, "TooManyRequests"),
            Seen(await exchange.SendAsync("POST", "orders", Order("a"), cancellationToken: Token)));
        Assert.Equal(
            HttpStatusCode.OK, (await exchange.SendAsync("DELETE", "orders", cancellationToken: Token)).Status);
        Assert.Equal(
            HttpStatusCode.OK, (await exchange.SendAsync("GET", "/health/live", cancellationToken: Token)).Status);
    }

    [Fact]
    public async Task Behind_a_proxy_that_is_believed_each_client_is_itself_and_none_can_say_otherwise()
    {
        await using var exchange = await OpenGateway.StartAsync(
            new GatewayOptions
            {
                AddressRequestsPerSecond = 2,
                Proxies = [AddressNetwork.Read("127.0.0.1")!.Value, AddressNetwork.Read("10.0.0.0/8")!.Value],
            },
            new ManualTime());
        async Task<HttpStatusCode> Ask(string forwarded)
        {
            using var request = new HttpRequestMessage(HttpMethod.Get, "/api/qc/v1/instruments");
            request.Headers.Add("X-Forwarded-For", forwarded);
            using var response = await exchange.Http.SendAsync(request, Token);
            return response.StatusCode;
        }

        Assert.Equal(HttpStatusCode.OK, await Ask("192.0.2.1"));
        // Addresses before the last one that a proxy wrote are the client's own claim.
        Assert.Equal(HttpStatusCode.OK, await Ask("198.51.100.7, 192.0.2.1"));
        Assert.Equal(HttpStatusCode.TooManyRequests, await Ask("198.51.100.8, 192.0.2.1"));
        Assert.Equal(HttpStatusCode.TooManyRequests, await Ask("192.0.2.1, 10.1.2.3"));
        Assert.Equal(HttpStatusCode.OK, await Ask("192.0.2.2"));
    }

    [Theory]
    [InlineData("127.0.0.1", true)]
    [InlineData("10.0.0.0/8", false)]
    public async Task Tls_at_a_proxy_counts_where_the_proxy_is_believed(string proxy, bool isBelieved)
    {
        await using var exchange =
            await OpenGateway.StartAsync(new GatewayOptions { Proxies = [AddressNetwork.Read(proxy)!.Value] });
        using var request = new HttpRequestMessage(HttpMethod.Get, "/api/qc/v1/instruments");
        request.Headers.Host = "exchange.example";
        request.Headers.Add("X-Forwarded-For", "192.0.2.1");
        request.Headers.Add("X-Forwarded-Proto", "https");
        using var response = await exchange.Http.SendAsync(request, Token);
        Assert.Equal(isBelieved, response.Headers.Contains("Strict-Transport-Security"));
    }

    [Fact]
    public async Task Demo_keys_open_nothing_through_a_proxy_that_is_believed()
    {
        await using var exchange = await OpenGateway.StartAsync(
            new GatewayOptions { DemoMode = true, Proxies = [AddressNetwork.Read("127.0.0.1")!.Value] });
        exchange.Http.DefaultRequestHeaders.Add("X-Forwarded-For", "192.0.2.1");
        Assert.Equal(
            HttpStatusCode.Unauthorized,
            (await exchange.SendAsync("GET", "account", null, "demo-alice", Token)).Status);
        Assert.Equal(HttpStatusCode.OK, (await exchange.SendAsync("GET", "account", null, "alice", Token)).Status);
    }

    [Fact]
    public void Callers_without_end_take_no_memory_without_end()
    {
        var time = new ManualTime();
        var rates = new RequestRates<int>(1, time);
        for (var caller = 0; caller < RequestRates<int>.MostCallers; caller++)
            Assert.True(rates.Take(caller));

        // Callers beyond the limit share one allowance; known callers keep their own.
        Assert.True(rates.Take(-1));
        Assert.False(rates.Take(-2));
        Assert.False(rates.Take(0));
        Assert.Equal(RequestRates<int>.MostCallers, rates.Callers);

        time.Advance(TimeSpan.FromSeconds(1));
        Assert.True(rates.Take(-3));
        Assert.Equal(1, rates.Callers);
    }

    private static (int, string?) Seen(Reply reply) => ((int)reply.Status, reply.Code);

    private static string Order(string name) =>
        $$"""{"symbol":"AAPL","side":"buy","price":"150.00","quantity":"100","clientOrderId":"{{name}}"}""";
}
