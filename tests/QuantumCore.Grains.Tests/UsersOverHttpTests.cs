using System.Net.WebSockets;
using System.Text.Json;
using QuantumCore.Contracts;
using QuantumCore.Gateway;
using QuantumCore.TestKit;
using Xunit;

namespace QuantumCore.Grains.Tests;

/// <summary>Users sign up, in and out over a real socket; the journal determines their state.</summary>
[TakesSeconds(80)]
public class UsersOverHttpTests
{
    private const string Zoe = """{"name":"zoe","password":"correct horse"}""";
    private const string Operator = "operator";

    private static CancellationToken Cancellation => TestContext.Current.CancellationToken;

    [Fact]
    public async Task New_user_is_signed_in_with_an_own_account_and_trades_with_it()
    {
        await using var exchange = await ServedExchange.OpenAsync();
        using var browser = new Browser(exchange.Address);

        var (status, session) = await browser.AskAsync("POST", "users", Zoe);

        Assert.Equal(200, status);
        Assert.Equal(
            ("zoe", "customer", "ACC-1000001"),
            (Text(session, "user"), Text(session, "role"), Text(session, "account")));
        var deposit = """{"key":"first","asset":"USD","amount":"1000.00"}""";
        Assert.Equal(
            200,
            (await browser.AskAsync(
                "POST", "admin/accounts/ACC-1000001/deposits", deposit, ("X-Api-Key", Operator))).Status);
        var (placed, order) = await browser.AskAsync(
            "POST", "orders", """{"symbol":"AAPL","side":"buy","price":"150.00","quantity":"1"}""");
        Assert.Equal((200, "ACC-1000001", "new"), (placed, Text(order, "account"), Text(order, "status")));
        Assert.Equal(200, (await browser.AskAsync("DELETE", $"orders/AAPL/{order.GetProperty("orderId")}")).Status);
        Assert.Equal("ACC-1000001", Text((await browser.AskAsync("GET", "account")).Body, "account"));
    }

    [Fact]
    public async Task The_cookie_is_kept_from_scripts_and_other_sites_and_from_caches()
    {
        await using var exchange = await ServedExchange.OpenAsync();
        using var browser = new Browser(exchange.Address);

        using var response = await browser.RawAsync("POST", "users", Zoe);

        var cookie = Assert.Single(response.Headers.GetValues("Set-Cookie"));
        Assert.StartsWith("qc_session=", cookie, StringComparison.Ordinal);
        Assert.Contains("httponly", cookie, StringComparison.OrdinalIgnoreCase);
        Assert.Contains("samesite=strict", cookie, StringComparison.OrdinalIgnoreCase);
        Assert.True(response.Headers.CacheControl!.NoStore);
    }

    [Fact]
    public async Task Signing_out_ends_the_session_and_not_only_the_cookie()
    {
        await using var exchange = await ServedExchange.OpenAsync();
        using var browser = new Browser(exchange.Address);
        await browser.AskAsync("POST", "users", Zoe);
        using var thief = browser.Copy();
        Assert.Equal(200, (await thief.AskAsync("GET", "account")).Status);

        Assert.Equal(200, (await browser.AskAsync("DELETE", "sessions/current")).Status);

        Assert.Empty(browser.Cookies);
        Assert.Equal(401, (await browser.AskAsync("GET", "account")).Status);
        Assert.Equal(401, (await thief.AskAsync("GET", "account")).Status);
    }

