using System.Net;
using QuantumCore.Contracts;
using QuantumCore.Gateway.Identity;
using QuantumCore.TestKit;
using Xunit;

namespace QuantumCore.Gateway.Tests;

public sealed class AuthenticationTests
{
    private static CancellationToken Token => TestContext.Current.CancellationToken;

    [Theory]
    [InlineData("POST", "orders", true, false)]
    [InlineData("POST", "orders/batch", true, false)]
    [InlineData("GET", "orders", true, false)]
    [InlineData("DELETE", "orders", true, false)]
    [InlineData("GET", "orders/AAPL/1", true, false)]
    [InlineData("PATCH", "orders/AAPL/1", true, false)]
    [InlineData("DELETE", "orders/AAPL/1", true, false)]
    [InlineData("DELETE", "orders/by-client-id/x", true, false)]
    [InlineData("GET", "account", true, false)]
    [InlineData("GET", "fills", true, false)]
    [InlineData("GET", "prevented-matches", true, false)]
    [InlineData("GET", "demo/funds", false, false)]
    [InlineData("POST", "demo/funds", false, false)]
    [InlineData("PUT", "demo/funds", false, false)]
    [InlineData("POST", "transfers", true, false)]
    [InlineData("GET", "transfers", true, false)]
    [InlineData("POST", "admin/accounts/ACC-1001/transfers", false, true)]
    [InlineData("POST", "admin/accounts/ACC-1001/owner", false, true)]
    [InlineData("POST", "admin/accounts/ACC-1001/freeze", false, true)]
    [InlineData("POST", "admin/accounts/ACC-1001/unfreeze", false, true)]
    [InlineData("GET", "limits", true, false)]
    [InlineData("GET", "admin/accounts/ACC-1001/limits", false, true)]
    [InlineData("POST", "admin/accounts/ACC-1001/limits", false, true)]
    [InlineData("GET", "admin/limits", false, true)]
    [InlineData("POST", "admin/limits", false, true)]
    [InlineData("GET", "fees", true, false)]
    [InlineData("GET", "admin/accounts/ACC-1001/fees", false, true)]
    [InlineData("GET", "admin/fees", false, true)]
    [InlineData("POST", "admin/fees", false, true)]
    [InlineData("POST", "withdrawals", true, false)]
    [InlineData("GET", "withdrawals", true, false)]
    [InlineData("POST", "admin/accounts/ACC-1001/withdrawals", false, true)]
    [InlineData("POST", "/order", true, false)]
    [InlineData("DELETE", "/order/AAPL/1", true, false)]
    [InlineData("DELETE", "/cancel?symbol=AAPL&order_id=1", true, false)]
    [InlineData("POST", "admin/accounts/ACC-1001/deposits", false, true)]
    [InlineData("POST", "admin/accounts/ACC-1001/keys", false, true)]
    [InlineData("POST", "admin/instruments", false, true)]
    [InlineData("GET", "admin/users", false, true)]
    [InlineData("POST", "admin/users", false, true)]
    [InlineData("PATCH", "admin/users/zoe", false, true)]
    [InlineData("GET", "admin/audit", false, true)]
    [InlineData("GET", "instruments", true, true)]
    [InlineData("GET", "book/AAPL", true, true)]
    [InlineData("GET", "trades/AAPL", true, true)]
    [InlineData("GET", "/book/AAPL", true, true)]
    [InlineData("GET", "/book?symbol=AAPL&levels=10", true, true)]
    [InlineData("GET", "/metrics", true, true)]
    [InlineData("GET", "/docs", true, true)]
    public async Task Each_call_lets_in_whom_it_should(string method, string path, bool trader, bool admin)
    {
        await using var exchange = await OpenGateway.StartAsync();
        async Task<HttpStatusCode> Ask(string? key) =>
            (await exchange.SendAsync(method, path, null, key, Token)).Status;
        static bool In(HttpStatusCode status) =>
            status is not (HttpStatusCode.Unauthorized or HttpStatusCode.Forbidden);

        var isPublic = trader && admin;
        Assert.Equal(trader, In(await Ask("alice")));
        Assert.Equal(admin, In(await Ask("admin")));
        Assert.Equal(isPublic, In(await Ask(null)));
        Assert.Equal(isPublic, In(await Ask("nobody")));
        Assert.Equal(isPublic, In(await Ask("demo-alice")));
        Assert.Equal(isPublic, In(await Ask("demo-admin")));
        if (!isPublic)
        {
            Assert.Equal(HttpStatusCode.Unauthorized, await Ask("nobody"));
            Assert.Equal(HttpStatusCode.Forbidden, await Ask(trader ? "admin" : "alice"));
        }
    }

