using System.Security.Cryptography;
using System.Text;
using System.Text.Json;
using QuantumCore.Gateway.Identity;
using Xunit;

namespace QuantumCore.Grains.Tests;

/// <summary>API keys created, read and revoked over a real socket; the journal determines their state.</summary>
public class KeysOverHttpTests
{
    private const string Zoe = """{"name":"zoe","password":"correct horse"}""";

    [Fact]
    public async Task A_person_makes_keys_for_their_own_account_and_takes_them_away()
    {
        await using var exchange = await ServedExchange.OpenAsync();
        using var browser = new Browser(exchange.Address);
        await browser.AskAsync("POST", "users", Zoe);

        var made = (await browser.AskAsync("POST", "keys")).Body;
        var key = ("X-Api-Key", Text(made, "apiKey")!);
        Assert.Equal("ACC-1000001", Text((await browser.AskAsync("GET", "account", null, key)).Body, "account"));
        var listed = Assert.Single((await browser.AskAsync("GET", "keys")).Body.GetProperty("keys").EnumerateArray());
        Assert.Equal((Text(made, "id"), "ACC-1000001"), (Text(listed, "id"), Text(listed, "account")));
        Assert.DoesNotContain(key.Item2, listed.ToString(), StringComparison.Ordinal);

        Assert.Equal(200, (await browser.AskAsync("DELETE", $"keys/{Text(made, "id")}")).Status);
        Assert.Equal(401, (await browser.AskAsync("GET", "account", null, key)).Status);
        Assert.Equal(0, (await browser.AskAsync("GET", "keys")).Body.GetProperty("keys").GetArrayLength());
        Assert.Equal(400, (await browser.AskAsync("DELETE", $"keys/{Text(made, "id")}")).Status);
    }

    [Fact]
    public async Task A_person_takes_away_no_one_elses_key_and_a_key_makes_no_keys()
    {
        await using var exchange = await ServedExchange.OpenAsync();
        using var browser = new Browser(exchange.Address);
        await browser.AskAsync("POST", "users", Zoe);
        var alice = KeyRing.Hash("alice")[..16];

        Assert.Equal(400, (await browser.AskAsync("DELETE", $"keys/{alice}")).Status);
        using var stranger = new Browser(exchange.Address);
        var withKey = await stranger.AskAsync("POST", "keys", null, ("X-Api-Key", "alice"));
        Assert.Equal(
            (401, "This is for a person who is signed in; an API key does not do."),
            (withKey.Status, withKey.Body.GetProperty("detail").GetString()));
        Assert.Equal(200, (await browser.AskAsync("GET", "account", null, ("X-Api-Key", "alice"))).Status);
    }

    [Fact]
    public async Task An_administrator_sees_every_key_and_takes_any_away()
    {
        await using var exchange = await ServedExchange.OpenAsync();
        using var browser = new Browser(exchange.Address);
        var officer = ("X-Api-Key", "operator");

        var labels =
            (await browser.AskAsync("GET", "admin/keys", null, officer)).Body.GetProperty("keys").EnumerateArray();
        Assert.Equal(["operator", "alice", "bob"], labels.Select(key => Text(key, "label")));
        Assert.Equal(
            200, (await browser.AskAsync("DELETE", $"admin/keys/{KeyRing.Hash("alice")[..16]}", null, officer)).Status);
        Assert.Equal(401, (await browser.AskAsync("GET", "account", null, ("X-Api-Key", "alice"))).Status);
        Assert.Equal(
            200,
            (await browser.AskAsync("DELETE", $"admin/keys/{KeyRing.Hash("operator")[..16]}", null, officer)).Status);
        Assert.Equal(401, (await browser.AskAsync("GET", "admin/keys", null, officer)).Status);
    }

    [Theory]
    [InlineData("127.0.0.1", true)]
    [InlineData("127.0.0.0/8", true)]
    [InlineData("192.0.2.1", false)]
    [InlineData("::1", false)]
    public async Task A_key_with_addresses_opens_from_them_alone(string address, bool opens)
    {
        await using var exchange = await ServedExchange.OpenAsync();
        using var browser = new Browser(exchange.Address);
        var officer = ("X-Api-Key", "operator");
        var body = $$"""{"addresses":["198.51.100.7","{{address}}"]}""";

        var plain = (await browser.AskAsync("POST", "admin/accounts/ACC-1001/keys", body, officer)).Body;
        Assert.Equal(
            opens ? 200 : 401,
            (await browser.AskAsync("GET", "account", null, ("X-Api-Key", Text(plain, "apiKey")!))).Status);

        var signing =
            (await browser.AskAsync(
                "POST", "admin/accounts/ACC-1001/keys",
                body.Replace("{", """{"signing":"hmac",""", StringComparison.Ordinal), officer)).Body;
        var query = $"timestamp={TimeProvider.System.GetUtcNow().ToUnixTimeMilliseconds()}";
        var signature = Convert.ToHexStringLower(
            HMACSHA256.HashData(Encoding.ASCII.GetBytes(Text(signing, "secret")!), Encoding.ASCII.GetBytes(query)));
        var (status, answer) = await browser.AskAsync(
            "GET", $"/api/v3/account?{query}&signature={signature}", null, ("X-MBX-APIKEY", Text(signing, "apiKey")!));
        Assert.Equal(opens ? 200 : 401, status);
        if (!opens)
            Assert.Equal(-2015, answer.GetProperty("code").GetInt32());
    }

    [Theory]
    [InlineData("""{"addresses":["nowhere"]}""")]
    [InlineData("""{"addresses":[null]}""")]
    [InlineData(
        """{"addresses":["::1","::1","::1","::1","::1","::1","::1","::1","::1","::1","::1","::1","::1","::1","::1","::1","::1","::1","::1","::1","::1"]}""")]
    public async Task Addresses_that_are_none_make_no_key(string body)
    {
        await using var exchange = await ServedExchange.OpenAsync();
        using var browser = new Browser(exchange.Address);

        var (status, refusal) =
            await browser.AskAsync("POST", "admin/accounts/ACC-1001/keys", body, ("X-Api-Key", "operator"));

        Assert.Equal((400, "addresses"), (status, Text(refusal, "field")));
    }

    private static string? Text(JsonElement body, string name) => body.GetProperty(name).GetString();
}