    [Fact]
    public async Task A_page_of_another_site_can_do_nothing_with_the_cookie()
    {
        await using var exchange = await ServedExchange.OpenAsync();
        using var browser = new Browser(exchange.Address);
        await browser.AskAsync("POST", "users", Zoe);

        foreach (var site in new[] { "https://evil.example", "null", exchange.Address.GetLeftPart(UriPartial.Authority)
            .Replace("127.0.0.1", "localhost", StringComparison.Ordinal) })
        {
            browser.Site = site;
            Assert.Equal(
                403,
                (await browser.AskAsync(
                    "POST", "orders", """{"symbol":"AAPL","side":"buy","price":"1.00","quantity":"1"}""")).Status);
            Assert.Equal(403, (await browser.AskAsync("DELETE", "orders")).Status);
            Assert.Equal(403, (await browser.AskAsync("POST", "sessions", Zoe)).Status);
            Assert.Equal(403, (await browser.AskAsync("POST", "users", Zoe)).Status);
            Assert.Equal(403, (await browser.AskAsync("DELETE", "sessions/current")).Status);
        }

        Assert.Equal(403, await browser.ConnectAsync("trading"));
        browser.Site = exchange.Address.GetLeftPart(UriPartial.Authority);
        Assert.Equal(101, await browser.ConnectAsync("trading"));
        browser.Site = null;
        Assert.Equal(403, (await browser.AskAsync("DELETE", "orders", null, ("Sec-Fetch-Site", "cross-site"))).Status);
        Assert.Equal(200, (await browser.AskAsync("DELETE", "orders", null, ("Sec-Fetch-Site", "same-origin"))).Status);
        using var allowed = await browser.RawAsync("GET", "account", null, ("Origin", "https://evil.example"));
        Assert.False(allowed.Headers.Contains("Access-Control-Allow-Origin"));
    }

    [Fact]
    public async Task A_program_gets_a_bearer_token_and_no_cookie_and_may_come_from_anywhere()
    {
        await using var exchange = await ServedExchange.OpenAsync();
        using var browser = new Browser(exchange.Address);
        Assert.Equal(
            JsonValueKind.Undefined,
            (await browser.AskAsync("POST", "users", Zoe)).Body.TryGetProperty("token", out var none)
                ? none.ValueKind
                : default);
        using var program = new Browser(exchange.Address);
        var session = (await program.AskAsync(
            "POST", "sessions", Zoe.Replace("}", ",\"bearer\":true}", StringComparison.Ordinal))).Body;
        var token = ("Authorization", $"Bearer {Text(session, "token")}");
        Assert.Empty(program.Cookies);
        Assert.Equal(401, (await program.AskAsync("GET", "account")).Status);

        program.Site = "https://elsewhere.example";
        Assert.Equal("ACC-1000001", Text((await program.AskAsync("GET", "account", null, token)).Body, "account"));
        Assert.Equal(200, (await program.AskAsync("DELETE", "orders", null, token)).Status);
        Assert.Equal(200, (await program.AskAsync("POST", "keys", null, token)).Status);
        Assert.Equal(
            2, (await program.AskAsync("GET", "sessions", null, token)).Body.GetProperty("sessions").GetArrayLength());
        Assert.Equal(
            "ACC-1001",
            Text((await program.AskAsync("GET", "account", null, token, ("X-Api-Key", "alice"))).Body, "account"));

        Assert.Equal(200, (await program.AskAsync("DELETE", "sessions/current", null, token)).Status);
        Assert.Equal(401, (await program.AskAsync("GET", "account", null, token)).Status);
        Assert.Equal(200, (await browser.AskAsync("GET", "account")).Status);
    }

    [Theory]
    [InlineData("Bearer ")]
    [InlineData("Bearer x")]
    [InlineData("Bearer CfDJ8AAAAAAAAAAAAAAAAAAAAAA")]
    public async Task A_token_that_the_exchange_did_not_make_opens_nothing(string header)
    {
        await using var exchange = await ServedExchange.OpenAsync();
        using var program = new Browser(exchange.Address);
        Assert.Equal(401, (await program.AskAsync("GET", "account", null, ("Authorization", header))).Status);
        // Nor does a cookie that comes with it.
        await program.AskAsync("POST", "users", Zoe);
        Assert.Equal(401, (await program.AskAsync("GET", "account", null, ("Authorization", header))).Status);
    }