    [Fact]
    public async Task Demo_keys_open_in_demo_mode_only()
    {
        await using var closed = await OpenGateway.StartAsync();
        Assert.Equal("Unauthorized", (await closed.SendAsync("GET", "account", null, "demo-alice", Token)).Code);

        await using var demo = await OpenGateway.StartAsync(new GatewayOptions { DemoMode = true });
        Assert.Equal("ACC-1001", (await demo.SendAsync("GET", "account", null, "demo-alice", Token))["account"]);
    }

    [Theory]
    [InlineData("localhost", null, true)]
    [InlineData("LOCALHOST:8080", null, true)]
    [InlineData("127.0.0.1:80", null, true)]
    [InlineData("[::1]:8080", null, true)]
    [InlineData("exchange.example", null, false)]
    [InlineData("127.0.0.1.exchange.example:8080", null, false)]
    [InlineData("localhost.example", null, false)]
    [InlineData("192.168.0.7:8080", null, false)]
    [InlineData("localhost", "Forwarded", false)]
    [InlineData("localhost", "X-Forwarded-For", false)]
    [InlineData("localhost", "X-Forwarded-Host", false)]
    [InlineData("localhost", "X-Original-For", false)]
    [InlineData("localhost", "X-Forwarded-Proto", false)]
    [InlineData("localhost", "Via", false)]
    [InlineData("127.0.0.1:8080", "X-Real-IP", false)]
    [InlineData("localhost", "x-client-ip", false)]
    [InlineData("localhost", "Client-IP", false)]
    [InlineData("localhost", "True-Client-IP", false)]
    [InlineData("localhost", "X-Cluster-Client-IP", false)]
    [InlineData("localhost", "CDN-Loop", false)]
    [InlineData("localhost", "CF-Connecting-IP", false)]
    [InlineData("localhost", "Fastly-Client-IP", false)]
    [InlineData("localhost", "Fly-Client-IP", false)]
    [InlineData("localhost", "X-Envoy-External-Address", false)]
    [InlineData("localhost", "X-Amzn-Trace-Id", true)]
    [InlineData("localhost", "X-Azure-ClientIP", false)]
    [InlineData("localhost", "X-Request-Id", true)]
    public async Task Demo_serves_this_machine_alone_and_true_keys_serve_everyone(
        string host, string? header, bool isLocal)
    {
        await using var exchange = await OpenGateway.StartAsync(new GatewayOptions { DemoMode = true });
        async Task<HttpStatusCode> Ask(string method, string path, string? key)
        {
            using var request = new HttpRequestMessage(new HttpMethod(method), path);
            request.Headers.Host = host;
            if (header is not null)
                request.Headers.TryAddWithoutValidation(header, "for=192.0.2.1");
            if (key is not null)
                request.Headers.Add("X-Api-Key", key);
            if (method == "POST")
                request.Content = new StringContent(path == "/order"
                    ? """{"symbol":"AAPL","side":"buy","type":"limit","price":1,"quantity":1}"""
                    : "{}");
            using var response = await exchange.Http.SendAsync(request, Token);
            return response.StatusCode;
        }

        var expected = isLocal ? HttpStatusCode.OK : HttpStatusCode.Unauthorized;
        Assert.Equal(expected, await Ask("GET", "/api/qc/v1/account", "demo-alice"));
        Assert.Equal(expected, await Ask("POST", "/api/qc/v1/admin/accounts/ACC-2000/keys", "demo-admin"));
        Assert.Equal(expected, await Ask("POST", "/order", null));
        Assert.Equal(expected, await Ask("POST", "/order", "demo-alice"));
        Assert.Equal(HttpStatusCode.OK, await Ask("GET", "/api/qc/v1/account", "alice"));
        Assert.Equal(HttpStatusCode.OK, await Ask("GET", "/book/AAPL", null));
    }

