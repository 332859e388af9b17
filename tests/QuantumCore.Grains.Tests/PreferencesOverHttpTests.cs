using System.Text.Json;
using QuantumCore.Contracts;
using Xunit;

namespace QuantumCore.Grains.Tests;

/// <summary>A user's preferences over a real socket.</summary>
public sealed class PreferencesOverHttpTests
{
    [Fact]
    public async Task Preferences_go_with_the_person_and_changes_leave_the_rest_alone()
    {
        await using var exchange = await ServedExchange.OpenAsync();
        using var zoe = await SignUpAsync(exchange, "zoe");
        using var yan = await SignUpAsync(exchange, "yan");
        Assert.Equal("", await AllAsync(zoe));
        await ChangeAsync(
            zoe,
            """{"preferences":[{"name":"theme","value":"dark"},{"name":"layout.trade","value":"{\"book\":2}"}]}""");
        await ChangeAsync(
            zoe, """{"preferences":[{"name":"theme","value":"light"},{"name":"sound","value":"true"}]}""");
        Assert.Equal("""layout.trade={"book":2} sound=true theme=light""", await AllAsync(zoe));
        await ChangeAsync(zoe, """{"preferences":[{"name":"sound"},{"name":"nothing"}]}""");
        Assert.Equal("""layout.trade={"book":2} theme=light""", await AllAsync(zoe));
        Assert.Equal("", await AllAsync(yan));
    }

    [Fact]
    public async Task Preferences_survive_a_restart()
    {
        await using var disk = new Disk();
        await using (var exchange = await Exchange.StartAsync(disk))
            await exchange.Grains.GetGrain<IPreferencesGrain>("zoe").Change([new Preference("theme", "light")]);
        await using var later = await Exchange.StartAsync(disk);
        Assert.Equal([new Preference("theme", "light")], await later.Grains.GetGrain<IPreferencesGrain>("zoe").All());
    }

    [Theory]
    [InlineData("""{}""", "preferences")]
    [InlineData("""{"preferences":[]}""", "preferences")]
    [InlineData("""{"preferences":[null]}""", "name")]
    [InlineData("""{"preferences":[{"name":"a b","value":"1"}]}""", "name")]
    [InlineData("""{"preferences":[{"value":"1"}]}""", "name")]
    public async Task A_change_that_names_nothing_is_rejected_with_its_field(string body, string field)
    {
        await using var exchange = await ServedExchange.OpenAsync();
        using var zoe = await SignUpAsync(exchange, "zoe");
        var (status, answer) = await zoe.AskAsync("PATCH", "user/preferences", body);
        Assert.Equal((400, field), (status, answer.GetProperty("field").GetString()));
    }

    [Fact]
    public async Task Too_many_or_too_long_preferences_change_nothing()
    {
        await using var exchange = await ServedExchange.OpenAsync();
        using var zoe = await SignUpAsync(exchange, "zoe");
        Assert.Equal(
            400,
            (await zoe.AskAsync(
                "PATCH", "user/preferences", Body(1, new string('x', Preference.LongestValue + 1)))).Status);
        await ChangeAsync(zoe, Body(Preference.MostOfOne, "1"));
        var (status, answer) = await zoe.AskAsync(
            "PATCH", "user/preferences",
            """{"preferences":[{"name":"n1","value":"2"},{"name":"other","value":"2"}]}""");
        Assert.Equal((403, "100"), (status, answer.GetProperty("limit").GetString()));
        var all = await AllAsync(zoe);
        Assert.Equal(
            (Preference.MostOfOne, false), (all.Split(' ').Length, all.Contains("=2", StringComparison.Ordinal)));
    }

    [Fact]
    public async Task A_key_has_no_preferences()
    {
        await using var exchange = await ServedExchange.OpenAsync();
        using var nobody = new Browser(exchange.Address);
        Assert.Equal(401, (await nobody.AskAsync("GET", "user/preferences", null, ("X-Api-Key", "alice"))).Status);
    }

    private static string Body(int count, string value) =>
        JsonSerializer.Serialize(
            new { preferences = Enumerable.Range(1, count).Select(i => new { name = $"n{i}", value }) });

    private static async Task<Browser> SignUpAsync(ServedExchange exchange, string name)
    {
        var browser = new Browser(exchange.Address);
        Assert.Equal(
            200,
            (await browser.AskAsync("POST", "users", $$"""{"name":"{{name}}","password":"correct horse"}""")).Status);
        return browser;
    }

    private static async Task ChangeAsync(Browser browser, string body) =>
        Assert.Equal(200, (await browser.AskAsync("PATCH", "user/preferences", body)).Status);

    private static async Task<string> AllAsync(Browser browser) =>
        string.Join(' ', (await browser.AskAsync("GET", "user/preferences")).Body
        .GetProperty("preferences").EnumerateArray()
        .Select(one => $"{one.GetProperty("name").GetString()}={one.GetProperty("value").GetString()}"));
}