    [Fact]
    public async Task A_token_ends_with_its_session_after_twelve_hours()
    {
        var time = new ManualTime(TimeProvider.System.GetUtcNow());
        await using var exchange = await ServedExchange.OpenAsync(time: time);
        using var program = new Browser(exchange.Address);
        var made = (await program.AskAsync(
            "POST", "users", Zoe.Replace("}", ",\"bearer\":true}", StringComparison.Ordinal))).Body;
        var token = ("Authorization", $"Bearer {Text(made, "token")}");
        time.Advance(TimeSpan.FromHours(12) - TimeSpan.FromMinutes(1));
        Assert.Equal(200, (await program.AskAsync("GET", "account", null, token)).Status);
        time.Advance(TimeSpan.FromMinutes(2));
        Assert.Equal(401, (await program.AskAsync("GET", "account", null, token)).Status);
    }

    [Fact]
    public async Task Key_takes_precedence_over_a_cookie()
    {
        await using var exchange = await ServedExchange.OpenAsync();
        using var browser = new Browser(exchange.Address);
        await browser.AskAsync("POST", "users", Zoe);

        Assert.Equal(
            "ACC-1001", Text((await browser.AskAsync("GET", "account", null, ("X-Api-Key", "alice"))).Body, "account"));
        Assert.Equal(401, (await browser.AskAsync("GET", "account", null, ("X-Api-Key", "nobody"))).Status);
    }

    [Fact]
    public async Task Nobody_learns_whether_a_name_is_known_by_signing_in()
    {
        await using var exchange = await ServedExchange.OpenAsync();
        using var browser = new Browser(exchange.Address);
        await browser.AskAsync("POST", "users", Zoe);

        var known = await browser.AskAsync("POST", "sessions", """{"name":"zoe","password":"wrong horse"}""");
        var unknown = await browser.AskAsync("POST", "sessions", """{"name":"yves","password":"wrong horse"}""");

        Assert.Equal(401, known.Status);
        Assert.Equal(WithoutTrace(known.Body), WithoutTrace(unknown.Body));
        Assert.Equal(200, (await browser.AskAsync("POST", "sessions", Zoe)).Status);

        static string WithoutTrace(JsonElement body) =>
            string.Join(
                ',',
                body.EnumerateObject().Where(member => member.Name != "trace").Select(member => member.ToString()));
    }

    [Fact]
    public async Task Guessing_is_slowed_down_by_name_and_by_address()
    {
        var time = new ManualTime(TimeProvider.System.GetUtcNow());
        await using var exchange = await ServedExchange.OpenAsync(
            new GatewayOptions { AddressSignInsPerMinute = 5, UserSignInsPerMinute = 3 }, time);
        using var browser = new Browser(exchange.Address);
        async Task<int> Guess(string name) =>
            (await browser.AskAsync("POST", "sessions", $$"""{"name":"{{name}}","password":"guess-guess"}""")).Status;

        foreach (var expected in new[] { 401, 401, 401, 429 })
            Assert.Equal(expected, await Guess("zoe"));
        Assert.Equal(401, await Guess("yves"));
        Assert.Equal(429, await Guess("xenia"));
        time.Advance(TimeSpan.FromMinutes(1));
        Assert.Equal(401, await Guess("zoe"));
    }

    [Theory]
    [InlineData("""{"name":"zoe","password":"short"}""", "password")]
    [InlineData("""{"name":"zoe"}""", "password")]
    [InlineData("""{"password":"correct horse"}""", "name")]
    [InlineData("""{"name":"Zoe","password":"correct horse"}""", "name")]
    [InlineData("""{"name":"zo","password":"correct horse"}""", "name")]
    [InlineData("""{"name":"demo-zoe","password":"correct horse"}""", "name")]
    [InlineData("""{"name":"zoe'; DROP","password":"correct horse"}""", "name")]
    [InlineData("""{"name":"zoe","password":"correct horse","role":"administrator"}""", "role")]
    public async Task Signing_up_names_what_is_wrong(string body, string field)
    {
        await using var exchange = await ServedExchange.OpenAsync();
        using var browser = new Browser(exchange.Address);

        var (status, refusal) = await browser.AskAsync("POST", "users", body);

        Assert.Equal((400, field), (status, Text(refusal, "field")));
        Assert.Empty((await Catalog(exchange).Users()).Users);
    }