    [Fact]
    public async Task Demo_keys_are_refused_to_a_proxy_that_adds_nothing_but_HTTP_1_0()
    {
        await using var exchange = await OpenGateway.StartAsync(new GatewayOptions { DemoMode = true });
        async Task<HttpStatusCode> Ask(Version version, string key)
        {
            using var request = new HttpRequestMessage(HttpMethod.Get, "/api/qc/v1/account");
            request.Version = version;
            request.VersionPolicy = HttpVersionPolicy.RequestVersionExact;
            request.Headers.Add("X-Api-Key", key);
            using var response = await exchange.Http.SendAsync(request, Token);
            return response.StatusCode;
        }

        Assert.Equal(HttpStatusCode.OK, await Ask(HttpVersion.Version11, "demo-alice"));
        Assert.Equal(HttpStatusCode.Unauthorized, await Ask(HttpVersion.Version10, "demo-alice"));
        Assert.Equal(HttpStatusCode.OK, await Ask(HttpVersion.Version10, "alice"));
    }

    [Theory]
    [InlineData("exchange.example", null)]
    [InlineData("192.168.0.7:8080", "X-Forwarded-For")]
    [InlineData("localhost", "Via")]
    public async Task Demo_for_everyone_serves_demo_keys_from_anywhere(string host, string? header)
    {
        await using var exchange =
            await OpenGateway.StartAsync(new GatewayOptions { DemoMode = true, DemoAnywhere = true });
        async Task<HttpStatusCode> Ask(string method, string path, string? key)
        {
            using var request = new HttpRequestMessage(new HttpMethod(method), path);
            request.Headers.Host = host;
            if (header is not null)
                request.Headers.TryAddWithoutValidation(header, "192.0.2.1");
            if (key is not null)
                request.Headers.Add("X-Api-Key", key);
            if (method == "POST")
                request.Content = new StringContent(
                    """{"symbol":"AAPL","side":"buy","type":"limit","price":1,"quantity":1}""");
            using var response = await exchange.Http.SendAsync(request, Token);
            return response.StatusCode;
        }

        Assert.Equal(HttpStatusCode.OK, await Ask("GET", "/api/qc/v1/account", "demo-alice"));
        Assert.Equal(HttpStatusCode.OK, await Ask("GET", "/api/qc/v1/admin/keys", "demo-admin"));
        Assert.Equal(HttpStatusCode.OK, await Ask("POST", "/order", null));
    }

    [Fact]
    public async Task Page_of_a_demo_for_everyone_may_come_through_a_proxy_that_sets_a_local_host()
    {
        async Task<string?> SignIn(bool isForEveryone, string forwardedHost)
        {
            await using var exchange =
                await OpenGateway.StartAsync(new GatewayOptions { DemoMode = true, DemoAnywhere = isForEveryone });
            using var request = new HttpRequestMessage(HttpMethod.Post, "/api/qc/v1/sessions");
            request.Headers.Add("Origin", "https://workspace-8080.example");
            request.Headers.Add("X-Forwarded-Host", forwardedHost);
            request.Content = new StringContent("""{"name":"nobody","password":"wrong horse"}""");
            using var response = await exchange.Http.SendAsync(request, Token);
            return System.Text.Json.JsonDocument.Parse(
                await response.Content.ReadAsStringAsync(Token)).RootElement.GetProperty("code")
                .GetString();
        }

        // The name is unknown: who gets to that answer was not taken for a page of another site.
        Assert.Equal("Unauthorized", await SignIn(isForEveryone: true, "workspace-8080.example"));
        Assert.Equal("Forbidden", await SignIn(isForEveryone: true, "other.example"));
        Assert.Equal("Forbidden", await SignIn(isForEveryone: false, "workspace-8080.example"));
    }