    [Fact]
    public async Task A_name_is_given_once_and_never_that_of_an_owner()
    {
        await using var exchange = await ServedExchange.OpenAsync();
        await Catalog(exchange).SetOwner(new OwnedAccount(1001, "house"));
        using var browser = new Browser(exchange.Address);
        await browser.AskAsync("POST", "users", Zoe);

        Assert.Equal("NameTaken", Text((await browser.AskAsync("POST", "users", Zoe)).Body, "code"));
        Assert.Equal(
            "NameTaken",
            Text(
                (await browser.AskAsync("POST", "users", """{"name":"house","password":"correct horse"}""")).Body,
                "code"));
        var other = await browser.AskAsync("POST", "users", """{"name":"yves","password":"correct horse"}""");
        Assert.Equal("ACC-1000002", Text(other.Body, "account"));
    }

    [Fact]
    public async Task Sign_ups_of_one_address_are_limited_per_day()
    {
        await using var exchange = await ServedExchange.OpenAsync(new GatewayOptions { AddressSignUpsPerDay = 2 });
        using var browser = new Browser(exchange.Address);
        Assert.Equal(200, (await browser.AskAsync("POST", "users", Zoe)).Status);
        Assert.Equal(
            200, (await browser.AskAsync("POST", "users", """{"name":"yves","password":"correct horse"}""")).Status);
        Assert.Equal(
            429, (await browser.AskAsync("POST", "users", """{"name":"xena","password":"correct horse"}""")).Status);
        Assert.Equal(200, (await browser.AskAsync("POST", "sessions", Zoe)).Status);
    }

    [Fact]
    public async Task Administrator_adds_users_where_sign_up_is_closed()
    {
        await using var exchange = await ServedExchange.OpenAsync(new GatewayOptions { SignUp = false });
        using var browser = new Browser(exchange.Address);
        Assert.Equal(403, (await browser.AskAsync("POST", "users", Zoe)).Status);

        var added = await browser.AskAsync(
            "POST", "admin/users", """{"name":"zoe","password":"correct horse","account":"ACC-1001"}""",
            ("X-Api-Key", Operator));

        Assert.Equal((200, "ACC-1001"), (added.Status, Text(added.Body, "account")));
        Assert.Equal("ACC-1001", Text((await browser.AskAsync("POST", "sessions", Zoe)).Body, "account"));
    }

    [Fact]
    public async Task Codes_of_an_authenticator_are_needed_once_it_is_added_and_serve_once()
    {
        var time = new ManualTime(TimeProvider.System.GetUtcNow());
        await using var exchange =
            await ServedExchange.OpenAsync(new GatewayOptions { UserSignInsPerMinute = 0 }, time);
        using var browser = new Browser(exchange.Address);
        await browser.AskAsync("POST", "users", Zoe);
        var secret = Text(
            (await browser.AskAsync("POST", "user/authenticator", """{"password":"correct horse"}""")).Body, "secret")!;
        string Code() => AuthenticatorApp.Code(secret, time.GetUtcNow().ToUnixTimeSeconds() / 30);
        string With(string code) => $$"""{"name":"zoe","password":"correct horse","code":"{{code}}"}""";

        var wrong = await browser.AskAsync(
            "POST", "user/authenticator", $$"""{"password":"correct horse","secret":"{{secret}}","code":"000000"}""");
        Assert.Equal((401, "code"), (wrong.Status, Text(wrong.Body, "field")));
        var added = await browser.AskAsync(
            "POST", "user/authenticator",
            $$"""{"password":"correct horse","secret":"{{secret}}","code":"{{Code()}}"}""");
        Assert.True(added.Body.GetProperty("authenticator").GetBoolean());

        var without = await browser.AskAsync("POST", "sessions", Zoe);
        Assert.Equal((401, "code"), (without.Status, Text(without.Body, "field")));
        Assert.Equal(401, (await browser.AskAsync("POST", "sessions", With(Code()))).Status);
        time.Advance(TimeSpan.FromSeconds(30));
        Assert.Equal(200, (await browser.AskAsync("POST", "sessions", With(Code()))).Status);
        Assert.Equal(401, (await browser.AskAsync("POST", "sessions", With(Code()))).Status);
        time.Advance(TimeSpan.FromSeconds(30));
        Assert.Equal(200, (await browser.AskAsync("POST", "sessions", With(Code()))).Status);
        Assert.DoesNotContain(
            secret, (await Catalog(exchange).Users()).Users.Single().ToString(), StringComparison.Ordinal);

        // The sign-in code cannot be reused for a change, and the code that changed the password does not remove the
        // authenticator.
        string Change(string code) =>
            $$"""{"password":"correct horse","newPassword":"correct horse","code":"{{code}}"}""";
        string Remove(string code) => $$"""{"password":"correct horse","code":"{{code}}"}""";
        Assert.Equal(401, (await browser.AskAsync("POST", "user/password", Change(Code()))).Status);
        time.Advance(TimeSpan.FromSeconds(30));
        Assert.Equal(200, (await browser.AskAsync("POST", "user/password", Change(Code()))).Status);
        Assert.Equal(401, (await browser.AskAsync("DELETE", "user/authenticator", Remove(Code()))).Status);
        time.Advance(TimeSpan.FromSeconds(30));
        Assert.Equal(200, (await browser.AskAsync("DELETE", "user/authenticator", Remove(Code()))).Status);
        Assert.Equal(200, (await browser.AskAsync("POST", "sessions", Zoe)).Status);
    }

    [Fact]
    public async Task Another_password_ends_all_other_sessions()
    {
        await using var exchange = await ServedExchange.OpenAsync();
        using var here = new Browser(exchange.Address);
        using var there = new Browser(exchange.Address);
        await here.AskAsync("POST", "users", Zoe);
        await there.AskAsync("POST", "sessions", Zoe);
        Assert.Equal(2, (await here.AskAsync("GET", "sessions")).Body.GetProperty("sessions").GetArrayLength());

        Assert.Equal(
            401,
            (await here.AskAsync(
                "POST", "user/password", """{"password":"wrong horse","newPassword":"better horse"}""")).Status);
        Assert.Equal(
            200,
            (await here.AskAsync(
                "POST", "user/password", """{"password":"correct horse","newPassword":"better horse"}""")).Status);

        Assert.Equal(200, (await here.AskAsync("GET", "account")).Status);
        Assert.Equal(401, (await there.AskAsync("GET", "account")).Status);
        Assert.Equal(401, (await there.AskAsync("POST", "sessions", Zoe)).Status);
        Assert.Equal(
            200, (await there.AskAsync("POST", "sessions", """{"name":"zoe","password":"better horse"}""")).Status);
    }

    [Fact]
    public async Task Sessions_are_ended_one_by_one_by_their_user_and_no_other()
    {
        await using var exchange = await ServedExchange.OpenAsync();
        using var here = new Browser(exchange.Address);
        using var there = new Browser(exchange.Address);
        using var other = new Browser(exchange.Address);
        await here.AskAsync("POST", "users", Zoe);
        var id =
            (await there.AskAsync("POST", "sessions", Zoe)).Body.GetProperty("session").GetProperty("id").GetString();
        await other.AskAsync("POST", "users", """{"name":"yves","password":"correct horse"}""");

        Assert.Equal(400, (await other.AskAsync("DELETE", $"sessions/{id}")).Status);
        Assert.Equal(200, (await there.AskAsync("GET", "account")).Status);
        Assert.Equal(200, (await here.AskAsync("DELETE", $"sessions/{id}")).Status);
        Assert.Equal(401, (await there.AskAsync("GET", "account")).Status);
        Assert.Equal(200, (await here.AskAsync("DELETE", "sessions")).Status);
        Assert.Equal(401, (await here.AskAsync("GET", "account")).Status);
    }