    [Theory]
    [InlineData("https://exchange.example", "Unauthorized")]
    [InlineData("http://exchange.example", "Forbidden")]
    public async Task Page_without_TLS_can_do_nothing_in_a_session_over_TLS(string page, string code)
    {
        await using var exchange =
            await OpenGateway.StartAsync(new GatewayOptions { Proxies = [AddressNetwork.Read("127.0.0.1")!.Value] });
        using var request = new HttpRequestMessage(HttpMethod.Post, "/api/qc/v1/sessions");
        request.Headers.Host = "exchange.example";
        request.Headers.Add("X-Forwarded-For", "192.0.2.1");
        request.Headers.Add("X-Forwarded-Proto", "https");
        request.Headers.Add("Origin", page);
        request.Content = new StringContent("""{"name":"nobody","password":"wrong horse"}""");
        using var response = await exchange.Http.SendAsync(request, Token);

        // The name is unknown: the exchange looks for it only on behalf of its own page.
        Assert.Equal(
            code,
            System.Text.Json.JsonDocument.Parse(await response.Content.ReadAsStringAsync(Token)).RootElement
                .GetProperty("code").GetString());
    }

    [Fact]
    public async Task New_key_is_shown_once_and_opens_its_account()
    {
        await using var exchange = await OpenGateway.StartAsync();
        var made = await exchange.SendAsync("POST", "admin/accounts/ACC-2000/keys", null, "admin", Token);

        Assert.Equal("ACC-2000", made["account"]);
        Assert.Equal("ACC-2000", (await exchange.SendAsync("GET", "account", null, made["apiKey"], Token))["account"]);
        Assert.DoesNotContain(
            exchange.Floor.Keys, key => key.ToString().Contains(made["apiKey"]!, StringComparison.Ordinal));
    }

    [Fact]
    public async Task Unknown_keys_make_the_catalog_be_asked_once_a_second_at_most()
    {
        var time = new ManualTime();
        await using var exchange = await OpenGateway.StartAsync(time: time);
        int Asked() => exchange.Floor.Calls.Count(call => call == "Keys");

        for (var i = 0; i < 50; i++)
            Assert.Equal(
                HttpStatusCode.Unauthorized,
                (await exchange.SendAsync("GET", "account", null, $"guess-{i}", Token)).Status);
        Assert.Equal(1, Asked());

        exchange.Floor.Keys.Add(new ApiKey(KeyRing.Hash("late"), 1003, false, false, "late"));
        Assert.Equal(
            HttpStatusCode.Unauthorized, (await exchange.SendAsync("GET", "account", null, "late", Token)).Status);
        time.Advance(TimeSpan.FromSeconds(1));
        Assert.Equal(HttpStatusCode.OK, (await exchange.SendAsync("GET", "account", null, "late", Token)).Status);
        Assert.Equal(2, Asked());
    }

    [Fact]
    public async Task Key_that_was_taken_away_is_refused_ten_seconds_later()
    {
        var time = new ManualTime();
        await using var exchange = await OpenGateway.StartAsync(time: time);
        Assert.Equal(HttpStatusCode.OK, (await exchange.SendAsync("GET", "account", cancellationToken: Token)).Status);

        exchange.Floor.Keys.RemoveAll(key => key.Label == "alice");
        time.Advance(TimeSpan.FromSeconds(10));
        Assert.Equal(
            HttpStatusCode.Unauthorized, (await exchange.SendAsync("GET", "account", cancellationToken: Token)).Status);
    }

    [Fact]
    public async Task Two_keys_or_an_endless_one_are_none()
    {
        await using var exchange = await OpenGateway.StartAsync();
        using var request = new HttpRequestMessage(HttpMethod.Get, "/api/qc/v1/account");
        request.Headers.Add("X-Api-Key", ["alice", "bob"]);
        using var response = await exchange.Http.SendAsync(request, Token);
        Assert.Equal(HttpStatusCode.Unauthorized, response.StatusCode);

        Assert.Equal(
            HttpStatusCode.Unauthorized,
            (await exchange.SendAsync("GET", "account", null, new string('k', 5_000), Token)).Status);
    }
}