    [Fact]
    public async Task A_session_ends_after_twelve_hours()
    {
        var time = new ManualTime(TimeProvider.System.GetUtcNow());
        await using var exchange = await ServedExchange.OpenAsync(time: time);
        using var browser = new Browser(exchange.Address);
        await browser.AskAsync("POST", "users", Zoe);

        time.Advance(TimeSpan.FromHours(12) - TimeSpan.FromMinutes(1));
        Assert.Equal(200, (await browser.AskAsync("GET", "account")).Status);
        time.Advance(TimeSpan.FromMinutes(1));
        Assert.Equal(401, (await browser.AskAsync("GET", "account")).Status);
    }

    [Theory]
    [InlineData("customer", 403, 403, 403)]
    [InlineData("marketOperator", 200, 403, 403)]
    [InlineData("risk", 403, 200, 403)]
    [InlineData("administrator", 200, 200, 200)]
    public async Task Role_opens_its_own_endpoints_only(string role, int market, int risk, int administration)
    {
        await using var exchange = await ServedExchange.OpenAsync();
        using var browser = new Browser(exchange.Address);
        await browser.AskAsync(
            "POST", "admin/users", $$"""{"name":"zoe","password":"correct horse","role":"{{role}}"}""",
            ("X-Api-Key", Operator));
        await browser.AskAsync("POST", "sessions", Zoe);

        Assert.Equal(
            market, (await browser.AskAsync("POST", "admin/symbols/AAPL/phase", """{"phase":"halt"}""")).Status);
        Assert.Equal(
            risk, (await browser.AskAsync("POST", "admin/accounts/ACC-1002/freeze", """{"why":"a look"}""")).Status);
        Assert.Equal(risk, (await browser.AskAsync("GET", "admin/ledger/trial-balance")).Status);
        Assert.Equal(administration, (await browser.AskAsync("POST", "admin/accounts/ACC-1002/keys")).Status);
        Assert.Equal(administration, (await browser.AskAsync("GET", "admin/users")).Status);
        Assert.Equal(administration, (await browser.AskAsync("GET", "admin/audit")).Status);
    }

    [Fact]
    public async Task Sign_out_of_an_unknown_user_is_rejected_and_of_a_signed_out_one_is_not()
    {
        await using var exchange = await ServedExchange.OpenAsync();
        using var browser = new Browser(exchange.Address);
        await browser.AskAsync("POST", "users", Zoe);
        async Task<(int Status, JsonElement Body)> SignOut(string name) =>
            await browser.AskAsync("DELETE", $"admin/users/{name}/sessions", null, ("X-Api-Key", Operator));

        Assert.True((await SignOut("zoe")).Body.GetProperty("ended").GetBoolean());
        Assert.False((await SignOut("zoe")).Body.GetProperty("ended").GetBoolean());
        await browser.AskAsync("PATCH", "admin/users/zoe", """{"state":"closed"}""", ("X-Api-Key", Operator));
        Assert.False((await SignOut("zoe")).Body.GetProperty("ended").GetBoolean());
        var (status, body) = await SignOut("yves");
        Assert.Equal((404, "UnknownUser", "name"), (status, Text(body, "code"), Text(body, "field")));
    }

    [Fact]
    public async Task Revoked_role_is_gone_at_once_and_audited()
    {
        await using var exchange = await ServedExchange.OpenAsync();
        using var browser = new Browser(exchange.Address);
        await browser.AskAsync("POST", "users", Zoe);
        async Task<int> Change(string body) =>
            (await browser.AskAsync("PATCH", "admin/users/zoe", body, ("X-Api-Key", Operator))).Status;

        Assert.Equal(200, await Change("""{"role":"risk"}"""));
        Assert.Equal(200, (await browser.AskAsync("GET", "admin/ledger/trial-balance")).Status);
        Assert.Equal(200, await Change("""{"role":"customer"}"""));
        Assert.Equal(403, (await browser.AskAsync("GET", "admin/ledger/trial-balance")).Status);
        Assert.Equal(200, await Change("""{"state":"closed"}"""));
        Assert.Equal(401, (await browser.AskAsync("GET", "account")).Status);
        Assert.Equal(401, (await browser.AskAsync("POST", "sessions", Zoe)).Status);
        Assert.Equal(200, await Change("""{"state":"open"}"""));
        Assert.Equal(200, await Change("""{"password":"given horse"}"""));
        Assert.Equal(
            200, (await browser.AskAsync("POST", "sessions", """{"name":"zoe","password":"given horse"}""")).Status);
        Assert.Equal(400, await Change("""{"role":"risk","state":"open"}"""));
        Assert.Equal(
            404,
            (await browser.AskAsync(
                "PATCH", "admin/users/yves", """{"role":"risk"}""", ("X-Api-Key", Operator))).Status);

        var lines =
            (await browser.AskAsync("GET", "admin/audit?limit=7", null, ("X-Api-Key", Operator))).Body.GetProperty(
                "lines");
        Assert.Equal(
            [
                "sessionBegun zoe zoe", "userPasswordChanged zoe operator", "userReopened zoe operator",
                "userClosed zoe operator",
                "userRoleChanged zoe operator", "userRoleChanged zoe operator", "sessionBegun zoe zoe",
            ],
            lines.EnumerateArray()
                .Select(line => $"{line.GetProperty("what")} {line.GetProperty("subject")} {line.GetProperty("by")}"));
        var before = lines.EnumerateArray().Last().GetProperty("sequence").GetInt64();
        var older =
            (await browser.AskAsync(
                "GET", $"admin/audit?before={before}&limit=2", null,
                ("X-Api-Key", Operator))).Body.GetProperty("lines");
        Assert.Equal(["ownerSet", "userSignedUp"], older.EnumerateArray().Select(line => Text(line, "what")));
    }

    [Theory]
    [InlineData("""{"state":"closed"}""")]
    [InlineData("""{"password":"given horse"}""")]
    public async Task A_user_who_is_closed_or_gets_another_password_has_no_keys_any_more(string change)
    {
        await using var exchange = await ServedExchange.OpenAsync(hasFix: true);
        using var browser = new Browser(exchange.Address);
        await browser.AskAsync("POST", "users", Zoe);
        var key = Text((await browser.AskAsync("POST", "keys")).Body, "apiKey")!;
        using var program = new Browser(exchange.Address);
        async Task<int> Read() => (await program.AskAsync("GET", "account", null, ("X-Api-Key", key))).Status;
        Assert.Equal(200, await Read());
        using var desk = await FixClient.LogOnAsync(exchange.FixAddress, key);
        using var socket = new ClientWebSocket();
        socket.Options.SetRequestHeader("X-Api-Key", key);
        await socket.ConnectAsync(
            new UriBuilder(exchange.Address) { Scheme = "ws", Path = "/api/qc/v1/trading" }.Uri, Cancellation);
        Assert.Equal(200, await CancelAllAsync());

        Assert.Equal(200, (await program.AskAsync("PATCH", "admin/users/zoe", change, ("X-Api-Key", Operator))).Status);

        Assert.Equal(401, await Read());
        Assert.Equal(401, await CancelAllAsync());
        await desk.SendAsync("D", "11=a|55=AAPL|54=1|38=1|40=2|44=140");
        Assert.Equal("5 58=The key is not valid any more.", await desk.HearAsync(1, 58));
        await program.AskAsync("PATCH", "admin/users/zoe", """{"state":"open"}""", ("X-Api-Key", Operator));
        Assert.Equal(401, await Read());

        async Task<int> CancelAllAsync()
        {
            await socket.SendAsync(
                """{"id":1,"op":"cancelAll"}"""u8.ToArray(), WebSocketMessageType.Text, true, Cancellation);
            var buffer = new byte[4096];
            var received = await socket.ReceiveAsync(buffer, Cancellation);
            return JsonDocument.Parse(buffer.AsMemory(0, received.Count)).RootElement.GetProperty("status").GetInt32();
        }
    }

    [Fact]
    public async Task The_demo_signs_in_without_a_password_on_this_machine_alone()
    {
        await using var exchange = await ServedExchange.OpenAsync(new GatewayOptions { DemoMode = true });
        var demo = new User("demo-alice", 1001, UserRole.Customer, "", IsDemo: true);
        await Catalog(exchange).AddUser(demo, UserEvent.Added, "demo");
        using var browser = new Browser(exchange.Address);

        var (status, session) = await browser.AskAsync("POST", "sessions/demo");
        Assert.Equal(
            (200, "demo-alice", true), (status, Text(session, "user"), session.GetProperty("demo").GetBoolean()));
        Assert.Equal("ACC-1001", Text((await browser.AskAsync("GET", "account")).Body, "account"));
        Assert.Equal(
            401,
            (await browser.AskAsync(
                "POST", "sessions", """{"name":"demo-alice","password":"anything at all"}""")).Status);
        Assert.Equal(
            403,
            (await browser.AskAsync(
                "PATCH", "admin/users/demo-alice", """{"password":"given horse"}""", ("X-Api-Key", Operator))).Status);

        (browser.Host, browser.Site) = ("exchange.example", "http://exchange.example");
        Assert.Equal(401, (await browser.AskAsync("POST", "sessions/demo")).Status);

        await using var closed = await ServedExchange.OpenAsync();
        await Catalog(closed).AddUser(demo, UserEvent.Added, "demo");
        using var visitor = new Browser(closed.Address);
        Assert.Equal(403, (await visitor.AskAsync("POST", "sessions/demo")).Status);
    }

    [Fact]
    public async Task Browsers_are_told_to_run_and_frame_nothing_else()
    {
        await using var exchange =
            await ServedExchange.OpenAsync(new GatewayOptions { Sites = ["https://desk.example"] });
        using var browser = new Browser(exchange.Address);

        using var response = await browser.RawAsync("GET", "instruments", null, ("Origin", "https://desk.example"));
        Assert.Equal("nosniff", response.Headers.GetValues("X-Content-Type-Options").Single());
        Assert.Contains(
            "frame-ancestors 'none'", response.Headers.GetValues("Content-Security-Policy").Single(),
            StringComparison.Ordinal);
        Assert.Equal("https://desk.example", response.Headers.GetValues("Access-Control-Allow-Origin").Single());
        Assert.False(response.Headers.Contains("Access-Control-Allow-Credentials"));

        using var other = await browser.RawAsync("GET", "instruments", null, ("Origin", "https://evil.example"));
        Assert.False(other.Headers.Contains("Access-Control-Allow-Origin"));
        using var preflight = await browser.RawAsync(
            "OPTIONS", "orders", null, ("Access-Control-Request-Method", "POST"),
            ("Access-Control-Request-Headers", "x-api-key"));
        Assert.False(preflight.Headers.Contains("Access-Control-Allow-Origin"));
    }

    private static ICatalogGrain Catalog(ServedExchange exchange) => exchange.Grains.Catalog();

    private static string? Text(JsonElement body, string name) => body.GetProperty(name).GetString();
}
